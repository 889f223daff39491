"""What an encoder of several columns promises: fitted once on training rows, then a pure function of a row.

Its fields are what it learned, its JSON is its saved form, and none of them sees the target.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import FeatureSettings, Settings
from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import TableSchema
from phantom_ml.features.before import Before
from phantom_ml.registry import Registry


class TableEncoder(Settings, ABC):
    """Turns several raw columns into one or more float32 columns.

    Class attributes
    ----------------
    name : the registered name, also in saved models.
    version : raised when the same state would give other values; a model refuses another version.
    family : the switch in FeatureSettings that turns it on.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    family: ClassVar[str]
    #: What it is raced with; None: its family.
    tier: ClassVar[str | None] = None

    @classmethod
    @abstractmethod
    def fit(cls, frame: pl.DataFrame, schema: TableSchema) -> Sequence[Self]:
        """Return what was learned from training rows: one encoder for each group of columns, or none."""

    def refitted(self, frame: pl.DataFrame) -> Self | None:
        """Return the same choice of columns fitted on other rows; None where ``fit`` finds it by itself."""
        return None

    @property
    @abstractmethod
    def inputs(self) -> tuple[str, ...]:
        """Return the raw columns that are read."""

    @property
    @abstractmethod
    def features(self) -> tuple[Feature, ...]:
        """Return what the columns of ``transform`` mean."""

    @abstractmethod
    def transform(self, frame: pl.DataFrame, out: NDArray[np.float32]) -> None:
        """Write the features of the rows into ``out`` of shape (n_rows, n_features)."""

    def training(self, frame: pl.DataFrame, before: Before, out: NDArray[np.float32]) -> None:
        """Write the features of the training rows themselves: as ``transform``, unless rows count each other."""
        self.transform(frame, out)

    def keeping(self, names: Collection[str]) -> Self | None:
        """Return the encoder without the features that are not named, as far as it can; None if none is."""
        return self if any(f.name in names for f in self.features) else None

    @classmethod
    def wanted(cls, settings: FeatureSettings) -> bool:
        """Return whether its family is switched on."""
        return bool(getattr(settings, cls.family))


table_encoders: Registry[type[TableEncoder]] = Registry(
    "table encoder", "phantom_ml.features.tables"
)
