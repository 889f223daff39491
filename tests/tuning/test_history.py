"""What is no history of trials is told in words, before any trial."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.tree import DecisionTreeClassifier

from phantom_ml import HyperparameterOptimizer
from phantom_ml.errors import BadSetting

X, Y = make_classification(60, 3, n_informative=2, n_redundant=0, random_state=0)
TREE = DecisionTreeClassifier(random_state=0)


def search(n_trials=2, **options):
    optimizer = HyperparameterOptimizer("random_search", n_trials)
    return optimizer.optimize(TREE, {"max_depth": (1, 8)}, X, Y, cv=2, **options)


@pytest.fixture(scope="module")
def first():
    return search()


def written(first, **changes) -> str:
    """Return the text of a result, of which the first trial was changed by hand."""
    told = json.loads(first.to_json())
    told["trials"][0] |= changes
    return json.dumps(told)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"score": "0.9"}, "trials.0.score is '0.9': it must be a valid number"),
        ({"score": "high"}, "trials.0.score is 'high'"),
        ({"score": True}, "trials.0.score is True"),
        ({"score": float("nan")}, "trials.0.score is nan: it must be a finite number"),
        ({"score": None}, "the score of trial 0 is None, and it is said to be done"),
        ({"status": "finished"}, "trials.0.status is 'finished'"),
        ({"params": ["max_depth"]}, "trials.0.params is"),
        ({"seconds": "long"}, "trials.0.seconds is 'long'"),
        ({"fold_scores": ["a"]}, "trials.0.fold_scores.0 is 'a'"),
        ({"colour": 1}, "trials.0.colour is 1"),
    ],
    ids=str,
)
def test_a_trial_that_cannot_be_right_is_told_with_its_value(first, changes, fault):
    with pytest.raises(BadSetting) as caught:
        search(3, history=written(first, **changes))
    assert fault in caught.value.message
    assert caught.value.hint.startswith("Give")


@pytest.mark.parametrize("history", ["", "[1]", '{"basis": {"n_rows": "9"}, "trials": []}', 5, {}])
def test_what_is_no_text_of_a_result_is_refused(history):
    with pytest.raises(BadSetting, match="The history"):
        search(history=history)


@pytest.mark.parametrize("score", ["0.9", "high", None, float("nan"), True])
def test_a_result_in_memory_needs_scores_that_are_numbers(first, score):
    changed = replace(first, trials=(replace(first.trials[0], score=score), *first.trials[1:]))
    with pytest.raises(BadSetting, match="score of trial 0 is"):
        search(3, history=changed)


@pytest.mark.parametrize("form", [float, np.float32])
def test_any_number_is_a_score(first, form):
    changed = replace(first, trials=(replace(first.trials[0], score=form(0.5)),))
    assert search(2, history=changed).trials[0].score == 0.5


def test_a_whole_number_is_a_score(first):
    assert search(3, history=written(first, score=1)).trials[0].score == 1.0


def test_a_search_of_which_a_trial_had_no_number_as_its_score_is_gone_on_with():
    def unsure(tree, rows, answers):
        return float("nan") if tree.max_depth > 4 else 1.0

    found = search(5, scoring=unsure)
    assert {t.status for t in found.trials} == {"done", "failed"}
    assert len(search(6, scoring=unsure, history=found.to_json()).trials) == 6


def test_a_trial_that_failed_needs_no_score(first):
    history = written(first, status="failed", score=None, fold_scores=[], reason="It hung.")
    assert search(3, history=history).trials[0].reason == "It hung."


def test_trials_that_were_kept_one_by_one_are_gone_on_with(first):
    kept = []
    search(2, on_trial=kept.append)
    assert search(3, history=kept).trials[:2] == tuple(kept)


def test_of_a_list_of_trials_it_is_told_that_what_they_rest_on_is_not_known(first):
    found = search(3, history=list(first.trials))
    assert any("does not say what it was made of" in note for note in found.notes)


def test_a_search_goes_on_from_no_trials_as_if_there_were_no_history(first):
    assert search(2, history=[]).best_params == first.best_params


@pytest.mark.parametrize("items", [[1], ["{}"], [None]])
def test_a_list_of_anything_but_trials_is_refused(items):
    with pytest.raises(BadSetting, match="Item 0 of the history is no trial"):
        search(history=items)


def test_a_listed_trial_that_is_done_needs_a_number_as_its_score(first):
    with pytest.raises(BadSetting, match="score of trial 0 is None"):
        search(3, history=[replace(first.trials[0], score=None)])


def widened(method="random_search", n_trials=5, tree=TREE):
    """Return a search that goes on in a space of one setting more than its history's."""
    past = HyperparameterOptimizer("random_search", 3).optimize(
        tree, {"max_depth": (1, 8)}, X, Y, cv=2
    )
    space = {"max_depth": (1, 8), "min_samples_leaf": (20, 25)}
    optimizer = HyperparameterOptimizer(method, n_trials)
    return optimizer.optimize(tree, space, X, Y, cv=2, history=past.to_json())


def test_trials_of_a_setting_that_lay_outside_and_was_not_searched_are_left_out():
    # The tree's own min_samples_leaf is 1.
    found = widened()
    assert all("min_samples_leaf" in trial.params for trial in found.trials)
    assert "3 of the history's 3 trials lie outside this space" in " ".join(found.notes)


def test_trials_of_a_setting_that_lay_inside_are_taken():
    found = widened(tree=DecisionTreeClassifier(min_samples_leaf=22, random_state=0))
    assert [set(trial.params) for trial in found.trials[:3]] == [{"max_depth"}] * 3


def test_points_of_a_grid_whose_places_a_history_took_are_told():
    tree = DecisionTreeClassifier(min_samples_leaf=22, random_state=0)
    assert "not tried: trials of the history took their places" in " ".join(
        widened("grid_search", 4, tree).notes
    )


def own(estimator, rows, answers):
    return estimator.score(rows, answers)


def test_a_history_of_a_function_is_taken_on_its_name_which_is_said():
    past = search(scoring=own)
    assert "taken on its name alone" in " ".join(search(3, scoring=own, history=past).notes)


def test_nothing_is_said_of_a_scorer_that_is_known(first):
    assert "its name" not in " ".join(search(3, history=first).notes)
