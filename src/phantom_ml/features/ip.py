"""IP addresses: what kind of address it is, and how rare it and its networks are in training.

Never the address itself, nor its octets: a model that knows networks by heart fails on the next one.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.base import ColumnEncoder, as_text, encoders
from phantom_ml.features.frequency import FrequencyEncoder

FLAGS = ("is_private", "is_multicast", "is_v6", "is_network_edge")
#: Name of a network's rarity, and the groups that name the network: IPv4 octets, IPv6 groups.
NETWORKS = (("rarity_16", r"^(\d+\.\d+)\.|^([0-9a-f]+:[0-9a-f]*)"),
            ("rarity_24", r"^(\d+\.\d+\.\d+)\.|^([0-9a-f]+:[0-9a-f]*:[0-9a-f]*)"))  # fmt: skip
#: RFC 1918, loopback, link-local and carrier-grade NAT (RFC 6598), as a pattern on the text.
PRIVATE = (
    r"^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)"
    r"|^(::1$|f[cd]|fe[89ab])"
)


@encoders.add("ip")
class IPEncoder(ColumnEncoder):
    """Flags of an address, and its rarity in bits: alone, and as part of its networks."""

    name = "ip"
    kinds = frozenset({ColumnKind.IP})
    family = "security"

    frequencies: tuple[FrequencyEncoder, ...]

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> IPEncoder | None:
        """Return the encoder with the frequencies of training."""
        keys = _keys(as_text(values))
        fitted = [FrequencyEncoder.fit(key, schema) for key in keys]
        known = tuple(f for f in fitted if f is not None)
        return cls(column=schema.name, frequencies=known) if len(known) == len(keys) else None

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return one feature a flag and one a rarity."""
        names = [*FLAGS, "rarity", *(name for name, _ in NETWORKS)]
        return tuple(Feature(f"{self.column}.{name}", self.column) for name in names)

    def transform(self, values: pl.Series, out: NDArray[np.float32]) -> None:
        """Write flags (0 or 1) and rarities (bits); NaN where the address is missing."""
        text = as_text(values)
        table = text.alias("a").to_frame().select(_flags())
        for i in range(len(FLAGS)):
            out[:, i] = table.to_series(i).cast(pl.Float32).to_numpy()
        for i, (key, frequency) in enumerate(zip(_keys(text), self.frequencies, strict=True)):
            at = len(FLAGS) + i
            frequency.transform(key, out[:, at : at + 1])


def _keys(text: pl.Series) -> list[pl.Series]:
    """Return the address and its networks as text; an address of neither kind is its own network."""
    a = pl.col("a")
    networks = [
        pl.coalesce(a.str.extract(p, 1), a.str.extract(p, 2), a).alias(n) for n, p in NETWORKS
    ]
    table = text.str.to_lowercase().alias("a").to_frame().select(a.alias("rarity"), *networks)
    return table.get_columns()


def _flags() -> list[pl.Expr]:
    a = pl.col("a").str.to_lowercase()
    first = a.str.extract(r"^(\d{1,3})\.", 1).cast(pl.Float32, strict=False)
    multicast = a.str.starts_with("ff") | first.is_between(224, 239).fill_null(value=False)
    return [
        a.str.contains(PRIVATE).alias("is_private"),
        multicast.alias("is_multicast"),
        a.str.contains(":", literal=True).alias("is_v6"),
        # The first and last addresses of a network: gateways, broadcasts, scans.
        a.str.contains(r"^\d+\.\d+\.\d+\.(0|1|254|255)$").alias("is_network_edge"),
    ]
