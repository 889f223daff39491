"""How far out rare errors lie, told by few of them."""

import numpy as np
import pytest
from scipy import stats

from phantom_ml.forecasters.uncertainty.tail import tail_quantile

LAWS = {
    "normal": stats.norm(),
    "skewed": stats.lognorm(1.0),
    "heavy": stats.t(4),
}


@pytest.mark.parametrize("name", LAWS)
def test_on_average_as_many_new_errors_lie_beyond_as_are_meant_to(name):
    law, random = LAWS[name], np.random.default_rng(0)
    told = [tail_quantile(law.rvs(1_000, random_state=random), 0.001) for _ in range(50)]
    assert 0.0005 < law.sf(told).mean() < 0.002


def test_a_rarer_quantile_lies_farther_out_than_any_error():
    errors = np.random.default_rng(0).normal(size=300)
    assert tail_quantile(errors, 0.0001) > tail_quantile(errors, 0.001) > errors.max()


def test_the_tail_of_errors_that_have_an_end_stays_near_it():
    errors = np.random.default_rng(0).uniform(size=1_000)
    assert errors.max() < tail_quantile(errors, 0.001) < 1.03


def test_many_errors_are_read_by_rank():
    errors = np.random.default_rng(0).normal(size=30_000)
    assert tail_quantile(errors, 0.001) == np.sort(errors)[-30]


def test_errors_that_are_all_the_same_have_no_tail():
    assert tail_quantile(np.full(100, 3.0), 0.001) == 3.0


def test_one_error_is_its_own_quantile():
    assert tail_quantile(np.array([2.0]), 0.001) == 2.0


def test_one_absurd_error_does_not_move_the_quantile_out_to_it():
    errors = np.append(np.random.default_rng(0).normal(size=999), 1e60)
    assert tail_quantile(errors, 0.001) < 100.0
