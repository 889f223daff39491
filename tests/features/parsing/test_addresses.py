"""Addresses are read as ``ipaddress`` reads them, with what logs put around them stripped."""

import ipaddress

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.features.parsing.addresses import Addresses, parse_addresses


def parsed(*values: str | None) -> Addresses:
    return parse_addresses(pl.Series("s", values, dtype=pl.String))


def one(text: str) -> tuple[int, int]:
    """Return version and number of one address."""
    found = parsed(text)
    return int(found.version[0]), (int(found.hi[0]) << 64) | int(found.lo[0])


def by_the_library(text: str) -> tuple[int, int]:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return 0, 0
    if address.version == 6:
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        else:
            return 6, int(address)
    return 4, int(address)


@pytest.mark.parametrize(
    "text",
    ["8.8.8.8, 10.0.0.1", " 8.8.8.8:443 ,unknown", "8.8.8.8," + " 10.0.0.1," * 50, "8.8.8.8,\n"],
)
def test_of_a_list_the_first_address_is_read(text):
    assert one(text) == by_the_library("8.8.8.8")


@pytest.mark.parametrize("text", [",8.8.8.8", "unknown, 8.8.8.8", ","])
def test_a_list_without_an_address_in_front_is_none(text):
    assert one(text) == (0, 0)


FOUR = st.integers(0, 2**32 - 1).map(lambda n: str(ipaddress.IPv4Address(n)))
SIX = st.integers(0, 2**128 - 1).map(ipaddress.IPv6Address)
PIECES = st.sampled_from(
    [
        "0",
        "1",
        "00",
        "01",
        "9",
        "25",
        "255",
        "256",
        "f",
        "ffff",
        "FfFf",
        "12345",
        "g",
        ".",
        "..",
        ":",
        "::",
        "1.2.3.4",
        "-",
        "+1",
        "%",
        "٣",
    ]
)


@settings(deadline=None)
@given(FOUR)
def test_every_ipv4_address_is_read(text):
    assert one(text) == by_the_library(text)


@settings(deadline=None)
@given(SIX)
def test_every_ipv6_address_is_read_short_and_long(address):
    assert one(str(address)) == one(address.exploded) == by_the_library(str(address))


@settings(deadline=None)
@given(st.integers(0, 2**128 - 1), st.sampled_from([0xFFFF, 0xFFFF << 112, 0xF0F << 60, 0]))
def test_ipv6_addresses_with_gaps_are_read(number, mask):
    text = str(ipaddress.IPv6Address(number & mask))
    assert one(text) == by_the_library(text)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=16).map("".join))
def test_what_is_nearly_an_address_is_judged_as_the_library_does(text):
    dressed = text != text.strip() or (text.count(":") == 1 and "." in text)
    if not dressed and "%" not in text:
        assert one(text) == by_the_library(text)


@settings(deadline=None)
@given(st.lists(st.one_of(st.text(max_size=12), FOUR, SIX.map(str), st.none()), max_size=8))
def test_each_address_is_read_alone_as_among_others(values):
    together = parsed(*values)
    alone = [parsed(v) for v in values]
    for name in ("version", "hi", "lo", "is_mapped"):
        assert getattr(together, name).tolist() == [getattr(a, name)[0] for a in alone]


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("10.0.0.1:443", "10.0.0.1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25eth0]:22", "fe80::1"),
        (" 10.0.0.1\n", "10.0.0.1"),
        ("[10.0.0.1]", "10.0.0.1"),
        ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),
    ],
)
def test_what_stands_around_an_address_is_stripped(text, bare):
    assert one(text) == by_the_library(bare)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "host",
        "1.2.3",
        "1.2.3.4.5",
        "01.2.3.4",
        "1.2.3.256",
        "1.2.3.4%eth0",
        "12:30:59",
        ":::",
        "::%",
        "1.2.3.4/24",
        "1::2::3",
        "1:2:3:4:5:6:7:8:9",
        "fe80::1%",
        "0x7f.0.0.1",
        "2130706433",
        "::1.2.3",
        "1.2.3.4:80:90",
        "[::1",
        "1.2.3.-4",
        "::ffff:1.2.3.04",
    ],
)
def test_what_is_no_address_has_no_version(text):
    assert one(text) == (0, 0)


@pytest.mark.parametrize("text", ["f" * 70_000, ":" * 70_000, "1." * 30_000])
def test_a_very_long_string_is_no_address(text):
    assert one(text) == (0, 0)


def test_a_mapped_address_is_the_ipv4_address_that_it_wraps():
    found = parsed("::ffff:10.0.0.1", "::FFFF:A00:1", "10.0.0.1", "::10.0.0.1")
    assert found.is_mapped.tolist() == [True, True, False, False]
    assert found.version.tolist() == [4, 4, 4, 6]
    assert len(set(found.lo.tolist())) == 1


def test_a_missing_cell_is_no_address():
    assert parsed(None, "1.1.1.1", None).version.tolist() == [0, 4, 0]


def test_no_cells_give_no_addresses():
    assert len(parsed().version) == 0


def test_networks_of_both_versions_never_share_a_number():
    found = parsed(
        "10.0.1.7", "10.0.1.9", "10.0.2.9", "::", "0.0.0.0", "2001:db8:1::5", "2001:db8:1:2::", "x"
    )
    keys = found.network(24, 48).to_list()
    assert keys[0] == keys[1] != keys[2]
    assert keys[5] == keys[6]
    assert keys[3] != keys[4]
    assert keys[7] is None


def test_whole_addresses_have_keys_of_their_own():
    values = ["0.0.0.1", "::1", "1::", "::1:0:0:0:1", "1.0.0.0", "::ffff:0.0.0.1", "?"]
    keys = parsed(*values).keys().to_list()
    assert len(set(keys)) == 6
    assert keys[0] == keys[5]
    assert keys[6] is None


def test_the_halves_are_unsigned_numbers_of_64_bits():
    found = parsed("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
    assert found.hi.dtype == found.lo.dtype == np.uint64
    assert int(found.hi[0]) == int(found.lo[0]) == 2**64 - 1
