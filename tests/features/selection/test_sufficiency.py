"""What is left out gains nothing together: weak features come back where they do, noise never."""

import numpy as np
import pytest

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.features.before import Before
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.selection.sufficiency import LEAST_TOGETHER, with_enough
from phantom_ml.features.selection.worth import LEAST_SHARE, Worth, worth

N_FOLDS, N = 18, 3_000
KEPT = np.array([True, False, False, False])


def gains(*means: float, noise: float = 0.0) -> np.ndarray:
    return np.array(means) + noise * np.random.default_rng(0).normal(size=(N_FOLDS, len(means)))


def judged(answers: np.ndarray, values: np.ndarray, before: Before, seed: int) -> list[int]:
    features = tuple(Feature(f"f{i}", f"f{i}") for i in range(values.shape[1]))
    rows = Samples(Matrix(values.astype(np.float32), features), answers.astype(np.int64))
    found = worth(rows, Question(ProblemKind.BINARY, 2, before=before), seed, 6)
    return np.flatnonzero(found.above).tolist()


def test_the_best_of_those_left_out_come_back_until_the_others_gain_nothing():
    assert with_enough(KEPT, gains(9.0, 0.4, 0.1, -0.2)).tolist() == [True, True, False, False]


def test_what_leads_astray_together_stays_out():
    assert with_enough(KEPT, gains(9.0, 0.4, -0.3, -0.2)).tolist() == KEPT.tolist()


def test_a_gain_within_noise_brings_nothing_back():
    assert with_enough(KEPT, gains(9.0, 0.1, 0.1, 0.1, noise=3.0)).tolist() == KEPT.tolist()


def test_less_than_a_hundredth_of_all_gain_brings_nothing_back():
    assert with_enough(KEPT, gains(9.0, 9.0 * LEAST_TOGETHER, 0, 0)).tolist() == KEPT.tolist()


def test_where_nothing_is_kept_nothing_comes_back():
    assert not with_enough(np.zeros(4, np.bool_), gains(0.1, 0.1, 0.1, 0.1)).any()


def test_what_all_are_kept_of_stays_whole():
    assert with_enough(np.ones(2, np.bool_), gains(1.0, 2.0)).all()


def test_a_share_that_is_printed_as_none_does_not_come_back():
    weak = [0.4 * LEAST_SHARE] * 200
    found = Worth.of(gains(1.0, *weak), np.full(N_FOLDS, 0.001))
    assert np.flatnonzero(found.above).tolist() == [0]


@pytest.mark.parametrize("seed", range(3))
def test_many_weak_features_are_kept_beside_a_strong_one(seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(N, 13))
    raw = 3.0 * values[:, 0] + 0.8 * values[:, 1:].sum(axis=1)
    answers = raw + rng.logistic(size=N) > 9.0
    assert len(judged(answers, values, Before(), seed)) >= 7


@pytest.mark.parametrize("seed", [0, 2, 3])
@pytest.mark.parametrize("times", [1, 30], ids=["of each row", "of each day"])
def test_beside_a_strong_feature_noise_does_not_come_back(times, seed):
    rng = np.random.default_rng(seed)
    values = np.repeat(rng.normal(size=(N // times, 13)), times, axis=0)
    values[:, 0] = rng.normal(size=N)
    answers = values[:, 0] + 0.5 * rng.normal(size=N) > 2.3
    assert judged(answers, values, Before(time=np.arange(N)), seed) == [0]
