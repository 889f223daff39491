"""One spelling of values that are written in several: names in any case, addresses and ports in any dress.

Whatever counts how often a value came, or what an entity did, counts the spellings of one value together.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from unicodedata import normalize

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.base import as_text
from phantom_ml.features.cells.patterns import lowered, replaced, rows_with
from phantom_ml.features.lately import FEW, Lately
from phantom_ml.features.parsing.addresses import parse_addresses
from phantom_ml.features.parsing.macs import mac_digits
from phantom_ml.features.parsing.ports import parse_ports

#: Kinds that are the same in small letters and in capitals.
ANY_CASE = frozenset({ColumnKind.HASH, ColumnKind.DOMAIN, ColumnKind.EMAIL})
#: A host with a port, and an address in brackets with or without one.
PORTED = r"^([^:]*):[0-9]{1,5}$"
BRACKETED = r"^\[([0-9A-Fa-f:.]+(?:%[^\[\]]*)?)\](?::[0-9]{1,5})?$"
BLANKS = r"^\s|\s$"
#: The dot of the root at the end of a name, with what is left of blanks there.
END = r"[\s.]+$"
#: What a host in such dress, or with blanks around it, holds, and a bare name does not.
DRESS = r"[:\[\s]"
#: What IPv4 is never written with: four numbers and their dots have no other spelling.
NOT_PLAIN_V4 = r"[^0-9.]"
#: What stands beside an address of mail, between two, or is left of the root's name.
BESIDE_MAIL = r"[\s,;<>\"]|\.$"
#: A mail address between brackets and the name before it, and one alone (RFC 5322, 3.4).
NAMED_MAIL = r"(?:\"[^\"]*\"|[^,;<>\"])*<([^<>\s]*@[^<>\s]*)>"
MAIL = r"[^\s,;:<>\"]+@[^\s,;<>\"]*[^\s,;<>\".]"
#: What a name in other letters holds, as they are or in Punycode (RFC 5890, 2.3.2.1).
INTERNATIONAL = r"[^\x00-\x7f]|xn--"
PUNYCODE = re.compile(r"xn--[a-z0-9-]+").fullmatch
#: The dot of East Asian writing; its other forms are one with it or with the full stop in NFKC.
IDEOGRAPHIC_DOT = "\u3002"
#: So many cells tell whether they repeat enough to spell each only once.
SAMPLE = 4096
OCTETS = (1 << 24, 1 << 16, 1 << 8, 1)


def one_spelling(values: pl.Series, kind: ColumnKind) -> pl.Series:
    """Return values as text, all spellings of one value as the same; null where a MAC or a port is none.

    An IP address is bare, of a list the first one; what is none stays as it is written. Of mail addresses
    names are left off, and several stand in the order of the alphabet. A domain has no port, and is in the
    letters of its language, composed and at their usual width.

    Examples
    --------
    >>> one_spelling(pl.Series(["Example.COM.", "example.com:443"]), ColumnKind.DOMAIN).to_list()
    ['example.com', 'example.com']
    >>> one_spelling(pl.Series(["xn--bcher-kva.example", "BÜCHER.example"]), ColumnKind.DOMAIN).n_unique()
    1
    >>> one_spelling(pl.Series(["00-50-56-AA-BB-CC", "00:50:56:aa:bb:cc"]), ColumnKind.MAC).n_unique()
    1
    >>> one_spelling(pl.Series(["[::ffff:10.0.0.1]:443", "2001:DB8::1%eth0"]), ColumnKind.IP).to_list()
    ['10.0.0.1', '2001:0db8:0000:0000:0000:0000:0000:0001']
    >>> one_spelling(pl.Series(["b@y.org;a@x.org", "Al <A@x.org>, b@y.org"]), ColumnKind.EMAIL).to_list()
    ['a@x.org; b@y.org', 'a@x.org; b@y.org']
    """
    if kind is ColumnKind.PORT:
        return parse_ports(values).cast(pl.String)
    text = as_text(values)
    if kind is ColumnKind.MAC:
        return mac_digits(text)
    if kind is ColumnKind.IP:
        return _ADDRESSES.of(text)
    if kind not in ANY_CASE:
        return text
    small = lowered(text)
    if kind is ColumnKind.EMAIL:
        return _MAILS.of(small)
    return _bare_names(_NAMES.of(small)) if kind is ColumnKind.DOMAIN else small


def bare_hosts(text: pl.Series) -> pl.Series:
    """Return hosts without blanks around them, a port, and the brackets of an address.

    Examples
    --------
    >>> bare_hosts(pl.Series([" a.example:443", "[2001:db8::1]:443", "2001:db8::1"])).to_list()
    ['a.example', '2001:db8::1', '2001:db8::1']
    """
    if not len(rows_with(DRESS, text)):
        return text
    # An address of IPv6 has colons, but no blanks: polars is not asked of it alone.
    bare = text.str.strip_chars() if len(rows_with(BLANKS, text)) else text
    return replaced(replaced(bare, PORTED, "$1", every=False), BRACKETED, "$1", every=False)


@dataclass(frozen=True)
class _Respelled:
    """Cells of which only odd ones are spelled anew, by a pure function that takes time: each once.

    Attributes
    ----------
    odd : pattern of the cells that may be spelled in another way
    spell : what makes one spelling of them
    """

    odd: str
    spell: Callable[[pl.Series], pl.Series]
    lately: Lately[str] = field(default_factory=Lately)

    def of(self, text: pl.Series) -> pl.Series:
        """Return the cells, the odd ones in one spelling."""
        rows = rows_with(self.odd, text)
        if not len(rows):
            return text
        if len(text) <= FEW:
            return self._few(text, rows.tolist())
        spelled = self._many(text.gather(rows))
        return spelled if len(rows) == len(text) else text.clone().scatter(rows, spelled)

    def _few(self, text: pl.Series, rows: list[int]) -> pl.Series:
        cells = text.to_list()
        odd = [cells[row] for row in rows]
        found = self.lately.of(odd, lambda new: self.spell(pl.Series([odd[i] for i in new])))
        for row, cell in zip(rows, found, strict=True):
            cells[row] = cell
        return pl.Series(text.name, cells, pl.String)

    def _many(self, cells: pl.Series) -> pl.Series:
        if cells.head(SAMPLE).n_unique() * 2 > min(len(cells), SAMPLE):
            return self.spell(cells)
        distinct = cells.unique()
        return cells.replace_strict(distinct, self.spell(distinct), return_dtype=pl.String)


def _addresses(cells: pl.Series) -> pl.Series:
    """Return IP addresses as numbers between dots, or eight times four digits; others as they are."""
    found = parse_addresses(cells)
    spelled = cells.clone()
    for version, written in ((4, _written_v4), (6, _written_v6)):
        rows = np.flatnonzero(found.version == version)
        if len(rows):
            spelled = spelled.scatter(rows, written(found.hi[rows], found.lo[rows]))
    return spelled


def _written_v4(_: NDArray[np.uint64], lo: NDArray[np.uint64]) -> pl.Series:
    number = pl.Series("n", lo).to_frame()
    octets = [(pl.col("n") // place % 256).cast(pl.String) for place in OCTETS]
    return number.select(pl.concat_str(octets, separator=".")).to_series()


def _written_v6(hi: NDArray[np.uint64], lo: NDArray[np.uint64]) -> pl.Series:
    # All addresses are one text of hextets; each takes eight of them, with their colons 40 characters.
    text = np.column_stack([hi, lo]).astype(">u8").tobytes().hex(":", 2)
    return pl.Series([text[at : at + 39] for at in range(0, len(text), 40)])


def _mails(cells: pl.Series) -> pl.Series:
    """Return the mail addresses of each cell, each once and in order; a cell without one as it is."""
    cell = pl.col("cell")
    each = cell.str.replace_all(NAMED_MAIL, "$1").str.extract_all(MAIL)
    several = each.list.unique().list.sort().list.join("; ")
    spelled = pl.when(several != "").then(several).otherwise(cell)
    return cells.alias("cell").to_frame().select(spelled.alias(cells.name)).to_series()


def _names(cells: pl.Series) -> pl.Series:
    """Return domain names in small letters of their language: composed, at their usual width, no Punycode.

    Unlike IDNA of 2003, which Python's codec follows, it keeps a sharp s: that is a name of its own.
    """
    usual = _bare_names(pl.Series(cells.name, map(_usual, cells.to_list()), pl.String))
    return pl.Series(cells.name, map(_without_punycode, usual.to_list()), pl.String)


def _bare_names(text: pl.Series) -> pl.Series:
    return replaced(bare_hosts(text), END, "")


def _usual(name: str) -> str:
    small = normalize("NFKC", name).replace(IDEOGRAPHIC_DOT, ".").lower()
    return normalize("NFKC", small)


def _without_punycode(name: str) -> str:
    """Return a name with the letters of its labels; a label that encodes none stays as it is.

    Examples
    --------
    >>> _without_punycode("xn--bcher-kva.example"), _without_punycode("xn--bank-.example")
    ('bücher.example', 'xn--bank-.example')
    """
    return ".".join(_letters(label) if PUNYCODE(label) else label for label in name.split("."))


def _letters(label: str) -> str:
    try:
        letters = label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    # What encodes no letters, or others than the usual ones, could pose as another name.
    usual = letters.isprintable() and not letters.isascii() and _usual(letters) == letters
    return letters if usual else label


_ADDRESSES = _Respelled(NOT_PLAIN_V4, _addresses)
_NAMES = _Respelled(INTERNATIONAL, _names)
_MAILS = _Respelled(BESIDE_MAIL, _mails)
