"""A contribution in words: ``src_bytes = 146 raises the score by 1.2 (log-odds)``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

Scalar = bool | int | float | str
#: Characters of a raw value that are kept, and shown in a sentence.
KEPT, SHOWN = 500, 60


def plain_value(value: Any) -> Scalar | None:
    """Return a raw cell as JSON can hold it; long text is cut, other types become text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value)[:KEPT]


def sentence(column: str, value: Scalar | None, amount: float, what: str, unit: str) -> str:
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

    Examples
    --------
    >>> sentence("src_bytes", 146, 1.2, "the score", "log-odds")
    'src_bytes = 146 raises the score by 1.2 (log-odds)'
    >>> sentence("user", None, -0.031, "price", "")
    'user, missing, lowers price by 0.031'
    """
    subject = f"{column}, missing," if value is None else f"{column} = {_shown(value)}"
    if amount == 0:
        return f"{subject} leaves {what} as it is"
    verb = "raises" if amount > 0 else "lowers"
    bracket = f" ({unit})" if unit else ""
    return f"{subject} {verb} {what} by {number(abs(amount))}{bracket}"


def joint_sentence(columns: Sequence[str], amount: float, what: str, unit: str) -> str:
    """Return the sentence of what several text columns say together.

    Examples
    --------
    >>> joint_sentence(["url", "agent"], 0.5, "the score", "log-odds")
    'the words of url and agent raise the score by 0.5 (log-odds)'
    """
    named = f"{', '.join(columns[:-1])} and {columns[-1]}" if len(columns) > 1 else columns[0]
    verb = "raise" if amount >= 0 else "lower"
    bracket = f" ({unit})" if unit else ""
    return f"the words of {named} {verb} {what} by {number(abs(amount))}{bracket}"


def number(value: float) -> str:
    """Return a number in three digits, never with an exponent where it is large.

    Examples
    --------
    >>> number(0.0312), number(1.2), number(-182934.0)
    ('0.0312', '1.2', '-183,000')
    """
    short = float(f"{value:.3g}")
    return f"{short:,.0f}" if abs(short) >= 1_000 else f"{short:.3g}"


def _shown(value: Scalar) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
