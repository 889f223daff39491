"""Encoders of strings with several parts: each distinct string is taken apart once, for all its rows.

A part is a number (``length``) or a word (``extension``). Words become categories: the frequent ones of
training are levels, all others are missing. Parts that never vary in training are dropped.
"""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import ColumnSchema
from phantom_ml.features.base import ColumnEncoder, as_text, cut
from phantom_ml.features.lately import FEW

#: A part of a few strings, None or NaN where there is none.
Few = list[Any] | NDArray[Any]
#: Characters of a cell that are read: the input is an attacker's, and time must stay bounded.
MAX_CHARACTERS = 65_536
#: Bytes of text taken apart at a time, so that memory is bounded.
CHUNK_BYTES = 4_000_000
#: Distinct strings that a fit looks at.
FIT_STRINGS = 20_000
#: A word seen in fewer rows is none that can be learned from; and how many there are at most.
MIN_ROWS, MAX_WORDS = 5, 200
#: Sets of encoders of which what they ask for together is remembered: any of a table's may be asked at once.
MOST_PLANS = 256


class PartsEncoder(ColumnEncoder):
    """Parts of a column of strings; NaN where the string is missing or has no such part.

    Class attributes
    ----------------
    numbers : part -> what its values are, in words with their unit or range.
    words : part -> what its values are; ``compute`` gives them as strings.
    """

    family = "security"
    numbers: ClassVar[Mapping[str, str]]
    words: ClassVar[Mapping[str, str]] = {}

    kept: tuple[str, ...]
    levels: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @classmethod
    def of_few(cls, cells: list[str], wanted: Collection[str]) -> Mapping[str, Few]:
        """Return the wanted parts of a few strings, the same as ``compute`` does: faster, where overridden."""
        return cls.compute(pl.Series(cells, dtype=pl.String), wanted).to_dict(as_series=False)

    @classmethod
    @abstractmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return at least the ``wanted`` parts of each string, row for row.

        Parameters
        ----------
        text : String series without nulls, at most MAX_CHARACTERS a cell, whatever is in it
        wanted : names of ``numbers`` and ``words``

        Returns
        -------
        DataFrame
            Numbers or booleans, and strings for words; null where there is no such part.
        """

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> Self | None:
        """Return the encoder with the parts that vary in training; None if none does."""
        counts = _cut(as_text(values)).drop_nulls().alias("s").value_counts(name="rows")
        if counts.height == 0:
            return None
        if counts.height > FIT_STRINGS:
            counts = counts.sort("rows", "s", descending=[True, False])
            counts = counts.gather_every(-(-counts.height // FIT_STRINGS))
        telling = cls.telling(schema)
        table = cls.compute(counts["s"], [*telling, *cls.words])
        numbers = [p for p in telling if _varies(table[p])]
        levels = {p: _levels(table[p], counts["rows"]) for p in cls.words}
        known = {p: found for p, found in levels.items() if found and _varies(table[p])}
        kept = (*numbers, *known)
        return cls(column=schema.name, kept=kept, levels=known) if kept else None

    @classmethod
    def telling(cls, schema: ColumnSchema) -> Collection[str]:
        """Return the numbers that tell something of a column of this kind: all, unless overridden."""
        return cls.numbers

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return one feature a kept part."""
        return tuple(
            Feature(
                f"{self.column}.{part}",
                self.column,
                len(self.levels.get(part, ())),
                self.numbers.get(part) or self.words.get(part, ""),
            )
            for part in self.kept
        )

    def keeping(self, names: Collection[str]) -> Self | None:
        """Return the encoder with the parts that are named; None if none is."""
        kept = tuple(p for p in self.kept if f"{self.column}.{p}" in names)
        levels = {p: words for p, words in self.levels.items() if p in kept}
        return self.model_copy(update={"kept": kept, "levels": levels}) if kept else None

    def transform(self, values: pl.Series, out: NDArray[np.float32]) -> None:
        """Write the parts: numbers as they are, words as codes of their levels."""
        if len(values) <= FEW:
            out[:] = self.transform_each([self], [values])[0]
            return
        text = _cut(as_text(values))
        distinct = text.drop_nulls().unique(maintain_order=True)
        if len(distinct) == len(text):
            self._write(text, out)
            return
        cells = np.full((len(distinct) + 1, len(self.kept)), np.nan, np.float32)
        self._write(distinct, cells[:-1])
        out[:] = cells[_places(text, distinct)]

    @classmethod
    def transform_each(
        cls, fitted: Sequence[Self], columns: Sequence[pl.Series]
    ) -> list[NDArray[np.float32]]:
        """Return the parts of a column each, for few rows: the strings of all are taken apart together."""
        heads = [_heads(values) for values in columns]
        distinct = list(dict.fromkeys(c for cells in heads for c in cells if c is not None))
        if not distinct:
            sizes = zip(heads, fitted, strict=True)
            return [np.full((len(c), len(e.kept)), np.nan, np.float32) for c, e in sizes]
        plan = _plan(cls, tuple(encoder.kept for encoder in fitted))
        found = cls._apart(distinct, plan.wanted)
        table = _table([_listed(found[part]) for part in plan.numbers], len(distinct))
        # A missing string is the one behind the last.
        place: dict[str | None, int] = {cell: i for i, cell in enumerate(distinct)}
        rows = [[place.get(cell, -1) for cell in cells] for cells in heads]
        made = [table.take(at, 0).take(own, 1) for at, own in zip(rows, plan.own, strict=True)]
        for encoder, words, at, out in zip(fitted, plan.words, rows, made, strict=True):
            for i, part in words:
                codes, cells = encoder._codes[part], [*_listed(found[part]), None]
                out[:, i] = [codes.get(cells[row], np.nan) for row in at]
        return made

    @classmethod
    def _apart(cls, cells: list[str], wanted: tuple[str, ...]) -> Mapping[str, Few]:
        """Return the parts of different strings; of a row of many columns they may be more than few."""
        if len(cells) <= FEW:
            return cls.of_few(cells, wanted)
        text = pl.Series(cells, dtype=pl.String)
        return pl.concat(cls.compute(text[rows], wanted) for rows in chunks(text)).to_dict(
            as_series=False
        )

    @cached_property
    def _codes(self) -> dict[str, dict[str, int]]:
        return {p: {word: i for i, word in enumerate(words)} for p, words in self.levels.items()}

    def _write(self, text: pl.Series, out: NDArray[np.float32]) -> None:
        def write(rows: slice) -> None:
            table = self.compute(text[rows], self.kept)
            for i, part in enumerate(self.kept):
                out[rows, i] = self._numbers(table[part], part)

        parts = list(chunks(text))
        if len(parts) == 1:
            write(parts[0])
            return
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as side_by_side:
            list(side_by_side.map(write, parts))

    def _numbers(self, column: pl.Series, part: str) -> NDArray[np.float32]:
        if part in self.levels:
            column = column.cast(pl.Enum(list(self.levels[part])), strict=False).to_physical()
        return column.cast(pl.Float32).to_numpy()


class _Plan(NamedTuple):
    """What encoders of one kind ask for together.

    Attributes
    ----------
    wanted : all parts
    numbers : those of them that are numbers
    own : of each encoder, where its parts stand among the numbers; -1 for a word
    words : of each encoder, the places of its words, and which they are
    """

    wanted: tuple[str, ...]
    numbers: list[str]
    own: list[NDArray[np.intp]]
    words: list[list[tuple[int, str]]]


@lru_cache(MOST_PLANS)
def _plan(kind: type[PartsEncoder], kept: tuple[tuple[str, ...], ...]) -> _Plan:
    wanted = tuple(dict.fromkeys(chain.from_iterable(kept)))
    numbers = [part for part in wanted if part in kind.numbers]
    at = {part: i for i, part in enumerate(numbers)}
    places = [np.array([at.get(part, -1) for part in own], np.intp) for own in kept]
    words = [[(i, part) for i, part in enumerate(own) if part not in at] for own in kept]
    return _Plan(wanted, numbers, places, words)


def _table(numbers: list[list[Any]], n_strings: int) -> NDArray[np.float32]:
    """Return a row of numbers a string; NaN behind the last row, and behind the last column."""
    table = np.full((n_strings + 1, len(numbers) + 1), np.nan, np.float32)
    # One long list becomes an array in half the time of lists within one.
    cells = np.array([*chain.from_iterable(numbers)], np.float32)
    table[:-1, :-1] = cells.reshape(len(numbers), n_strings).T
    return table


def chunks(text: pl.Series) -> Iterator[slice]:
    """Return slices of rows with at most CHUNK_BYTES of text each, one row at least."""
    if len(text) <= FEW or text.estimated_size() <= CHUNK_BYTES:
        yield slice(0, len(text))
        return
    ends = np.cumsum(text.str.len_bytes().fill_null(0).to_numpy(), dtype=np.int64)
    first = 0
    while first < len(text):
        done = ends[first - 1] if first else 0
        last = int(np.searchsorted(ends, done + CHUNK_BYTES, side="right"))
        last = max(last, first + 1)
        yield slice(first, last)
        first = last


def _listed(cells: Few) -> list[Any]:
    return cells if isinstance(cells, list) else cells.tolist()


def _heads(values: pl.Series) -> list[str | None]:
    return [cell and cell[:MAX_CHARACTERS] for cell in as_text(values).to_list()]


def _cut(text: pl.Series) -> pl.Series:
    return cut(text, MAX_CHARACTERS)


def _varies(column: pl.Series) -> bool:
    return column.n_unique() > 1


def _levels(column: pl.Series, rows: pl.Series) -> tuple[str, ...]:
    """Return the words that enough rows have, the most frequent first."""
    counted = pl.DataFrame({"word": column, "rows": rows}).drop_nulls("word").group_by("word").sum()
    enough = counted.filter(pl.col("rows") >= MIN_ROWS).sort(
        "rows", "word", descending=[True, False]
    )
    return tuple(enough["word"].head(MAX_WORDS).to_list())


def _places(text: pl.Series, distinct: pl.Series) -> NDArray[np.int64]:
    """Return where each string stands among the distinct ones; one past them where it is missing."""
    known = pl.DataFrame({"s": distinct}).with_row_index("at")
    joined = text.alias("s").to_frame().join(known, on="s", how="left", maintain_order="left")
    return joined["at"].fill_null(len(distinct)).to_numpy().astype(np.int64)
