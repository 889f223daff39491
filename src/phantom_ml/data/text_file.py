"""Text in any encoding, made UTF-8; what is not text in it is told by offset and line."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from phantom_ml.data.source import SourceFile
from phantom_ml.errors import BadSetting, EncodingWrong

PIECE = 4 << 20
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

    UTF-8 is believed only if the whole file is. Else, unless an encoding is given, it is read as
    Windows-1252 with a warning.

    Raises
    ------
    EncodingWrong
        It holds bytes that are no text in its encoding; the message tells where.
    BadSetting
        No encoding has this name.
    """
    with file.path.open("rb") as opened:
        found = encoding or guess_encoding(opened.read(1 << 16))
    try:
        plain = codecs.lookup(found).name in {"utf-8", "utf-8-sig"}
    except LookupError:
        raise BadSetting(f"There is no encoding {found!r}.", "Give one such as utf-8.") from None
    target = file.path if plain else folder / f"{file.path.name}.utf8"
    fault, doubles, singles = _survey(file.path, found, None if plain else target)
    if fault is None:
        return TextFile(target, file.name, found, doubles, singles)
    if encoding is None and plain:
        return _as_fallback(file, fault, folder)
    raise EncodingWrong(
        f"{file.name!r} is not {found}: {fault}.",
        "Save it as UTF-8, or name its encoding (latin-1 takes any byte).",
    )


def _as_fallback(file: SourceFile, first: Fault, folder: Path) -> TextFile:
    target = folder / f"{file.path.name}.utf8"
    fault, doubles, singles = _survey(file.path, FALLBACK, target)
    if fault is not None:
        raise EncodingWrong(
            f"{file.name!r} is neither UTF-8 ({first}) nor Windows-1252 ({fault}).",
            "Save it as UTF-8, or name its encoding (latin-1 takes any byte).",
        )
    warning = f"{file.name!r} is not UTF-8 ({first}); it was read as Windows-1252."
    return TextFile(target, file.name, FALLBACK, doubles, singles, (warning,))


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
