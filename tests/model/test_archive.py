import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phantom_ml.errors import BundleDamaged, BundleUntrusted, PhantomError, StoreUnusable
from phantom_ml.model.archive import pack, unpack
from phantom_ml.model.bundle import open_bundle, seal
from phantom_ml.model.manifest import MANIFEST, SIGNATURE
from phantom_ml.model.signing import SigningKey, Trust
from tests.model.bundles import CREATED, PARTS, own


@pytest.fixture
def archive(bundle: Path, tmp_path: Path) -> Path:
    pack(bundle, tmp_path / "model.phantom")
    return tmp_path / "model.phantom"


def repacked(archive: Path, change: Callable[[zipfile.ZipFile], None], without: str = "") -> Path:
    """Return another archive with the same entries, less one, and what ``change`` adds."""
    other = archive.with_name("other.phantom")
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            if name != without:
                target.writestr(name, source.read(name))
        change(target)
    return other


def test_an_unpacked_archive_is_the_bundle(archive: Path, key: SigningKey, tmp_path: Path) -> None:
    manifest = unpack(archive, tmp_path / "out", own(key))
    assert open_bundle(tmp_path / "out", own(key)) == manifest
    assert {p: (tmp_path / "out" / p).read_bytes() for p in PARTS} == PARTS


def test_packing_is_deterministic(bundle: Path, archive: Path, tmp_path: Path) -> None:
    os.utime(bundle / "golden.npz", (1, 1))
    pack(bundle, tmp_path / "again.phantom")
    assert (tmp_path / "again.phantom").read_bytes() == archive.read_bytes()


def test_packing_leaves_no_draft(archive: Path) -> None:
    assert [p.name for p in archive.parent.iterdir() if "draft" in p.name] == []


def test_an_archive_with_an_unknown_key_is_untrusted(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleUntrusted):
        unpack(archive, tmp_path / "out", Trust())
    assert not (tmp_path / "out").exists()


def test_an_unsigned_archive_is_untrusted(archive: Path, key: SigningKey, tmp_path: Path) -> None:
    other = repacked(archive, lambda z: None, without=SIGNATURE)
    with pytest.raises(BundleUntrusted):
        unpack(other, tmp_path / "out", own(key))


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil", "a/../../evil", "evil.pkl"])
def test_a_name_beyond_the_manifest_is_refused(
    archive: Path, key: SigningKey, tmp_path: Path, name: str
) -> None:
    other = repacked(archive, lambda z: z.writestr(name, b"evil"))
    with pytest.raises(BundleDamaged, match="not in both"):
        unpack(other, tmp_path / "out", own(key))
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path / "out").exists()


def test_a_missing_part_is_refused(archive: Path, key: SigningKey, tmp_path: Path) -> None:
    other = repacked(archive, lambda z: None, without="golden.npz")
    with pytest.raises(BundleDamaged, match=r"'golden\.npz'"):
        unpack(other, tmp_path / "out", own(key))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["golden.npz", MANIFEST, SIGNATURE])
def test_a_name_twice_is_refused(archive: Path, key: SigningKey, tmp_path: Path, name: str) -> None:
    other = repacked(archive, lambda z: z.writestr(name, b"second"))
    with pytest.raises(BundleDamaged, match="twice"):
        unpack(other, tmp_path / "out", own(key))


def test_a_link_is_refused(archive: Path, key: SigningKey, tmp_path: Path) -> None:
    link = zipfile.ZipInfo("golden.npz")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    other = repacked(archive, lambda z: z.writestr(link, b"/etc/passwd"), without="golden.npz")
    with pytest.raises(BundleDamaged, match="no plain file"):
        unpack(other, tmp_path / "out", own(key))


@pytest.mark.parametrize("name", ["golden.npz", MANIFEST, SIGNATURE])
def test_a_bomb_is_stopped_at_the_size_that_was_signed(
    archive: Path, key: SigningKey, tmp_path: Path, name: str
) -> None:
    def bomb(target: zipfile.ZipFile) -> None:
        target.writestr(name, bytes(70 << 20), zipfile.ZIP_DEFLATED)

    other = repacked(archive, bomb, without=name)
    assert other.stat().st_size < 1 << 20
    with pytest.raises(BundleDamaged, match="more"):
        unpack(other, tmp_path / "out", own(key))
    assert not (tmp_path / "out").exists()


def test_ten_thousand_names_are_refused_before_they_are_read(
    archive: Path, key: SigningKey, tmp_path: Path
) -> None:
    def many(target: zipfile.ZipFile) -> None:
        for number in range(10_100):
            target.writestr(f"p{number}", b"")

    other = repacked(archive, many)
    with pytest.raises(BundleDamaged, match="does not end as"):
        unpack(other, tmp_path / "out", own(key))


def test_a_comment_is_refused(archive: Path, key: SigningKey, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive, "a") as target:
        target.comment = b"hello"
    with pytest.raises(BundleDamaged, match="does not end as"):
        unpack(archive, tmp_path / "out", own(key))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(where=st.floats(0, 1, exclude_max=True), bits=st.integers(1, 255), cut=st.booleans())
def test_a_changed_archive_is_refused_or_means_the_same(
    archive: Path, key: SigningKey, tmp_path: Path, where: float, bits: int, cut: bool
) -> None:
    good = bytearray(archive.read_bytes())
    place = int(where * len(good))
    bad = good[:place] if cut else bytearray(good)
    if not cut:
        bad[place] ^= bits
    other = tmp_path / "bad.phantom"
    other.write_bytes(bad)
    out = tmp_path / os.urandom(4).hex()
    try:
        unpack(other, out, own(key))
    except PhantomError:
        assert not out.exists()
    else:
        assert {p: (out / p).read_bytes() for p in PARTS} == PARTS


def test_a_file_that_is_no_archive_is_told(key: SigningKey, tmp_path: Path) -> None:
    (tmp_path / "x.phantom").write_bytes(b"hello, I am a text of some length\n" * 4)
    with pytest.raises(BundleDamaged, match="not one of a bundle"):
        unpack(tmp_path / "x.phantom", tmp_path / "out", own(key))


def test_a_file_that_is_not_there_is_told(key: SigningKey, tmp_path: Path) -> None:
    with pytest.raises(BundleDamaged, match="No archive lies at"):
        unpack(tmp_path / "x.phantom", tmp_path / "out", own(key))


def test_a_folder_with_files_is_not_unpacked_into(
    archive: Path, key: SigningKey, tmp_path: Path
) -> None:
    with pytest.raises(StoreUnusable, match="not empty"):
        unpack(archive, tmp_path, own(key))
    assert archive.exists()


def test_a_bundle_without_parts_can_travel(key: SigningKey, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    manifest = seal(tmp_path / "empty", {}, {}, key, CREATED)
    pack(tmp_path / "empty", tmp_path / "empty.phantom")
    assert unpack(tmp_path / "empty.phantom", tmp_path / "out", own(key)) == manifest
