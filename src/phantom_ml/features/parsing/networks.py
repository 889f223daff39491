"""What is known of an address by the special network that it lies in (IANA registries, see knowledge).

The networks are cut into pieces that do not overlap, each with all its flags as bits of one number, so
that one binary search in sorted arrays answers every question about an address.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network

import numpy as np
from numpy.typing import NDArray

from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parsing.addresses import U64, Addresses

#: The flags that networks give; each is a bit.
NETWORK_FLAGS = (
    "is_private",
    "is_loopback",
    "is_link_local",
    "is_multicast",
    "is_reserved",
    "is_unspecified",
    "is_documentation",
    "is_cgnat",
    "is_6to4_or_teredo",
    "is_global",
)
BIT = {name: np.uint16(1 << i) for i, name in enumerate(NETWORK_FLAGS)}

Bits = NDArray[np.uint16]


@dataclass(frozen=True)
class _Long:
    """A network within one /64, which a search of the upper half cannot tell."""

    hi: int
    lo: int
    shift: int
    bits: np.uint16


@dataclass(frozen=True)
class _Pieces:
    """Where the pieces begin, in order, and the bits of each."""

    starts: U64
    bits: Bits

    def at(self, address: U64) -> Bits:
        return self.bits[np.searchsorted(self.starts, address, side="right") - 1]


def flag_bits(addresses: Addresses) -> Bits:
    """Return the flags of each address as bits (see BIT), shape (n_rows,); 0 where there is none.

    Examples
    --------
    >>> from phantom_ml.features.parsing.addresses import parse_addresses
    >>> import polars as pl
    >>> found = flag_bits(parse_addresses(pl.Series(["100.64.0.1", "8.8.8.8"])))
    >>> (found & BIT["is_cgnat"] > 0).tolist(), (found & BIT["is_global"] > 0).tolist()
    ([True, False], [False, True])
    """
    is_v6 = addresses.version == 6
    bits = np.where(addresses.version == 4, _v4().at(addresses.lo), np.uint16(0))
    rows = np.flatnonzero(is_v6)
    if len(rows):
        bits[rows] = _v6_bits(addresses.hi[rows], addresses.lo[rows])
    return bits


def _v6_bits(hi: U64, lo: U64) -> Bits:
    pieces, long = _v6()
    bits = pieces.at(hi)
    for network in long:
        shift = np.uint64(network.shift)
        bits[(hi == network.hi) & (lo >> shift == network.lo >> network.shift)] = network.bits
    return bits


@cache
def _known() -> tuple[tuple[IPv4Network | IPv6Network, tuple[str, ...], bool | None], ...]:
    """Return the special networks with their flags, the widest first."""
    listed = knowledge("networks")["networks"]
    known = [(ip_network(n["network"]), tuple(n["flags"]), n.get("global")) for n in listed]
    return tuple(sorted(known, key=lambda n: n[0].prefixlen))


def _bits_of(first: int, last: int, version: int) -> np.uint16:
    """Return the flags that all networks around these addresses give."""
    bits, is_global = 0, True
    for network, flags, reachable in _known():
        inside = int(network[0]) <= first and last <= int(network[-1])
        if network.version == version and inside:
            bits |= sum(int(BIT[f]) for f in flags)
            is_global = is_global if reachable is None else reachable
    return np.uint16(bits | (int(BIT["is_global"]) if is_global else 0))


@cache
def _v4() -> _Pieces:
    networks = [n for n, _, _ in _known() if isinstance(n, IPv4Network)]
    edges = {0} | {int(n[0]) for n in networks} | {int(n[-1]) + 1 for n in networks}
    starts = sorted(edges - {1 << 32})
    return _Pieces(
        np.array(starts, np.uint64), np.array([_bits_of(s, s, 4) for s in starts], np.uint16)
    )


@cache
def _v6() -> tuple[_Pieces, tuple[_Long, ...]]:
    networks = [n for n, _, _ in _known() if isinstance(n, IPv6Network)]
    wide = [n for n in networks if n.prefixlen <= 64]
    edges = {0} | {int(n[0]) >> 64 for n in wide} | {(int(n[-1]) >> 64) + 1 for n in wide}
    starts = sorted(edges - {1 << 64})
    # The whole /64 must lie within: its first address alone may be in a longer network.
    bits = [_bits_of(s << 64, (s << 64) + (1 << 64) - 1, 6) for s in starts]
    long = [
        _Long(first >> 64, first & ((1 << 64) - 1), 128 - n.prefixlen, _bits_of(first, last, 6))
        for n in networks
        if n.prefixlen > 64
        for first, last in [(int(n[0]), int(n[-1]))]
    ]
    return _Pieces(np.array(starts, np.uint64), np.array(bits, np.uint16)), tuple(long)
