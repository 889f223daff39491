"""With which power of the steps changes grow."""

import numpy as np
import pytest

from phantom_ml.forecasters.uncertainty.change_growth import change_growth
from tests.forecasters.made import series_set


def noise(n=400, seed=0):
    return np.random.default_rng(seed).normal(size=n)


def growth(values, season=1, first=1):
    return change_growth(series_set({"a": values}, season=season), first)[0]


def test_changes_of_noise_do_not_grow():
    assert growth(noise()) < 0.1


def test_changes_of_random_walks_grow_with_the_root():
    walks = {str(seed): noise(seed=seed).cumsum() for seed in range(30)}
    found = change_growth(series_set(walks, season=1), 1)
    assert 0.4 < np.median(found) < 0.6


def test_a_straight_trend_is_no_growth():
    assert growth(0.5 * np.arange(400) + noise()) < 0.1


def test_a_season_is_no_growth():
    season = np.tile(10 * noise(40, seed=1), 10)
    assert growth(season + noise(), season=40) < 0.1


@pytest.mark.parametrize("values", [[1.0, 2.0], np.full(40, 5.0), np.arange(40.0), np.zeros(40)])
def test_of_too_few_values_and_of_those_that_never_leave_a_line_nothing_is_told(values):
    assert np.isnan(growth(values))


def test_a_history_shorter_than_the_steps_that_matter_tells_what_it_can():
    assert growth(noise(40).cumsum(), first=100) > 0.2
