"""A bundle in one file (``.phantom``, a zip): packed the same each time, unpacked as if hostile.

An archive is refused on sight unless it is of the plain shape that ``pack`` writes: no comment, no
zip64, so that neither its table of contents nor its parts can outgrow the signed manifest.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from phantom_ml.errors import BundleDamaged, BundleUntrusted, ModelError
from phantom_ml.model.bundle import (
    AGAIN,
    MAX_MANIFEST_BYTES,
    MAX_SIGNATURE_BYTES,
    check_parts,
    files_in,
)
from phantom_ml.model.durable import disk_faults, written_aside
from phantom_ml.model.manifest import MANIFEST, MAX_PARTS, MAX_PATH, SIGNATURE, Manifest
from phantom_ml.model.signing import Signature, Trust, verify

MAX_ARCHIVE_BYTES = (4 << 30) - (64 << 20)
_EPOCH = (1980, 1, 1, 0, 0, 0)
_END = struct.Struct("<4sHHHHIIH")
_LOCATOR_BYTES = 20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# All that zipfile and zlib raise for bytes that are not what they expect.
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    struct.error,
    OSError,
)


def pack(folder: Path, file: Path) -> None:
    """Write the bundle in ``folder`` into one file (mode 0600), the same bytes each time.

    Raises
    ------
    ModelError
        It is larger than an archive holds (nearly 4 GiB).
    BundleDamaged
        The folder holds links or cannot be read.
    DiskFull, StoreUnusable
        The file could not be written; nothing half written stays.
    """
    files = files_in(folder)
    if sum(files.values()) > MAX_ARCHIVE_BYTES:
        raise ModelError(
            f"The bundle has {sum(files.values()) / 2**30:.1f} GiB; an archive holds less than 4.",
            f"Copy the folder {str(folder)!r} as it is: it is a complete bundle.",
        )
    order = [MANIFEST, SIGNATURE, *(path for path in files if path not in (MANIFEST, SIGNATURE))]
    with disk_faults(file), written_aside(file) as draft:
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w+b") as raw, zipfile.ZipFile(raw, "w") as archive:
            for path in order:
                _add(archive, folder, path)


def _add(archive: zipfile.ZipFile, folder: Path, path: str) -> None:
    entry = zipfile.ZipInfo(path, _EPOCH)
    entry.create_system = 3
    entry.external_attr = (stat.S_IFREG | 0o600) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with (folder / path).open("rb") as source, archive.open(entry, "w") as target:
        shutil.copyfileobj(source, target, 1 << 20)


def unpack(file: Path, folder: Path, trust: Trust) -> Manifest:
    """Return the manifest of an archive whose parts were put into ``folder``, all of it checked.

    The signature is checked before anything is written; then only the manifest's parts are, and of
    each no more bytes than the manifest says. ``open_bundle`` on the folder holds afterwards.

    Parameters
    ----------
    file : Path
    folder : Path
        Absent or empty; made with mode 0700.
    trust : Trust

    Raises
    ------
    BundleDamaged, BundleUntrusted, BundleVersion
        As for ``open_bundle``, or the file is no archive of a bundle. ``folder`` is removed.
    DiskFull, StoreUnusable
        The folder could not be written; it is removed.
    """
    with disk_faults(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise FileExistsError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), str(folder))
    try:
        with _opened(file) as archive:
            return _unpack(archive, folder, trust)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _unpack(archive: zipfile.ZipFile, folder: Path, trust: Trust) -> Manifest:
    names = _names(archive)
    if SIGNATURE not in names:
        raise BundleUntrusted(
            f"The archive holds no {SIGNATURE}.", "Unsigned models are not opened."
        )
    raw = _content(archive, MANIFEST, MAX_MANIFEST_BYTES)
    signature = _content(archive, SIGNATURE, MAX_SIGNATURE_BYTES)
    verify(raw, Signature.read(signature), trust)
    manifest = Manifest.read(raw)
    if names != {MANIFEST, SIGNATURE, *manifest.parts}:
        odd = sorted(names ^ {MANIFEST, SIGNATURE, *manifest.parts})[0]
        raise _damaged(f"{odd[:MAX_PATH]!r} is in the manifest or in the archive, not in both")
    if manifest.total_bytes > MAX_ARCHIVE_BYTES:
        raise _damaged("its parts together are larger than an archive holds")
    for path, part in manifest.parts.items():
        _extract(archive, path, folder, part.size)
    with disk_faults(folder):
        (folder / MANIFEST).write_bytes(raw)
        (folder / SIGNATURE).write_bytes(signature)
    check_parts(folder, manifest)
    return manifest


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    if not file.is_file():
        raise BundleDamaged(
            f"No archive lies at {str(file)!r}.", "Give the path of a .phantom file."
        )
    with _hostile(), file.open("rb") as raw:
        _plain_shape(raw)
        archive = zipfile.ZipFile(raw)
        with archive:
            yield archive


@contextmanager
def _hostile() -> Iterator[None]:
    try:
        yield
    except _FAULTS as error:
        raise _damaged(str(error)[:200]) from None


def _plain_shape(raw: BinaryIO) -> None:
    """Refuse what makes zipfile read a long table of contents: zip64, comments, many names."""
    size = raw.seek(0, os.SEEK_END)
    raw.seek(max(0, size - _END.size - _LOCATOR_BYTES))
    tail = raw.read()
    if len(tail) < _END.size or b"PK\x06\x07" in tail[: -_END.size]:
        raise _damaged("it is too short, or a zip64")
    magic, _, _, _, entries, length, _, comment = _END.unpack(tail[-_END.size :])
    too_many = entries > MAX_PARTS + 2 or length > entries * (MAX_PATH + 100)
    if magic != b"PK\x05\x06" or comment or too_many:
        raise _damaged("it does not end as an archive of a bundle does")


def _names(archive: zipfile.ZipFile) -> set[str]:
    entries = archive.infolist()
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or entry.compress_type not in _METHODS:
            raise _damaged(f"{entry.filename[:MAX_PATH]!r} is no plain file")
    names = {entry.filename for entry in entries}
    if len(names) != len(entries):
        raise _damaged("a name is in it twice")
    return names


def _content(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    with _hostile():
        try:
            with archive.open(name) as source:
                content = source.read(limit + 1)
        except KeyError:
            raise _damaged(f"it holds no {name}") from None
    if len(content) > limit:
        raise _damaged(f"{name} has more than {limit} bytes")
    return content


def _extract(archive: zipfile.ZipFile, path: str, folder: Path, size: int) -> None:
    target = folder / path
    with disk_faults(target):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in _chunks(archive, path, size):
                file.write(chunk)


def _chunks(archive: zipfile.ZipFile, path: str, size: int) -> Iterator[bytes]:
    """Yield a part's bytes, and stop with an error at the first byte too many."""
    with _hostile(), archive.open(path) as source:
        left = size
        while chunk := source.read(1 << 20):
            left -= len(chunk)
            if left < 0:
                raise _damaged(f"{path!r} has more bytes than the manifest says")
            yield chunk


def _damaged(what: str) -> BundleDamaged:
    return BundleDamaged(f"The archive is not one of a bundle: {what}.", AGAIN)
