"""Many IP addresses at once: text to numbers, as strictly as ``ipaddress`` reads them; no loop over rows.

Every part of an address is made to end with its separator, so that the separators' places in the bytes of
the whole column cut all addresses of it at the same time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.cells.bytes import DIGITS, HEX, CellBytes, members
from phantom_ml.features.lately import FEW
from phantom_ml.features.parts import chunks

#: 39 characters of address, a zone (16 on Linux, more on Windows), brackets and a port; longer is none.
MAX_BYTES = 128
#: Four octets without leading zeros: 010 is 8 to some programs, 10 to others.
PLAIN_V4 = re.compile(r"\.".join([r"(0|[1-9][0-9]{0,2})"] * 4)).fullmatch
#: What stands around an address in logs: brackets, a zone (RFC 4007), a port.
DRESSED = (
    r"^\s*(?:\[(?<inner>[0-9a-fA-F:.]+)(?:%[^%/\[\]\s]+)?\](?::[0-9]{1,5})?"
    r"|(?<ported>[0-9.]+):[0-9]{1,5}"
    r"|(?<v4>[0-9.]+)"
    r"|(?<v6>[0-9a-fA-F]*:[0-9a-fA-F:.]*)(?:%[^%/\[\]\s]+)?)\s*$"
)
#: What follows the first address of a list, as of X-Forwarded-For.
OTHERS = r"(?s),.*$"
#: Value of a hexadecimal digit, by its byte.
HEX_VALUE = np.array(
    [int(c, 16) if c in "0123456789abcdefABCDEF" else 0 for c in map(chr, range(256))]
)
HEX_OR_COLON = HEX | members(":")
#: ::ffff:0:0/96 (RFC 4291, 2.5.5.2): what stands above the 32 bits of IPv4.
MAPPED = np.uint64(0xFFFF)

U64 = NDArray[np.uint64]


@dataclass(frozen=True)
class Addresses:
    """Addresses as numbers; an IPv4-mapped one is the IPv4 address that it wraps.

    Attributes
    ----------
    version : uint8 array of shape (n_rows,)
        4 or 6; 0 where the text is no address.
    hi, lo : uint64 arrays of shape (n_rows,)
        The 128 bits; an IPv4 address is in the lowest 32.
    is_mapped : bool array of shape (n_rows,)
        Where the address was written as IPv6 but is IPv4.
    """

    version: NDArray[np.uint8]
    hi: U64
    lo: U64
    is_mapped: NDArray[np.bool_]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Return where there is an address at all."""
        return self.version > 0

    def at(self, rows: slice) -> Addresses:
        """Return the same arrays of some rows; what is written there is written here."""
        return Addresses(self.version[rows], self.hi[rows], self.lo[rows], self.is_mapped[rows])

    def network(self, v4_bits: int, v6_bits: int) -> pl.Series:
        """Return a number for the network of each address; null where there is no address.

        Parameters
        ----------
        v4_bits, v6_bits : int
            Length of the prefix: 1 to 32, and 1 to 63.

        Examples
        --------
        >>> parse_addresses(pl.Series(["10.1.2.3", "10.1.2.4", "?"])).network(24, 48).to_list()
        [655618, 655618, None]
        """
        return self._series(self.networks(v4_bits, v6_bits))

    def networks(self, v4_bits: int, v6_bits: int) -> U64:
        """Return the same as an array, with any number where there is no address."""
        v4 = self.lo >> np.uint64(32 - v4_bits)
        v6 = (self.hi >> np.uint64(64 - v6_bits)) | np.uint64(1 << 63)
        return np.where(self.version == 6, v6, v4)

    def keys(self) -> pl.Series:
        """Return a string for each whole address; null where there is none.

        Examples
        --------
        >>> parse_addresses(pl.Series(["0.0.1.0", "::1:0", "::ffff:0.0.1.0"])).keys().to_list()
        ['256', '0:65536', '256']
        """
        hi, lo = self._series(self.hi).cast(pl.String), self._series(self.lo).cast(pl.String)
        if not (self.version == 6).any():
            return lo
        is_v6 = pl.Series(self.version == 6)
        return (hi + ":" + lo).zip_with(is_v6, lo)

    def few_networks(self, v4_bits: int, v6_bits: int) -> list[str | None]:
        """Return what ``network`` does of a few addresses, written as text."""
        each = zip(self.version.tolist(), self.hi.tolist(), self.lo.tolist(), strict=True)
        return [
            str(hi >> 64 - v6_bits | 1 << 63 if version == 6 else lo >> 32 - v4_bits)
            if version
            else None
            for version, hi, lo in each
        ]

    def few_keys(self) -> list[str | None]:
        """Return what ``keys`` does of a few addresses."""
        each = zip(self.version.tolist(), self.hi.tolist(), self.lo.tolist(), strict=True)
        return [
            f"{hi}:{lo}" if version == 6 else str(lo) if version else None
            for version, hi, lo in each
        ]

    def _series(self, values: U64) -> pl.Series:
        series = pl.Series(values)
        return series if self.known.all() else series.set(pl.Series(~self.known), None)


def parse_addresses(text: pl.Series) -> Addresses:
    """Return the addresses that strings are; brackets, port and zone are stripped.

    Of a list with commas (``X-Forwarded-For: client, proxy``) it is the first one.

    Examples
    --------
    >>> parse_addresses(pl.Series(["0.0.0.7, 10.0.0.1"])).lo.tolist()
    [7]
    >>> found = parse_addresses(pl.Series(["10.0.0.1", "[::1]:443", "fe80::1%eth0", "01.2.3.4", None]))
    >>> found.version.tolist(), found.lo.tolist()
    ([4, 6, 6, 0, 0], [167772161, 1, 1, 0, 0])
    """
    if len(text) <= FEW:
        return parse_few(text.to_list())
    found = _none(len(text))
    for rows in chunks(text):
        _read(text[rows], found.at(rows))
    return found


def parse_few(cells: list[str | None]) -> Addresses:
    """Return the same of a few strings."""
    found = _none(len(cells))
    if not _read_few(cells, found):
        text = pl.Series(cells, dtype=pl.String)
        for rows in chunks(text):
            _read(text[rows], found.at(rows))
    return found


def _read_few(cells: list[str | None], found: Addresses) -> bool:
    """Write the addresses of a few strings; return whether all of them are plain IPv4 or missing."""
    for row, cell in enumerate(cells):
        if cell is None:
            continue
        octets = PLAIN_V4(cell)
        number = -1 if octets is None else _number(*map(int, octets.groups()))
        if number < 0:
            return False
        found.version[row], found.lo[row] = 4, number
    return True


def _number(a: int, b: int, c: int, d: int) -> int:
    """Return the number of four octets; -1 where one is none."""
    return -1 if max(a, b, c, d) > 255 else a << 24 | b << 16 | c << 8 | d


def _none(n: int) -> Addresses:
    numbers = np.zeros((2, n), np.uint64)
    return Addresses(np.zeros(n, np.uint8), numbers[0], numbers[1], np.zeros(n, np.bool_))


def _read(text: pl.Series, found: Addresses) -> None:
    """Write the addresses of strings into ``found``, those that are nothing else first."""
    _read_bare(text, found)
    rest = np.flatnonzero(~found.known & (text.str.len_bytes().fill_null(0) > 0).to_numpy())
    if len(rest):
        undressed = _none(len(rest))
        _read_bare(_undressed(text.gather(rest)), undressed)
        for name in ("version", "hi", "lo", "is_mapped"):
            getattr(found, name)[rest] = getattr(undressed, name)


def _read_bare(text: pl.Series, found: Addresses) -> None:
    has_colon = text.str.contains(":", literal=True).fill_null(value=False).to_numpy()
    for rows, version in ((np.flatnonzero(~has_colon), 4), (np.flatnonzero(has_colon), 6)):
        if not len(rows):
            continue
        cells = text if len(rows) == len(text) else text.gather(rows)
        if version == 4:
            known, found.lo[rows] = _parse_v4(cells)
        else:
            known, found.hi[rows], found.lo[rows] = _parse_v6(cells)
        found.version[rows] = np.where(known, version, 0)
    mapped = (found.version == 6) & (found.hi == 0) & (found.lo >> np.uint64(32) == MAPPED)
    found.is_mapped[mapped] = True
    found.version[mapped] = 4
    found.lo[mapped] &= np.uint64(0xFFFFFFFF)


def _undressed(text: pl.Series) -> pl.Series:
    """Return the bare addresses, null for what cannot be one."""
    if text.str.contains(",", literal=True).any():
        text = text.str.replace(OTHERS, "")
    t = pl.col("t")
    short = pl.when(t.str.len_bytes() <= MAX_BYTES).then(t)
    parts = text.alias("t").to_frame().select(short.str.extract_groups(DRESSED).alias("g"))
    inner, ported, v4, v6 = (pl.col("g").struct.field(n) for n in ("inner", "ported", "v4", "v6"))
    return parts.select(pl.coalesce(v4, v6, ported, inner)).to_series()


def _parse_v4(text: pl.Series) -> tuple[NDArray[np.bool_], U64]:
    """Return which strings are four octets and nothing else, and their numbers (0 for others)."""
    cells = CellBytes.of(text + ".")
    ends = np.flatnonzero(~DIGITS[cells.data])
    first = np.searchsorted(ends, cells.offsets[:-1])
    four = np.flatnonzero(np.diff(first, append=len(ends)) == 4)
    known, value = np.zeros(len(text), np.bool_), np.zeros(len(text), np.uint64)
    if not len(four):
        return known, value
    at = ends[first[four][:, None] + np.arange(4)]
    begin = np.column_stack([cells.offsets[:-1][four], at[:, :-1] + 1])
    size = at - begin
    data = cells.data
    octet = data[at - 1].astype(np.int32) - 48
    octet += np.where(size > 1, (data[at - 2].astype(np.int32) - 48) * 10, 0)
    octet += np.where(size > 2, (data[at - 3].astype(np.int32) - 48) * 100, 0)
    good = (data[at] == ord(".")) & (size > 0) & (size < 4) & (octet < 256)
    good &= (size == 1) | (data[begin] != ord("0"))  # 010 is 8 to some programs, 10 to others
    known[four] = good.all(axis=1)
    number = octet.astype(np.uint64) @ np.array([1 << 24, 1 << 16, 1 << 8, 1], np.uint64)
    value[four] = np.where(known[four], number, 0)
    return known, value


def _parse_v6(text: pl.Series) -> tuple[NDArray[np.bool_], U64, U64]:
    """Return which strings with a colon are IPv6 and nothing else, and their two halves (0 for others)."""
    if not text.str.contains(".", literal=True).any():
        return _parse_hextets(text)
    last = text.str.extract(r":([0-9.]*\.[0-9.]*)$", 1)  # ::ffff:1.2.3.4
    has_v4 = last.is_not_null()
    known_4, tail = _parse_v4(last)
    hextets = text.str.replace(r":[0-9.]*\.[0-9.]*$", ":0:0")
    known, hi, lo = _parse_hextets(hextets)
    known &= known_4 | ~has_v4.to_numpy()
    return known, np.where(known, hi, 0), np.where(known, lo | tail, 0)


def _parse_hextets(text: pl.Series) -> tuple[NDArray[np.bool_], U64, U64]:
    cells = CellBytes.of(text + ":")
    ends = np.flatnonzero(cells.data == ord(":"))
    size = np.diff(ends, prepend=-1) - 1
    first = np.searchsorted(ends, cells.offsets[:-1])
    n = np.diff(first, append=len(ends))
    cell = np.repeat(np.arange(len(text)), n)
    at = np.arange(len(ends)) - first[cell]
    known, gap = _shape(cell, at, size, n)
    odd = np.flatnonzero(~HEX_OR_COLON[cells.data])
    known[np.searchsorted(cells.offsets, odd, side="right") - 1] = False
    # A hextet after the gap stands as far from the end as it is written.
    place = np.where(at < gap[cell], at, 8 - n[cell] + at)
    written = (size > 0) & known[cell]
    hextets = np.zeros((len(text), 8), np.uint64)
    hextets[cell[written], place[written]] = _values(cells.data, ends[written], size[written])
    scale = np.array([1 << 48, 1 << 32, 1 << 16, 1], np.uint64)
    return known, hextets[:, :4] @ scale, hextets[:, 4:] @ scale


def _shape(
    cell: NDArray[np.int64], at: NDArray[np.int64], size: NDArray[np.int64], n: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return which cells are shaped as IPv6, and which of their parts is the gap (9 for none).

    A gap is an empty part within; an end may be empty only beside it.
    """
    n_cells = len(n)
    too_long = np.bincount(cell[size > 4], minlength=n_cells) > 0
    empty = size == 0
    inner = empty & (at > 0) & (at < n[cell] - 1)
    gaps = np.bincount(cell[inner], minlength=n_cells)
    gap = np.full(n_cells, 9, np.int64)
    gap[cell[inner]] = at[inner]
    begins, ends = np.zeros(n_cells, np.bool_), np.zeros(n_cells, np.bool_)
    begins[cell[empty & (at == 0)]] = True
    ends[cell[empty & (at == n[cell] - 1)]] = True
    hextets = n - gaps - begins - ends
    with_gap = (gaps == 1) & (hextets < 8) & (~begins | (gap == 1)) & (~ends | (gap == n - 2))
    without = (gaps == 0) & (n == 8) & ~begins & ~ends
    return ~too_long & (n > 2) & (with_gap | without), gap


def _values(data: NDArray[np.uint8], ends: NDArray[np.int64], size: NDArray[np.int64]) -> U64:
    """Return the numbers of hextets of one to four digits."""
    value = HEX_VALUE[data[ends - 1]]
    for k in range(1, 4):
        value += np.where(size > k, HEX_VALUE[data[np.maximum(ends - 1 - k, 0)]] << (4 * k), 0)
    return value.astype(np.uint64)
