import numpy as np
import pytest

from phantom_ml.errors import BundleDamaged
from phantom_ml.streams.tail import REMEMBERED, Tail


@pytest.fixture
def tail():
    made = Tail(line=5.0)
    made.begin(np.random.default_rng(0).exponential(size=2000), 2000)
    return made


def test_surprise_is_minus_the_logarithm_of_the_share_as_high(tail):
    told = tail.surprise(np.array([np.log(2.0), 3.0 * np.log(10.0)]))
    np.testing.assert_allclose(told, [np.log(2.0), np.log(1000.0)], atol=0.5)


def test_surprise_rises_with_the_score(tail):
    assert (np.diff(tail.surprise(np.linspace(0, 50, 500))) >= 0).all()


def test_a_lasting_anomaly_does_not_teach(tail):
    assert (tail.update(np.full(900, 40.0)) > 5.0).all()


def test_a_new_normal_is_learned_in_the_end(tail):
    assert tail.update(np.full(4000, 40.0))[-1] < 5.0


def test_few_scores_tell_nothing():
    made = Tail(line=5.0)
    made.begin(np.ones(3), 3)
    assert made.surprise(np.array([100.0])).tolist() == [0.0]


def test_no_more_than_so_many_scores_are_remembered(tail):
    tail.update(np.ones(3 * REMEMBERED))
    assert len(tail.scores) == len(tail.aside) == REMEMBERED


def test_saved_tail_goes_on_as_before(tail):
    raw = np.random.default_rng(1).exponential(size=700)
    copy = Tail.of_arrays(5.0, tail.arrays())
    np.testing.assert_array_equal(copy.update(raw), tail.update(raw))


def test_scores_out_of_order_are_refused(tail):
    with pytest.raises(BundleDamaged, match="not in order"):
        Tail.of_arrays(5.0, tail.arrays() | {"ordered": np.array([2.0, 1.0])})
