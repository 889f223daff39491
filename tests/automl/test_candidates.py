from collections import Counter

import pytest

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.candidates import FAMILIES, Candidates
from phantom_ml.automl.portfolio import portfolio
from phantom_ml.automl.trials import Candidate
from phantom_ml.config import OptimizationMethod, ProblemKind
from phantom_ml.errors import UnknownName
from tests.automl.made import failed, finished

FIRST = (Candidate("LightGBM"), Candidate("SVM"))
SEEN = [
    finished(0, (0.1, 0.1, 0.1), "LightGBM"),
    finished(1, (0.2, 0.2, 0.2), "SVM"),
    failed(2, "XGBoost"),
]


def candidates(seed: int = 0, method: str = "random_search") -> Candidates:
    return Candidates(FIRST, OptimizationMethod(method), seed)


def test_the_portfolio_comes_first_whatever_was_seen():
    assert [candidates().next(n, SEEN) for n in (0, 1)] == list(FIRST)


@pytest.mark.parametrize("method", list(OptimizationMethod))
def test_a_run_with_the_same_history_goes_on_in_the_same_way(method):
    one, two = (candidates(method=method).next(5, SEEN) for _ in range(2))
    assert one == two


def test_another_seed_goes_another_way():
    found = {str(candidates(seed).next(5, SEEN)) for seed in range(4)}
    assert len(found) > 1


def test_another_number_goes_another_way():
    assert candidates().next(5, SEEN) != candidates().next(6, SEEN)


def test_the_best_algorithm_is_searched_on_most():
    counts = Counter(candidates().next(n, SEEN).algorithm for n in range(2, 40))
    assert counts["LightGBM"] > counts["SVM"] > 0


def test_what_only_failed_is_not_searched_on():
    assert all(candidates().next(n, SEEN).algorithm != "XGBoost" for n in range(2, 40))


def test_few_algorithms_are_searched_on():
    names = [n for n in algorithms.names() if algorithms.get(n).space()]
    seen = [finished(i, (float(i),) * 3, name) for i, name in enumerate(names)]
    found = {candidates().next(n, seen).algorithm for n in range(2, 60)}
    assert found <= set(names[:FAMILIES])


@pytest.mark.parametrize("method", list(OptimizationMethod))
def test_proposed_settings_are_settings(method):
    for number in range(2, 8):
        found = candidates(method=method).next(number, SEEN)
        algorithms.get(found.algorithm).model_validate(dict(found.settings))
        assert found.raced


def test_without_a_complete_trial_nothing_is_left():
    assert candidates().next(2, [failed(0), finished(1, (0.1,))]) is None


def names(found: list[Candidate]) -> list[str]:
    return [c.algorithm for c in found]


@pytest.mark.parametrize("kind", list(ProblemKind))
def test_boosted_trees_open_a_table_of_numbers(kind):
    assert portfolio(kind, False, None)[0].algorithm == "LightGBM"


def test_a_linear_learner_opens_a_table_of_text():
    assert portfolio(ProblemKind.BINARY, True, None)[0].algorithm == "LogisticRegression"
    assert portfolio(ProblemKind.REGRESSION, True, None)[0].algorithm == "ElasticNet"


@pytest.mark.parametrize("kind", list(ProblemKind))
def test_every_candidate_can_be_tried(kind):
    for candidate in portfolio(kind, True, None):
        algorithm = algorithms.get(candidate.algorithm)
        assert kind in algorithm.kinds
        algorithm.model_validate(dict(candidate.settings))


def test_no_candidate_comes_twice():
    found = portfolio(ProblemKind.BINARY, True, None)
    assert len({(c.algorithm, str(c.settings)) for c in found}) == len(found)


def test_only_what_is_wanted_is_tried():
    found = portfolio(ProblemKind.BINARY, False, ["svm", "light_gbm"])
    assert set(names(found)) == {"SVM", "LightGBM"}


def test_each_that_is_wanted_comes_once_before_any_comes_again():
    found = names(portfolio(ProblemKind.BINARY, False, ["LightGBM", "SVM", "XGBoost"]))
    assert sorted(found[:3]) == ["LightGBM", "SVM", "XGBoost"]
    assert len(found) > 3


def test_what_is_in_no_portfolio_is_tried_with_its_defaults():
    assert portfolio(ProblemKind.BINARY, False, ["Baseline"]) == [Candidate("Baseline")]


def test_what_does_not_exist_is_answered_by_the_nearest():
    with pytest.raises(UnknownName, match="LightGBM"):
        portfolio(ProblemKind.BINARY, False, ["LightGMB"])
