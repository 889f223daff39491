"""Columns that tell of a text beside it, such as its length; they must tell of the changed text, too.

A column follows a text where it says the same of it in nearly every row, so nothing but the rows decides.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import polars as pl

from phantom_ml.explain.evasion.web_text import hosts_of
from phantom_ml.features.base import as_text

Derived = Callable[[pl.Series], pl.Series]
#: Share of rows in which it must; escapes that were lost on the way make a few differ.
LEAST_SHARE = 0.99
#: What a column may hold of a text.
NUMBERS: tuple[Derived, ...] = (
    lambda text: text.str.len_chars(),
    lambda text: text.str.len_bytes(),
)
HOSTS: tuple[Derived, ...] = (hosts_of,)


def followers(frame: pl.DataFrame, text: str, columns: Collection[str]) -> dict[str, Derived]:
    """Return those of ``columns`` that follow a text, and how they are told from it.

    Parameters
    ----------
    frame : DataFrame
        All rows that are known.
    text : str
        The column of the text.
    columns : collection of str
        Those that may follow it.
    """
    cells = as_text(frame[text])
    found: dict[str, Derived] = {}
    for name in columns:
        if name == text:
            continue
        derived = NUMBERS if frame.schema[name].is_numeric() else HOSTS
        kept = next((d for d in derived if _follows(frame[name], d(cells))), None)
        if kept is not None:
            found[name] = kept
    return found


def _follows(known: pl.Series, told: pl.Series) -> bool:
    """Return whether a column says what was derived wherever both say something, and not just one thing."""
    if known.dtype.is_nested() or known.dtype.is_temporal():
        return False
    own = known if known.dtype.is_numeric() else as_text(known)
    both = own.is_not_null() & told.is_not_null()
    seen = told.filter(both)
    same = (own.filter(both) == seen).cast(pl.Float64).sum()
    return seen.n_unique() > 1 and same >= LEAST_SHARE * len(seen)
