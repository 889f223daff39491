"""How far values may lie from forecasts, as each series' errors tell."""

import numpy as np
import pytest

from phantom_ml.forecasters.uncertainty.error_spread import ErrorSpread, error_spread
from tests.forecasters.made import series_set

LEVELS = (0.1, 0.5, 0.9)
TRAINED, STEPS = 6, 24


def noise(seed, n=200):
    return np.random.default_rng(seed).normal(size=n)


def mixed():
    """Return ten random walks, then ten series of noise."""
    walks = {f"a{seed}": noise(seed).cumsum() for seed in range(10)}
    return series_set(walks | {f"b{seed}": noise(50 + seed) for seed in range(10)}, season=1)


def missed(sizes, n_windows=3):
    """Return errors of series of such sizes in some windows, and the series of each row."""
    codes = np.tile(np.arange(len(sizes)), n_windows)
    random = np.random.default_rng(0)
    return np.asarray(sizes)[codes, None] * random.normal(size=(len(codes), STEPS)), codes


def spread(series, errors, codes):
    return error_spread(series, TRAINED, errors, codes, LEVELS)


def width(told, n_further):
    last = np.zeros((len(told.size), 1, 3))
    away = told.farther(last, n_further)
    return away[:, :, 2] - away[:, :, 0]


def made(growth=0.0, memory=0.0, n_values=300):
    """Return the spread of one series whose errors were measured one step beyond the first."""
    one = np.ones(1)
    return ErrorSpread(1, np.array([[-1.0, 0.0, 1.0]]), one, growth * one, memory, n_values, LEVELS)


def test_beyond_what_was_measured_a_walk_grows_more_than_noise():
    growth = spread(mixed(), *missed(np.ones(20))).growth
    assert growth[:10].mean() > growth[10:].mean() + 0.1


def test_a_series_of_larger_errors_has_a_wider_band():
    wide = width(spread(mixed(), *missed(np.r_[5 * np.ones(10), np.ones(10)])), 18)
    unit = spread(mixed(), *missed(np.ones(20))).size
    assert (wide[:10, 0] / unit[:10]).min() > 1.5 * (wide[10:, 0] / unit[10:]).max()


def test_what_few_windows_tell_of_a_series_is_drawn_towards_the_usual():
    sizes = np.ones(20)
    sizes[0] = 9.0
    one, three = (spread(mixed(), *missed(sizes, n)).size[0] for n in (1, 3))
    assert one < three


def test_a_lone_series_has_the_size_of_its_own_changes():
    series = series_set({"a": noise(0).cumsum()}, season=1)
    errors, codes = missed([7.0])
    assert spread(series, errors, codes).size[0] == pytest.approx(
        np.abs(np.diff(series.values)).mean()
    )


def test_a_series_without_an_error_keeps_a_finite_size():
    told = spread(mixed(), *missed(np.r_[0.0, np.ones(19)]))
    assert 0.0 < told.size[0] < told.size[1]


def test_without_any_error_growth_is_that_of_a_walk():
    series = series_set({"a": [1.0, 2.0, 3.0, 2.0]}, season=1)
    told = spread(series, np.full((1, STEPS), np.nan), np.zeros(1, np.int64))
    assert (told.growth.tolist(), len(told.offsets)) == ([0.5], 0)


def test_errors_of_zero_make_no_band():
    told = spread(mixed(), np.zeros((20, STEPS)), np.arange(20))
    np.testing.assert_array_equal(width(told, 18), 0.0)


def test_errors_without_a_memory_are_as_sure_far_ahead_as_nearby():
    wide = width(made(), 200)[0]
    assert wide[-1] == pytest.approx(wide[0])


def test_errors_with_a_memory_are_less_sure_far_ahead():
    wide = width(made(memory=0.5), 200)[0]
    assert wide[-1] > 1.2 * wide[0]


def test_many_values_make_far_quantiles_as_sure_as_near_ones():
    wide = width(made(memory=0.5, n_values=10_000_000), 200)[0]
    assert wide[-1] == pytest.approx(wide[0], rel=1e-3)


def test_four_times_as_far_errors_of_a_walk_reach_twice_as_far():
    wide = width(made(growth=0.5, n_values=10_000_000), 7)[0]
    assert wide[-1] == pytest.approx(2.0 * wide[0], rel=1e-3)
