"""Networks are read as ``ipaddress`` reads them."""

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.features.columns.made import computed


def parts(text: str) -> tuple:
    return computed("cidr", [text]).row(0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.0/8", (8, 24, False, True)),
        ("10.0.0.0/7", (7, 25, False, False)),
        ("8.8.8.0/24", (24, 8, False, False)),
        ("192.168.1.5", (32, 0, False, True)),
        ("0.0.0.0/0", (0, 32, False, False)),
        ("2001:db8::/32", (32, 96, True, False)),
        ("fd00::/8", (8, 120, True, True)),
        ("fd00::/6", (6, 122, True, False)),
        ("::1/128", (128, 0, True, True)),
        ("::ffff:10.0.0.0/104", (8, 24, False, True)),
    ],
)
def test_parts_of_a_network(text, expected):
    assert parts(text) == expected


@pytest.mark.parametrize(
    "text", ["10.0.0.0/33", "::/129", "x/8", "10.0.0.0/", "/8", "1.2.3.4/8/8", ""]
)
def test_what_is_no_network_has_no_parts(text):
    assert parts(text) == (None,) * 4


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_size_agrees_with_the_library(number, prefix):
    network = ipaddress.ip_network((number, prefix), strict=False)
    length, hosts, _, _ = parts(f"{ipaddress.IPv4Address(number)}/{prefix}")
    assert (length, 2**hosts) == (network.prefixlen, network.num_addresses)
