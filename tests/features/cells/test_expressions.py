"""An expression evaluated on lists gives what polars gives, and all that features need is known."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.features.cells.expressions import Rows, function_of
from phantom_ml.features.cells.queries import Formulas
from phantom_ml.features.columns import command_line, http_payload, url, user_agent
from phantom_ml.features.parsing import host_labels, host_parts, hosts, url_signs

TEXT, OTHER, N, M, FLAG = pl.col("t"), pl.col("o"), pl.col("n"), pl.col("m"), pl.col("f")
COUNTS = {"n": "count", "m": "count"}
TYPES = {"t": pl.String, "o": pl.String, "n": pl.UInt32, "m": pl.UInt32, "f": pl.Boolean}
#: Every operation that is done to lists, and what they are made of.
EXPRESSIONS = {
    "characters": TEXT.str.len_chars(),
    "bytes": TEXT.str.len_bytes(),
    "small letters": TEXT.str.to_lowercase(),
    "begins": TEXT.str.starts_with("a"),
    "ends": TEXT.str.ends_with("a"),
    "stripped": TEXT.str.strip_chars("a "),
    "without an end": TEXT.str.strip_suffix("a"),
    "without a beginning": TEXT.str.strip_prefix("a"),
    "has a word": TEXT.str.contains("a.", literal=True),
    "has a pattern": TEXT.str.contains(r"a\s|^b"),
    "words counted": TEXT.str.count_matches("aa", literal=True),
    "patterns counted": TEXT.str.count_matches("a+|[^b]"),
    "a word replaced": TEXT.str.replace_all("a", "bb", literal=True),
    "the first word replaced": TEXT.str.replace("a", "bb", literal=True),
    "patterns replaced": TEXT.str.replace_all("a+", "<$0>"),
    "the first pattern replaced": TEXT.str.replace("a+", ""),
    "a group": TEXT.str.extract("a(b?)", 1),
    "the last part": TEXT.str.split("/").list.last(),
    "the third part": TEXT.str.split("/").list.get(2, null_on_oob=True),
    "together": pl.concat_str(TEXT, OTHER, separator=":"),
    "listed": TEXT.is_in(["a", "b"]),
    "known": TEXT.replace_strict({"a": "x", "b": "y"}, default=None),
    "filled": TEXT.fill_null("b"),
    "the first that is there": pl.coalesce(TEXT, OTHER, pl.lit("c")),
    "missing": TEXT.is_null() | OTHER.is_not_null(),
    "same": TEXT == OTHER,
    "other": TEXT != "a",
    "both": FLAG & (N > 1),
    "either": FLAG | (N <= 1),
    "not": ~FLAG,
    "chosen": pl.when(FLAG).then(TEXT).otherwise(OTHER),
    "chosen in turn": pl.when(FLAG).then(0).when(N < M).then(N).otherwise(1),
    "sum": N + M,
    "less than nothing": N - M,
    "whole numbers": (N.cast(pl.Int64) - M).clip(0),
    "at least": N.clip(2),
    "share": N / M,
    "of one": 1 - N / pl.max_horizontal(M, pl.lit(1)),
    "all": pl.sum_horizontal("n", "m"),
}
CELLS = st.none() | st.text("aAb./ \n\x1cßİ\u00a0", max_size=6)
NUMBERS = st.none() | st.integers(0, 3) | st.just(2**32 - 1)
ROWS = st.lists(
    st.tuples(CELLS, CELLS, NUMBERS, NUMBERS, st.none() | st.booleans()), min_size=1, max_size=5
)


@pytest.mark.parametrize("name", EXPRESSIONS)
@given(rows=ROWS)
@settings(deadline=None, max_examples=60)
def test_an_expression_gives_lists_what_it_gives_polars(name, rows):
    made = function_of(EXPRESSIONS[name], COUNTS)
    assert made is not None
    table = pl.DataFrame(rows, schema=TYPES, orient="row")
    found = made(Rows(table.to_dict(as_series=False), len(rows)))
    expected = table.select(EXPRESSIONS[name]).to_series()
    assert pl.Series(found, dtype=expected.dtype).equals(expected, null_equal=True)


@pytest.mark.parametrize(
    "expression",
    [TEXT.str.reverse(), N // M, N * M, TEXT.str.strip_chars(), N - 1.5, pl.col("unheard") - 1],
)
def test_what_is_not_known_is_left_to_polars(expression):
    assert function_of(expression, COUNTS) is None


def test_a_formula_that_only_polars_knows_gives_its_values():
    formulas = Formulas({"turned": TEXT.str.reverse(), "half": N // 2}, frozenset({"n"}))
    assert formulas.of_few({"t": ["ab", None], "n": [3, 4]}) == {
        "turned": ["ba", None],
        "half": [1, 2],
    }


SIGNS = [
    url_signs.url_signs(),
    command_line._signs(),
    http_payload._signs(),
    user_agent._signs(),
    host_parts._signs(),
    host_labels._LOOKS,
]
FORMULAS = [*command_line._FORMS, url._WRITTEN, hosts._FORMS, *(s._formulas for s in SIGNS)]


@pytest.mark.parametrize("formulas", FORMULAS, ids=lambda formulas: next(iter(formulas.made)))
def test_every_expression_of_a_row_alone_is_known(formulas):
    assert None not in formulas._functions.values()
