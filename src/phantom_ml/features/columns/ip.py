"""IP addresses: what kind of address it is, by the IANA special-purpose registries (RFC 6890).

Never the address itself, nor its octets: a model that knows networks by heart fails on the next one.
How rare it is stands in ip_rarity.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.base import encoders
from phantom_ml.features.parsing.addresses import Addresses, parse_addresses, parse_few
from phantom_ml.features.parsing.networks import BIT, flag_bits
from phantom_ml.features.parts import PartsEncoder

#: Last octets of gateways, broadcasts and scans.
EDGES = np.isin(np.arange(256), (0, 1, 254, 255))


@encoders.add("ip")
class IPEncoder(PartsEncoder):
    """Flags of an address, of a list its first; an IPv4-mapped one is read as the IPv4 address that it is."""

    name = "ip"
    version = 3
    kinds = frozenset({ColumnKind.IP})
    numbers: ClassVar[dict[str, str]] = {
        "is_v6": "1 for IPv6",
        "is_private": "1 for private use and local: RFC 1918, 4193, 6598, loopback, link-local",
        "is_global": "1 where IANA lists it as reachable from everywhere, and it is no multicast",
        "is_loopback": "1 for the host itself: 127.0.0.0/8, ::1",
        "is_link_local": "1 for 169.254.0.0/16 and fe80::/10",
        "is_multicast": "1 for multicast",
        "is_reserved": "1 for space that the IETF holds back",
        "is_unspecified": "1 for 0.0.0.0 and ::",
        "is_documentation": "1 for networks of examples, as 192.0.2.0/24 and 2001:db8::/32",
        "is_cgnat": "1 for carrier-grade NAT, 100.64.0.0/10",
        "is_6to4_or_teredo": "1 for IPv6 tunnelled through IPv4: 2002::/16, 2001::/32",
        "is_mapped": "1 for IPv4 written as IPv6: ::ffff:0:0/96",
        "is_network_edge": "1 where the last octet of IPv4 is 0, 1, 254 or 255",
    }

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return flags; null where the string is no address."""
        found = parse_addresses(text)
        missing = None if found.known.all() else pl.Series(~found.known)
        flags = [pl.Series(part, flag) for part, flag in _flags(found, wanted).items()]
        return pl.DataFrame([f if missing is None else f.set(missing, None) for f in flags])

    @classmethod
    def of_few(cls, cells: list[str], wanted: Collection[str]) -> dict[str, NDArray[np.float32]]:
        """Return the same of a few strings."""
        found = parse_few([*cells])
        flags = np.array([*_flags(found, wanted).values()], np.float32)
        flags[:, ~found.known] = np.nan
        return dict(zip(wanted, flags, strict=True))


def _flags(found: Addresses, wanted: Collection[str]) -> dict[str, NDArray[np.bool_]]:
    bits = flag_bits(found) if any(p in BIT for p in wanted) else None
    return {
        part: _own(found, part) if bits is None or part not in BIT else bits & BIT[part] > 0
        for part in wanted
    }


def _own(found: Addresses, part: str) -> NDArray[np.bool_]:
    """Return a flag that the address itself tells, whatever network it is in."""
    if part == "is_mapped":
        return found.is_mapped
    own: NDArray[np.bool_] = found.version == 6
    if part == "is_network_edge":
        own = EDGES[found.lo & np.uint64(255)] & (found.version == 4)
    return own
