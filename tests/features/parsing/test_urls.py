"""URLs split as urlsplit does where they are well-formed, and as browsers do where they are not."""

from urllib.parse import urlsplit

import polars as pl
import pytest

from phantom_ml.features.parsing.urls import URL_COMPONENTS, split_urls

WELL_FORMED = [
    "http://example.com",
    "https://www.Example.co.uk/",
    "HTTP://example.com/Path/File.html",
    "https://user:secret@example.com:8443/a/b?x=1&y=2#part",
    "http://user@example.com/a@b",
    "ftp://files.example.org/pub/readme.txt",
    "http://[2001:db8::1]:8080/x",
    "http://192.0.2.7/login.php?next=http://evil.test/#a?b",
    "https://example.com?q=1",
    "https://example.com#top",
    "http://example.com/a;b=c/d?e=f?g#h#i",
    "s3://bucket/key/of/object",
    "http://b\u00fccher.example/\u00e4",
    "//cdn.example.com/lib.js",
    "/path/only?q=1",
    "",
    "?q=1",
    "#top",
]


def parts(url: str) -> dict:
    return split_urls(pl.Series([url])).row(0, named=True)


@pytest.mark.parametrize("url", WELL_FORMED)
def test_a_well_formed_url_is_split_as_urlsplit_does(url):
    found, known = parts(url), urlsplit(url)
    assert (found["scheme"] or "") == known.scheme
    assert (found["host"] or "").strip("[]") == (known.hostname or "")
    assert found["port"] == known.port
    assert found["path"] == known.path
    assert (found["query"] or "") == known.query
    assert (found["fragment"] or "") == known.fragment


def test_all_urls_of_a_column_give_what_each_gives_alone():
    together = split_urls(pl.Series(WELL_FORMED))
    assert together.rows() == [split_urls(pl.Series([url])).row(0) for url in WELL_FORMED]


def test_user_and_password_are_before_the_last_at_sign_of_the_authority():
    found = parts("http://paypal.com@user@evil.test/a@b")
    assert (found["userinfo"], found["host"], found["path"]) == (
        "paypal.com@user",
        "evil.test",
        "/a@b",
    )


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("example.com/path", "example.com", "/path"),
        ("www.bank.co.uk", "www.bank.co.uk", ""),
        ("localhost:8080/x", "localhost", "/x"),
        ("192.0.2.1/x", "192.0.2.1", "/x"),
        ("index.php?x=1", None, "index.php"),
        ("images/logo.png", None, "images/logo.png"),
        ("/example.com/x", None, "/example.com/x"),
    ],
)
def test_without_a_scheme_only_what_looks_like_a_host_is_one(url, host, path):
    found = parts(url)
    assert (found["scheme"], found["host"], found["path"]) == (None, host, path)


def test_backslashes_are_slashes():
    found = parts("http:\\\\evil.test\\@good.test\\x")
    assert (found["host"], found["path"]) == ("evil.test", "/@good.test/x")


def test_any_number_of_slashes_follows_a_web_scheme():
    hosts = [parts(f"https:{'/' * n}evil.test/x")["host"] for n in range(4)]
    assert hosts == ["evil.test"] * 4


def test_spaces_and_controls_around_and_line_breaks_within_are_dropped():
    found = parts(" \x01ht\ntp://exa\tmple.com/a ")
    assert (found["scheme"], found["host"], found["path"]) == ("http", "example.com", "/a")


@pytest.mark.parametrize("port", ["99999", "abc", "-1", ""])
def test_a_port_that_is_no_port_is_missing(port):
    assert parts(f"http://example.com:{port}/")["port"] is None


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,<b>", "mailto:a@b.test"])
def test_an_opaque_scheme_has_no_host(url):
    found = parts(url)
    scheme, _, rest = url.partition(":")
    assert (found["scheme"], found["host"], found["path"]) == (scheme, None, rest)


def test_a_query_that_is_empty_is_not_a_missing_one():
    assert parts("http://a.test/?")["query"] == ""
    assert parts("http://a.test/")["query"] is None


def test_no_urls_give_no_rows():
    found = split_urls(pl.Series([], dtype=pl.String))
    assert (found.height, tuple(found.columns)) == (0, URL_COMPONENTS)
