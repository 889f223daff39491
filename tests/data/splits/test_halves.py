"""Two halves that never met, measured on the same rows."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.data.splits import halves
from phantom_ml.data.times.parse import NO_TIME


@given(st.integers(8, 200), st.integers(0, 20), st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_no_row_is_fitted_on_twice_or_measured_where_it_was_fitted(n_rows, n_made, seed):
    one, two = halves(n_rows, n_made, None, seed).splits
    seen = np.concatenate([one.train, two.train])
    assert len(np.unique(seen)) == len(seen)
    assert not np.isin(one.valid, seen).any()
    np.testing.assert_array_equal(one.valid, two.valid)


def test_made_rows_are_measured_and_never_learned_from():
    one, two = halves(20, 5, None, 0).splits
    assert set(range(20, 25)) <= set(one.valid.tolist())
    assert max(one.train.max(), two.train.max()) < 20


def test_with_a_time_the_last_rows_measure():
    time = np.arange(100)[::-1].copy()
    one, _ = halves(100, 0, time, 0).splits
    assert one.valid.tolist() == list(range(25))


def test_rows_without_a_time_are_measured_as_often_as_others():
    time = np.where(np.arange(4_000) % 2 == 0, NO_TIME, np.arange(4_000))
    one, _ = halves(4_000, 0, time, 0).splits
    assert 450 < (time[one.valid] == NO_TIME).sum() < 550


def test_of_the_others_the_last_ones_measure():
    time = np.where(np.arange(400) % 2 == 0, NO_TIME, np.arange(400))
    one, two = halves(400, 0, time, 0).splits
    seen = np.concatenate([one.train, two.train])
    measured = time[one.valid]
    assert measured[measured != NO_TIME].min() > time[seen].max()


def test_known_rows_that_teach_are_in_both_training_parts_and_the_others_measure():
    one, two = halves(40, 7, None, 0, n_taught=3).splits
    assert [(part >= 40).sum() for part in (one.train, two.train, one.valid)] == [3, 3, 4]
    assert not np.isin(one.valid, one.train).any()


def test_known_rows_that_teach_nobody_all_measure_and_it_is_said():
    plan = halves(40, 7, None, 0, n_taught=0)
    assert set(range(40, 47)) <= set(plan.splits[0].valid.tolist())
    assert "among all known anomalies" in plan.reason
