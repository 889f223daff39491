import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from phantom_ml.errors import BadSetting, BundleDamaged, BundleUntrusted, StoreUnusable
from phantom_ml.model.signing import KEY_FILE, SigningKey, Trust, verify


def test_the_key_is_kept(tmp_path: Path) -> None:
    first = SigningKey.load_or_create(tmp_path / "keys")
    assert SigningKey.load_or_create(tmp_path / "keys").fingerprint == first.fingerprint


def test_key_and_folder_are_private(tmp_path: Path) -> None:
    SigningKey.load_or_create(tmp_path / "keys")
    modes = [
        stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "keys", tmp_path / "keys" / KEY_FILE)
    ]
    assert modes == [0o700, 0o600]


def test_processes_that_start_at_once_get_one_key(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from phantom_ml.model.signing import SigningKey;"
        "sys.stdin.readline(); print(SigningKey.load_or_create(Path(sys.argv[1])).fingerprint)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "keys")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    children = [subprocess.Popen(command, **pipes) for _ in range(4)]
    for child in children:
        child.stdin.write("\n")
        child.stdin.flush()
    fingerprints = {child.communicate(timeout=60)[0] for child in children}
    assert len(fingerprints) == 1
    assert len(fingerprints.pop().strip()) == 32


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    SigningKey.load_or_create(tmp_path)
    (tmp_path / KEY_FILE).chmod(mode)
    with pytest.raises(StoreUnusable, match="chmod 600"):
        SigningKey.load_or_create(tmp_path)


def test_a_folder_that_others_can_write_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(StoreUnusable, match="chmod 700"):
        SigningKey.load_or_create(tmp_path)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    SigningKey.load_or_create(tmp_path)
    other = generate_private_key(SECP256R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / KEY_FILE).write_bytes(pem)
    with pytest.raises(StoreUnusable, match="no Ed25519 private key"):
        SigningKey.load_or_create(tmp_path)


def test_a_key_file_of_rubbish_is_refused(tmp_path: Path) -> None:
    SigningKey.load_or_create(tmp_path)
    (tmp_path / KEY_FILE).write_bytes(b"")
    with pytest.raises(StoreUnusable, match="no Ed25519 private key"):
        SigningKey.load_or_create(tmp_path)


def test_a_key_is_trusted_by_fingerprint_public_key_or_file(
    key: SigningKey, tmp_path: Path
) -> None:
    pem = tmp_path / "sender.pem"
    public = key.private.public_key()
    pem.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    for name in (key.fingerprint, key.fingerprint.upper(), key.public_key, str(pem)):
        verify(b"manifest", key.sign(b"manifest"), Trust(others=(name,)))


def test_nobody_is_trusted_by_default(key: SigningKey) -> None:
    with pytest.raises(BundleUntrusted):
        verify(b"manifest", key.sign(b"manifest"), Trust())


def test_a_signature_of_other_bytes_does_not_fit(key: SigningKey) -> None:
    with pytest.raises(BundleDamaged):
        verify(b"other", key.sign(b"manifest"), Trust(own=key.fingerprint))


def test_a_signature_made_for_another_purpose_does_not_fit(key: SigningKey) -> None:
    bare = key.private.sign(b"manifest").hex()
    signature = key.sign(b"manifest").model_copy(update={"signature": bare})
    with pytest.raises(BundleDamaged):
        verify(b"manifest", signature, Trust(own=key.fingerprint))


@pytest.mark.parametrize("name", ["nonsense", "0" * 31, "/nowhere/key.pem"])
def test_trust_in_what_is_no_key_is_a_bad_setting(key: SigningKey, name: str) -> None:
    with pytest.raises(BadSetting, match="which is no key"):
        verify(b"manifest", key.sign(b"manifest"), Trust(others=(name,)))
