"""Encodings undone as the standard library does, and as attackers nest them."""

import html
from urllib.parse import quote, unquote

import numpy as np
import polars as pl
import pytest

from phantom_ml.features.parsing.decoding import decode, percent_decoded

PIECES = [
    "%41",
    "%2f",
    "%C3%A9",
    "%e2%82%ac",
    "%F0%9F%98%80",
    "a",
    "\u00e9",
    "%",
    "%%",
    "%4",
    "%zz",
]


def clear(text: str) -> str:
    return decode(pl.Series([text])).text[0]


def rounds(text: str) -> int:
    return int(decode(pl.Series([text])).rounds[0])


def test_percent_encoding_is_undone_as_unquote_does():
    draws = np.random.default_rng(0).integers(0, len(PIECES), (500, 8))
    texts = ["".join(PIECES[i] for i in row) for row in draws]
    expected = [unquote(text) for text in texts]
    known = [i for i, text in enumerate(expected) if "\ufffd" not in text]
    found = percent_decoded(pl.Series(texts)).to_list()
    assert len(known) > 100
    assert [found[i] for i in known] == [expected[i] for i in known]


@pytest.mark.parametrize("text", ["%ff", "%c3", "%c3a", "%e2%82", "%ed%a0%80", "%f5%80%80%80"])
def test_bytes_that_are_no_utf8_stay_escaped(text):
    assert percent_decoded(pl.Series([text]))[0] == text


def test_a_sequence_does_not_run_on_into_the_next_cell():
    assert percent_decoded(pl.Series(["%c3", "%a9"])).to_list() == ["%c3", "%a9"]
    assert percent_decoded(pl.Series(["%4", "1"])).to_list() == ["%4", "1"]


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_rounds_of_encoding_are_counted(n):
    text = "<script>"
    for _ in range(n):
        text = quote(text, safe="")
    assert (clear(text), rounds(text)) == ("<script>", n)


def test_three_rounds_are_undone_and_no_more():
    assert (clear("%2525252541"), rounds("%2525252541")) == ("%2541", 3)


@pytest.mark.parametrize(
    "text", ["&lt;b&gt;", "&#60;&#x3c;&#x3C;", "&#0000060;", "&quot;&apos;&#39;"]
)
def test_entities_are_undone_as_html_does(text):
    assert clear(text) == html.unescape(text).lower()


def test_an_entity_without_its_semicolon_is_one():
    assert clear("&#60script&#62") == "<script>"


def test_an_entity_beyond_ascii_is_a_question_mark():
    assert (clear("&#x3cb;&#955"), rounds("&#x3cb;&#955")) == ("??", 1)


def test_unicode_escapes_and_full_width_letters_become_plain():
    assert clear("%u003cscript%uff1e%u20ac") == "<script>?"


@pytest.mark.parametrize(("text", "plain"), [("%c0%ae%c0%ae%c0%af", "../"), ("..%C1%9Cx", "..\\x")])
def test_over_long_utf8_is_the_character_that_servers_took_it_for(text, plain):
    assert clear(text) == plain


def test_plus_signs_are_spaces_and_encoded_ones_stay():
    assert (clear("union+select+1%2B1"), rounds("a+b")) == ("union select 1+1", 0)


def test_text_in_clear_is_left_alone():
    assert (clear("100% sure & ready"), rounds("100% sure & ready")) == ("100% sure & ready", 0)


def test_no_text_gives_none():
    found = decode(pl.Series([], dtype=pl.String))
    assert (len(found.text), len(found.rounds)) == (0, 0)
