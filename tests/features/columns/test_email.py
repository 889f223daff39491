"""Parts of addresses of mail."""

import pytest

from tests.features.columns.made import computed

SPOOFED = '"PayPal <service@paypal.com>" <x9182@evil.duckdns.org>'


def part(name: str, address: str):
    return computed("email", [address])[name][0]


def test_what_stands_before_the_at_is_measured():
    got = computed("email", ["jane.doe42@example.com"]).row(0, named=True)
    assert (got["local_length"], got["local_word_count"]) == (10, 2)
    assert got["local_digit_share"] == pytest.approx(0.2)


def test_entropy_is_of_what_stands_before_the_at():
    assert part("local_entropy", "abab@example.com") == 1.0


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [
        ("has_plus_tag", "jane+shop@example.com", "jane@example.com"),
        ("is_role", "Billing@example.com", "jane@example.com"),
        ("is_role", "info+x@example.com", "information@example.com"),
        ("is_no_reply", "do-not-reply@example.com", "reply@example.com"),
        ("is_no_reply", "noreply@example.com", "nora@example.com"),
        ("is_free_mail", "jane@GMail.com", "jane@gmail.com.example.org"),
        ("is_disposable", "x@eu.mailinator.com", "x@example.com"),
        ("is_punycode", "a@xn--mnchen-3ya.de", "a@muenchen.de"),
        ("is_mixed_script", "a@p\u0430ypal.com", "a@paypal.com"),
        ("resembles_brand", "a@paypa1.com", "a@paypal.com"),
        ("names_brand", "a@paypal-billing.com", "a@paypal.com"),
        ("domain_is_address", "root@[10.0.0.1]", "root@localhost"),
        ("has_private_suffix", "a@evil.duckdns.org", "a@example.org"),
        ("has_known_suffix", "a@example.org", "a@corp.local"),
        ("has_display_name", "Jane Doe <jane@example.com>", "<jane@example.com>"),
        ("has_display_name", SPOOFED, "jane@example.com"),
        ("display_name_has_address", SPOOFED, "Jane Doe <jane@example.com>"),
    ],
)
def test_a_flag_is_up_for_one_and_down_for_the_other(name, yes, no):
    assert computed("email", [yes, no])[name].to_list() == [True, False]


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("jane@example.com", 1),
        ("Jane <a@b.com>, John <c@d.com>; e@f.com", 3),
        (SPOOFED, 1),
        ("nobody", 0),
    ],
)
def test_addresses_are_counted(cell, count):
    assert part("address_count", cell) == count


def test_the_domain_is_measured_too():
    got = computed("email", ["a@mail.abab1.co.uk"]).row(0, named=True)
    assert (got["domain_length"], got["domain_label_count"]) == (16, 4)
    assert got["domain_digit_share"] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("cell", "suffix"),
    [
        (SPOOFED, "org"),
        ("mailto:jane@example.co.uk", "co.uk"),
        ('"odd @ name"@example.de', "de"),
        ("first@example.com, second@example.net", "com"),
        ("root@localhost", None),
    ],
)
def test_the_suffix_is_of_the_first_address(cell, suffix):
    assert part("suffix", cell) == suffix


def test_a_cell_without_an_address_has_only_what_is_counted():
    got = computed("email", ["not an address"]).row(0, named=True)
    told = {name for name, value in got.items() if value is not None}
    assert told == {"address_count", "has_display_name"}
