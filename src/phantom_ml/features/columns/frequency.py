"""Frequency of a value in training: who or what is rare, without remembering who it is.

Users, hosts, addresses and hashes are keys: a model that learns them by heart fails on new ones.
How often a value was seen carries over, and a value never seen is the rarest of all. A training row
counts only what came before it (see before), as a row that is scored does. Spellings of one value count
together: the case of a digest, a name in DNS (RFC 4343) or an address of mail says nothing. Of a long value
its digest is remembered.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.base import ColumnEncoder, encoders
from phantom_ml.features.before import Before
from phantom_ml.features.cells.keys import short_key, short_keys
from phantom_ml.features.lately import FEW
from phantom_ml.features.parsing.spellings import one_spelling

#: A kind whose values are told apart as they are written: of keys that have one spelling already.
AS_WRITTEN = ColumnKind.CATEGORY
#: Values remembered at most, the most frequent; all others count as never seen.
MAX_VALUES = 20_000
WORDS = "-log2 of the share of rows with this value, in bits"


@encoders.add("frequency")
class FrequencyEncoder(ColumnEncoder):
    """One column: -log2 of the share of training rows with this value however spelled, smoothed (Laplace)."""

    name = "frequency"
    version = 4
    kinds = frozenset(
        {
            ColumnKind.ENTITY,
            ColumnKind.HASH,
            ColumnKind.MAC,
            ColumnKind.CIDR,
            ColumnKind.EMAIL,
            ColumnKind.USER_AGENT,
            ColumnKind.DOMAIN,
            ColumnKind.PORT,
            ColumnKind.REGISTRY_PATH,
        }
    )
    family = "statistical"

    values: tuple[str, ...]
    rarity: tuple[float, ...]
    unseen: float
    n_distinct: int
    #: Decides what spells the same; keys that others make, as of networks, are counted as they are.
    kind: ColumnKind = AS_WRITTEN

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> FrequencyEncoder | None:
        """Return the encoder with the counts of the training rows; None where no value comes twice."""
        keys = short_keys(one_spelling(values, schema.kind))
        counts = keys.drop_nulls().alias("key").value_counts(name="rows")
        if counts.height == 0 or counts["rows"].max() == 1:
            return None
        total = float(counts["rows"].sum()) + counts.height
        kept = counts.sort(["rows", "key"], descending=[True, False]).head(MAX_VALUES)
        rarity = -np.log2((kept["rows"].to_numpy() + 1.0) / total)
        return cls(
            column=schema.name,
            values=tuple(kept["key"].to_list()),
            rarity=tuple(float(r) for r in rarity),
            unseen=float(-np.log2(1.0 / total)),
            n_distinct=counts.height,
            kind=schema.kind,
        )

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return the one feature."""
        return (Feature(f"{self.column}.rarity", self.column, words=WORDS),)

    @cached_property
    def _codes(self) -> pl.Enum:
        return pl.Enum(list(self.values))

    @cached_property
    def _table(self) -> NDArray[np.float32]:
        return np.asarray([*self.rarity, self.unseen], dtype=np.float32)

    @cached_property
    def _known(self) -> dict[str | None, float]:
        return {None: np.nan, **dict(zip(self.values, self.rarity, strict=True))}

    def transform(self, values: pl.Series, out: NDArray[np.float32]) -> None:
        """Write the rarity in bits; NaN where the value is missing."""
        text = one_spelling(values, self.kind)
        if len(text) <= FEW:
            out[:, 0] = self.of_few(text.to_list())
            return
        codes = (
            short_keys(text)
            .cast(self._codes, strict=False)
            .to_physical()
            .fill_null(len(self.values))
        )
        rarity = self._table[codes.to_numpy().astype(np.int64)]
        out[:, 0] = np.where(text.is_null().to_numpy(), np.nan, rarity)

    def of_few(self, cells: Iterable[str | None]) -> list[float]:
        """Return the rarity of a few values in their one spelling, NaN where one is missing."""
        known, unseen = self._known, self.unseen
        return [known.get(short_key(cell), unseen) for cell in cells]

    def training(self, values: pl.Series, before: Before, out: NDArray[np.float32]) -> None:
        """Write the rarity among what came before each row."""
        text = one_spelling(values, self.kind)
        codes = text.rank("dense").fill_null(0).to_numpy().astype(np.int64)
        present = (codes > 0).astype(np.int64)
        seen, _ = before.counts(codes)
        total, _ = before.counts(present)
        n_distinct = before.distinct(codes, present)
        rarity = np.log2(np.maximum(total + n_distinct, 1)) - np.log2(seen + 1.0)
        out[:, 0] = np.where(codes == 0, np.nan, rarity)
