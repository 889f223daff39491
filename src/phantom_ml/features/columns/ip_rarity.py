"""How rare an IP address and its networks are in training: /16 and /24, or /32 and /48 of IPv6.

A site of IPv6 gets a /48 and a provider a /32 (RFC 6177), as a site of IPv4 used to get a /24 of a /16.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.base import ColumnEncoder, as_text, encoders
from phantom_ml.features.before import Before
from phantom_ml.features.columns.frequency import AS_WRITTEN, FrequencyEncoder
from phantom_ml.features.lately import FEW
from phantom_ml.features.parsing.addresses import parse_addresses, parse_few

WORDS = {
    "rarity": "-log2 of the share of rows with this address, in bits",
    "rarity_16": "-log2 of the share of rows of its /16 (IPv6: /32), in bits",
    "rarity_24": "-log2 of the share of rows of its /24 (IPv6: /48), in bits",
}

#: Bits of a network of IPv4, and of one of IPv6.
PREFIXES = {"rarity_16": (16, 32), "rarity_24": (24, 48)}


@encoders.add("ip_rarity")
class IPRarityEncoder(ColumnEncoder):
    """Rarities in bits; NaN where there is no address."""

    name = "ip_rarity"
    version = 2
    kinds = frozenset({ColumnKind.IP})
    family = "statistical"

    frequencies: dict[str, FrequencyEncoder]

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> IPRarityEncoder | None:
        """Return the encoder with the frequencies of training; None where no network comes twice."""
        keys = schema.model_copy(update={"kind": AS_WRITTEN})
        fitted = {n: FrequencyEncoder.fit(key, keys) for n, key in _keys(values).items()}
        known = {name: frequency for name, frequency in fitted.items() if frequency is not None}
        return cls(column=schema.name, frequencies=known) if known else None

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return one feature a rarity."""
        return tuple(
            Feature(f"{self.column}.{name}", self.column, words=WORDS[name])
            for name in self.frequencies
        )

    def keeping(self, names: Collection[str]) -> IPRarityEncoder | None:
        """Return the encoder with the rarities that are named; None if none is."""
        kept = {n: f for n, f in self.frequencies.items() if f"{self.column}.{n}" in names}
        return self.model_copy(update={"frequencies": kept}) if kept else None

    def transform(self, values: pl.Series, out: NDArray[np.float32]) -> None:
        """Write the rarities."""
        if len(values) <= FEW:
            keys = _keys_of_few(values)
            for i, (name, frequency) in enumerate(self.frequencies.items()):
                out[:, i] = frequency.of_few(keys[name])
            return
        for frequency, key, column in self._each(values, out):
            frequency.transform(key, column)

    def training(self, values: pl.Series, before: Before, out: NDArray[np.float32]) -> None:
        """Write the rarities among what came before each row."""
        for frequency, key, column in self._each(values, out):
            frequency.training(key, before, column)

    def _each(
        self, values: pl.Series, out: NDArray[np.float32]
    ) -> Iterator[tuple[FrequencyEncoder, pl.Series, NDArray[np.float32]]]:
        keys = _keys(values)
        for i, (name, frequency) in enumerate(self.frequencies.items()):
            yield frequency, keys[name], out[:, i : i + 1]


def _keys(values: pl.Series) -> dict[str, pl.Series]:
    """Return the address and its networks as keys to count; null where there is no address."""
    found = parse_addresses(as_text(values))
    networks = {name: found.network(*bits) for name, bits in PREFIXES.items()}
    return {"rarity": found.keys(), **networks}


def _keys_of_few(values: pl.Series) -> dict[str, list[str | None]]:
    """Return the same of a few, as text."""
    found = parse_few(as_text(values).to_list())
    networks = {name: found.few_networks(*bits) for name, bits in PREFIXES.items()}
    return {"rarity": found.few_keys(), **networks}
