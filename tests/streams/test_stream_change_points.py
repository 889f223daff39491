"""Change points: an onset is told once, whichever view sees it, and a gap is none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.errors import BundleDamaged
from phantom_ml.streams.change_points import APART, ChangePoints
from phantom_ml.streams.series import Series
from phantom_ml.streams.settings import StreamConfig

N, AT = 2000, 1200
LASTING = StreamConfig().lasting_rows


def noise(seed=0, n=N):
    return np.random.default_rng(seed).normal(size=n)


def told_of(values):
    """Return the rows of a column at which a change point is told."""
    rows = np.asarray(values, float).reshape(len(values), -1)
    return np.flatnonzero(Series.begin(StreamConfig(), rows[:1]).update(rows[1:]).change_point) + 1


def fresh():
    return ChangePoints(LASTING, np.ones(1, bool))


def away(n, *spans, view=0):
    """Return where the views are away: one of them within the spans."""
    found = np.zeros((2, n), bool)
    for begin, end in spans:
        found[view, begin:end] = True
    return found


def told(is_away, known=None):
    n = is_away.shape[1]
    return np.flatnonzero(fresh().update(is_away, np.ones(n, bool) if known is None else known))


@pytest.mark.parametrize("seed", range(3))
def test_an_outage_is_one_change_point(seed):
    values = np.random.default_rng(seed).poisson(20, N).astype(float)
    values[AT : AT + 300] = 0.0
    assert len(told_of(values)) == 1


@pytest.mark.parametrize("seed", range(3))
def test_a_stuck_sensor_is_one_change_point(seed):
    values = noise(seed)
    values[AT : AT + 300] = values[AT - 1]
    assert len(told_of(values)) == 1


def test_a_wider_spread_in_a_lasting_level_is_a_second_change_point():
    values = noise()
    values[AT:] += 6.0
    values[AT + 200 :] *= 6.0
    assert len(told_of(values)) == 2


@pytest.mark.parametrize("n_missing", [100, 700])
@pytest.mark.parametrize("seed", range(2))
def test_missing_rows_are_no_change_point(seed, n_missing):
    values = noise(seed)
    values[AT : AT + n_missing] = np.nan
    assert told_of(values).tolist() == []


def test_a_level_among_missing_rows_is_a_change_point():
    values = noise()
    values[np.random.default_rng(1).random(N) < 0.5] = np.nan
    values[AT:] += 6.0
    assert len(told_of(values)) == 1


def test_a_change_point_is_told_at_the_row_where_it_has_lasted():
    assert told(away(300, (100, 300))).tolist() == [100 + LASTING - 1]


def test_what_the_other_view_sees_a_little_later_is_the_same_onset():
    assert len(told(away(400, (100, 400)) | away(400, (137, 400), view=1))) == 1


def test_what_the_other_view_sees_long_after_is_another_onset():
    assert len(told(away(600, (100, 600)) | away(600, (300, 600), view=1))) == 2


def test_a_view_that_falters_tells_once():
    assert len(told(away(600, (100, 250), (255, 600)))) == 1


def test_a_view_that_was_back_for_long_tells_again():
    assert len(told(away(600, (100, 250), (250 + APART, 600)))) == 2


def test_rows_that_are_mostly_missing_are_no_evidence():
    known = np.ones(400, bool)
    known[100:300] = np.arange(200) % 8 == 0
    assert told(away(400, (100, 300)), known).tolist() == []


def test_rows_after_a_past_that_is_mostly_missing_are_no_evidence():
    known = np.ones(1500, bool)
    known[100:1000] = False
    assert told(away(1500, (1000, 1400)), known).tolist() == []


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), cuts=st.lists(st.integers(0, 1500), max_size=5))
def test_any_chunks_with_saves_between_tell_alike(seed, cuts):
    rng = np.random.default_rng(seed)
    states = np.repeat(rng.random((3, 30)) < 0.5, rng.integers(1, 120, 30), axis=1)[:, :1500]
    is_away, known = states[:2], states[2]
    parts, one = [], fresh()
    for a, b in zip(
        np.split(is_away, sorted(cuts), axis=1), np.split(known, sorted(cuts)), strict=True
    ):
        parts.append(one.update(a, b))
        one = ChangePoints.of_arrays(LASTING, one.arrays())
    np.testing.assert_array_equal(np.concatenate(parts), fresh().update(is_away, known))


@pytest.mark.parametrize(
    "changes",
    [
        {"away": np.zeros(3, np.int64)},
        {"told": np.zeros(2)},
        {"known": np.ones(5000, bool)},
        {"changed": np.zeros(2, np.int64)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_sizes_that_do_not_fit_are_refused(changes):
    with pytest.raises(BundleDamaged):
        ChangePoints.of_arrays(LASTING, fresh().arrays() | changes)
