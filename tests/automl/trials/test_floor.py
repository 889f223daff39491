"""Models that say no more than one answer for all rows: found, told, and not served above a better one."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from phantom_ml.automl.preparation.quick import QUICK
from phantom_ml.automl.question.pose import pose
from phantom_ml.automl.steps.conclude import choice
from phantom_ml.automl.trials.floor import beyond_floor, floor_of
from phantom_ml.automl.trials.workspace import Fold, Workspace
from phantom_ml.config import AutoMLConfig
from phantom_ml.core import PhantomMLCore
from phantom_ml.data.reading.read import read
from tests.automl.made import finished
from tests.core.tables import numbers

N = 60


def asked(folder, kind="binary", **config):
    """Return a problem of some rows, and a place where one fold of them lies, a third held out."""
    task = {"task_type": "regression"} if kind == "regression" else {}
    settings = AutoMLConfig.of({"target_column": "y", **task, **config})
    problem = pose(read(numbers(kind, n=N), scratch=folder), settings)
    place = Workspace(folder)
    rows = np.arange(N)
    for name in ("0", QUICK):
        place.save_fold(Fold(name, rows[rows % 3 > 0], rows[::3], None, None))
    return problem, place, settings


def trial(number, prediction, folds=("0",), algorithm="LightGBM"):
    made = finished(number, (0.5,), algorithm, prediction=prediction, folds_done=folds)
    return replace(made, order=replace(made.order, folds=folds))


def truth(problem):
    return problem.target.values[::3].astype(float)[:, None]


def alike(problem):
    return np.full((N // 3, 1), 0.4)


def test_the_floor_of_average_precision_is_the_share_of_the_class(tmp_path):
    problem, place, _ = asked(tmp_path)
    assert floor_of(problem, place, ("0",)) == pytest.approx(float(truth(problem).mean()))


def test_the_floor_of_values_is_the_error_of_the_mean_of_training(tmp_path):
    problem, place, _ = asked(tmp_path, "regression")
    rows = np.arange(N)
    mean = problem.target.values[rows % 3 > 0].mean()
    error = np.sqrt(np.mean((truth(problem) - mean) ** 2))
    assert floor_of(problem, place, ("0",)) == pytest.approx(error)


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_only_what_is_beyond_the_floor_is_left(tmp_path, kind):
    problem, place, _ = asked(tmp_path, kind)
    good, flat = trial(1, truth(problem)), trial(2, alike(problem))
    floor = floor_of(problem, place, ("0",))
    better = problem.metric.score(truth(problem)[:, 0], truth(problem))
    assert beyond_floor(problem, place, [(flat, floor), (good, better)]) == [good]


def test_a_target_in_a_tiny_unit_is_beyond_its_floor_all_the_same(tmp_path):
    problem, place, _ = asked(tmp_path, "regression")
    target = replace(problem.target, values=problem.target.values * 1e-12)
    tiny = replace(problem, target=target)
    good = trial(1, truth(tiny))
    assert beyond_floor(tiny, place, [(good, 0.0)]) == [good]


def state_of(problem, place, config, tried):
    scores = [(f, problem.metric.score(truth(problem)[:, 0], f.prediction)) for f in tried]
    trials = [f.trial.model_copy(update={"score": s}) for f, s in scores]
    first = SimpleNamespace(problem=problem, workspace=place)
    made = {"problem": problem, "workspace": place, "config": config, "first": first}
    return SimpleNamespace(**made, finished=tried, trials=trials, interrupted=False)


def chosen(tmp_path, *tried, **config):
    problem, place, settings = asked(tmp_path, **config)
    made = [trial(*(f(problem) if callable(f) else f for f in args)) for args in tried]
    state = state_of(problem, place, settings, made)
    return choice(state, made, SimpleNamespace(n_splits=1))


FIRST = (0, truth, (QUICK,))
FLAT, GOOD = (1, alike, ("0",), "NeuralNetwork"), (2, truth, ("0",), "SVM")


def test_the_first_model_is_served_where_what_was_named_learned_nothing(tmp_path):
    served, told = chosen(tmp_path, FIRST, FLAT, algorithms_to_try=["NeuralNetwork"])
    assert [f.trial.number for f in served] == [0]
    assert told == [
        "NeuralNetwork gave no model that says more than one answer for all rows: the first model, LightGBM on a "
        "sample of the rows, is served instead. Give more time, or fewer rows."
    ]


def test_a_mixture_is_not_made_of_what_learned_nothing(tmp_path):
    served, _ = chosen(tmp_path, FLAT, GOOD, algorithms_to_try=["NeuralNetwork", "SVM"])
    assert [f.trial.number for f in served] == [2]


def test_the_first_model_is_no_rival_to_what_was_named_and_learned(tmp_path):
    served, told = chosen(tmp_path, FIRST, GOOD, algorithms_to_try=["SVM"])
    assert [f.trial.number for f in served] == [2]
    assert "it is no rival" in told[0]


def test_it_is_told_where_nothing_is_better_than_one_answer(tmp_path):
    served, told = chosen(tmp_path, FLAT)
    assert [f.trial.number for f in served] == [1]
    assert "no better than one answer for all rows" in told[0]


def test_the_baseline_is_served_where_nothing_else_was_asked_for(tmp_path):
    only = (1, alike, ("0",), "Baseline")
    served, told = chosen(tmp_path, FIRST, only, algorithms_to_try=["Baseline"])
    assert [f.trial.number for f in served] == [1]
    assert not any("no better" in w for w in told)


def test_a_training_leaves_the_baseline_out_of_its_mixture(tmp_path):
    core = PhantomMLCore(home=tmp_path)
    asked_for = {"algorithms_to_try": ["Baseline", "LightGBM"], "max_trials": 2, "n_threads": 1}
    found = core.auto_create_model(numbers(n=120), {"target_column": "y", **asked_for})
    assert found.best_algorithm == "LightGBM"
