"""Form of digests."""

import hashlib

import pytest

from tests.features.columns.made import computed

EMPTY_MD5 = hashlib.md5(b"").hexdigest()
FILE_SHA256 = hashlib.sha256(b"file").hexdigest()


def part(name: str, digest: str):
    return computed("hash", [digest])[name][0]


@pytest.mark.parametrize("name", ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"])
def test_a_digest_is_told_by_its_length(name):
    digest = hashlib.new(name, b"file").hexdigest()
    got = computed("hash", [digest, digest.upper(), f"0x{digest}"])
    assert got["type"].to_list() == [name] * 3
    assert got["length"].to_list() == [len(digest)] * 3


@pytest.mark.parametrize(
    ("digest", "kind"),
    [
        (f"SHA256={FILE_SHA256},MD5={EMPTY_MD5}", "sha256"),
        (f"sha-256:{FILE_SHA256}", "sha256"),
        (f"IMPHASH={EMPTY_MD5}", "imphash"),
        (f"ja3:{EMPTY_MD5}", "ja3"),
        ("T1" + "0A" * 35, "tlsh"),
        ("3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C", "ssdeep"),
        ("t13d1516h2_8daaf6152771_e5627efa2ab1", "ja4"),
        ("1:LQU9qZlK+B5F3KDmev6m5PMibrg=", "community_id"),
        ("n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=", "base64"),
        ("not a digest", None),
        ("", None),
    ],
)
def test_a_digest_is_told_by_its_name_or_form(digest, kind):
    assert part("type", digest) == kind


def test_several_digests_are_counted():
    assert part("hash_count", f"SHA256={FILE_SHA256},MD5={EMPTY_MD5}") == 2


@pytest.mark.parametrize("text", ["zzz", "not a digest", "", "-"])
def test_what_is_no_digest_is_not_counted(text):
    assert part("hash_count", text) is None


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256"])
def test_the_digest_of_an_empty_file_is_told(name):
    nothing, something = hashlib.new(name, b"").hexdigest(), hashlib.new(name, b"x").hexdigest()
    assert computed("hash", [nothing, something])["is_of_nothing"].to_list() == [True, False]


def test_a_digest_of_zeros_is_told():
    assert computed("hash", ["0" * 64, FILE_SHA256])["is_zero"].to_list() == [True, False]


def test_what_has_no_hexadecimal_digits_has_no_length():
    assert part("length", "not a digest") is None
