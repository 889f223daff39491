"""A pattern tells of a few strings what it tells of many."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.features.cells.listed import Listed, Meanings
from phantom_ml.features.cells.patterns import (
    Signs,
    Sought,
    contained,
    extracted,
    hits_of_each,
    replaced,
)
from phantom_ml.features.columns.command_line import CommandLineEncoder
from phantom_ml.features.columns.http_payload import HTTPPayloadEncoder
from phantom_ml.features.columns.url import URLEncoder
from phantom_ml.features.lately import FEW
from phantom_ml.features.parsing.host_parts import HOST_NUMBERS, HOST_WORDS, host_parts
from phantom_ml.features.parsing.url_signs import url_signs

#: So often repeated, even one cell is more than few.
MANY = FEW + 1
#: Pieces that our patterns look for, and what tells engines of patterns apart.
PIECES = [
    *(
        "http://",
        "//",
        "/",
        "..",
        "%2e",
        "%25",
        "?",
        "&",
        "=",
        "#",
        "@",
        ":",
        ".",
        ",",
        "-",
        "_",
        " ",
        "\n",
    ),
    *(
        "login",
        "paypal",
        "next=",
        "powershell",
        " -enc ",
        "iex",
        "10.0.0.1",
        "0x7f",
        "xn--80ak6aa92e",
    ),
    *(
        "&lt;",
        "&#x3c;",
        "%u003c",
        "%c0%af",
        "or 1=1",
        "<script",
        "K\u212a",
        "\u0130",
        "\u03a3",
        "\u00e9",
        "\x00",
    ),
    *("a", "B", "7", "com", "co.uk", "github.io", "a1b2c3d4e5f6a7b8", "\u3002", "'", '"', "\\"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
CELLS = st.lists(TEXTS | st.none(), min_size=1, max_size=4)
PATTERNS = [
    "(a+)",
    r"(\s)",
    r"(\bk)",
    r"(?i)(k)",
    "^(.)",
    "([^a])$",
    r"(?-u:\b)(or)",
    "()",
    r"(\p{Greek})",
]
ENCODERS = [URLEncoder, CommandLineEncoder, HTTPPayloadEncoder]


def few_and_many(cells, dtype=pl.String):
    return (pl.Series("t", cells * n, dtype) for n in (1, MANY))


@given(CELLS, st.sampled_from(PATTERNS))
@settings(deadline=None, max_examples=100)
def test_few_strings_are_looked_through_as_many_are(cells, pattern):
    few, many = few_and_many(cells)
    for found in (
        lambda text: contained(text, pattern),
        lambda text: extracted(text, pattern),
        lambda text: replaced(text, pattern, "<$1>"),
        lambda text: replaced(text, pattern, "<$1>", every=False),
    ):
        assert found(few).equals(found(many)[: len(cells)], check_dtypes=True)


@given(CELLS)
@settings(deadline=None, max_examples=40)
def test_few_strings_have_the_patterns_that_they_have_among_many(cells):
    few, many = (hits_of_each([*PATTERNS, "(a+)"], text) for text in few_and_many(cells))
    assert few.tolist() == many[:, : len(cells)].tolist()


@given(CELLS)
@settings(deadline=None, max_examples=40)
def test_signs_of_few_strings_are_those_of_many(cells):
    sought = {pattern: Sought("t", pattern) for pattern in PATTERNS}
    for kind in ("flags", "counts", "words"):
        signs = Signs(**{kind: sought}, others={"there": pl.col(PATTERNS[0]).is_not_null()})
        few, many = (signs.of(t.to_frame(), ["there", *sought]) for t in few_and_many(cells))
        for part, values in few.items():
            assert values.equals(many[part][: len(cells)], check_dtypes=True), (kind, part)


@given(st.lists(st.sampled_from(["a", "b", "c"]) | st.none(), min_size=1, max_size=4))
@settings(deadline=None)
def test_few_strings_are_looked_up_as_many_are(cells):
    few, many = few_and_many(cells)
    for known in (Listed(frozenset("ab")), Meanings({"a": "vowel", "b": "other"})):
        assert known.of(few).equals(known.of(many)[: len(cells)], check_dtypes=True)


def test_only_what_is_wanted_is_looked_for():
    signs = Signs({"here": Sought("t", "a"), "elsewhere": Sought("no such column", "a")})
    assert list(signs.of(pl.DataFrame({"t": ["a"]}), ["here", "unheard of"])) == ["here"]


def test_no_strings_have_no_signs():
    table = pl.DataFrame({"t": []}, schema={"t": pl.String})
    signs = Signs({"flag": Sought("t", "a")}, {"count": Sought("t", "a")})
    assert [len(s) for s in signs.of(table, ["flag", "count"]).values()] == [0, 0]


def test_a_pattern_takes_linear_time_on_a_few_strings():
    # Doubled backtracking would take years.
    assert not contained(pl.Series(["a" * 5_000 + "!"]), "^(?:a+)+$").any()


@given(st.lists(TEXTS, min_size=1, max_size=4))
@settings(deadline=None, max_examples=30)
def test_a_host_has_the_parts_that_it_has_among_many(hosts):
    few, many = few_and_many(hosts)
    parts = [*HOST_NUMBERS, *HOST_WORDS]
    assert host_parts(few, parts).equals(host_parts(many, parts)[: len(hosts)])


@pytest.mark.parametrize("encoder", ENCODERS, ids=[e.name for e in ENCODERS])
@given(texts=st.lists(TEXTS, min_size=1, max_size=3))
@settings(deadline=None, max_examples=25)
def test_odd_strings_give_alone_what_they_give_among_many(encoder, texts):
    few, many = few_and_many(texts)
    parts = [*encoder.numbers, *encoder.words]
    alone, among = (encoder.compute(text, parts).select(parts) for text in (few, many))
    assert alone.equals(among[: len(texts)])
    assert alone.schema == among.schema


def test_every_sign_of_a_url_can_be_compiled():
    signs = url_signs()
    for _, pattern in {**signs.flags, **signs.counts, **signs.words}.values():
        assert contained(pl.Series([""]), pattern).dtype == pl.Boolean
