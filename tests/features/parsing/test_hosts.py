"""Hosts are taken apart as tldextract does it, with the same list."""

import subprocess
import sys

import polars as pl
import pytest
import tldextract

from phantom_ml.features.parsing.hosts import split_hosts
from tests.features.columns.made import HOSTILE

REGISTRIES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
OWNERS = tldextract.TLDExtract(
    suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True
)


def split(host: str) -> dict:
    return split_hosts(pl.Series([host])).row(0, named=True)


def parts(host: str) -> tuple:
    got = split(host)
    return got["subdomain"], got["domain"], got["suffix"], got["registered"]


def hosts_under(rules: list[str]) -> list[str]:
    named = [rule.replace("*.", "any.").replace("!", "") for rule in rules]
    return [prefix + rule for rule in named for prefix in ("a.", "www.a.", "x.y.a.")]


def test_hosts_under_every_rule_are_split_as_tldextract_does():
    hosts = hosts_under(sorted(OWNERS.tlds))
    got = split_hosts(pl.Series(hosts)).select("subdomain", "domain", "suffix").rows()
    expected = [(e.subdomain, e.domain, e.suffix) for e in map(REGISTRIES, hosts)]
    assert [h for h, g, e in zip(hosts, got, expected, strict=True) if g != e and e[2]] == []


def test_names_that_companies_give_away_are_told_as_tldextract_does():
    hosts = hosts_under(sorted(OWNERS.tlds)[::7])
    got = split_hosts(pl.Series(hosts))["is_private_suffix"].to_list()
    assert got == [OWNERS(host).is_private for host in hosts]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("login.Bank.co.uk.", ("login", "bank", "co.uk", "bank.co.uk")),
        ("a.b.c.example.com", ("a.b.c", "example", "com", "example.com")),
        ("co.uk", ("", "", "co.uk", "")),
        ("www.ck", ("", "www", "ck", "www.ck")),
        ("shop.other.ck", ("", "shop", "other.ck", "shop.other.ck")),
        ("x.city.kawasaki.jp", ("x", "city", "kawasaki.jp", "city.kawasaki.jp")),
        ("www.食狮.公司.cn", ("www", "食狮", "公司.cn", "食狮.公司.cn")),
        ("a.xn--55qx5d.cn", ("", "a", "xn--55qx5d.cn", "a.xn--55qx5d.cn")),
        ("a。example．com", ("a", "example", "com", "example.com")),
        ("dc01.corp.local", ("dc01", "corp", "local", "corp.local")),
        ("localhost", ("", "localhost", "", "")),
        ("dev", ("", "dev", "", "")),
        ("10.0.0.1", ("", "10.0.0.1", "", "")),
        ("[2001:db8::1]", ("", "[2001:db8::1]", "", "")),
        ("", ("", "", "", "")),
        (".com", ("", "", "com", "")),
    ],
)
def test_a_host_is_split_at_its_suffix(host, expected):
    assert parts(host) == expected


def test_a_host_that_is_an_address_is_told():
    hosts = pl.Series(["1.2.3.4", "2130706433", "0x7f.1", "fe80::1%eth0", "1.example", "a.b2"])
    expected = [True, True, True, True, False, False]
    assert split_hosts(hosts)["is_address"].to_list() == expected


def test_a_suffix_outside_the_list_is_told():
    hosts = pl.Series(["a.com", "dc01.corp.local"])
    assert split_hosts(hosts)["is_known_suffix"].to_list() == [True, False]


def test_a_dynamic_name_keeps_the_suffix_of_its_registry():
    got = split("evil.duckdns.org")
    assert (got["domain"], got["suffix"], got["is_private_suffix"]) == ("duckdns", "org", True)


def test_a_missing_host_is_an_empty_one():
    assert split_hosts(pl.Series([None, "a.com"], dtype=pl.String))["domain"].to_list() == ["", "a"]


def test_hostile_hosts_give_a_row_each():
    assert split_hosts(pl.Series(HOSTILE)).height == len(HOSTILE)


def test_no_hosts_give_no_rows():
    assert split_hosts(pl.Series([], dtype=pl.String)).height == 0


def test_importing_the_splitter_does_not_load_the_list():
    code = (
        "import sys, phantom_ml.features.parsing.hosts;"
        "print('tldextract' in sys.modules, 'requests' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
