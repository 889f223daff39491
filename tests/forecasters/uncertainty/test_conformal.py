import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import ndtr

from phantom_ml.forecasters.uncertainty.conformal import conformal_offsets, with_offsets

LEVELS = (0.1, 0.5, 0.9)


def test_new_errors_lie_within_the_band_as_often_as_promised():
    random = np.random.default_rng(0)
    offsets = conformal_offsets(random.normal(size=(500, 3)), LEVELS)
    fresh = random.normal(size=(4000, 3))
    inside = (fresh >= offsets[:, 0]) & (fresh <= offsets[:, 2])
    assert 0.77 < inside.mean() < 0.84


def test_later_steps_have_wider_bands_where_errors_grow():
    errors = np.random.default_rng(0).normal(size=(500, 3)) * [1, 2, 4]
    offsets = conformal_offsets(errors, LEVELS)
    assert (np.diff(offsets[:, 2]) > 0).all()


def test_outer_quantiles_of_few_errors_are_distinct():
    errors = np.random.default_rng(0).normal(size=(60, 24))
    offsets = conformal_offsets(errors, (0.001, 0.01, 0.5, 0.99, 0.999))
    assert (np.diff(offsets, axis=1) > 0).all()


def test_rare_errors_lie_outside_an_outer_band_as_rarely_as_meant():
    random = np.random.default_rng(0)
    made = [conformal_offsets(random.normal(size=(60, 24)), (0.001, 0.999)) for _ in range(20)]
    low, high = (np.array([own[:, side] for own in made]) for side in (0, 1))
    assert 0.001 < (ndtr(low) + 1.0 - ndtr(high)).mean() < 0.004


def test_each_side_has_its_own_tail():
    errors = np.random.default_rng(0).lognormal(size=(60, 24)) - 1.0
    offsets = conformal_offsets(errors, (0.001, 0.5, 0.999))
    low, middle, high = offsets.mean(axis=0)
    assert high - middle > 5 * (middle - low)


def test_outer_quantiles_are_wider_where_errors_are_larger():
    errors = np.random.default_rng(0).normal(size=(60, 24)) * np.linspace(1, 5, 24)
    offsets = conformal_offsets(errors, (0.5, 0.999))
    assert offsets[-1, 1] > 3 * offsets[0, 1]


def test_inner_quantiles_do_not_depend_on_outer_ones():
    errors = np.random.default_rng(0).normal(size=(60, 24))
    whole = conformal_offsets(errors, (0.001, *LEVELS, 0.999))
    assert (whole[:, 1:-1] == conformal_offsets(errors, LEVELS)).all()


def test_steps_without_an_error_borrow_from_their_neighbours():
    errors = np.array([[1.0, np.nan, 1.0]])
    assert conformal_offsets(errors, (0.9,)).ravel().tolist() == [1, 1, 1]


def test_no_error_at_all_gives_no_band():
    assert not conformal_offsets(np.full((3, 2), np.nan), LEVELS).any()


def test_steps_beyond_the_offsets_keep_the_last_one():
    offsets = np.array([[-1.0], [-2.0]])
    told = with_offsets(np.zeros((1, 4)), offsets, np.array([1.0]), (0.1,))
    assert told.quantiles.ravel().tolist() == [-1, -2, -2, -2]


def test_a_series_of_larger_errors_has_a_wider_band():
    told = with_offsets(np.zeros((2, 1)), np.array([[1.0]]), np.array([1.0, 5.0]), (0.9,))
    assert told.quantiles.ravel().tolist() == [1, 5]


def test_a_series_without_a_level_of_error_has_no_band():
    told = with_offsets(np.ones((1, 1)), np.array([[1.0]]), np.array([np.nan]), (0.9,))
    assert told.quantiles.ravel().tolist() == [1]


@settings(deadline=None)
@given(arrays(np.float64, (4, 3), elements=st.floats(-1e6, 1e6)))
def test_quantiles_never_cross(errors):
    offsets = conformal_offsets(errors, (0.05, 0.25, 0.5, 0.75, 0.95))
    assert (np.diff(offsets, axis=1) >= 0).all()
