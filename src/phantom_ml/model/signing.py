"""Ed25519 signatures: the key of one installation, and whose bundles are trusted."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, ValidationError

from phantom_ml.config import Settings
from phantom_ml.errors import BadSetting, BundleDamaged, BundleUntrusted, StoreUnusable
from phantom_ml.model.durable import disk_faults, write_atomically
from phantom_ml.model.manifest import canonical

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_FILE = "signing-key.pem"
# What is signed begins with its purpose, so that a signature made for anything else never fits.
PURPOSE = b"phantom-ml bundle 1\n"


def fingerprint_of(public_key: bytes) -> str:
    """Return the 32 hex digits (128 bits) of SHA-256 that name a raw public key of 32 bytes."""
    return hashlib.sha256(public_key).hexdigest()[:32]


class Signature(Settings):
    """What lies beside a manifest: who signed it, and the signature, all in lower-case hex."""

    key_id: str = Field(pattern=r"^[0-9a-f]{32}$")
    public_key: str = Field(pattern=r"^[0-9a-f]{64}$")
    signature: str = Field(pattern=r"^[0-9a-f]{128}$")

    def to_bytes(self) -> bytes:
        """Return the canonical JSON."""
        return canonical(self.model_dump())

    @classmethod
    def read(cls, raw: bytes) -> Signature:
        """Return the signature in ``raw``; raises BundleDamaged unless it is as it was written."""
        try:
            signature = cls.model_validate_json(raw)
        except ValidationError:
            raise _changed("its signature file is not a signature") from None
        exact = signature.to_bytes() == raw
        if not exact or fingerprint_of(bytes.fromhex(signature.public_key)) != signature.key_id:
            raise _changed("its signature file was changed")
        return signature


@dataclass(frozen=True)
class SigningKey:
    """The private key of one installation."""

    private: Ed25519PrivateKey

    @classmethod
    def load_or_create(cls, folder: Path) -> SigningKey:
        """Return the key in ``folder``, made on the first call; racing processes get one key.

        Raises
        ------
        StoreUnusable
            Others can read the key or write the folder, or the file is no Ed25519 key.
        """
        path = folder / KEY_FILE
        with disk_faults(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _refuse_open(folder, 0o022, "700")
            if not path.exists():
                _create(path)
            _refuse_open(path, 0o077, "600")
            return cls(_private_key(path))

    @property
    def public_key(self) -> str:
        """Return the raw public key, 64 hex digits."""
        return self.private.public_key().public_bytes_raw().hex()

    @property
    def fingerprint(self) -> str:
        """Return the short name of the key, 32 hex digits."""
        return fingerprint_of(bytes.fromhex(self.public_key))

    def sign(self, manifest: bytes) -> Signature:
        """Return the signature of a manifest's bytes."""
        signature = self.private.sign(PURPOSE + manifest)
        return Signature(
            key_id=self.fingerprint, public_key=self.public_key, signature=signature.hex()
        )


@dataclass(frozen=True)
class Trust:
    """Whose bundles are opened.

    Attributes
    ----------
    own : str
        The fingerprint or public key of this installation; empty where it has none.
    others : tuple of str
        Each a fingerprint (32 hex digits), a public key (64 hex digits) or the path of a PEM file
        that holds a public key.
    """

    own: str = ""
    others: tuple[str, ...] = ()

    def fingerprints(self) -> frozenset[str]:
        """Return the fingerprints of all trusted keys; raises BadSetting for what names no key."""
        return frozenset(_fingerprint(key) for key in (self.own, *self.others) if key)


def verify(manifest: bytes, signature: Signature, trust: Trust) -> None:
    """Return if ``signature`` is by a trusted key and fits the manifest's bytes.

    Raises
    ------
    BundleDamaged
        The manifest is not what was signed.
    BundleUntrusted
        It is, but the key is unknown; the message names its fingerprint.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature.public_key))
        key.verify(bytes.fromhex(signature.signature), PURPOSE + manifest)
    except (InvalidSignature, ValueError):
        raise _changed("its manifest is not the one that was signed") from None
    if signature.key_id not in trust.fingerprints():
        raise BundleUntrusted(
            f"The bundle is signed by the unknown key {signature.key_id}.",
            "Ask its sender for the key's fingerprint by another road; if it is the same, "
            f'make the core with it: PhantomMLCore(trust=("{signature.key_id}",)).',
            signature.key_id,
        )


def _changed(what: str) -> BundleDamaged:
    return BundleDamaged(
        f"The bundle was changed after it was made: {what}.",
        "Do not use it. Get it again from where it came from, or export the model again.",
    )


def _fingerprint(key: str) -> str:
    text = key.strip().lower()
    if re.fullmatch(r"[0-9a-f]{32}", text):
        return text
    if re.fullmatch(r"[0-9a-f]{64}", text):
        return fingerprint_of(bytes.fromhex(text))
    return fingerprint_of(_public_key(Path(key)))


def _public_key(path: Path) -> bytes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise BadSetting(
            f"trust names {str(path)[:200]!r}, which is no key: {error}.",
            "Give a fingerprint (32 hex digits), a public key (64) or the path of a PEM file.",
        ) from None
    if not isinstance(key, Ed25519PublicKey):
        raise BadSetting(f"The key in {str(path)!r} is not Ed25519.", "Give an Ed25519 public key.")
    return key.public_bytes_raw()


def _private_key(path: Path) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise StoreUnusable(
            f"{str(path)!r} holds no Ed25519 private key.",
            "Put back the key from a backup, or delete the file: a new key is made, and models "
            "that were signed by the old one need its fingerprint in `trust`.",
        )
    return key


def _create(path: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            pem = Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            write_atomically(path, pem)
    finally:
        os.close(lock)


def _refuse_open(path: Path, forbidden: int, wanted: str) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & forbidden:
        raise StoreUnusable(
            f"{str(path)!r} guards the signing key, but is open to others (mode {mode:04o}).",
            f"Run: chmod {wanted} {path}. If somebody else may have read the key, delete it: a new "
            "one is made.",
        )
