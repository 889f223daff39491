"""Names of hosts taken apart at their public suffix: login.bank.co.uk is login, bank and co.uk.

Dots are found in the bytes of all hosts at once, and endings are looked up label by label, longer ones
only for the hosts that a longer rule may fit.
Source: the algorithm of https://publicsuffix.org/list/; a name under no rule ends in its last label.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.cells.bytes import CellBytes, Places, pieces
from phantom_ml.features.cells.patterns import contained, replaced
from phantom_ml.features.cells.queries import Formulas
from phantom_ml.features.lately import FEW, Lately, columns_lately
from phantom_ml.features.parsing.suffixes import suffixes

Rows = NDArray[np.int64]
#: An address, not a name: the last label is a number (WHATWG URL, "ends in a number"), or it has colons
#: or brackets.
ADDRESS = r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$|:|^\["
#: Strings that a host is cut into.
PIECES = ("subdomain", "domain", "suffix", "registered")
EVERY = (*PIECES, "name")
#: What is told of each beside them.
TOLD = ("is_address", "is_known_suffix", "is_private_suffix")
ALL = ("host", *EVERY, *TOLD)
#: Other full stops that browsers take for a dot (UTS #46).
FULL_STOPS = "[\u3002\uff0e\uff61]"
_NAME = pl.col("host").fill_null("").str.to_lowercase().str.strip_suffix(".")

_FORMS = Formulas({"host": _NAME})

#: Several encoders read one host; its parts take more room than its name.
_LATELY: Lately[tuple[Any, ...]] = Lately(most=512)


def split_hosts(hosts: pl.Series, wanted: Collection[str] = PIECES) -> pl.DataFrame:
    """Return the parts of hosts in small letters, the root's dot left off, row for row.

    Parameters
    ----------
    hosts : names or addresses without a port; null counts as empty
    wanted : of PIECES, or ``name``: all before the suffix

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
    if 0 < len(hosts) <= FEW:
        found = split_few(hosts.to_list())
        types = dict.fromkeys(("is_address", "is_known_suffix", "is_private_suffix"), pl.Boolean)
        names = ("host", *wanted, *TOLD)
        return pl.DataFrame([pl.Series(n, found[n], types.get(n, pl.String)) for n in names])
    return _split(hosts, wanted)


def _split(hosts: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
    names = replaced(hosts.alias("host").to_frame().select(_NAME).to_series(), FULL_STOPS, ".")
    address = contained(names, ADDRESS)
    places, known, private = _cut(CellBytes.of(names), address.to_numpy(), names)
    return pl.DataFrame(
        [
            names.alias("host"),
            *pieces(names, {piece: places[piece] for piece in wanted}).get_columns(),
            address.alias("is_address"),
            pl.Series("is_known_suffix", known),
            pl.Series("is_private_suffix", private),
        ]
    )


def split_few(hosts: Sequence[str | None]) -> dict[str, list[Any]]:
    """Return the columns of ``split_hosts``, EVERY string among them, of a few hosts."""
    return columns_lately(_LATELY, hosts, lambda new: _few([hosts[i] for i in new]), ALL)


def _few(hosts: list[str | None]) -> dict[str, list[Any]]:
    names = replaced(_FORMS.of_few({"host": hosts})["host"], FULL_STOPS, ".")
    address = contained(names, ADDRESS)
    rows = map(_pieces, names, address)
    columns = zip(*((name, *row) for name, row in zip(names, rows, strict=True)), strict=True)
    return dict(zip(ALL, map(list, columns), strict=True))


def _pieces(name: str, is_address: bool) -> tuple[str | bool, ...]:
    """Return what ALL names of one host, from ``subdomain`` on."""
    labels = name.split(".")
    whole = is_address or len(labels) == 1
    known, private = (0, 0) if whole else suffixes().taken(labels)
    n_labels = 0 if whole else max(known, 1)
    suffix = ".".join(labels[len(labels) - n_labels :])
    registered = name if whole else ".".join(labels[-n_labels - 1 :])
    between = not whole and len(registered) > len(suffix)  # the dot before the suffix
    domain = registered[: len(registered) - len(suffix) - between]
    return (
        name[: max(len(name) - len(registered) - 1, 0)],
        domain,
        suffix,
        registered if domain and suffix else "",
        name[: max(len(name) - len(suffix) - bool(suffix), 0)],
        is_address,
        known > 0,
        private > known,
    )


def _cut(
    cells: CellBytes, address: NDArray[np.bool_], names: pl.Series
) -> tuple[dict[str, Places], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where the pieces of names lie, and which end in a public and in a private suffix."""
    labels = _Labels.of(cells)
    whole = address | (labels.n_dots == 0)
    known, private = _suffix_labels(names, labels, np.flatnonzero(~whole))
    n_labels = np.where(whole, 0, np.maximum(known, 1))
    suffix, registered = labels.tail(n_labels), labels.tail(n_labels + ~whole)
    registered = np.where(whole, labels.size, registered)
    between = ~whole & (registered > suffix)  # the dot before the suffix
    places = _places(labels.size, suffix, registered - suffix - between, registered)
    return places, known > 0, private > known


@dataclass(frozen=True)
class _Labels:
    """Where the labels of each host begin, counted in bytes from its end."""

    dots: NDArray[np.int64]
    ends: NDArray[np.int64]
    last: NDArray[np.int64]
    n_dots: NDArray[np.int64]
    size: NDArray[np.int64]

    @classmethod
    def of(cls, cells: CellBytes) -> _Labels:
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
    names: pl.Series, cells: _Labels, rows: Rows
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many labels the longest rule of a registry and of a private owner takes."""
    known = suffixes()
    taken = np.zeros((2, len(cells.size)), np.int64)
    above = np.full(len(rows), len(known.exceptions) - 1)
    depth = 0
    while len(rows):
        depth += 1
        sizes = cells.tail(np.where(cells.n_dots >= depth - 1, depth, 0))[rows]
        tails = pieces(names[rows], {"tail": (cells.size[rows] - sizes, sizes)}).to_series()
        codes = known.codes(tails)
        taken_here = known.rules[:, codes] | known.wildcards[:, above]
        taken[:, rows] = np.where(taken_here, depth, taken[:, rows])
        excepted = known.exceptions[codes]
        if excepted.any():
            # The exception to *.ck ends where ck does.
            ends_above = excepted & known.wildcards[:, above]
            taken[:, rows] = np.where(ends_above, depth - 1, taken[:, rows])
        deeper = known.deeper[codes] & (cells.n_dots[rows] >= depth)
        rows, above = rows[deeper], codes[deeper]
    return taken[0], taken[1]


def _places(
    whole: NDArray[np.int64],
    suffix: NDArray[np.int64],
    domain: NDArray[np.int64],
    registered: NDArray[np.int64],
) -> dict[str, Places]:
    """Return where each piece lies, from the bytes that it takes; the registered domain is at the end."""
    begin, first = whole - registered, np.zeros_like(whole)
    told = np.where((domain > 0) & (suffix > 0), registered, 0)
    return {
        "subdomain": (first, np.maximum(begin - 1, 0)),
        "domain": (begin, domain),
        "suffix": (whole - suffix, suffix),
        "registered": (whole - told, told),
        "name": (first, np.maximum(whole - suffix - (suffix > 0), 0)),
    }
