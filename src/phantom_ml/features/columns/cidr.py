"""Networks in CIDR notation (RFC 4632, RFC 4291): how large, which version, private or not."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.base import encoders
from phantom_ml.features.parsing.addresses import Addresses, parse_addresses
from phantom_ml.features.parsing.networks import BIT, flag_bits
from phantom_ml.features.parts import PartsEncoder

#: Bits of the IPv6 prefix that IPv4-mapped addresses share (RFC 4291, 2.5.5.2).
MAPPED_BITS = 96


@encoders.add("cidr")
class CIDREncoder(PartsEncoder):
    """Parts of a network; a plain address is the network of itself."""

    name = "cidr"
    kinds = frozenset({ColumnKind.CIDR})
    numbers: ClassVar[dict[str, str]] = {
        "prefix_length": "bits of the prefix, 0 to 32 or 128",
        "hosts_log2": "log2 of the number of addresses, 0 to 128",
        "is_v6": "1 for IPv6",
        "is_private": "1 where the whole network is private or local",
    }

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return the parts; null where the string is no network."""
        table = text.alias("t").to_frame()
        slash = pl.col("t").str.extract_groups(r"^([^/]*)(?:/([0-9]{1,3})\s*)?$")
        cut = table.select(slash.struct.field("1"), slash.struct.field("2").cast(pl.Int64))
        found = parse_addresses(cut["1"])
        width = np.where(found.version == 6, 128, 32)
        given = cut["2"].fill_null(-1).to_numpy()
        prefix = np.where(given < 0, width, given - MAPPED_BITS * (found.is_mapped & (given >= 0)))
        valid = found.known & (prefix >= 0) & (prefix <= width)
        columns = {
            "prefix_length": prefix,
            "hosts_log2": width - prefix,
            "is_v6": found.version == 6,
        }
        if "is_private" in wanted:
            columns["is_private"] = _is_private(found, np.where(valid, width - prefix, 0))
        return pl.DataFrame(columns).with_columns(
            pl.when(pl.Series(valid)).then(pl.all()).name.keep()
        )


def _is_private(found: Addresses, free: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return whether the first and the last address are private; ``free`` bits tell them apart."""
    lo_mask, hi_mask = _ones(np.minimum(free, 64)), _ones(np.maximum(free - 64, 0))
    flags = found.known.copy()
    for hi, lo in (
        (found.hi & ~hi_mask, found.lo & ~lo_mask),
        (found.hi | hi_mask, found.lo | lo_mask),
    ):
        end = Addresses(found.version, hi, lo, found.is_mapped)
        flags &= flag_bits(end) & BIT["is_private"] > 0
    return flags


def _ones(n: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return numbers whose lowest ``n`` bits are set, 0 to 64."""
    ones = (np.uint64(1) << np.minimum(n, 63).astype(np.uint64)) - np.uint64(1)
    return np.where(n == 64, np.uint64(0xFFFFFFFFFFFFFFFF), ones)
