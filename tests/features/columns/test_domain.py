"""Parts of domains."""

import math

import numpy as np
import polars as pl
import pytest

from phantom_ml.data.schema import ColumnKind
from tests.features.columns.made import computed, fitted, parts_of


def part(name: str, domain: str):
    return computed("domain", [domain])[name][0]


def test_labels_and_lengths_are_counted():
    got = computed("domain", ["mail.eu.Example.co.uk"]).row(0, named=True)
    counts = {
        "length": 21,
        "label_count": 5,
        "longest_label": 7,
        "registered_length": 13,
        "subdomain_length": 7,
        "subdomain_count": 2,
    }
    assert {name: got[name] for name in counts} == counts


@pytest.mark.parametrize(
    ("host", "length"),
    [
        ("[2001:db8::1]:443", 11),
        ("[2001:db8::1]", 11),
        ("2001:db8::1", 11),
        ("[10.0.0.1]:80", 8),
        ("10.0.0.1:443", 8),
        ("a.example:8443", 9),
        (" a.example ", 9),
    ],
)
@pytest.mark.parametrize("times", [1, 99])
def test_a_port_brackets_and_blanks_are_not_counted(host, length, times):
    assert set(computed("domain", [host] * times)["length"]) == {length}


def test_shares_are_of_the_name_without_its_suffix():
    got = computed("domain", ["ab-12.co.uk"]).row(0, named=True)
    shares = [got[f"{c}_share"] for c in ("digit", "hyphen", "vowel", "consonant")]
    assert shares == pytest.approx([2 / 5, 1 / 5, 1 / 5, 1 / 5])


def test_runs_do_not_cross_a_dot():
    got = computed("domain", ["a12.34bcd.com"]).row(0, named=True)
    assert (got["longest_digit_run"], got["longest_consonant_run"]) == (2, 3)


def test_entropy_is_of_the_second_level_label():
    assert part("entropy", "xyzxyz.abab.com") == 1.0


def test_the_share_of_different_characters_is_of_the_second_level_label():
    assert part("unique_share", "www.abab.com") == 0.5


def test_entropy_of_a_tunnel_is_in_the_subdomain():
    assert part("subdomain_entropy", "abcdabcd.example.com") == 2.0


@pytest.mark.parametrize(
    ("label", "looks"),
    [
        ("4f2a1b0c9d8e7f6a", "hex"),
        ("mzxw6ytboi2dgnbv", "base32"),
        ("dGhpcyBpcyBhIHRlc3Q1MzIx", "base64"),
        ("1234567890123456", None),
        ("internationalisation", None),
        ("4f2a", None),
    ],
)
def test_a_label_in_an_alphabet_of_codes_is_told(label, looks):
    got = computed("domain", [f"{label}.t.example.com"]).row(0, named=True)
    told = [code for code in ("hex", "base32", "base64") if got[f"looks_{code}"]]
    assert told == ([looks] if looks else [])


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [
        ("is_punycode", "www.xn--mnchen-3ya.de", "axn--.de"),
        ("is_mixed_script", "p\u0430ypal.com", "\u0440\u0443\u0441.com"),
        ("is_mixed_script", "xn--pypal-4ve.com", "xn--mnchen-3ya.de"),
        ("is_reverse_lookup", "4.3.2.1.in-addr.arpa", "in-addr.arpa.com"),
        ("is_reverse_lookup", "1.0.8.b.d.0.1.0.0.2.ip6.arpa", "arpa"),
        ("is_address", "10.0.0.1:8080", "example.com:8080"),
        ("has_known_suffix", "example.com", "dc01.corp.local"),
        ("has_private_suffix", "evil.duckdns.org", "example.org"),
        ("resembles_brand", "paypa1.com", "paypal.com"),
        ("names_brand", "paypal-login.com", "paypal.com"),
    ],
)
def test_a_flag_is_up_for_one_and_down_for_the_other(name, yes, no):
    assert computed("domain", [yes, no])[name].to_list() == [True, False]


def test_the_suffix_is_a_word():
    domains = ["a.co.uk", "b.com:443", "10.0.0.1", "printer"]
    assert computed("domain", domains)["suffix"].to_list() == ["co.uk", "com", None, None]


def test_an_address_has_no_parts_of_a_name():
    got = computed("domain", ["10.0.0.1"]).row(0, named=True)
    assert [p for p in ("label_count", "entropy", "digit_share", "looks_hex") if got[p]] == []


def test_what_was_fitted_gives_numbers_and_known_suffixes():
    names = [f"host{i}.example{i % 7}.{'com' if i % 2 else 'org'}" for i in range(40)]
    encoder = fitted("domain", names, ColumnKind.DOMAIN)
    got = parts_of(encoder, ["a.b.example.com", "a.example.xyz", None])
    assert got["suffix"].to_list() == ["com", None, None]
    assert got["length"].to_list() == [15, 13, None]
    assert math.isclose(got["digit_share"][0], 0.0)


def test_a_saved_encoder_gives_the_same():
    names = [f"host{i}.example{i % 7}.com" for i in range(40)]
    encoder = fitted("domain", names, ColumnKind.DOMAIN)
    again = type(encoder).model_validate_json(encoder.model_dump_json())
    series = pl.Series("c", ["a.b.example.com", None, "10.0.0.1"])
    one, other = np.zeros((2, 3, len(encoder.features)), np.float32)
    encoder.transform(series, one)
    again.transform(series, other)
    assert np.array_equal(one, other, equal_nan=True)
