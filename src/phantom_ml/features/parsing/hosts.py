"""Names of hosts taken apart at their public suffix: login.bank.co.uk is login, bank and co.uk.

Dots are found in the bytes of all hosts at once, and endings are looked up label by label, longer ones
only for the hosts that a longer rule may fit.
Source: the algorithm of https://publicsuffix.org/list/; a name under no rule ends in its last label.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.cells.bytes import CellBytes
from phantom_ml.features.parsing.suffixes import suffixes

#: An address, not a name: the last label is a number (WHATWG URL, "ends in a number"), or it has colons
#: or brackets.
ADDRESS = r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$|:|^\["


def split_hosts(hosts: pl.Series) -> pl.DataFrame:
    """Return the parts of hosts in small letters, the root's dot left off, row for row.

    Parameters
    ----------
    hosts : names or addresses without a port; null counts as empty

    Returns
    -------
    DataFrame
        ``host`` (in small letters), ``subdomain``, ``domain`` (the label before the suffix),
        ``suffix`` and ``registered`` (domain.suffix), empty where there is none: an address or a
        single name is all ``domain``. ``is_address``; ``is_known_suffix``: the suffix is of the
        list; ``is_private_suffix``: names under it are given away by a company (github.io,
        duckdns.org), while ``suffix`` stays the registry's (io, org).

    Examples
    --------
    >>> split_hosts(pl.Series(["login.Bank.co.uk.", "10.0.0.1"])).row(0)[:5]
    ('login.bank.co.uk', 'login', 'bank', 'co.uk', 'bank.co.uk')
    """
    names = _normal(hosts)
    cells = _Labels.of(names)
    address = names.str.contains(ADDRESS)
    whole = address.to_numpy() | (cells.n_dots == 0)
    known, private = _suffix_labels(names, cells, np.flatnonzero(~whole))
    n_labels = np.where(whole, 0, np.maximum(known, 1))
    suffix, registered = cells.tail(n_labels), cells.tail(n_labels + ~whole)
    registered = np.where(whole, cells.size, registered)
    between = ~whole & (registered > suffix)  # the dot before the suffix
    parts = _cut(names, suffix, registered - suffix - between, registered)
    return parts.with_columns(
        is_address=address,
        is_known_suffix=pl.Series(known > 0),
        is_private_suffix=pl.Series(private > known),
    )


def _normal(hosts: pl.Series) -> pl.Series:
    # One query: a row alone costs by the number of them.
    names = pl.col("host").fill_null("").str.to_lowercase().str.strip_suffix(".")
    # Other full stops that browsers take for a dot (UTS #46).
    names = names.str.replace_all("[\u3002\uff0e\uff61]", ".")
    return hosts.alias("host").to_frame().select(names).to_series()


@dataclass(frozen=True)
class _Labels:
    """Where the labels of each host begin, counted in bytes from its end."""

    dots: NDArray[np.int64]
    ends: NDArray[np.int64]
    last: NDArray[np.int64]
    n_dots: NDArray[np.int64]
    size: NDArray[np.int64]

    @classmethod
    def of(cls, names: pl.Series) -> _Labels:
        cells = CellBytes.of(names)
        dots = np.flatnonzero(cells.data == ord("."))
        edges = np.searchsorted(dots, cells.offsets)
        return cls(dots, cells.offsets[1:], edges[1:], np.diff(edges), cells.sizes)

    def tail(self, n_labels: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many bytes the last labels of each host have; all where there are no more."""
        inner = (n_labels > 0) & (n_labels <= self.n_dots)
        sizes = np.where(n_labels > 0, self.size, 0)
        sizes[inner] = self.ends[inner] - self.dots[(self.last - n_labels)[inner]] - 1
        return sizes


def _suffix_labels(
    names: pl.Series, cells: _Labels, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many labels the longest rule of a registry and of a private owner takes."""
    known = suffixes()
    taken = np.zeros((2, len(names)), np.int64)
    above = np.full(len(rows), len(known.exceptions) - 1)
    depth = 0
    while len(rows):
        depth += 1
        sizes = cells.tail(np.where(cells.n_dots >= depth - 1, depth, 0))[rows]
        codes = known.codes(_tails(names.gather(rows), sizes))
        taken_here = known.rules[:, codes] | known.wildcards[:, above]
        for owner in (0, 1):
            taken[owner, rows[taken_here[owner]]] = depth
            # The exception to *.ck ends where ck does.
            excepted = known.exceptions[codes] & known.wildcards[owner, above]
            taken[owner, rows[excepted]] = depth - 1
        deeper = known.deeper[codes] & (cells.n_dots[rows] >= depth)
        rows, above = rows[deeper], codes[deeper]
    return taken[0], taken[1]


def _tails(names: pl.Series, sizes: NDArray[np.int64]) -> pl.Series:
    frame = pl.DataFrame({"host": names, "size": sizes})
    tail = pl.col("host").cast(pl.Binary).bin.tail(pl.col("size"))
    return frame.select(tail.cast(pl.String)).to_series()


def _cut(
    names: pl.Series,
    suffix: NDArray[np.int64],
    domain: NDArray[np.int64],
    registered: NDArray[np.int64],
) -> pl.DataFrame:
    """Return the strings, from the bytes that each takes; the registered domain stands at the end."""
    frame = pl.DataFrame(
        {
            "host": names.cast(pl.Binary),
            "from": names.str.len_bytes().cast(pl.Int64).to_numpy() - registered,
            "domain": domain,
            "suffix": suffix,
            "registered": np.where((domain > 0) & (suffix > 0), registered, 0),
        }
    ).with_columns(before=(pl.col("from") - 1).clip(0))
    host = pl.col("host").bin
    return frame.select(
        pl.col("host").cast(pl.String),
        host.head(pl.col("before")).cast(pl.String).alias("subdomain"),
        host.slice(pl.col("from"), pl.col("domain")).cast(pl.String).alias("domain"),
        host.tail(pl.col("suffix")).cast(pl.String).alias("suffix"),
        host.tail(pl.col("registered")).cast(pl.String).alias("registered"),
    )
