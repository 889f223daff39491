"""What is done to a few strings one by one is what polars does to many, whichever engine looks."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.features.cells import strings
from phantom_ml.features.columns import command_line, http_payload, url, user_agent

# Patterns are made ready where they are first asked for.
SIGNS = [m._signs() for m in (command_line, http_payload, user_agent)] + [url.url_signs()]
PIECES = [
    *(
        "http://",
        "//",
        "/",
        "..",
        "%2e",
        "?",
        "&",
        "=",
        "'",
        '"',
        "`",
        "^",
        "(",
        ")",
        "[char]",
        "\\",
    ),
    *(
        "or 1=1",
        "union select",
        "<script",
        "--",
        "#",
        ";",
        "|",
        "||",
        "&&",
        ">",
        "2>&1",
        "$env:a",
        "%a%",
    ),
    *(
        "login",
        "paypal",
        "x.exe",
        "C:\\a b\\",
        "LANG=C ",
        "curl ",
        "A",
        "z",
        "0x41",
        " ",
        "  ",
        "+ ",
    ),
    *("\n", "\t", "\x1c", "\u00a0", "\u2028", "ß", "İ", "\u212a", "Ⅷ", "日"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
CELLS = st.lists(TEXTS | st.none(), min_size=1, max_size=4)


@pytest.mark.parametrize("pattern", sorted(strings._ONE_WAY), ids=lambda pattern: pattern[:30])
@given(cells=CELLS)
@settings(deadline=None, max_examples=60)
def test_a_one_way_pattern_finds_in_a_few_what_polars_finds(pattern, cells):
    text = pl.Series(cells, dtype=pl.String)
    assert strings.counted(pattern, cells) == text.str.count_matches(pattern).to_list()
    for group in range(strings._ONE_WAY[pattern].groups + 1):
        found = strings.extracted(pattern, group, cells)
        assert found == text.str.extract(pattern, group).to_list()
    for every in (False, True):
        polars = text.str.replace_all if every else text.str.replace
        assert strings.replaced(pattern, "_", cells, every=every) == polars(pattern, "_").to_list()


@given(CELLS)
@settings(deadline=None, max_examples=60)
def test_named_groups_are_those_of_polars(cells):
    pattern = strings.one_way(r"(?P<left>[a-z]+)=(?P<right>[^&]*)(?P<more>&)?")
    found = pl.Series(cells, dtype=pl.String).str.extract_groups(pattern).struct.unnest()
    assert strings.groups(pattern, cells) == found.to_dict(as_series=False)


@pytest.mark.parametrize("cell", ["a" * (strings.LONGEST + 1), "é", "a\n", "a\x1c"])
def test_only_short_printable_ascii_is_left_to_pythons_engine(cell):
    assert strings._plain(strings.one_way("a+"), ["a", None]) is not None
    assert strings._plain("a+", ["a", cell]) is None
