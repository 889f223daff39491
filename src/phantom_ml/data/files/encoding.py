"""Text in any encoding, made UTF-8; what is not text in it is told by offset and line."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from phantom_ml.data.files.source import SourceFile
from phantom_ml.data.files.stray_bytes import PIECE, StrayBytes, mended, stray_bytes
from phantom_ml.errors import BadSetting, EncodingWrong
from phantom_ml.wording import counted

BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
FALLBACK = "cp1252"


@dataclass(frozen=True)
class TextFile:
    """A file of UTF-8 text.

    Attributes
    ----------
    path : Path
        The file itself, or its transcription.
    name : str
    encoding : str
        What it was in.
    double_quotes, single_quotes : int
        How many there are; an odd number may mean that one is never closed.
    warnings : tuple of str
    """

    path: Path
    name: str
    encoding: str
    double_quotes: int = 0
    single_quotes: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fault:
    """The first bytes that are no text."""

    offset: int
    line: int
    byte: int

    def __str__(self) -> str:
        return f"byte 0x{self.byte:02X} at offset {self.offset:,}, line {self.line:,}"


def guess_encoding(head: bytes) -> str:
    """Return the encoding that the first bytes speak for; UTF-8 where nothing speaks against it.

    Examples
    --------
    >>> guess_encoding("a,b".encode("utf-16-le"))
    'utf-16-le'
    """
    for bom, name in BOMS.items():
        if head.startswith(bom):
            return name
    pairs = len(head) // 2
    # Of Latin text in UTF-16 each second byte is zero; of anything else next to none.
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if pairs and head[start : 2 * pairs : 2].count(0) > 0.6 * pairs > 2 * head[
            1 - start :: 2
        ].count(0):
            return name
    return "utf-8"


def decoded_head(head: bytes, encoding: str | None = None) -> str:
    """Return the first bytes as text for a look, faults ignored, without a byte order mark."""
    try:
        text = head.decode(encoding or guess_encoding(head), errors="ignore")
    except LookupError:
        text = head.decode("utf-8", errors="ignore")
    return text.removeprefix("\ufeff")


def as_utf8(file: SourceFile, encoding: str | None, folder: Path) -> TextFile:
    """Return the file as UTF-8; one in another encoding is transcribed into ``folder``.

    Where no encoding is given, bytes that are no UTF-8 are told in a warning: they are read as U+FFFD, or as
    Windows-1252 where most of what is not ASCII is that. What is valid UTF-8 is read as UTF-8 in both.

    Raises
    ------
    EncodingWrong
        It holds bytes that are no text in the encoding that was given, or most of its lines do in either;
        the message tells where.
    BadSetting
        No encoding has this name.
    """
    with file.path.open("rb") as opened:
        found = encoding or guess_encoding(opened.read(1 << 16))
    try:
        plain = codecs.lookup(found).name in {"utf-8", "utf-8-sig"}
    except LookupError:
        raise BadSetting(f"There is no encoding {found!r}.", "Give one such as utf-8.") from None
    target = file.path if plain else _transcript(file, folder)
    fault, doubles, singles = _survey(file.path, found, None if plain else target)
    if fault is None:
        return TextFile(target, file.name, found, doubles, singles)
    if encoding is None and plain:
        return _as_mended(file, fault, found, folder)
    raise EncodingWrong(
        f"{file.name!r} is not {found}: {fault}.",
        "Save it as UTF-8, or name its encoding (latin-1 takes any byte).",
    )


def _transcript(file: SourceFile, folder: Path) -> Path:
    """Return where a file is written as UTF-8; files of several folders may share a name."""
    return folder / f"{uuid4().hex}-{file.path.name[-40:]}.utf8"


def _as_mended(file: SourceFile, first: Fault, encoding: str, folder: Path) -> TextFile:
    """Return a file that is not all UTF-8 with a character for each byte that is none."""
    found = stray_bytes(file.path)
    if found.is_foreign:
        raise EncodingWrong(
            f"{file.name!r} is neither UTF-8 nor Windows-1252: {found.foreign:,} of "
            f"{counted(found.lines, 'line')} hold bytes that both have no character for "
            f"(the first that is no UTF-8: {first}).",
            "Save it as UTF-8, or name its encoding (latin-1 takes any byte).",
        )
    target = _transcript(file, folder)
    doubles, singles = _mend(file.path, target, as_windows=found.is_windows)
    name = FALLBACK if found.is_windows else encoding
    return TextFile(target, file.name, name, doubles, singles, (_told(file.name, first, found),))


def _told(name: str, first: Fault, found: StrayBytes) -> str:
    where = str(first) if found.stray == 1 else f"the first: {first}"
    if found.is_windows:
        left = (
            f", {counted(found.undefined, 'byte')} without a character in it as U+FFFD"
            if found.undefined
            else ""
        )
        n_bytes = counted(found.stray, "byte")
        return f"{name!r} is not UTF-8 ({n_bytes}; {where}); it was read as Windows-1252{left}."
    held = "byte that is" if found.stray == 1 else "bytes that are"
    read = "it was" if found.stray == 1 else "they were"
    return f"{name!r} has {found.stray:,} {held} no UTF-8 ({where}); {read} read as U+FFFD."


def _mend(path: Path, target: Path, *, as_windows: bool) -> tuple[int, int]:
    """Write a file as UTF-8, a character for each byte that is none, and count quotes."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    doubles = singles = 0
    first, is_last = True, False
    with path.open("rb") as opened, target.open("wb") as out:
        while not is_last:
            piece = opened.read(PIECE)
            is_last = not piece
            text = mended(decoder.decode(piece, final=is_last), as_windows=as_windows)
            seen = _utf8(text, first=first)
            out.write(seen)
            doubles, singles = doubles + seen.count(b'"'), singles + seen.count(b"'")
            first = False
    return doubles, singles


def _survey(path: Path, encoding: str, target: Path | None) -> tuple[Fault | None, int, int]:
    """Decode the whole file, write it as UTF-8 where a target is given, and count quotes."""
    decoder = codecs.getincrementaldecoder(encoding)()
    doubles = singles = offset = 0
    out = target.open("wb") if target else None
    try:
        with path.open("rb") as opened:
            piece = b""
            while piece := opened.read(PIECE):
                seen = piece
                if out is not None or decoder.getstate()[0] or not piece.isascii():
                    text = decoder.decode(piece)
                    if out is not None:
                        seen = _utf8(text, first=offset == 0)
                        out.write(seen)
                doubles, singles = doubles + seen.count(b'"'), singles + seen.count(b"'")
                offset += len(piece)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        held = len(error.object) - len(piece)
        at = offset - held + error.start
        return Fault(at, _line_of(path, at), error.object[error.start]), doubles, singles
    finally:
        if out is not None:
            out.close()
    return None, doubles, singles


def _utf8(text: str, *, first: bool) -> bytes:
    return (text.removeprefix("\ufeff") if first else text).encode("utf-8", errors="replace")


def _line_of(path: Path, offset: int) -> int:
    line, left = 1, offset
    with path.open("rb") as opened:
        while left > 0 and (piece := opened.read(min(PIECE, left))):
            line, left = line + piece.count(b"\n"), left - len(piece)
    return line
