"""Words of sentences that a person reads: a number of things, one row, two rows."""

from __future__ import annotations


def counted(n: float, one: str, many: str = "") -> str:
    """Return a number and what it counts.

    Parameters
    ----------
    n : int or float
        A whole number is told whole, another in four digits.
    one : str
        What a single one is called; the verb may go with it.
    many : str
        What more are called, or none; left out: ``one`` and an s.

    Examples
    --------
    >>> counted(1, "row"), counted(12_000, "row"), counted(2.5, "alert")
    ('1 row', '12,000 rows', '2.5 alerts')
    >>> counted(1, "row was", "rows were"), counted(0, "anomaly", "anomalies")
    ('1 row was', '0 anomalies')
    """
    figure = f"{int(n):,}" if float(n).is_integer() else f"{n:,.4g}"
    return f"{figure} {one if n == 1 else many or one + 's'}"


def article(noun: str) -> str:
    """Return a noun with its indefinite article.

    Examples
    --------
    >>> article("anomaly"), article("binary")
    ('an anomaly', 'a binary')
    """
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


#: What is said of an error that says nothing.
NO_TEXT = "it has no text"


def text_of(error: BaseException) -> str:
    """Return what an error says; an empty string where it says nothing, or raises when it is asked.

    Examples
    --------
    >>> text_of(ValueError("no rows")), text_of(ValueError())
    ('no rows', '')
    """
    try:
        return str(error)
    except Exception:
        # Its class is a user's own, and may look for what it does not have.
        return ""


def raised(error: BaseException) -> str:
    """Return an error as one sentence: its class, and what it says.

    Examples
    --------
    >>> raised(ValueError("no rows")), raised(KeyError())
    ('ValueError: no rows', 'KeyError: it has no text')
    """
    return f"{type(error).__name__}: {text_of(error) or NO_TEXT}"
