"""Usual: what the rows that a detector learned from held, kept so that an anomaly can be told in words.

Of each number column a sketch of its distribution, of each other one, and of pairs of them, how often each
value came; of numbers stored as text both, all of them counted as one value beside the words among them. The
values themselves are kept as hashes alone. Beside them lies a sample of the rows as they are.

How rare a value is that came so many times is the share of rows whose value came no more often. Of a value
that never came it is the share of those that came once: Good, "The Population Frequencies of Species and the
Estimation of Population Parameters", Biometrika 40, 1953, doi:10.1093/biomet/40.3-4.237.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.schema import ColumnKind, ColumnSchema, TableSchema
from phantom_ml.features.base import as_text
from phantom_ml.features.cells.entity import row_hashes
from phantom_ml.features.cells.hashing import MISSING, Hashes, hash64
from phantom_ml.features.columns.number import finite_numbers, is_word
from phantom_ml.features.tables.pair_rarity import KINDS, MAX_COLUMNS, MIN_VALUES
from phantom_ml.parts.arrays import Arrays, Form, damaged, load_arrays, require, save_arrays
from phantom_ml.parts.tails import BEYOND_ROWS, Tails, require_tails

Array = NDArray[np.float64]
#: Rows that are counted at most, and values of a column that are kept, the most frequent ones.
MAX_ROWS, MAX_VALUES = 100_000, 5_000
#: Characters of a cell that are kept in a row of the sample.
MAX_CHARACTERS = 500
#: Columns of numbers that have an order of their own; a port or a flag is counted by value.
NUMBERS = (ColumnKind.NUMBER, ColumnKind.BYTES, ColumnKind.DURATION)
ROWS = "rows.parquet"
#: What any number hashes as among words; a word has this hash with a chance of 2**-64.
NUMBER = np.uint64(1)


@dataclass(frozen=True)
class Counts:
    """How often each value of a column, or of a pair of columns, came.

    Attributes
    ----------
    columns : tuple of one or two str
    hashes : uint64 array of shape (n_kept,)
        Rising.
    rows : int64 array of shape (n_kept,)
    n_rows : int
        Rows with a value, those of values that are not kept among them.
    most_lost : int
        How often the most frequent value that is not kept came; 0 where all are kept.
    """

    columns: tuple[str, ...]
    hashes: Hashes
    rows: NDArray[np.int64]
    n_rows: int
    most_lost: int

    @classmethod
    def fit(cls, columns: Sequence[str], hashes: Hashes) -> Counts:
        """Return the counts of hashes, one a row, of which MISSING ones are left out."""
        values, rows = np.unique(hashes[hashes != MISSING], return_counts=True)
        kept = np.lexsort((values, -rows))
        lost = int(rows[kept[MAX_VALUES]]) if len(kept) > MAX_VALUES else 0
        kept = np.sort(kept[:MAX_VALUES])
        return cls(tuple(columns), values[kept], rows[kept].astype(np.int64), int(rows.sum()), lost)

    def times(self, hashes: Hashes) -> NDArray[np.int64]:
        """Return how often each value came, at most: ``most_lost`` for those that are not kept."""
        if not len(self.hashes):
            return np.zeros(len(hashes), np.int64)
        place = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return np.where(self.hashes[place] == hashes, self.rows[place], self.most_lost)

    def share(self, times: NDArray[np.int64]) -> Array:
        """Return the share of rows whose value came no more often than a new row's, above 0."""
        ordered = np.sort(self.rows)
        upto = np.cumsum(np.concatenate([[0], ordered]))
        # A row that was counted counts itself, a new one does not.
        rarer = upto[np.searchsorted(ordered, times + 1, side="right")]
        rarer = rarer + (self.n_rows - upto[-1])
        return np.asarray(np.clip(np.maximum(rarer, BEYOND_ROWS) / max(self.n_rows, 1), 0.0, 1.0))


@dataclass(frozen=True)
class Usual:
    """What the training rows held.

    Attributes
    ----------
    n_rows : int
        Rows that were counted.
    numbers : dict of str to Tails
        The distribution of each number column.
    counts : tuple of Counts
        Of single columns, then of pairs. A column of both holds numbers as text, and perhaps words.
    rows : DataFrame
        A sample of the rows; none where nobody wants rows to lie in a model.
    """

    n_rows: int
    numbers: dict[str, Tails]
    counts: tuple[Counts, ...]
    rows: pl.DataFrame

    @classmethod
    def fit(cls, frame: pl.DataFrame, schema: TableSchema, n_kept: int, seed: int) -> Usual:
        """Return what rows held, and ``n_kept`` of them at most, drawn at random.

        Parameters
        ----------
        frame : DataFrame
            Raw rows with the columns that are to be told.
        schema : TableSchema
            What the columns are.
        n_kept : int
            Rows of the sample, 0 for none.
        seed : int
        """
        rng = np.random.default_rng(seed)
        frame = _some(frame, MAX_ROWS, rng)
        there = [c for c in schema.columns if c.name in frame.columns]
        told = [c for c in there if c.kind is not ColumnKind.TIMESTAMP]
        numbers = {c.name: _finite(frame[c.name]) for c in told if _is_number(c, frame)}
        words = [c for c in told if not _is_number(c, frame)]
        mixed = [c.name for c in told if c.name in numbers and frame[c.name].dtype == pl.String]
        counted = [*((c.name,) for c in words), *_pairs(words)]
        return cls(
            frame.height,
            {name: Tails.fit(known[:, None]) for name, known in numbers.items() if len(known)},
            (
                *(Counts.fit((name,), word_hashes(frame[name])) for name in mixed),
                *(Counts.fit(columns, row_hashes(frame, columns)) for columns in counted),
            ),
            _cut(_some(frame, n_kept, rng)),
        )

    @property
    def mixed(self) -> frozenset[str]:
        """Return the columns that hold numbers as text, words among them."""
        return frozenset(c.columns[0] for c in self.counts if len(c.columns) == 1) & set(
            self.numbers
        )

    def n_known(self, column: str) -> int:
        """Return the rows in which a number was known."""
        return round(BEYOND_ROWS / float(self.numbers[column].least[0]))

    def share_of_gaps(self, n_known: int) -> float:
        """Return the share of rows without a value, where so many had one; above 0."""
        return max(self.n_rows - n_known, BEYOND_ROWS) / self.n_rows

    def save(self, folder: Path) -> None:
        """Write it into ``folder`` (made if absent)."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays: Arrays = {}
        for i, tails in enumerate(self.numbers.values()):
            arrays |= {f"number.{i}.{name}": getattr(tails, name) for name in Tails.FORM}
        for i, counts in enumerate(self.counts):
            arrays |= {f"count.{i}.hashes": counts.hashes, f"count.{i}.rows": counts.rows}
        told = [[list(c.columns), c.n_rows, c.most_lost] for c in self.counts]
        facts = {"n_rows": self.n_rows, "numbers": list(self.numbers), "counts": told}
        save_arrays(folder, arrays, facts)
        if self.rows.height:
            self.rows.write_parquet(folder / ROWS, compression="lz4")

    @classmethod
    def load(cls, folder: Path) -> Usual | None:
        """Return what ``save`` wrote, None where nothing was; raises BundleDamaged."""
        if not folder.exists():
            return None
        arrays, facts = load_arrays(folder, {})
        names, told = facts.get("numbers"), facts.get("counts")
        require(_are_names(names) and isinstance(told, list), "what is usual has no columns")
        n_rows = facts.get("n_rows")
        require(type(n_rows) is int and n_rows >= 1, "nobody knows how many rows were counted")
        numbers = {name: _tails(arrays, i) for i, name in enumerate(names or ())}
        counts = tuple(_counts(arrays, i, c) for i, c in enumerate(told or ()))
        return cls(int(n_rows or 1), numbers, counts, _rows(folder / ROWS))


def word_hashes(values: pl.Series) -> Hashes:
    """Return one hash a row of numbers with words among them: of its word, NUMBER, or MISSING.

    Examples
    --------
    >>> found = word_hashes(pl.Series(["7", " 2.5", "err", " err ", "-"]))
    >>> found[:2].tolist(), bool(found[2] == found[3]), int(found[4])
    ([1, 1], True, 0)
    """
    text = as_text(values).str.strip_chars()
    word = pl.select(pl.when(is_word(text)).then(text)).to_series()
    return np.where(np.isfinite(finite_numbers(text)), NUMBER, hash64(word))


def _is_number(column: ColumnSchema, frame: pl.DataFrame) -> bool:
    if column.kind not in NUMBERS:
        return False
    values = frame[column.name]
    as_numbers = values.dtype == pl.String and np.isfinite(finite_numbers(values)).any()
    return values.dtype.is_numeric() or bool(as_numbers)


def _finite(values: pl.Series) -> Array:
    found = finite_numbers(values)
    return found[np.isfinite(found)]


def _pairs(columns: Sequence[ColumnSchema]) -> list[tuple[str, str]]:
    """Return the columns whose pairs are counted among the features, too."""
    paired = [c for c in columns if c.kind in KINDS and c.n_distinct >= MIN_VALUES]
    paired = sorted(paired, key=lambda c: -c.n_distinct)[:MAX_COLUMNS]
    return list(combinations([c.name for c in paired], 2))


def _some(frame: pl.DataFrame, most: int, rng: np.random.Generator) -> pl.DataFrame:
    if frame.height <= most:
        return frame
    return frame[np.sort(rng.choice(frame.height, most, replace=False))]


def _cut(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.col(pl.String).str.slice(0, MAX_CHARACTERS))


def _are_names(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(name, str) for name in found)


def _part(arrays: Arrays, prefix: str, form: Form) -> Arrays:
    for name, (kind, n_dimensions) in form.items():
        array = arrays.get(prefix + name)
        right = array is not None and array.dtype == kind and array.ndim == n_dimensions
        require(right, f"the array {prefix + name!r} is missing or of another type")
    return {name: arrays[prefix + name] for name in form}


def _tails(arrays: Arrays, i: int) -> Tails:
    found = Tails(**_part(arrays, f"number.{i}.", Tails.FORM))
    require_tails(found, 1)
    return found


def _counts(arrays: Arrays, i: int, told: Any) -> Counts:
    form = {"hashes": (np.uint64, 1), "rows": (np.int64, 1)}
    part = _part(arrays, f"count.{i}.", form)
    right = isinstance(told, list) and len(told) == 3 and _are_names(told[0])
    require(right and 1 <= len(told[0]) <= 2, "a count is of no column")
    columns, n_rows, lost = told
    require(all(type(n) is int and n >= 0 for n in (n_rows, lost)), "a count is no number")
    hashes, rows = part["hashes"], part["rows"]
    rising = len(hashes) == len(rows) and bool((hashes[1:] > hashes[:-1]).all())
    require(rising and bool((rows >= 1).all()), "values are counted twice")
    require(int(rows.sum()) <= n_rows, "more values than rows are counted")
    return Counts(tuple(columns), hashes, rows, n_rows, lost)


def _rows(file: Path) -> pl.DataFrame:
    if not file.exists():
        return pl.DataFrame()
    try:
        return pl.read_parquet(file)
    except (OSError, pl.exceptions.PolarsError) as error:
        damaged(f"its sample of rows cannot be read ({error})")
