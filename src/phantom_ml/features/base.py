"""What a column encoder promises: fitted once on training rows, then a pure function of a column.

An encoder is a frozen pydantic model, so what it learned is its fields, and its JSON is its saved form.
None of them sees the target: what needs the target is fitted inside each fold (see fold_fitted).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import FeatureSettings, Settings
from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.before import Before
from phantom_ml.features.lately import FEW
from phantom_ml.registry import Registry

#: The range of 64 bits.
LEAST, BEYOND = -(2.0**63), 2.0**63


class ColumnEncoder(Settings, ABC):
    """Turns one raw column into one or more float32 columns.

    Class attributes
    ----------------
    name : the registered name, also in saved models.
    version : raised when the same state would give other values; a model refuses another version.
    kinds : the semantic kinds that it reads.
    family : the switch in FeatureSettings that turns it on, or None if it is always on.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    kinds: ClassVar[frozenset[ColumnKind]]
    family: ClassVar[str | None] = None

    column: str

    @classmethod
    @abstractmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> ColumnEncoder | None:
        """Return the encoder that was learned from training values; None where nothing can be."""

    @property
    @abstractmethod
    def features(self) -> tuple[Feature, ...]:
        """Return what the columns of ``transform`` mean."""

    @abstractmethod
    def transform(self, values: pl.Series, out: NDArray[np.float32]) -> None:
        """Write the features of ``values`` into ``out`` of shape (n_rows, n_features)."""

    @classmethod
    def transform_each(
        cls, fitted: Sequence[Self], columns: Sequence[pl.Series]
    ) -> list[NDArray[np.float32]]:
        """Return the features of a column each, for a few rows: one call for all where that is faster."""
        made = [
            np.empty((len(c), len(e.features)), np.float32)
            for e, c in zip(fitted, columns, strict=True)
        ]
        for encoder, values, out in zip(fitted, columns, made, strict=True):
            encoder.transform(values, out)
        return made

    def training(self, values: pl.Series, before: Before, out: NDArray[np.float32]) -> None:
        """Write the features of the training rows themselves: as ``transform``, unless rows count each other."""
        self.transform(values, out)

    def keeping(self, names: Collection[str]) -> Self | None:
        """Return the encoder without the features that are not named, as far as it can; None if none is."""
        return self if any(f.name in names for f in self.features) else None

    @classmethod
    def wanted(cls, settings: FeatureSettings) -> bool:
        """Return whether its family is switched on."""
        return cls.family is None or bool(getattr(settings, cls.family))


encoders: Registry[type[ColumnEncoder]] = Registry("column encoder", "phantom_ml.features.columns")


def as_text(values: pl.Series) -> pl.Series:
    """Return a column as strings, whatever it was: bytes as hex, nested values as JSON.

    A whole number is written as one: a missing cell elsewhere makes 200 a 200.0.

    Examples
    --------
    >>> as_text(pl.Series([200.0, 0.5, float("nan")])).to_list()
    ['200', '0.5', None]
    """
    if values.dtype == pl.String:
        return values
    if values.dtype.is_float():
        return _numbers_as_text(values)
    if values.dtype == pl.Boolean:
        return values.cast(pl.Int8).cast(pl.String)
    if values.dtype == pl.Binary:
        return values.bin.encode("hex")
    if values.dtype.is_nested():
        return _nested_as_text(values)
    return values.cast(pl.String, strict=False)


def cut(text: pl.Series, n_characters: int) -> pl.Series:
    """Return the first characters of each string.

    Examples
    --------
    >>> cut(pl.Series(["abc", "a", None]), 2).to_list()
    ['ab', 'a', None]
    """
    is_few = len(text) <= FEW
    if is_few and all(cell is None or len(cell) <= n_characters for cell in text.to_list()):
        return text
    return text.str.slice(0, n_characters)


def _numbers_as_text(values: pl.Series) -> pl.Series:
    if len(values) <= FEW:
        known = [None if n is None or math.isnan(n) else n for n in values.to_list()]
        if all(n is None or (n.is_integer() and LEAST <= n < BEYOND) for n in known):
            texts = [None if n is None else str(int(n)) for n in known]
            return pl.Series(values.name, texts, pl.String)
    n = pl.col("n").fill_nan(None)
    whole = n.cast(pl.Int64, strict=False)
    text = pl.when(whole == n).then(whole.cast(pl.String)).otherwise(n.cast(pl.String))
    return values.alias("n").to_frame().select(text.alias(values.name)).to_series()


def _nested_as_text(values: pl.Series) -> pl.Series:
    # The encoder takes structs only: {"v":[1,2]} is undressed again.
    dressed = pl.struct(pl.col("v")).struct.json_encode()
    text = pl.when(pl.col("v").is_not_null()).then(dressed.str.slice(5).str.strip_suffix("}"))
    return values.alias("v").to_frame().select(text.alias(values.name)).to_series()
