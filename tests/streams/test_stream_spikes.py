"""A spike in a series that hardly moves, and a state that lasts: what is told once, and what is not odd."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from phantom_ml.streams.detectors._robust import middle_and_spread
from phantom_ml.streams.series import Series
from phantom_ml.streams.settings import StreamConfig
from phantom_ml.streams.tail import Tail

N, AT = 2600, 1000


def said_of(values):
    """Return what is said of a column's rows, from its second row on, with places as in the column."""
    rows = np.asarray(values, float).reshape(len(values), -1)
    found = Series.begin(StreamConfig(), rows[:1]).update(rows[1:])
    return np.flatnonzero(found.alert) + 1, np.append(0.0, found.score)


def spiked(usual, height, places=(AT,), n=N):
    values = np.full(n, float(usual))
    values[list(places)] += height
    return values


each = pytest.mark.parametrize(("usual", "height"), [(0, 10), (5, 0.1), (5, -3), (0, 1e9)], ids=str)


@each
def test_a_spike_in_a_constant_series_is_one_alert(usual, height):
    assert said_of(spiked(usual, height))[0].tolist() == [AT]


@each
def test_rows_after_a_spike_that_are_as_those_before_it_are_not_odd(usual, height):
    # A row is seen with the three before it.
    assert said_of(spiked(usual, height))[1][AT + 4 :].max() < 0.01


@settings(max_examples=8, deadline=None)
@given(
    usual=st.floats(-1e6, 1e6),
    height=st.floats(-1e12, 1e12),
    place=st.integers(1, 900),
)
@example(usual=0.0, height=1.0, place=1)
def test_no_plain_row_after_any_spike_is_anomalous(usual, height, place):
    assert (said_of(spiked(usual, height, [place], 1600))[1][place + 4 :] < 0.5).all()


@pytest.mark.parametrize("every", [300, 700])
def test_spikes_that_come_again_make_no_plain_row_an_alert(every):
    places = np.arange(every, N, every)
    assert set(said_of(spiked(0, 10, places))[0]) <= set(places)


def test_a_spike_in_one_constant_column_leaves_no_trace_beside_others():
    rows = np.c_[spiked(0, 10), np.random.default_rng(0).poisson(20, N)]
    alerts, score = said_of(rows)
    assert (AT in alerts, (score[AT + 4 :] >= 0.5).mean() < 0.02) == (True, True)


def test_a_huge_spike_does_not_hide_later_ones():
    values = np.random.default_rng(0).normal(size=N)
    values[AT] = 1e6
    values[[AT + 400, AT + 800]] += 12.0
    assert {AT, AT + 400, AT + 800} <= set(said_of(values)[0])


def test_a_level_that_lasts_is_told_when_it_begins():
    values = np.where(np.arange(N) < AT, 0.0, 10.0)
    assert said_of(values)[0].tolist() == [AT]


def test_a_noisy_level_that_lasts_is_not_told_again_and_again():
    rng = np.random.default_rng(4)
    values = rng.poisson(20, N) + 40 * (np.arange(N) >= AT)
    alerts = said_of(values)[0]
    assert (AT in alerts, ((alerts > AT) & (alerts < AT + 1000)).sum() <= 2) == (True, True)


def test_a_far_higher_event_in_a_lasting_state_is_something_new():
    values = np.random.default_rng(0).normal(size=N) + 6.0 * (np.arange(N) >= AT)
    values[AT + 400] += 60.0
    assert AT + 400 in said_of(values)[0]


def test_alerts_of_an_older_file_keep_their_rest():
    values = np.random.default_rng(0).normal(size=(600, 1))
    series = Series.begin(StreamConfig(), values)
    arrays = series.arrays() | {"quiet": np.array([3.0, 1e9])}
    older = Series.of_arrays(StreamConfig(), arrays)
    assert not older.update(np.array([[20.0]])).alert.any()


def test_one_value_far_out_does_not_widen_the_scale():
    values = np.random.default_rng(0).normal(size=(1000, 1))
    wide = values.copy()
    wide[500] = 1e12
    assert middle_and_spread(wide)[1] < 1.5 * middle_and_spread(values)[1]


def test_scores_that_never_vary_are_no_surprise():
    tail = Tail(line=5.0)
    assert not tail.update(np.full(500, 3.0)).any()
