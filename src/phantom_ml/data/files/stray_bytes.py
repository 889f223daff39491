"""Bytes that are no UTF-8: what a file that holds some was written in, and how it is made text.

Whoever writes one cell of a log may write any byte into it. So no byte may change what is read of other
lines: what is valid UTF-8 is always read as that, and one choice a file, by counts of its lines, tells what
becomes of the bytes that are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

PIECE = 4 << 20
#: A line longer than this is judged in pieces.
MAX_LINE = 16 << 20
#: Up to ten lines are hardly any where they are one in 50 or their bytes are one in 1,000; more, where the
#: lines are one in 1,000: of a long table in Windows-1252 no more may hold a letter beyond ASCII.
FEW_LINES, FEW_SHARE, HARDLY_SHARE = 10, 1 / 50, 1 / 1000
#: From so many lines on, a file of which most hold bytes that neither encoding has is no text in either.
LEAST_FOREIGN = 20
#: A line that is not ASCII, from where it is not.
BEYOND_ASCII = re.compile(rb"[\x80-\xff][^\r\n]*")
#: How Python's ``surrogateescape`` hands on bytes that are no UTF-8 (PEP 383).
STRAY = re.compile("[\udc80-\udcff]")
REPLACED = "\ufffd"
#: What Windows-1252 reads for each such byte; five have no character in it.
WINDOWS = {
    chr(0xDC00 + byte): bytes([byte]).decode("cp1252", errors="replace")
    for byte in range(0x80, 0x100)
}


@dataclass
class StrayBytes:
    """How many lines and bytes of a file are no UTF-8.

    Attributes
    ----------
    lines, size : int
        Of the whole file; in bytes.
    utf8 : int
        Lines whose characters beyond ASCII are mostly UTF-8.
    windows, foreign : int
        Lines of which most are not: Windows-1252 has a character for each such byte, or not for all.
    in_first : bool
        Whether the first line is one of ``windows``.
    stray : int
        Bytes that are no UTF-8.
    undefined : int
        Those of them that Windows-1252 has no character for.
    """

    lines: int = 0
    size: int = 0
    utf8: int = 0
    windows: int = 0
    foreign: int = 0
    in_first: bool = False
    stray: int = 0
    undefined: int = 0

    @property
    def is_windows(self) -> bool:
        """Return whether the file was written in Windows-1252.

        Most lines that are not ASCII speak for it, and they are more than hardly any, or one names the columns.
        """
        is_most = self.windows > self.utf8 + self.foreign
        return is_most and (self.in_first or not self.is_hardly_any)

    @property
    def is_hardly_any(self) -> bool:
        """Return whether so few lines hold such bytes that one who writes to a log may have put them there."""
        share = self.windows / max(1, self.lines)
        is_few = share <= FEW_SHARE or self.stray <= HARDLY_SHARE * self.size
        return share <= HARDLY_SHARE or (self.windows <= FEW_LINES and is_few)

    @property
    def is_foreign(self) -> bool:
        """Return whether most lines of a file of some length are in neither encoding."""
        return self.foreign >= LEAST_FOREIGN and 2 * self.foreign > self.lines

    def add_block(self, block: bytes) -> None:
        """Count lines."""
        if not block.isascii():
            self._add_beyond_ascii(block)
        self.size += len(block)
        self.lines += _n_lines(block)

    def _add_beyond_ascii(self, block: bytes) -> None:
        try:
            block.decode("utf-8")
        except UnicodeDecodeError:
            heads = 0 if self.lines else len(block.splitlines()[0])
            for line in BEYOND_ASCII.finditer(block):
                self._add(line[0], in_first=line.start() < heads)
        else:
            self.utf8 += len(BEYOND_ASCII.findall(block))

    def _add(self, line: bytes, *, in_first: bool) -> None:
        text = line.decode("utf-8", errors="surrogateescape")
        found = STRAY.findall(text)
        undefined = sum(WINDOWS[byte] == REPLACED for byte in found)
        self.stray, self.undefined = self.stray + len(found), self.undefined + undefined
        if sum(not character.isascii() for character in text) > 2 * len(found):
            self.utf8 += 1
        elif undefined:
            self.foreign += 1
        else:
            self.in_first = self.in_first or in_first
            self.windows += 1


def stray_bytes(path: Path) -> StrayBytes:
    r"""Return how many lines and bytes of a file are no UTF-8.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write("name\nMüller\n".encode("cp1252"))
    ...     file.flush()
    ...     stray_bytes(Path(file.name)).is_windows
    True
    """
    found = StrayBytes()
    with path.open("rb") as opened:
        for block in _blocks_of_lines(opened):
            found.add_block(block)
    return found


def _n_lines(block: bytes) -> int:
    end = b"\n" if b"\n" in block else b"\r"
    return block.count(end) + (not block.endswith(end))


def _blocks_of_lines(opened: BinaryIO) -> Iterator[bytes]:
    rest = b""
    while piece := opened.read(PIECE):
        whole = rest + piece
        end = whole.rfind(b"\n") + 1
        if not end and len(whole) > MAX_LINE:
            end = len(whole)
        rest = whole[end:]
        if end:
            yield whole[:end]
    if rest:
        yield rest


def mended(text: str, *, as_windows: bool) -> str:
    r"""Return text that was decoded with ``surrogateescape``, with a character for each byte that is no UTF-8.

    Parameters
    ----------
    text : str
    as_windows : bool
        Whether it is that of Windows-1252, where there is one; else U+FFFD.

    Examples
    --------
    >>> mended(b"caf\xe9".decode("utf-8", "surrogateescape"), as_windows=True)
    'café'
    """
    if text.isascii():
        return text
    if as_windows:
        return STRAY.sub(lambda found: WINDOWS[found[0]], text)
    return STRAY.sub(REPLACED, text)
