"""Hardware addresses (MAC): whom they reach, whether a vendor gave them, and whose virtual machines they are.

Never the address itself. Source: IEEE Std 802-2014, section 8 (the bits of the first octet).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import ClassVar

import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.base import encoders
from phantom_ml.features.cells.patterns import Signs, Sought
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parsing.macs import mac_digits
from phantom_ml.features.parts import PartsEncoder


@encoders.add("mac")
class MACEncoder(PartsEncoder):
    """Flags of an address in any spelling: 00:50:56:.., 00-50-56-.., 0050.56.., 0:50:56:.."""

    name = "mac"
    kinds = frozenset({ColumnKind.MAC})
    numbers: ClassVar[Mapping[str, str]] = {
        "is_multicast": "whether it reaches a group (I/G bit)",
        "is_local": "whether no vendor gave it (U/L bit): random, virtual or set by hand",
        "is_broadcast": "whether it reaches all",
        "is_zero": "whether all its bits are zero",
        "is_eui64": "whether it has 64 bits rather than 48",
        "is_virtual": "whether it is a virtual machine's or a container's",
    }
    words: ClassVar[Mapping[str, str]] = {"hypervisor": "whose virtual machine or container it is"}

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return the wanted parts of each address; null where it is none."""
        found = _signs().of(mac_digits(text).to_frame(), wanted)
        return pl.DataFrame({part: found[part] for part in wanted})


@cache
def _signs() -> Signs:
    mac, owners = pl.col("mac"), knowledge("oui")["virtual"]
    prefixes = "|".join(sorted(owners, key=len, reverse=True))
    hypervisor = pl.col("prefix").replace(owners)
    return Signs(
        flags={
            "is_multicast": Sought("mac", "^.[13579bdf]"),
            "is_local": Sought("mac", "^.[2367abef]"),
            "is_broadcast": Sought("mac", "^f+$"),
            "is_zero": Sought("mac", "^0+$"),
        },
        words={"prefix": Sought("mac", f"^({prefixes})")},
        others={
            "is_eui64": mac.str.len_bytes() > 12,
            "is_virtual": pl.when(mac.is_not_null()).then(hypervisor.is_not_null()),
            "hypervisor": hypervisor,
        },
    )
