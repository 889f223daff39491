"""Who reads a score hears that it is of copies, or of few cases; where copies teach nothing, of neither."""

import numpy as np
import polars as pl

from phantom_ml.config import ProblemKind
from phantom_ml.data.leaks.report import leak_report
from phantom_ml.data.recognise import recognise
from phantom_ml.data.target.column import Target

N = 1_200


def told(rows, codes, splits, kind=ProblemKind.BINARY, **more):
    """Return the sentences of high severity on rows that are drawn at random, one a code."""
    drawn = np.random.default_rng(3).normal(size=(int(rows.max()) + 1, 2))
    frame = pl.DataFrame({"a": drawn[rows, 0], "b": drawn[rows, 1]})
    classes = ("benign", "attack") if kind.is_classification else ()
    target = Target("y", kind, classes, codes, np.arange(N))
    found = leak_report(frame, recognise(frame), target, splits=splits, **more)
    return {w.check: w.sentence for w in found if w.severity == "high" and w.check != "row_order"}


def shuffled_attacks(different, copies):
    """Return codes and rows of attacks that are copies of a few, among rows of which each is another."""
    n_attacks = different * copies
    rows = np.where(np.arange(N) < n_attacks, np.arange(N) // copies, np.arange(N))
    order = np.random.default_rng(0).permutation(N)
    return (np.arange(N) < n_attacks).astype(np.int64)[order], rows[order]


def halves():
    order = np.random.default_rng(1).permutation(N)
    one, other = np.sort(order[: N // 2]), np.sort(order[N // 2 :])
    return [(one, other), (other, one)]


def apart(rows):
    """Return two splits of which neither has a copy on both sides."""
    one, other = np.flatnonzero(rows % 2 == 0), np.flatnonzero(rows % 2 == 1)
    return [(one, other), (other, one)]


def test_copies_on_both_sides_are_told_with_their_class_and_numbers():
    codes, rows = shuffled_attacks(8, 25)
    begun = "200 of the 200 held-out rows of 'attack' are nearly copies of rows that were learned from, of 8 "
    assert told(rows, codes, halves())["divided_copies"].startswith(begun)


def test_copies_on_both_sides_are_told_with_what_to_do():
    codes, rows = shuffled_attacks(8, 25)
    assert "group_columns, or drop copies" in told(rows, codes, halves())["divided_copies"]


def test_copies_on_one_side_are_not_told_as_divided():
    codes, rows = shuffled_attacks(30, 8)
    assert told(rows, codes, apart(rows)) == {}


def test_copies_that_come_again_later_are_no_news():
    codes, rows = shuffled_attacks(30, 8)
    assert told(rows, codes, halves(), time_column="time") == {}


def test_pairs_that_share_an_answer_by_chance_are_no_news():
    codes = np.random.default_rng(2).integers(0, 2, N)
    assert told(np.arange(N) // 2, codes, halves()) == {}


def test_pairs_of_a_class_that_nearly_all_rows_have_are_no_news():
    codes = (np.arange(N) % 30 == 0).astype(np.int64)
    rows = np.where(codes == 1, N // 2 + np.arange(N), np.arange(N) // 2)
    assert told(rows, codes, halves()) == {}


def test_blank_rows_of_mixed_answers_are_no_news():
    codes = np.random.default_rng(2).integers(0, 2, N)
    assert told(np.where(np.arange(N) % 6 == 0, 0, np.arange(N)), codes, halves()) == {}


def test_few_different_rows_of_a_class_are_told_though_none_was_divided():
    codes, rows = shuffled_attacks(8, 25)
    sentence = told(rows, codes, apart(rows))["few_cases"]
    assert sentence.startswith("The 200 rows of 'attack' are nearly copies of 8 different ones")


def test_twenty_different_rows_of_a_class_are_cases_enough():
    codes, rows = shuffled_attacks(20, 20)
    assert told(rows, codes, apart(rows)) == {}


def test_few_rows_of_which_each_is_another_are_not_told_as_copies():
    codes, rows = shuffled_attacks(12, 1)
    assert told(rows, codes, halves()) == {}


def test_few_kinds_of_rows_with_mixed_answers_are_cases_each():
    codes = np.random.default_rng(2).integers(0, 2, N)
    assert told(np.arange(N) % 6, codes, halves()) == {}


def test_copies_of_one_value_on_both_sides_are_told():
    rows = np.where(np.arange(N) < 600, np.arange(N) // 40, np.arange(N))
    values = np.random.default_rng(0).normal(size=N)[rows]
    sentence = told(rows, values, halves(), ProblemKind.REGRESSION)["divided_copies"]
    assert sentence.startswith("600 of the 1,200 held-out rows are nearly copies")


def test_copies_that_differ_by_their_group_alone_are_copies():
    codes, rows = shuffled_attacks(8, 25)
    drawn = np.random.default_rng(3).normal(size=N)
    hosts = [f"h{i % 15}" for i in range(N)]
    frame = pl.DataFrame({"a": drawn[rows], "host": hosts})
    target = Target("y", ProblemKind.BINARY, ("benign", "attack"), codes, np.arange(N))
    found = leak_report(frame, recognise(frame), target, splits=halves(), group_columns=["host"])
    assert {"divided_copies", "few_cases"} <= {w.check for w in found}
