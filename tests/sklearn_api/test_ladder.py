"""Trials of Hyperband whose fits grow: none is made twice, and the scores are those of fits made anew."""

import tempfile

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from phantom_ml import AlgorithmClassifier, HyperparameterOptimizer
from phantom_ml.errors import BadSetting
from phantom_ml.process import Deadline, Limits
from phantom_ml.sklearn_api import algorithm_bench
from phantom_ml.sklearn_api.algorithm_bench import AlgorithmBench
from phantom_ml.sklearn_api.ladder import GrowingLadder, Ladder
from phantom_ml.tuning.bench import Bench
from phantom_ml.tuning.scoring import scoring_for
from phantom_ml.tuning.study import splitter_for
from tests.tuning.made import X, Y

NO_LIMITS = Limits()
QUICK = {
    "LightGBM": {"max_rounds": 18},
    "CatBoost": {"max_rounds": 18, "depth": 3},
    "RandomForest": {"n_estimators": 18},
}


def bench(name, resource, **settings):
    model = AlgorithmClassifier(name, **settings)
    splits = splitter_for(model, Y, 2, 0)
    return AlgorithmBench(
        Bench(model, X, Y, scoring_for(model, "roc_auc", Y), splits, resource, gives_up=True)
    )


def climbed(ladder):
    with ladder:
        return [ladder.step()["scores"] for _ in range(3)]


@pytest.fixture
def children(monkeypatch):
    """Return a list of what is started."""
    started, start = [], algorithm_bench.start

    def noted(*asked):
        started.append(start(*asked))
        return started[-1]

    monkeypatch.setattr(algorithm_bench, "start", noted)
    return started


@pytest.mark.parametrize("name", QUICK)
def test_each_rung_scores_as_a_fit_of_its_size(name):
    settings = QUICK[name]
    asked = bench(name, next(iter(settings)), **settings)
    grown, anew = (kind(asked, dict(settings), NO_LIMITS) for kind in (GrowingLadder, Ladder))
    assert climbed(grown) == climbed(anew)


def test_a_fold_is_fitted_once_for_all_rungs(children):
    climbed(bench("LightGBM", "max_rounds", **QUICK["LightGBM"]).begin({}, NO_LIMITS))
    assert len(children) == 2


def test_a_network_goes_on_from_rung_to_rung(children):
    climbed(bench("NeuralNetwork", "n_epochs", n_epochs=9).begin({}, NO_LIMITS))
    assert len(children) == 2


def test_a_setting_that_does_not_grow_is_fitted_anew():
    assert type(bench("LightGBM", "num_leaves").begin({}, NO_LIMITS)) is Ladder


def test_the_fits_of_a_trial_that_is_given_up_are_ended(children):
    with bench("LightGBM", "max_rounds", max_rounds=90).begin({}, NO_LIMITS) as climb:
        climb.step()
    assert [running.child.poll().status for running in children] == ["stopped", "stopped"]


def test_a_fit_that_stops_early_keeps_its_score():
    # Its losses end it long before the first rung of a ninth.
    asked = bench("LightGBM", "max_rounds", max_rounds=9_000, learning_rate=0.3)
    first, *others = climbed(asked.begin({}, NO_LIMITS))
    assert others == [first, first]


def test_folds_share_the_time_evenly(monkeypatch):
    turns = []

    def fit(self, settings, fold, limits, turn):
        turns.append(turn)
        raise KeyboardInterrupt

    monkeypatch.setattr(AlgorithmBench, "fit", fit)
    ten = Limits(Deadline(10.0, 0.0, lambda: 0.0))
    with pytest.raises(KeyboardInterrupt):
        bench("LightGBM", "max_rounds", max_rounds=90).begin({}, ten).step()
    assert turns[0].part == pytest.approx(0.5)
    assert turns[0].looks == (10, 30)


def test_a_trial_without_an_end_gives_each_fold_all_that_it_takes(monkeypatch):
    parts = []

    class Done:
        def predicted(self):
            return np.full((len(Y) // 2, 1), 0.5)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    def fit(self, settings, fold, limits, turn):
        parts.append(turn.part)
        return Done()

    monkeypatch.setattr(AlgorithmBench, "fit", fit)
    bench("LightGBM", "max_rounds", max_rounds=90).begin({}, NO_LIMITS).step()
    assert parts == [1.0, 1.0]


def of_no_rows(estimator, rows, answers):
    """Score an estimator on rows that are all alike."""
    return roc_auc_score(answers, estimator.predict_proba(rows * 0)[:, 1])


def test_a_function_asks_the_estimator_about_the_rows_that_it_gives():
    model = AlgorithmClassifier("LightGBM", max_rounds=9)
    search = HyperparameterOptimizer("grid_search", 1)
    assert search.optimize(model, {"num_leaves": [8]}, X, Y, scoring=of_no_rows).best_score == 0.5


def test_a_trial_that_is_ended_leaves_no_file_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    asked = bench("CatBoost", "max_rounds", max_rounds=90)
    with asked.begin({}, NO_LIMITS) as climb:
        climb.step()
    assert [path.name for path in tmp_path.iterdir()] == [asked.workspace.folder.name]


@pytest.mark.parametrize("resource", [None, 3])
def test_a_resource_that_is_no_name_is_told(resource):
    search = HyperparameterOptimizer("hyperband", 1)
    with pytest.raises(BadSetting, match=f"The resource is {resource!r}"):
        search.optimize("LightGBM", None, X, Y, resource=resource)
