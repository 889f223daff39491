"""The types of a table's text columns while it streams by: narrow at first, widened as needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import polars as pl

from phantom_ml.data.columns.text_types import (
    DTYPES,
    TIMES,
    TextType,
    guess_types,
    odd_values,
    parsed_expr,
    type_of,
)
from phantom_ml.data.columns.tidy import (
    finite_only,
    told_infinite,
    told_without_zone,
    without_zone,
)

#: Rows that a first guess is made by; every other row may widen it.
LOOK_ROWS = 1000


class ColumnTypes:
    """Types found so far; every frame that is fitted may widen them.

    Parameters
    ----------
    decimal : str
        ``.`` or ``,``.
    keep_infinite : bool
        Whether infinite numbers stay; else they are missing.

    Examples
    --------
    >>> types = ColumnTypes(".")
    >>> types.fit(pl.DataFrame({"a": ["1", "2"]})).schema
    Schema([('a', Int64)])
    >>> types.fit(pl.DataFrame({"a": ["1", "x"]})).schema
    Schema([('a', String)])
    >>> types.warnings()
    ["Column 'a' is read as text: its values are numbers, but for 'x' and the like."]
    """

    def __init__(self, decimal: str, *, keep_infinite: bool = False) -> None:
        self.decimal, self.keep_infinite = decimal, keep_infinite
        self.kinds: dict[str, TextType] = {}
        self._odd: dict[str, str] = {}
        self._infinite: Counter[str] = Counter()
        self._without_zone: dict[str, str] = {}

    def fit(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return a frame of text with the types that hold its values and all before."""
        self._begin(frame)
        typed = self._parse(frame)
        counts = zip(frame.null_count().row(0), typed.null_count().row(0), strict=True)
        lost = [n for n, (had, has) in zip(frame.columns, counts, strict=True) if has > had]
        for name in lost:
            self._widen(frame[name])
        if lost:
            # What was lost may be written otherwise than the first values are.
            again = (parsed_expr(name, self.kinds[name], self.decimal) for name in lost)
            typed = typed.with_columns(frame.select(again))
        self._look_for_zones(frame)
        if self.keep_infinite:
            return typed.with_columns(pl.selectors.float().fill_nan(None))
        typed, infinite = finite_only(typed)
        self._infinite.update(infinite)
        return typed

    def holds(self, schema: Mapping[str, pl.DataType]) -> bool:
        """Return whether columns written with these types lose nothing when cast to today's."""
        return all(_holds(DTYPES[self.kinds[name]], dtype) for name, dtype in schema.items())

    def schema(self) -> dict[str, pl.DataType]:
        """Return the polars type of each column, in the order of first appearance."""
        return {name: DTYPES[kind] for name, kind in self.kinds.items()}

    def warnings(self) -> list[str]:
        """Return a sentence for each column whose values were not what most of them are."""
        mixed = [
            f"Column {name[:60]!r} is read as text: its values are numbers, but for {value[:60]!r} "
            "and the like."
            for name, value in self._odd.items()
        ]
        moments = {n: e for n, e in self._without_zone.items() if self.kinds[n] is TextType.MOMENT}
        return mixed + told_infinite(self._infinite) + told_without_zone(moments)

    def _look_for_zones(self, frame: pl.DataFrame) -> None:
        """Remember of each column of times one that names no zone: others may follow that name one."""
        left = [n for n in frame.columns if self.kinds[n] in TIMES and n not in self._without_zone]
        if not left:
            return
        found = frame.select(without_zone(name) for name in left).row(0, named=True)
        self._without_zone |= {name: cell for name, cell in found.items() if cell is not None}

    def _parse(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.select(
            parsed_expr(name, self.kinds[name], self.decimal, frame[name]) for name in frame.columns
        )

    def _begin(self, frame: pl.DataFrame) -> None:
        """Guess the type of columns that had no value yet, by their first values now."""
        new = [n for n in frame.columns if self.kinds.get(n, TextType.EMPTY) is TextType.EMPTY]
        if not new:
            return
        self.kinds |= guess_types(frame.select(new).head(LOOK_ROWS), self.decimal)
        for name in new:
            if self.kinds[name] is TextType.EMPTY and frame[name].null_count() < frame.height:
                first = frame[name].drop_nulls().head(LOOK_ROWS).to_frame()
                self.kinds |= guess_types(first, self.decimal)
        words = [name for name in new if self.kinds[name] is TextType.TEXT]
        self._odd |= odd_values(frame.select(words), self.decimal)

    def _widen(self, values: pl.Series) -> None:
        before = self.kinds[values.name]
        self.kinds[values.name] = now = type_of(values, before, self.decimal)
        if now is TextType.TEXT and before in {TextType.INTEGER, TextType.FLOAT}:
            self._odd |= odd_values(values.to_frame(), self.decimal)


def _holds(now: pl.DataType, written: pl.DataType) -> bool:
    if isinstance(now, pl.Datetime) and isinstance(written, pl.Datetime):
        return True
    # Only an empty column was written as text and is something else now.
    return written in {now, pl.String()} or (written == pl.Int64 and now == pl.Float64)
