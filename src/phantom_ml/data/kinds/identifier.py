"""Row numbers and names given to single rows: there is nothing in them to learn from.

Dropping a useful column costs far more than keeping an idle one: without the shape of a UUID or an
even sequence a name must speak for it, and text of free form is never an identifier.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from phantom_ml.data.columns.column import Column, name_words
from phantom_ml.data.kinds.base import FLOOR, Claim, Recogniser, hints_at, kinds
from phantom_ml.data.schema import ColumnKind

HINTS = name_words(
    """id ids pid uid uuid guid key pk rowid recordid eventrecordid recordnumber lineid"""
)
#: Words that say row number where the numbers are also dense.
ROW_HINTS = name_words(
    """index idx row rownum line number no nr num seq sequence order instant record serial
    unnamed"""
)
#: Share of distinct values from which a column names single rows.
UNIQUE = 0.99
#: Below so many rows, being unique says little.
MIN_ROWS = 50
_UUID = r"^\{?[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\}?$"
#: One token of letters and digits, such as C7f3kQ2, sess-0192 or blk_123; it must hold a digit.
_OPAQUE = r"^[\w.:{}+/=-]*\d[\w.:{}+/=-]*$"


def _claim(column: Column) -> Claim | None:
    if column.distinct_share < UNIQUE or column.n_present < 2:
        return None
    if column.is_text and column.numbers is None:
        return _text(column)
    return _integer(column)


def _text(column: Column) -> Claim | None:
    rate = column.rate(lambda values: values.str.contains(_UUID), FLOOR)
    if rate:
        return _named(rate, "UUIDs, a new one in every row")
    if column.n_present < MIN_ROWS or not _called_id(column):
        return None
    rate = column.rate(lambda values: values.str.contains(_OPAQUE), FLOOR)
    lengths = column.sample.str.len_chars()
    if not rate or lengths.max() > 64 or (lengths.std() or 0.0) > 4:  # type: ignore[operator]
        return None
    return _named(rate, "single tokens, a new one in every row, and the name says id")


def _integer(column: Column) -> Claim | None:
    whole = column.whole
    if whole is None or len(whole) != column.n_present:
        return None
    span = int(whole.max()) - int(whole.min())  # type: ignore[arg-type]
    if column.n_present >= MIN_ROWS and _called_id(column):
        return _named(1.0, "whole numbers, a new one in every row, and the name says id")
    if span >= 20 * column.n_rows:
        return None
    counts = _counts_rows(whole)
    if hints_at(column, ROW_HINTS) and (column.n_present >= MIN_ROWS or counts):
        return _named(1.0, "whole numbers, a new one in every row, and the name says row number")
    if column.n_present >= MIN_ROWS and counts:
        return _named(1.0, "a count of the rows")
    return None


def _called_id(column: Column) -> bool:
    """Whether the name ends in id; in ``id.orig_h`` it only begins so."""
    return bool(column.words) and (column.words[-1] in HINTS or "".join(column.words) in HINTS)


def _counts_rows(whole: pl.Series) -> bool:
    """Whether numbers rise (or fall) evenly from row to row, as a count does, sampled or not."""
    line = np.linspace(float(whole[0]), float(whole[-1]), len(whole))
    values = whole.to_numpy().astype(np.float64)
    off = float(np.abs(values - line).max())
    rising = whole.is_sorted() or whole.is_sorted(descending=True)
    return rising and off <= max(0.02 * abs(float(line[-1] - line[0])), 0.5)


def _named(rate: float, what: str) -> Claim:
    return Claim(ColumnKind.IDENTIFIER, rate, f"The values are {what}.")


kinds.add("identifier")(Recogniser(ColumnKind.IDENTIFIER, 180, _claim))
