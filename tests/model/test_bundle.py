import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phantom_ml.errors import BundleDamaged, BundleUntrusted, BundleVersion, ModelError
from phantom_ml.model.bundle import open_bundle, seal
from phantom_ml.model.manifest import MANIFEST, SIGNATURE, Manifest, canonical
from phantom_ml.model.signing import SigningKey, Trust
from tests.model.bundles import CREATED, PARTS, own, sealed, write_parts

SEALED = (MANIFEST, SIGNATURE, *PARTS)


def test_a_sealed_bundle_opens_as_what_was_sealed(tmp_path: Path, key: SigningKey) -> None:
    manifest = sealed(tmp_path, key)
    assert open_bundle(tmp_path, own(key)) == manifest
    assert set(manifest.parts) == set(PARTS)


def test_the_manifest_on_disk_is_canonical(bundle: Path, key: SigningKey) -> None:
    raw = (bundle / MANIFEST).read_bytes()
    assert raw == canonical(json.loads(raw)) == open_bundle(bundle, own(key)).to_bytes()


def test_sealing_twice_replaces_the_manifest(bundle: Path, key: SigningKey) -> None:
    again = seal(bundle, {"task": "regression"}, {}, key, CREATED)
    assert open_bundle(bundle, own(key)) == again


def test_a_copied_folder_opens_alone(bundle: Path, key: SigningKey, tmp_path: Path) -> None:
    copy = shutil.copytree(bundle, tmp_path / "copy")
    shutil.rmtree(bundle)
    assert open_bundle(copy, own(key)).card["algorithm"] == "LightGBM"


@pytest.mark.parametrize("name", SEALED)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(where=st.floats(0, 1, exclude_max=True), bits=st.integers(1, 255))
def test_a_flipped_byte_is_refused(
    bundle: Path, key: SigningKey, name: str, where: float, bits: int
) -> None:
    good = (bundle / name).read_bytes()
    bad = bytearray(good)
    bad[int(where * len(good))] ^= bits
    (bundle / name).write_bytes(bad)
    with pytest.raises(ModelError):
        open_bundle(bundle, own(key))
    (bundle / name).write_bytes(good)


def test_every_single_bit_of_the_signature_file_counts(bundle: Path, key: SigningKey) -> None:
    good = (bundle / SIGNATURE).read_bytes()
    for place in range(len(good)):
        for bit in range(8):
            bad = bytearray(good)
            bad[place] ^= 1 << bit
            (bundle / SIGNATURE).write_bytes(bad)
            with pytest.raises(ModelError):
                open_bundle(bundle, own(key))


@pytest.mark.parametrize("name", SEALED)
def test_a_truncated_file_is_refused(bundle: Path, key: SigningKey, name: str) -> None:
    file = bundle / name
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(BundleDamaged):
        open_bundle(bundle, own(key))


@pytest.mark.parametrize("name", SEALED)
def test_a_grown_file_is_refused(bundle: Path, key: SigningKey, name: str) -> None:
    file = bundle / name
    file.write_bytes(file.read_bytes() + b"\n")
    with pytest.raises(BundleDamaged):
        open_bundle(bundle, own(key))


def test_a_removed_part_is_named(bundle: Path, key: SigningKey) -> None:
    (bundle / "golden.npz").unlink()
    with pytest.raises(BundleDamaged, match=r"'golden\.npz' of the bundle is missing"):
        open_bundle(bundle, own(key))


def test_an_extra_file_is_named(bundle: Path, key: SigningKey) -> None:
    (bundle / "learners" / "evil.pkl").write_bytes(b"\x80\x04.")
    with pytest.raises(BundleDamaged, match=r"'learners/evil\.pkl' does not belong"):
        open_bundle(bundle, own(key))


def test_swapped_parts_are_refused(bundle: Path, key: SigningKey) -> None:
    one, other, aside = bundle / "encoder/state.json", bundle / "golden.npz", bundle / "aside"
    one.rename(aside), other.rename(one), aside.rename(other)
    with pytest.raises(BundleDamaged):
        open_bundle(bundle, own(key))


def test_parts_of_equal_size_swapped_are_refused(tmp_path: Path, key: SigningKey) -> None:
    (tmp_path / "a").write_bytes(b"one"), (tmp_path / "b").write_bytes(b"two")
    seal(tmp_path, {}, {}, key, CREATED)
    (tmp_path / "a").write_bytes(b"two"), (tmp_path / "b").write_bytes(b"one")
    with pytest.raises(BundleDamaged, match="not those that were signed"):
        open_bundle(tmp_path, own(key))


def test_a_manifest_of_another_bundle_is_refused(
    bundle: Path, key: SigningKey, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a").write_bytes(b"one")
    seal(other, {}, {}, key, CREATED)
    for name in (MANIFEST, SIGNATURE):
        shutil.copy(other / name, bundle / name)
    with pytest.raises(BundleDamaged):
        open_bundle(bundle, own(key))


def test_a_link_in_place_of_a_part_is_refused(
    bundle: Path, key: SigningKey, tmp_path: Path
) -> None:
    (bundle / "golden.npz").rename(tmp_path / "golden.npz")
    (bundle / "golden.npz").symlink_to(tmp_path / "golden.npz")
    with pytest.raises(BundleDamaged, match="link"):
        open_bundle(bundle, own(key))


def test_a_link_in_place_of_a_folder_is_refused(
    bundle: Path, key: SigningKey, tmp_path: Path
) -> None:
    (bundle / "learners").rename(tmp_path / "learners")
    (bundle / "learners").symlink_to(tmp_path / "learners")
    with pytest.raises(BundleDamaged, match="link"):
        open_bundle(bundle, own(key))


@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE])
def test_a_pipe_does_not_hold_the_reader(bundle: Path, key: SigningKey, name: str) -> None:
    (bundle / name).unlink()
    os.mkfifo(bundle / name)
    with pytest.raises(BundleDamaged):
        open_bundle(bundle, own(key))


def test_an_unsigned_bundle_is_untrusted(bundle: Path, key: SigningKey) -> None:
    (bundle / SIGNATURE).unlink()
    with pytest.raises(BundleUntrusted, match="not signed"):
        open_bundle(bundle, own(key))


def test_a_folder_without_a_bundle_is_told(tmp_path: Path, key: SigningKey) -> None:
    with pytest.raises(BundleDamaged, match="No bundle lies in"):
        open_bundle(tmp_path / "nowhere", own(key))


def test_an_unknown_key_is_named_with_the_way_to_trust_it(bundle: Path, key: SigningKey) -> None:
    with pytest.raises(BundleUntrusted) as caught:
        open_bundle(bundle, Trust(own="0" * 32))
    assert f'PhantomMLCore(trust=("{key.fingerprint}",))' in str(caught.value)
    assert caught.value.key_id == key.fingerprint


def test_a_bundle_resealed_by_another_key_is_untrusted(
    bundle: Path, key: SigningKey, tmp_path: Path
) -> None:
    other = SigningKey.load_or_create(tmp_path / "other-keys")
    seal(bundle, {"task": "evil"}, {}, other, CREATED)
    with pytest.raises(BundleUntrusted):
        open_bundle(bundle, own(key))


def test_a_newer_format_is_told_as_such(bundle: Path, key: SigningKey) -> None:
    raw = canonical({"format_version": 3, "anything": []})
    (bundle / MANIFEST).write_bytes(raw)
    (bundle / SIGNATURE).write_bytes(key.sign(raw).to_bytes())
    with pytest.raises(BundleVersion, match="format 3; this version reads formats up to 2"):
        open_bundle(bundle, own(key))


@pytest.mark.parametrize(
    "path",
    ["../evil", "/etc/passwd", "a/../../b", "a\\b", "", "a//b", ".hidden", "a/.", "ü", "a\n"],
)
def test_a_signed_path_that_leaves_the_folder_is_refused(
    bundle: Path, key: SigningKey, path: str
) -> None:
    values = open_bundle(bundle, own(key)).model_dump(mode="json")
    values["parts"][path] = values["parts"].pop("golden.npz")
    raw = canonical(values)
    (bundle / MANIFEST).write_bytes(raw)
    (bundle / SIGNATURE).write_bytes(key.sign(raw).to_bytes())
    with pytest.raises(BundleDamaged, match="cannot be the path of a part"):
        open_bundle(bundle, own(key))


@pytest.mark.parametrize("version", [True, 1.0, "1"], ids=repr)
def test_a_format_that_is_no_whole_number_is_refused(
    bundle: Path, key: SigningKey, version: object
) -> None:
    raw = canonical(json.loads((bundle / MANIFEST).read_bytes()) | {"format_version": version})
    (bundle / MANIFEST).write_bytes(raw)
    (bundle / SIGNATURE).write_bytes(key.sign(raw).to_bytes())
    with pytest.raises(BundleDamaged, match="no whole number"):
        open_bundle(bundle, own(key))


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b"[" * 100_000, b'{"format_version":1}', b"\xff"]
)
def test_a_signed_manifest_that_is_none_is_refused(
    bundle: Path, key: SigningKey, raw: bytes
) -> None:
    (bundle / MANIFEST).write_bytes(raw)
    (bundle / SIGNATURE).write_bytes(key.sign(raw).to_bytes())
    with pytest.raises(BundleDamaged, match="is no manifest"):
        open_bundle(bundle, own(key))


@pytest.mark.parametrize("raw", [b"", b"{}", b"[" * 4000, b'"x"', b"x" * 5000])
def test_a_signature_that_is_none_is_refused(bundle: Path, key: SigningKey, raw: bytes) -> None:
    (bundle / SIGNATURE).write_bytes(raw)
    with pytest.raises(BundleDamaged):
        open_bundle(bundle, own(key))


def test_a_specification_with_nan_is_not_sealed(tmp_path: Path, key: SigningKey) -> None:
    write_parts(tmp_path)
    with pytest.raises(ValueError, match="not JSON compliant"):
        seal(tmp_path, {"x": float("nan")}, {}, key, CREATED)


def test_a_link_is_not_sealed(tmp_path: Path, key: SigningKey) -> None:
    (tmp_path / "model.txt").symlink_to("/etc/hostname")
    with pytest.raises(BundleDamaged, match="link"):
        seal(tmp_path, {}, {}, key, CREATED)


def test_the_digest_follows_the_content(tmp_path: Path, key: SigningKey) -> None:
    one = sealed(tmp_path / "one", key)
    other = sealed(tmp_path / "other", key)
    changed = one.model_copy(update={"spec": {"task": "regression"}})
    assert one.digest == other.digest != changed.digest
    assert one == Manifest.read(one.to_bytes())
