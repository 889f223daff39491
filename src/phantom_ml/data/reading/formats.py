"""Which reader a file is for: its content speaks first, its name second."""

from __future__ import annotations

from codecs import BOM_UTF8

from phantom_ml.data.files.encoding import decoded_head
from phantom_ml.data.files.source import SourceFile
from phantom_ml.data.readers.base import Head, Reader, readers
from phantom_ml.errors import SourceEmpty, SourceUnreadable

LOOK = 1 << 16
_CONVERT = "Convert it to Parquet, CSV or JSON lines first."
#: First bytes of what is refused -> what it is, and what to do.
REFUSED = {
    b"ARROW1": ("an Arrow IPC (Feather) file", "Convert it to Parquet."),
    b"FEA1": ("a Feather file", "Convert it to Parquet."),
    b"\x7fELF": ("a program (ELF)", _CONVERT),
    b"MZ": ("a program (PE)", _CONVERT),
    b"PK\x03\x04": ("a ZIP archive or a spreadsheet", "Unpack it, or save the sheet as CSV."),
    b"%PDF": ("a PDF document", _CONVERT),
    b"SQLite format 3": ("an SQLite database", "Export a table of it as CSV or Parquet."),
    b"ElfFile\x00": ("a Windows event log (EVTX)", "Export it as JSON lines first."),
    b"\xd4\xc3\xb2\xa1": ("a packet capture", "Turn it into flows (Zeek, for one) first."),
    b"\xa1\xb2\xc3\xd4": ("a packet capture", "Turn it into flows (Zeek, for one) first."),
    b"\x0a\x0d\x0d\x0a": ("a packet capture", "Turn it into flows (Zeek, for one) first."),
    b"\xd0\xcf\x11\xe0": ("an old Office document", "Save the sheet as CSV."),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", "Unpack it first."),
    b"BZh": ("compressed with bzip2", "Unpack it, or use gzip or zstd."),
    b"\xfd7zXZ": ("compressed with xz", "Unpack it, or use gzip or zstd."),
    b"\x1f\x8b": ("compressed twice", "Unpack it once."),
    b"\x28\xb5\x2f\xfd": ("compressed twice", "Unpack it once."),
    b"\x89PNG": ("a picture", _CONVERT),
    b"\xff\xd8\xff": ("a picture", _CONVERT),
    b"\x89HDF": ("an HDF5 file", _CONVERT),
    b"\x93NUMPY": ("a NumPy file", "Load it and give the array."),
    b"Obj\x01": ("an Avro file", _CONVERT),
    b"ORC": ("an ORC file", _CONVERT),
}
#: How a text document begins, in small letters.
DOCUMENTS = {
    b"<svg": "a picture (SVG)",
    b"<!doctype html": "a web page (HTML)",
    b"<html": "a web page (HTML)",
    b"<?xml": "an XML document",
    b"{\\rtf": "a text document (RTF)",
}
#: Control characters that text has none of; this share of them is no text.
CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
MAX_CONTROL_SHARE = 0.02
#: A stray NUL or so in a short text does not make it binary.
FEW_CONTROLS = 8


def reader_of(file: SourceFile) -> tuple[type[Reader], Head]:
    """Return the reader that is surest of a file that is not compressed, and the file's beginning.

    Parameters
    ----------
    file : SourceFile
        Its name's suffix is a hint.

    Raises
    ------
    SourceEmpty
        The file is empty or blank.
    SourceUnreadable
        It is in no format that is read.
    """
    name = file.name
    with file.path.open("rb") as opened:
        raw = opened.read(LOOK)
    if not raw.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise SourceEmpty(f"{name!r} is empty.", "Give a file with a header and rows.")
    _refuse_known(raw, name)
    head = Head(raw, decoded_head(raw), file.suffix)
    sure = [(r().recognises(head), r) for r in readers]
    best, reader = max(sure, key=lambda pair: pair[0])
    if best <= 0 or (not raw.startswith(b"PAR1") and _is_binary(head)):
        raise SourceUnreadable(
            f"{name!r} is not text, nor in a format that is read.",
            "Give CSV, TSV, JSON, JSON lines or Parquet, plain or as .gz or .zst.",
        )
    return reader, head


def _refuse_known(raw: bytes, name: str) -> None:
    for magic, (what, hint) in REFUSED.items():
        # Some of these are plain letters: real text goes on without control characters.
        if raw.startswith(magic) and (not magic.isalnum() or _control_share(raw[:512]) > 0):
            raise SourceUnreadable(f"{name!r} is {what}.", hint)
    text = raw[:64].removeprefix(BOM_UTF8).lstrip().lower()
    for begin, what in DOCUMENTS.items():
        if text.startswith(begin):
            raise SourceUnreadable(f"{name!r} is {what}.", _CONVERT)


def _is_binary(head: Head) -> bool:
    utf16 = "\x00" not in head.text[:4096] and head.raw[:4096].count(0) > 0
    n_control = _control_share(head.raw) * len(head.raw)
    return not utf16 and n_control > max(FEW_CONTROLS, MAX_CONTROL_SHARE * len(head.raw))


def _control_share(raw: bytes) -> float:
    return 1 - len(raw.translate(None, CONTROL)) / len(raw) if raw else 0.0
