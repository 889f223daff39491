"""Parts of hosts, for the encoders that have hosts among their parts."""

import polars as pl
import pytest

from phantom_ml.features.parsing.brands import brand_signs, resembles_brand
from phantom_ml.features.parsing.host_labels import coded_labels, shown_hosts
from phantom_ml.features.parsing.host_parts import HOST_NUMBERS, HOST_WORDS, host_parts
from phantom_ml.features.parsing.hosts import split_hosts
from tests.features.columns.made import HOSTILE

ALL = [*HOST_NUMBERS, *HOST_WORDS]


def test_repeated_hosts_have_the_parts_of_single_ones():
    few = pl.Series(["www.bank.co.uk", "10.0.0.1", None, "dc01.corp.local"])
    single = pl.concat([host_parts(few[i : i + 1], ALL) for i in range(4)])
    repeated = host_parts(pl.concat([few] * 3), ALL)
    assert repeated.equals(pl.concat([single] * 3))


def test_the_parts_come_in_the_order_that_was_asked_for():
    asked = ["suffix", "entropy", "length", "looks_hex", "is_mixed_script"]
    assert host_parts(pl.Series(["a.com"]), asked).columns == asked


def test_nothing_wanted_gives_nothing():
    assert host_parts(pl.Series(["a.com"]), []).width == 0


def test_the_length_of_the_longest_label_is_as_python_has_it():
    expected = [max(len(label.encode()) for label in host.split(".")) for host in HOSTILE]
    assert coded_labels(pl.Series(HOSTILE))["longest_label"].to_list() == expected


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("www.xn--mnchen-3ya.de", "www.münchen.de"),
        ("xn--80ak6aa92e.com", "аррӏе.com"),
        ("xn--.com", ".com"),
        ("xn--99999999.com", "xn--99999999.com"),
        (f"xn--{'a' * 80}.com", f"xn--{'a' * 80}.com"),
        ("plain.com", "plain.com"),
    ],
)
def test_punycode_is_shown_as_people_see_it(host, shown):
    assert shown_hosts(pl.Series([host])).to_list() == [shown]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("paypal", False),
        ("paypa1", True),  # look-alike digit
        ("payppal", True),  # a letter more
        ("papal", True),  # a letter less
        ("paypla", True),  # two changed places
        ("rnicrosoft", True),  # rn for m
        ("аррӏе", True),  # all Cyrillic
        ("apple", False),
        ("apply", False),  # a word of its own
        ("example", False),
        ("", False),
    ],
)
def test_a_label_that_nearly_spells_a_brand_resembles_it(label, expected):
    assert resembles_brand(pl.Series([label])).to_list() == [expected]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("paypal.com.account-check.ru", True),
        ("secure-paypal.com", True),
        ("paypal.duckdns.org", True),
        ("paypal.github.io", True),
        ("www.paypal.com", False),
        ("outlook.office.com", False),
        ("torvalds.github.io", False),
        ("paypalish.com", False),
    ],
)
def test_a_brand_in_the_name_of_another_is_told(host, expected):
    found = brand_signs().of(split_hosts(pl.Series([host])), ["names_brand"])
    assert found["names_brand"].to_list() == [expected]
