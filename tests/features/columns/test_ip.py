"""Flags of addresses agree with ``ipaddress``; rarities count addresses and networks."""

import ipaddress
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.before import Before
from phantom_ml.features.columns.ip import IPEncoder
from phantom_ml.features.knowledge.lists import knowledge
from tests.features.columns.made import computed, fitted, parts_of

#: Networks that releases of Python judge differently, as the registries grew.
DISPUTED = [
    ipaddress.ip_network(n)
    for n in (
        "192.0.0.0/24",
        "64:ff9b:1::/48",
        "100:0:0:1::/64",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
    )
]
SPECIAL = [ipaddress.ip_network(n["network"]) for n in knowledge("networks")["networks"]]
EDGES = [int(n[i]) + d for n in SPECIAL if n.version == 4 for i in (0, -1) for d in (-1, 0, 1)]
EDGES_6 = [int(n[i]) + d for n in SPECIAL if n.version == 6 for i in (0, -1) for d in (-1, 0, 1)]
FOUR = st.one_of(st.integers(0, 2**32 - 1), st.sampled_from([e for e in EDGES if 0 <= e < 2**32]))
SIX = st.one_of(
    st.integers(0, 2**128 - 1), st.sampled_from([e for e in EDGES_6 if 0 <= e < 2**128])
)
ANY = st.one_of(FOUR.map(ipaddress.IPv4Address), SIX.map(ipaddress.IPv6Address))


def flags(text: str) -> set[str]:
    """Return the flags that are 1."""
    return {name for name, value in computed("ip", [text]).row(0, named=True).items() if value}


@settings(deadline=None)
@given(ANY)
def test_flags_agree_with_the_library(address):
    if address.version == 6 and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    found = flags(str(address))
    for name in ("is_loopback", "is_link_local", "is_multicast", "is_reserved", "is_unspecified"):
        assert (name in found) == getattr(address, name), name


@settings(deadline=None)
@given(ANY)
def test_what_is_reachable_agrees_with_the_library(address):
    if address.version == 6 and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if not address.is_multicast and not any(address in network for network in DISPUTED):
        assert ("is_global" in flags(str(address))) == address.is_global


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.1.2.3", {"is_private"}),
        ("8.8.8.8", {"is_global"}),
        ("172.31.0.1", {"is_private", "is_network_edge"}),
        ("172.32.0.9", {"is_global"}),
        ("100.64.0.7", {"is_private", "is_cgnat"}),
        ("127.0.0.53", {"is_private", "is_loopback"}),
        ("169.254.169.254", {"is_private", "is_link_local", "is_network_edge"}),
        ("0.0.0.0", {"is_unspecified", "is_network_edge"}),
        ("255.255.255.255", {"is_reserved", "is_network_edge"}),
        ("224.0.0.5", {"is_multicast"}),
        ("192.0.2.7", {"is_documentation"}),
        ("192.0.0.9", {"is_global"}),
        ("192.0.0.8", set()),
        ("::1", {"is_v6", "is_private", "is_loopback", "is_reserved"}),
        ("FE80::2%eth0", {"is_v6", "is_private", "is_link_local"}),
        ("fd00::1", {"is_v6", "is_private"}),
        ("ff02::1", {"is_v6", "is_multicast"}),
        ("2001:db8::8", {"is_v6", "is_documentation"}),
        ("2002:c000:204::1", {"is_v6", "is_6to4_or_teredo", "is_global"}),
        ("2001:0:4136:e378::1", {"is_v6", "is_6to4_or_teredo"}),
        ("2001:1::1", {"is_v6", "is_global"}),
        ("2001:1::3", {"is_v6"}),
        ("2606:4700::1111", {"is_v6", "is_global"}),
        ("::ffff:192.168.0.255", {"is_mapped", "is_private", "is_network_edge"}),
        ("[2606:4700::1111]:443", {"is_v6", "is_global"}),
        ("8.8.8.8, 10.0.0.1", {"is_global"}),
    ],
)
def test_flags_of_an_address(address, expected):
    assert flags(address) == expected


def test_what_is_no_address_has_no_flags():
    row = computed("ip", ["10.0.0.1", "localhost", ""])
    assert row[1:].null_count().row(0) == (2,) * len(IPEncoder.numbers)
    assert row[0].null_count().row(0) == (0,) * len(IPEncoder.numbers)


def test_a_flag_that_never_varies_is_dropped():
    encoder = fitted("ip", ["10.0.0.3", "10.0.0.255"] * 5, ColumnKind.IP)
    assert [f.name for f in encoder.features] == ["c.is_network_edge"]


def test_the_list_of_networks_says_where_it_comes_from():
    listed = knowledge("networks")
    assert "IANA" in listed["source"]
    assert isinstance(listed["date"], date)
    assert len(set(SPECIAL)) == len(SPECIAL)


def test_an_address_of_a_known_network_is_less_rare_than_a_stranger():
    values = [f"10.7.0.{i % 80}" for i in range(90)] + ["8.8.8.8"] * 5
    encoder = fitted("ip_rarity", values, ColumnKind.IP)
    found = parts_of(encoder, ["10.7.0.200", "9.9.9.9", "10.7.200.1", None, "?"])
    assert found["rarity"][0] == found["rarity"][1]
    assert found["rarity_24"][0] < found["rarity_24"][2] == found["rarity_24"][1]
    assert found["rarity_16"][0] == found["rarity_16"][2] < found["rarity_16"][1]
    assert found[3:].null_count().row(0) == (2, 2, 2)


def test_rarity_of_a_list_is_that_of_its_first_address():
    encoder = fitted("ip_rarity", ["10.0.0.1"] * 5 + ["9.9.9.9"] * 2, ColumnKind.IP)
    found = parts_of(encoder, ["10.0.0.1, 9.9.9.9", "10.0.0.1"])["rarity"]
    assert found[0] == found[1]


def test_rarity_is_that_of_the_address_however_it_is_written():
    encoder = fitted("ip_rarity", ["10.0.0.1"] * 5 + ["2001:db8::1"] * 2, ColumnKind.IP)
    found = parts_of(encoder, ["10.0.0.1:80", "::ffff:10.0.0.1", "2001:DB8:0::1", "2001:db8::2"])
    assert found["rarity"][0] == found["rarity"][1] == pytest.approx(-np.log2(6 / 9))
    assert found["rarity"][2] == pytest.approx(-np.log2(3 / 9))
    assert found["rarity_24"][3] == found["rarity_24"][2] < found["rarity"][3]


def test_a_training_row_counts_only_what_came_before_it():
    values = pl.Series("c", ["10.0.0.1", "10.0.0.2", "10.0.0.1"])
    encoder = fitted("ip_rarity", values.to_list(), ColumnKind.IP)
    out = np.zeros((3, len(encoder.features)), np.float32)
    encoder.training(values, Before(time=np.arange(3)), out)
    own = [f.name for f in encoder.features].index("c.rarity")
    assert out[:, own].tolist() == pytest.approx([0.0, 1.0, 1.0])


def test_only_the_named_rarities_are_kept():
    encoder = fitted("ip_rarity", ["10.0.0.1"] * 3, ColumnKind.IP)
    kept = encoder.keeping({"c.rarity_24"})
    assert [f.name for f in kept.features] == ["c.rarity_24"]
    assert encoder.keeping({"d.rarity"}) is None


def test_addresses_without_a_repeat_have_no_rarity():
    assert fitted("ip_rarity", ["1.1.1.1", "2.2.2.2"], ColumnKind.IP) is None
    assert fitted("ip_rarity", ["no", "address", "no"], ColumnKind.IP) is None
