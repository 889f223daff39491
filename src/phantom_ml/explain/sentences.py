"""A contribution in words: ``src_bytes = 146 raises the score by 1.2 (log-odds)``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from phantom_ml.wording import counted

Scalar = bool | int | float | str
#: Characters of a raw value that are kept, and shown in a sentence.
KEPT, SHOWN = 500, 60
#: From here on thousands are grouped: what is shorter may be a port or a year.
LONG_NUMBER = 10_000
#: From here on a number has more digits than anyone reads, or than float64 knows.
TOO_LONG_NUMBER = 1e18
#: Digits of a number; of how far it lies from its column's origin, where that is far from 0; and of a float64.
DIGITS, DIGITS_APART, ALL_DIGITS = 6, 4, 15
#: Columns that differ from a neighbour's, as a sentence names them.
DIFFERENCES = 4


def plain_value(value: Any) -> Scalar | None:
    """Return a raw cell as JSON can hold it; long text is cut, other types become text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value)[:KEPT]


def sentence(
    column: str,
    value: Scalar | None,
    amount: float,
    what: str,
    unit: str,
    origin: float = 0.0,
) -> str:
    """Return one contribution as a sentence.

    Parameters
    ----------
    column : str
        With its role where it is not a raw column.
    value : str, number, bool or None
        None stands for a missing cell.
    amount : float
    what : str
        What is moved: ``the score``, ``the score of worm``, ``price``.
    unit : str
        In brackets after the amount; empty for none.
    origin : float
        What the numbers of the column lie near, if that is far from 0.

    Examples
    --------
    >>> sentence("src_bytes", 146, 1.2, "the score", "log-odds")
    'src_bytes = 146 raises the score by 1.2 (log-odds)'
    >>> sentence("user", None, -0.031, "price", "")
    'user, missing, lowers price by 0.031'
    """
    subject = f"{column}, missing," if value is None else f"{column} = {_shown(value, origin)}"
    if amount == 0:
        return f"{subject} leaves {what} as it is"
    verb = "raises" if amount > 0 else "lowers"
    bracket = f" ({unit})" if unit else ""
    return f"{subject} {verb} {what} by {number(abs(amount))}{bracket}"


def tail_sentence(
    column: str,
    value: Scalar | None,
    share: float,
    larger: bool,
    n_rows: int,
    origin: float = 0.0,
) -> str:
    """Return how far out a number lies.

    Parameters
    ----------
    column : str
    value : number
    share : float
        Of rows with such a number or one farther out; under one row, if none has.
    larger : bool
        Whether it lies on the upper side.
    n_rows : int
        Rows that it is compared with.
    origin : float
        What the numbers of the column lie near, if that is far from 0.

    Examples
    --------
    >>> tail_sentence("bytes_out", 9341222, 0.0002, True, 5000)
    'bytes_out 9,341,222 is larger than in 99.98 % of the 5,000 rows learned from'
    >>> tail_sentence("gap", 0.01, 0.0001, False, 5000)
    'gap 0.01 is smaller than in all of the 5,000 rows learned from'
    """
    side = "larger" if larger else "smaller"
    digits = max(0, -math.floor(math.log10(100 * share)))
    part = "all" if share * n_rows < 1 - 1e-9 else f"{100 * (1 - share):.{digits}f} %"
    told = grouped(value, origin)
    return f"{column} {told} is {side} than in {part} of the {n_rows:,} rows learned from"


def count_sentence(
    columns: Sequence[str],
    values: Sequence[Scalar | None],
    times: int,
    n_rows: int,
    *,
    at_most: bool = False,
) -> str:
    """Return how often a value, or a pair of values, came.

    Examples
    --------
    >>> count_sentence(["process"], ["xyz.exe"], 1, 5000)
    'process = xyz.exe was in 1 of the 5,000 rows learned from'
    >>> count_sentence(["user", "host"], ["bob", "DC1"], 0, 5000)
    'the pair user = bob, host = DC1 was in none of the 5,000 rows learned from'
    >>> count_sentence(["user"], [None], 3, 5000)
    'user was missing in 3 of the 5,000 rows learned from'
    """
    rows = f"{'at most ' if at_most else ''}{times:,}" if times else "none"
    named = ", ".join(f"{c} = {_shown(v)}" for c, v in zip(columns, values, strict=True)
                      if v is not None)  # fmt: skip
    subject = f"the pair {named} was" if len(columns) > 1 else f"{named} was"
    if not named:
        subject = f"{columns[0]} was missing"
    return f"{subject} in {rows} of the {n_rows:,} rows learned from"


def neighbour_sentence(
    differs: Sequence[tuple[str, Scalar | None, Scalar | None]],
    n_alike: int,
    origins: Mapping[str, float] | None = None,
) -> str:
    """Return how a normal row differs: columns with its own value and that of the explained row.

    ``origins`` tell what the numbers of a column lie near, of those that are far from 0.

    Examples
    --------
    >>> neighbour_sentence([("bytes", 512, 9341222), ("port", None, 4444)], 5)
    'like a normal row but for bytes (512 there, 9,341,222 here), port (missing there, 4444 here)'
    >>> neighbour_sentence([], 7)
    'like a normal row in all 7 columns'
    >>> neighbour_sentence([], 1)
    'like a normal row in the only column that is compared'
    """
    if not differs and n_alike == 1:
        return "like a normal row in the only column that is compared"
    if not differs:
        return f"like a normal row in all {counted(n_alike, 'column')}"
    near = origins or {}
    told = [
        f"{column} ({grouped(there, near.get(column, 0.0))} there, {grouped(here, near.get(column, 0.0))} here)"
        for column, there, here in differs[:DIFFERENCES]
    ]
    left = len(differs) - DIFFERENCES
    more = f" and {counted(left, 'more column')}" if left > 0 else ""
    return f"like a normal row but for {', '.join(told)}{more}"


def grouped(value: Scalar | None, origin: float = 0.0) -> str:
    """Return a value for a sentence, the thousands of a long number grouped.

    Examples
    --------
    >>> grouped(9341222.0), grouped(4444), grouped(0.25), grouped(None), grouped(1e300)
    ('9,341,222', '4444', '0.25', 'missing', '1e+300')
    >>> grouped(1_000_000_014.25, 1_000_000_000.0)
    '1,000,000,014.25'
    """
    if value is None:
        return "missing"
    if isinstance(value, bool | str) or not LONG_NUMBER <= abs(value) < TOO_LONG_NUMBER:
        return _shown(value, origin)
    return _long(float(value), origin) if origin else f"{value:,.0f}"


def number(value: float) -> str:
    """Return a number in three digits, never with an exponent where it is large.

    Examples
    --------
    >>> number(0.0312), number(1.2), number(-182934.0)
    ('0.0312', '1.2', '-183,000')
    """
    short = float(f"{value:.3g}")
    return f"{short:,.0f}" if abs(short) >= 1_000 else f"{short:.3g}"


def _shown(value: Scalar, origin: float = 0.0) -> str:
    if isinstance(value, float):
        is_long = 10**DIGITS <= abs(value) < TOO_LONG_NUMBER
        return _long(value, origin) if is_long else f"{value:.{_n_digits(value, origin)}g}"
    text = str(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _long(value: float, origin: float) -> str:
    """Return a number with all digits before the point, in thousands, and as many after it as it takes."""
    after = max(0, _n_digits(value, origin) - len(str(int(abs(value)))))
    text = f"{value:,.{after}f}"
    return text.rstrip("0").rstrip(".") if after else text


def _n_digits(value: float, origin: float) -> int:
    """Return how many digits tell a number from others near its column's origin."""
    if not origin or not value:
        return DIGITS
    apart = abs(value - origin)
    shared = math.log10(abs(value) / apart) if 0.0 < apart < math.inf else ALL_DIGITS
    return min(max(DIGITS, math.ceil(shared) + DIGITS_APART), ALL_DIGITS)
