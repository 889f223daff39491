"""SurpriseLightGBM: what its detectors tell of a row, and what that is worth."""

import numpy as np
import pytest

from phantom_ml.algorithms.base import FitContext, load_learner, save_learner
from phantom_ml.algorithms.lightgbm import LightGBM
from phantom_ml.algorithms.surprise_lightgbm import SurpriseLightGBM, _fitted_halves, _of_half
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.errors import BundleDamaged

BINARY, ANOMALY = FitContext(ProblemKind.BINARY), FitContext(ProblemKind.ANOMALY)


def rows(n: int, n_odd: int, seed: int = 0, shift: float = 6.0) -> Samples:
    """Normal rows around 0, and odd ones far out in the first of four columns."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, 4)).astype(np.float32)
    values[n - n_odd :, 0] += shift
    matrix = Matrix(values, tuple(Feature(f"x{i}", f"x{i}") for i in range(4)))
    return Samples(matrix, (np.arange(n) >= n - n_odd).astype(np.int64))


def test_a_training_row_is_told_by_detectors_that_never_saw_it():
    train = rows(400, 40)
    halves, told = _fitted_halves(train, np.flatnonzero(train.target == 0), BINARY)
    each = [_of_half(half, train.matrix, 1) for half in halves]
    normal = train.target == 0
    of_one = np.isclose(told[normal], each[0][normal]).all(axis=1)
    of_other = np.isclose(told[normal], each[1][normal]).all(axis=1)
    assert (of_one | of_other).all()
    assert 0.4 < of_one.mean() < 0.6


def test_an_attack_that_training_does_not_show_scores_higher_than_by_columns_alone():
    train = rows(1_000, 100)
    other = rows(400, 200, seed=1, shift=0.0)
    values = other.matrix.values.copy()
    values[200:, 1] += 8.0
    new = Matrix(values, other.matrix.features)
    quick = {"max_rounds": 40}
    hears = SurpriseLightGBM(**quick).fit(train, None, BINARY).predict(new)[:, 0]
    blind = LightGBM(**quick).fit(train, None, BINARY).predict(new)[:, 0]

    def found(score):
        return (score[200:] > np.quantile(score[:200], 0.95)).mean()

    assert found(hears) > found(blind) + 0.3


def test_known_anomalies_teach_what_is_odd():
    train, test = rows(600, 20), rows(400, 40, seed=1)
    score = SurpriseLightGBM(max_rounds=40).fit(train, None, ANOMALY).predict(test.matrix)[:, 0]
    assert score[-40:].min() > np.quantile(score[:-40], 0.95)


def test_without_a_known_anomaly_its_detectors_tell():
    score = SurpriseLightGBM().fit(rows(300, 0), None, ANOMALY).predict(rows(100, 5, 1).matrix)
    assert len(set(score[:, 0].argsort()[-5:]) & set(range(95, 100))) >= 4


def test_a_handful_of_normal_rows_tells_nothing():
    learner = SurpriseLightGBM(max_rounds=5).fit(rows(40, 20), None, BINARY)
    assert learner.halves == ()


def test_another_learner_in_the_boosters_place_is_refused(tmp_path):
    learner = SurpriseLightGBM(max_rounds=5).fit(rows(300, 30), None, BINARY)
    save_learner(learner, tmp_path)
    save_learner(learner.halves[0][1], tmp_path / "booster")
    with pytest.raises(BundleDamaged, match="its booster is none"):
        load_learner(tmp_path)
