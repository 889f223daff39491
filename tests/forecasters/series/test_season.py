"""A season is found where the history repeats, whatever its step, and is none where it only moves on."""

import numpy as np
import pytest

from phantom_ml.forecasters.series.frequency import Frequency
from phantom_ml.forecasters.series.season import season_length


def found(values, text="1"):
    values = np.asarray(values, np.float64)
    return season_length(values, np.array([0, len(values)]), Frequency.parse(text))


def waves(season, n_seasons=7, noise=1.0, seed=0):
    steps = np.arange(season * n_seasons)
    random = np.random.default_rng(seed)
    return 20 + 10 * np.sin(2 * np.pi * steps / season) + noise * random.normal(size=len(steps))


def after_itself(n, share, seed=0):
    """Return a series of which each value is a share of the one before, and noise."""
    noise = np.random.default_rng(seed).normal(size=n)
    values = np.zeros(n)
    for i in range(1, n):
        values[i] = share * values[i - 1] + noise[i]
    return values


@pytest.mark.parametrize(
    ("text", "season"), [("5m", 288), ("1m", 1440), ("15m", 96), ("1h", 24), ("1s", 60), ("1d", 7)]
)
def test_a_day_a_minute_or_a_week_is_found_at_any_step(text, season):
    assert found(waves(season), text) == season


@pytest.mark.parametrize(("text", "season"), [("5m", 288), ("1m", 1440)])
def test_two_days_and_a_little_are_enough_for_a_clean_day(text, season):
    assert found(waves(season, 3)[: 2 * season + 10], text) == season


@pytest.mark.parametrize("season", [7, 12, 24, 48, 96])
@pytest.mark.parametrize("noise", [0.3, 1.0, 3.0])
def test_a_season_of_whole_numbers_is_found_in_noise(season, noise):
    assert found(waves(season, 14, noise)) == season


def test_an_hour_in_steps_of_five_minutes_is_no_day():
    assert found(waves(12, 24 * 7, 2.0), "5m") == 12


def test_a_week_of_days_is_left_to_the_forecasters():
    hours = np.arange(24 * 28)
    assert found(waves(24, 28) * np.where(hours // 24 % 7 < 5, 1.0, 0.8), "1h") == 24


def test_a_week_without_days_is_found():
    assert found(waves(168, 6), "1h") == 168


def test_a_period_that_no_calendar_suggests_is_found_all_the_same():
    assert found(waves(7, 60), "1m") == 7


def test_two_peaks_a_season_are_one_season():
    steps = np.arange(200)
    assert found(waves(5, 40) + 5 * np.sin(2 * np.pi * steps / 10)) == 10


def test_a_trend_hides_no_season():
    assert found(waves(24, 14) + 0.3 * np.arange(24 * 14)) == 24


def test_spikes_hide_no_season():
    values = waves(24, 14)
    values[[50, 131, 260]] += 200
    assert found(values, "1h") == 24


def test_a_season_on_a_random_walk_is_found():
    walk = np.random.default_rng(1).normal(size=24 * 14).cumsum()
    assert found(waves(24, 14) + walk, "1h") == 24


@pytest.mark.parametrize("text", ["1", "1h", "5m", "1d"])
@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(0).normal(size=700),
        np.random.default_rng(0).normal(size=700).cumsum(),
        after_itself(700, 0.9),
        (np.random.default_rng(0).random(700) < 0.1) * 3.0,
        0.5 * np.arange(700) + np.random.default_rng(0).normal(size=700),
        np.full(700, 5.0),
    ],
    ids=["noise", "walk", "smooth", "intermittent", "trend", "constant"],
)
def test_what_does_not_repeat_has_no_season(values, text):
    assert found(values, text) == 1


def test_noise_has_hardly_ever_a_season():
    seasons = [found(np.random.default_rng(s).normal(size=100)) for s in range(100)]
    assert sum(s > 1 for s in seasons) <= 5


def test_a_history_too_short_to_tell_has_the_season_of_its_calendar():
    assert found(np.random.default_rng(0).normal(size=40), "1h") == 24


def test_a_history_shorter_than_the_calendars_season_has_none():
    assert found(np.arange(20.0), "1h") == 1


def test_what_most_series_show_is_the_season_of_all():
    parts = [waves(12, 6, 3.0, seed) for seed in range(20)] + [np.full(72, 3.0)] * 5
    bounds = np.cumsum([0, *map(len, parts)])
    assert season_length(np.concatenate(parts), bounds, Frequency.parse("1")) == 12


def test_size_and_level_do_not_matter():
    values = waves(24, 14)
    assert found(1e6 + 1e-3 * values) == found(values) == 24


@pytest.mark.parametrize("n", [1, 2, 3, 4, 9])
def test_a_handful_of_values_has_no_season(n):
    assert found(np.arange(float(n)) % 2) == 1
