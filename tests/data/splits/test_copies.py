"""Copies of one answer stay in one fold, copies of mixed answers are dealt, and what was done is told."""

import numpy as np
import pytest

from phantom_ml.config import ProblemKind
from phantom_ml.data.splits import RowTies, make_splits

BINARY, MULTI, REGRESSION = ProblemKind.BINARY, ProblemKind.MULTICLASS, ProblemKind.REGRESSION


def attacks(different, copies, benign=1_000):
    """Return codes and duplicates of attacks that are copies of a few, among benign rows that all differ."""
    codes = np.repeat([1, 0], [different * copies, benign])
    rows = np.concatenate([np.repeat(np.arange(different), copies), different + np.arange(benign)])
    return codes, rows


def split(codes, rows, n_folds=5, kind=BINARY, **ties):
    ties = RowTies(duplicates=rows, **ties)
    return make_splits(codes, kind, n_folds=n_folds, seed=0, ties=ties)


def divided(plan, rows):
    """Return how many held-out rows have a copy among those that were learned from."""
    return sum(int(np.isin(rows[s.valid], rows[s.train]).sum()) for s in plan.splits)


def blank_sixth(n_rows=1_200):
    return np.where(np.arange(n_rows) % 6 == 0, 0, np.arange(n_rows))


@pytest.mark.parametrize("n_folds", [1, 3, 5])
@pytest.mark.parametrize(("different", "copies"), [(2, 100), (3, 60), (8, 25), (19, 20), (40, 5)])
def test_copies_of_few_attacks_are_never_on_both_sides(different, copies, n_folds):
    codes, rows = attacks(different, copies)
    assert divided(split(codes, rows, n_folds), rows) == 0


@pytest.mark.parametrize("different", [5, 8, 19])
def test_each_fold_has_about_its_share_of_few_different_attacks(different):
    codes, rows = attacks(different, 20)
    held = [np.unique(rows[s.valid][codes[s.valid] == 1]).size for s in split(codes, rows).splits]
    assert max(held) - min(held) <= 1


def test_three_different_attacks_are_dealt_to_three_folds():
    plan = split(*attacks(3, 60))
    assert (
        plan.n_splits,
        "5 were wanted, but a class has no more different rows" in plan.reason,
    ) == (3, True)


def test_a_rare_class_with_fewer_rows_than_folds_takes_no_folds_away():
    codes = np.repeat([0, 1, 2], [500, 500, 3])
    assert split(codes, np.arange(codes.size), kind=MULTI).n_splits == 5


def test_copies_that_are_most_of_a_class_are_divided_and_told():
    codes, rows = attacks(1, 150)
    codes[-50:] = 1
    told = "150 rows that are nearly copies of one another, with one answer, were too many for one part"
    assert told in split(codes, rows).reason


def test_copies_that_are_more_than_a_fold_fill_none():
    rows = np.where(np.arange(1_000) < 300, 0, np.arange(1_000))
    codes = np.where(np.arange(1_000) < 600, 0, 1)
    assert max((rows[s.valid] == 0).mean() for s in split(codes, rows).splits) < 0.4


@pytest.mark.parametrize("share", [0.03, 0.2, 0.5])
def test_blank_rows_of_mixed_answers_are_dealt_like_others_and_told(share):
    codes = (np.random.default_rng(1).random(1_200) < share).astype(np.int64)
    told = (
        "200 rows that are nearly copies of one another, with answers as mixed as all, were dealt"
    )
    assert told in split(codes, blank_sixth()).reason


def test_blank_rows_of_many_mixed_classes_are_dealt_like_others():
    codes = np.random.default_rng(2).choice(6, 1_200, p=[0.5, 0.2, 0.1, 0.1, 0.06, 0.04])
    plan = split(codes, blank_sixth(), kind=MULTI)
    assert max((blank_sixth()[s.valid] == 0).mean() for s in plan.splits) < 0.25


def test_copies_of_an_answer_that_is_rare_elsewhere_stay_together_though_some_differ():
    codes, rows = attacks(8, 25)
    codes[:200:10] = 0
    assert divided(split(codes, rows), rows) == 0


def test_nearly_benign_copies_among_rare_attacks_are_no_mixture():
    codes = (np.arange(4_000) % 50 == 1).astype(np.int64)
    rows = np.where(np.arange(4_000) % 6 == 0, 0, np.arange(4_000))
    codes[rows == 0] = np.arange((rows == 0).sum()) < 2
    plan = split(codes, rows)
    assert divided(plan, rows) == 0


def test_a_single_holdout_is_not_the_part_that_copies_of_one_row_fill():
    codes = np.random.default_rng(1).integers(0, 2, 1_200)
    codes[blank_sixth() == 0] = 0
    (only,) = split(codes, blank_sixth(), n_folds=1).splits
    assert (blank_sixth()[only.valid] == 0).mean() < 0.25


@pytest.mark.parametrize("n_folds", [1, 5])
def test_copies_of_one_value_are_never_on_both_sides(n_folds):
    rows = np.concatenate([np.repeat(np.arange(10), 40), 10 + np.arange(600)])
    values = np.random.default_rng(0).normal(size=610)[rows]
    assert divided(split(values, rows, n_folds, REGRESSION), rows) == 0


def test_blank_rows_of_all_values_are_dealt_like_others():
    values = np.random.default_rng(0).normal(size=1_200)
    plan = split(values, blank_sixth(), kind=REGRESSION)
    assert max((blank_sixth()[s.valid] == 0).mean() for s in plan.splits) < 0.25


def test_rows_of_which_none_is_a_copy_are_split_without_a_word_of_copies():
    codes = np.random.default_rng(0).integers(0, 2, 300)
    assert "cop" not in split(codes, np.arange(300)).reason


def test_forward_in_time_copies_come_again_as_they_will():
    codes, rows = attacks(8, 25)
    time = np.random.default_rng(0).permutation(codes.size)
    assert split(codes, rows, time=time).scheme == "forward"
