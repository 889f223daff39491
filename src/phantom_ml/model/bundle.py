"""A bundle: a folder of parts and a signed manifest, checked whole before a parser opens a part."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Any

from phantom_ml.errors import BundleDamaged, BundleUntrusted
from phantom_ml.model.durable import write_atomically
from phantom_ml.model.formats import format_of
from phantom_ml.model.manifest import MANIFEST, MAX_PARTS, SIGNATURE, Manifest, Part, canonical
from phantom_ml.model.signing import Signature, SigningKey, Trust, verify

MAX_MANIFEST_BYTES = 64 << 20
MAX_SIGNATURE_BYTES = 4096
MAX_DEPTH = 16
AGAIN = "Get the bundle again from where it came from, or export the model again."


def seal(
    folder: Path, spec: dict[str, Any], card: dict[str, Any], key: SigningKey, created: str
) -> Manifest:
    """Write the signed manifest of all files that lie in ``folder``.

    Parameters
    ----------
    folder : Path
        Holds the parts; a manifest that is there already is replaced.
    spec, card : dict
        JSON values without NaN; the model's graph, and what is told about it.
    key : SigningKey
    created : str
        ISO 8601 with an offset.

    Returns
    -------
    Manifest
        The same as ``open_bundle`` will return.

    Raises
    ------
    BundleDamaged
        A link or a device lies in the folder, or a name that a bundle cannot hold.
    DiskFull, StoreUnusable
        The manifest could not be written.
    ValueError
        ``spec`` or ``card`` is not plain JSON.
    """
    parts = {
        path: {"sha256": sha256_of(folder / path), "size": size}
        for path, size in files_in(folder).items()
        if path not in (MANIFEST, SIGNATURE)
    }
    draft = {"created": created, "spec": spec, "card": card, "parts": parts}
    raw = canonical({**draft, "format_version": format_of(folder, parts)})
    manifest = Manifest.read(raw)
    write_atomically(folder / MANIFEST, raw)
    write_atomically(folder / SIGNATURE, key.sign(raw).to_bytes())
    return manifest


def open_bundle(folder: Path, trust: Trust) -> Manifest:
    """Return the manifest of a bundle after all of it was checked; only then may parts be parsed.

    Raises
    ------
    BundleUntrusted
        It is not signed, or by a key that ``trust`` does not name.
    BundleVersion
        It is of a format that this version does not know.
    BundleDamaged
        Anything is missing, changed, too much, or a link.
    """
    signature = read_signature(folder)
    raw = read_bounded(folder, MANIFEST, MAX_MANIFEST_BYTES)
    verify(raw, signature, trust)
    manifest = Manifest.read(raw)
    check_parts(folder, manifest)
    return manifest


def read_signature(folder: Path) -> Signature:
    """Return the signature of a bundle, unverified; raises BundleUntrusted where there is none."""
    if (folder / MANIFEST).exists() and not (folder / SIGNATURE).exists():
        raise BundleUntrusted(
            f"The bundle {str(folder)!r} is not signed: it has no {SIGNATURE}.",
            "Export it again with a key; unsigned models are never opened.",
        )
    if not (folder / MANIFEST).exists():
        raise BundleDamaged(f"No bundle lies in {str(folder)!r}: it has no {MANIFEST}.", AGAIN)
    return Signature.read(read_bounded(folder, SIGNATURE, MAX_SIGNATURE_BYTES))


def check_parts(folder: Path, manifest: Manifest) -> None:
    """Return if the folder holds exactly the manifest's parts, byte for byte, or BundleDamaged."""
    found = files_in(folder)
    for name in (MANIFEST, SIGNATURE):
        found.pop(name, None)
    missing = sorted(manifest.parts.keys() - found.keys())
    extra = sorted(found.keys() - manifest.parts.keys())
    if missing:
        raise BundleDamaged(f"The part {missing[0]!r} of the bundle is missing.", AGAIN)
    if extra:
        raise BundleDamaged(f"The file {extra[0]!r} does not belong to the bundle.", AGAIN)
    for path, part in manifest.parts.items():
        _check_part(folder / path, path, part, found[path])


def _check_part(file: Path, path: str, part: Part, size: int) -> None:
    if size != part.size:
        raise BundleDamaged(
            f"The part {path!r} has {size} bytes; the manifest says {part.size}.", AGAIN
        )
    if sha256_of(file) != part.sha256:
        raise BundleDamaged(
            f"The bytes of the part {path!r} are not those that were signed.", AGAIN
        )


def files_in(folder: Path) -> dict[str, int]:
    """Return the size in bytes of every file below ``folder`` by its relative POSIX path, sorted.

    Raises
    ------
    BundleDamaged
        A link, a device or too many files lie there, or it cannot be listed.
    """
    found: dict[str, int] = {}
    waiting = [("", 0)]
    try:
        while waiting:
            prefix, depth = waiting.pop()
            with os.scandir(folder / prefix) as entries:
                for entry in entries:
                    _file_away(entry, prefix, depth, found, waiting)
    except OSError as error:
        raise BundleDamaged(f"{str(folder)!r} cannot be read: {error.strerror}.", AGAIN) from None
    return dict(sorted(found.items()))


def _file_away(
    entry: os.DirEntry[str],
    prefix: str,
    depth: int,
    found: dict[str, int],
    waiting: list[tuple[str, int]],
) -> None:
    path = prefix + entry.name
    if len(found) + len(waiting) > MAX_PARTS or depth > MAX_DEPTH:
        raise BundleDamaged(f"More than {MAX_PARTS} files or {MAX_DEPTH} levels of folders.", AGAIN)
    status = entry.stat(follow_symlinks=False)
    if stat.S_ISDIR(status.st_mode):
        waiting.append((path + "/", depth + 1))
    elif stat.S_ISREG(status.st_mode):
        found[path] = status.st_size
    else:
        raise BundleDamaged(f"{path!r} is a link or a device; a bundle holds plain files.", AGAIN)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a plain file, 64 hex digits; raises BundleDamaged."""
    try:
        # O_NONBLOCK: a pipe put there in the meantime must not hold the reader.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BundleDamaged(f"{path.name!r} cannot be read: {error.strerror}.", AGAIN) from None


def read_bounded(folder: Path, name: str, limit: int) -> bytes:
    """Return the bytes of a plain file of at most ``limit`` bytes; raises BundleDamaged."""
    try:
        descriptor = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            raw = file.read(limit + 1) if regular else b""
    except OSError as error:
        raise BundleDamaged(
            f"{name!r} in {str(folder)!r} cannot be read: {error.strerror}.", AGAIN
        ) from None
    if not regular or len(raw) > limit:
        raise BundleDamaged(f"{name!r} is no plain file of at most {limit} bytes.", AGAIN)
    return raw
