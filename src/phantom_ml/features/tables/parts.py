"""Encoders of several columns whose features are named parts; those that never vary in training are dropped."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature
from phantom_ml.features.offsets import LIMIT
from phantom_ml.features.tables.base import TableEncoder

#: Rows that a fit looks at, evenly spaced, to see what varies.
FIT_ROWS = 20_000

Values = NDArray[np.generic]


@dataclass(frozen=True)
class Part:
    """What a part is.

    Attributes
    ----------
    words : str
        What its values are, with their unit or range.
    needs : tuple of str
        The roles of the columns that it is made of, the main one first.
    levels : tuple of str
        The words that its codes stand for; none for a number.
    """

    words: str
    needs: tuple[str, ...]
    levels: tuple[str, ...] = ()


class TablePartsEncoder(TableEncoder):
    """Parts of several columns; NaN where a cell that they need is missing.

    Class attributes
    ----------------
    prefix : what stands before the name of each feature.
    parts : all that there can be.

    Attributes
    ----------
    columns : dict of str to tuple of str
        The raw columns of each role that was found.
    kept : tuple of str
        The parts that vary in training.
    """

    family = "security"
    prefix: ClassVar[str]
    parts: ClassVar[Mapping[str, Part]]

    columns: dict[str, tuple[str, ...]]
    kept: tuple[str, ...] = ()

    @abstractmethod
    def compute(self, frame: pl.DataFrame, wanted: Collection[str]) -> dict[str, Values]:
        """Return at least the ``wanted`` parts, row for row: numbers, booleans or codes; NaN for none."""

    def varying(self, frame: pl.DataFrame) -> Self | None:
        """Return the encoder with the parts that its columns allow and that vary; None if none does."""
        possible = [p for p, part in self.parts.items() if set(part.needs) <= set(self.columns)]
        rows = frame.gather_every(-(-frame.height // FIT_ROWS) or 1)
        computed = self.compute(rows, possible)
        kept = tuple(p for p in possible if _varies(computed[p]))
        return self.model_copy(update={"kept": kept}) if kept else None

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the raw columns that the kept parts need."""
        return tuple(dict.fromkeys(c for part in self.kept for c in self._columns_of(part)))

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return one feature a kept part."""
        return tuple(self._feature(part) for part in self.kept)

    @property
    def levels(self) -> dict[str, tuple[str, ...]]:
        """Return the words of each part that has codes."""
        return {p: self.parts[p].levels for p in self.kept if self.parts[p].levels}

    def keeping(self, names: Collection[str]) -> Self | None:
        """Return the encoder with the parts that are named; None if none is."""
        kept = tuple(p for p in self.kept if f"{self.prefix}.{p}" in names)
        return self.model_copy(update={"kept": kept}) if kept else None

    def transform(self, frame: pl.DataFrame, out: NDArray[np.float32]) -> None:
        """Write the parts."""
        computed = self.compute(frame, self.kept)
        for i, part in enumerate(self.kept):
            out[:, i] = _float32(computed[part])

    def _columns_of(self, part: str) -> tuple[str, ...]:
        return tuple(c for role in self.parts[part].needs for c in self.columns[role])

    def _feature(self, name: str) -> Feature:
        part, columns = self.parts[name], self._columns_of(name)
        others = tuple(dict.fromkeys(columns[1:]))
        return Feature(f"{self.prefix}.{name}", columns[0], len(part.levels), part.words, others)


def _varies(values: Values) -> bool:
    return len(np.unique(_float32(values))) > 1


def _float32(values: Values) -> NDArray[np.float32]:
    """Return values with those beyond float32 as missing."""
    numbers = values.astype(np.float64)
    return np.where(np.abs(numbers) <= LIMIT, numbers, np.nan).astype(np.float32)
