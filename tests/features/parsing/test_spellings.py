"""One spelling of values: what counts as one, what is told apart, and that a cell does not see the others."""

from ipaddress import IPv6Address

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.lately import FEW
from phantom_ml.features.parsing.spellings import bare_hosts, one_spelling

IP, EMAIL, DOMAIN = ColumnKind.IP, ColumnKind.EMAIL, ColumnKind.DOMAIN
#: Pieces of which odd cells are put together.
PIECES = ["10.0.0.1", "::1", "2001:DB8::1", ":443", "[", "]", "%eth0", ",", ";", " ", "a@x.org"]
PIECES += ['"', "<", ">", "A.example", ".", "@", "\u0130", "-", "xn--"]
PIECES += [
    "\u00fc",
    "u\u0308",
    "\u3002",
    "\uff1a443",
    "xn--bcher-kva",
    "\uff21",
    "\u00a0",
    "\u03a3",
]


def spelled(cells, kind) -> list:
    return one_spelling(pl.Series("c", cells), kind).to_list()


@pytest.mark.parametrize(
    "cell",
    [
        "10.0.0.1",
        "::ffff:10.0.0.1",
        "::FFFF:a00:1",
        "10.0.0.1:443",
        "[::ffff:10.0.0.1]:443",
        " 10.0.0.1 ",
    ],
)
def test_an_ipv4_address_is_one_in_any_dress(cell):
    assert spelled([cell], IP) == ["10.0.0.1"]


@pytest.mark.parametrize(
    "cell",
    ["2001:db8::1", "[2001:db8::1]", "2001:DB8:0:0::1", "2001:db8::1%eth0", "[2001:db8::1]:443"],
)
def test_an_ipv6_address_is_one_in_any_dress(cell):
    assert spelled([cell], IP) == [IPv6Address("2001:db8::1").exploded]


def test_of_a_list_of_addresses_the_first_counts():
    assert spelled(["8.8.8.8, 10.0.0.1", "8.8.8.8,10.0.0.2"], IP) == ["8.8.8.8"] * 2


@pytest.mark.parametrize("cell", ["localhost", "-", "1.2.3", "010.0.0.1", "0:1", "", None])
def test_what_is_no_address_counts_as_it_is_written(cell):
    assert one_spelling(pl.Series([cell], dtype=pl.String), IP).to_list() == [cell]


@pytest.mark.parametrize(
    "cell",
    [
        "a@x.org; b@y.org",
        "B@y.org,a@x.org",
        " a@x.org ;  b@y.org; ",
        '"Doe, Al" <a@x.org>, <b@y.org>',
        "b@y.org; a@x.org; b@y.org",
        '["b@y.org","a@x.org"]',
    ],
)
def test_a_list_of_mail_addresses_is_one_in_any_order(cell):
    assert spelled([cell], EMAIL) == ["a@x.org; b@y.org"]


def test_a_column_of_lists_of_mail_addresses_is_one_in_any_order():
    assert (
        spelled([["b@y.org", "a@x.org"], ["a@x.org", "b@y.org"]], EMAIL) == ["a@x.org; b@y.org"] * 2
    )


def test_a_name_that_poses_as_an_address_is_not_the_address():
    assert spelled(["ceo@bank.example <x@evil.example>"], EMAIL) == ["x@evil.example"]


def test_a_cell_without_a_mail_address_counts_as_it_is_written():
    assert spelled(["undisclosed recipients:;"], EMAIL) == ["undisclosed recipients:;"]


def test_a_domain_is_one_with_and_without_a_port():
    assert spelled(["A.example.:8443", " a.example"], DOMAIN) == ["a.example"] * 2


@pytest.mark.parametrize(
    "cell",
    [
        "B\u00dcCHER.example.com",
        "bu\u0308cher.example.com.",
        "xn--bcher-kva.example.com",
        " XN--BCHER-KVA.EXAMPLE.COM:443",
        "b\u00fccher\u3002example\uff61com",
        "b\u00fc\uff43\uff48er\uff0eexample.com\uff1a443",
    ],
)
def test_an_international_domain_is_one_in_any_dress(cell):
    assert spelled([cell], DOMAIN) == ["b\u00fccher.example.com"]


@pytest.mark.parametrize(
    "cell",
    [
        "xn--google-.example",
        "xn--.example",
        "xn--\u00fc.example",
        "xn--a!-kva.example",
        "stra\u00dfe.de",
    ],
)
def test_a_label_that_encodes_no_letters_counts_as_it_is_written(cell):
    assert spelled([cell], DOMAIN) == [cell]


def test_a_mail_address_is_one_with_and_without_the_dot_of_the_root():
    cells = ["a@x.org; b@y.org.", "A@X.org., b@y.org", "a@x.org.;b@y.org"]
    assert spelled([*cells, "a@x.org."], EMAIL) == ["a@x.org; b@y.org"] * 3 + ["a@x.org"]


@pytest.mark.parametrize(
    ("cell", "bare"),
    [
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("[10.0.0.1]:80", "10.0.0.1"),
        ("[x]:80", "[x]"),
        (" a.example:443 ", "a.example"),
        ("a.example:port", "a.example:port"),
    ],
)
def test_a_host_loses_its_port_and_its_brackets(cell, bare):
    assert bare_hosts(pl.Series([cell])).to_list() == [bare]


@pytest.mark.parametrize(
    "kind", [IP, EMAIL, DOMAIN, ColumnKind.MAC, ColumnKind.HASH, ColumnKind.PORT]
)
@given(
    cells=st.lists(
        st.none() | st.lists(st.sampled_from(PIECES), max_size=5).map("".join), max_size=6
    )
)
@settings(deadline=None, max_examples=60)
def test_a_cell_alone_is_spelled_as_among_many(kind, cells):
    alone = [one_spelling(pl.Series([cell], dtype=pl.String), kind)[0] for cell in cells]
    many = one_spelling(pl.Series(cells * (FEW + 1), dtype=pl.String), kind).to_list()
    assert many == alone * (FEW + 1)


@pytest.mark.parametrize("kind", [IP, EMAIL, DOMAIN])
@given(cells=st.lists(st.lists(st.sampled_from(PIECES), max_size=5).map("".join), max_size=6))
@settings(deadline=None, max_examples=60)
def test_one_spelling_spells_itself(kind, cells):
    once = one_spelling(pl.Series(cells, dtype=pl.String), kind)
    assert one_spelling(once, kind).to_list() == once.to_list()


def test_the_cells_that_are_given_stay_as_they_are():
    cells = pl.Series(["::1", "10.0.0.1"] * FEW)
    one_spelling(cells, IP)
    assert cells.to_list() == ["::1", "10.0.0.1"] * FEW
