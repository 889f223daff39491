import numpy as np
import pytest

from phantom_ml.algorithms.detectors._surprise import KNOTS, Surprise
from phantom_ml.errors import BundleDamaged

RAW = np.random.default_rng(0).normal(size=5000) ** 3


def test_surprise_is_minus_the_log_of_the_share_that_scores_as_high():
    found = Surprise.fit(RAW).of(np.quantile(RAW, [0.5, 0.9, 0.99, 0.999]))
    np.testing.assert_allclose(found, -np.log([0.5, 0.1, 0.01, 0.001]), rtol=0.05)


def test_order_is_kept_beyond_training():
    found = Surprise.fit(RAW).of(RAW.max() * np.array([1.0, 1.1, 10.0, 1e9]))
    assert (np.diff(found) > 0).all()


def test_far_beyond_training_only_the_logarithm_grows():
    surprise = Surprise.fit(RAW)
    assert np.diff(surprise.of(np.array([1e6, 1e7])))[0] == pytest.approx(np.log(10), rel=0.01)


def test_few_scores_far_out_are_rarer_than_their_count_tells():
    usual = np.random.default_rng(0).exponential(size=298)
    found = Surprise.fit(np.append(usual, [60.0, 61.0])).of(np.array([60.0]))
    assert found[0] > -np.log(2 / 300) + 1.0


def test_in_a_usual_tail_the_count_tells():
    usual = np.random.default_rng(0).exponential(size=5000)
    found = Surprise.fit(usual).of(np.quantile(usual, [0.99, 0.999]))
    np.testing.assert_allclose(found, -np.log([0.01, 0.001]), rtol=0.05)


def test_below_training_nothing_is_surprising():
    assert Surprise.fit(RAW).of(np.array([-1e9]))[0] == pytest.approx(0.0, abs=1e-3)


def test_equal_scores_are_equally_surprising():
    found = Surprise.fit(np.repeat([0.0, 1.0], [90, 10])).of(np.array([0.0, 1.0, 1.0]))
    np.testing.assert_allclose(found, [0.0, -np.log(10.5 / 100.5), -np.log(10.5 / 100.5)])


def test_one_score_is_a_map():
    found = Surprise.fit(np.array([3.0])).of(np.array([2.0, 3.0, 4.0]))
    assert found[0] == found[1] < found[2]


def test_scores_that_do_not_vary_are_no_surprise():
    assert Surprise.fit(np.zeros(100)).of(np.zeros(1))[0] == pytest.approx(0.0)


def test_the_map_stays_small():
    assert len(Surprise.fit(RAW).scores) <= 2 * KNOTS + 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("surprise.scores", np.array([2.0, 1.0])),
        ("surprise.nats", np.array([1.0, 0.0])),
        ("surprise.nats", np.array([0.0])),
        ("surprise.scale", np.array([0.0])),
        ("surprise.scale", np.array([np.nan])),
    ],
)
def test_an_impossible_map_is_refused(name, value):
    whole = Surprise(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.ones(1)).arrays()
    with pytest.raises(BundleDamaged):
        Surprise.of_arrays({**whole, name: value})
