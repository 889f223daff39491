"""Hyperband over rows: few rows first, more for the better third."""

from dataclasses import replace

import pytest

from phantom_ml.automl.search.candidates import Candidates
from phantom_ml.automl.search.halving import promoted, rungs
from phantom_ml.automl.trials.children import Candidate
from phantom_ml.config import OptimizationMethod
from tests.automl.made import finished

LADDER = rungs(90_000)


def tried(number, loss, rows, algorithm="LightGBM"):
    """Return a trial of the search on so many rows."""
    own = {"num_leaves": 10 + number % 100} if algorithm == "LightGBM" else {}
    found = finished(number, (loss,) * 3, algorithm, own)
    candidate = Candidate(algorithm, found.trial.settings, rows, raced=True)
    return replace(found, order=replace(found.order, candidate=candidate))


def test_with_few_trials_nothing_is_promoted():
    assert promoted([tried(i, 0.1 * i, 10_000) for i in range(2)], LADDER) is None


def test_the_best_of_three_gets_three_times_the_rows():
    found = promoted([tried(i, 1.0 - 0.1 * i, 10_000) for i in range(3)], LADDER)
    assert (found.settings["num_leaves"], found.max_rows) == (12, 30_000)


def test_what_was_promoted_is_not_promoted_again():
    seen = [tried(i, 0.1 * i, 10_000) for i in range(3)]
    assert promoted([*seen, tried(100, 0.1, 30_000)], LADDER) is None


def test_the_highest_rung_is_looked_at_first():
    low = [tried(i, 0.1 * i, 10_000) for i in range(3)]
    high = [tried(100 + i, 0.1 * i, 30_000) for i in range(3)]
    assert promoted([*low, *high], LADDER).max_rows is None


def test_algorithms_are_compared_with_themselves():
    seen = [
        tried(i, 0.1 * i, 10_000, name) for i, name in enumerate(["LightGBM", "SVM", "XGBoost"])
    ]
    assert promoted(seen, LADDER) is None


def test_a_new_choice_begins_on_few_rows():
    first = (Candidate("LightGBM"),)
    chosen = Candidates(first, OptimizationMethod.HYPERBAND, 0, n_rows=90_000)
    assert chosen.next(1, [finished(0)]).max_rows == 10_000


@pytest.mark.parametrize("method", ["random_search", "bayesian_optimization"])
def test_other_methods_take_all_rows(method):
    chosen = Candidates((Candidate("LightGBM"),), OptimizationMethod(method), 0, n_rows=90_000)
    assert chosen.next(1, [finished(0)]).max_rows is None


def test_what_is_under_way_on_more_rows_is_not_promoted_again():
    seen = [tried(i, 0.1 * i, 10_000) for i in range(3)]
    under_way = promoted(seen, LADDER)
    assert promoted(seen, LADDER, [under_way]) is None


def test_two_trials_at_once_are_never_the_same():
    seen = [tried(i, 0.1 * i, 10_000) for i in range(3)]
    chosen = Candidates((), OptimizationMethod.HYPERBAND, 0, n_rows=90_000)
    first = chosen.next(3, seen)
    assert chosen.next(4, seen, [first]) != first
