"""What a back-test says of the band of what is served."""

import numpy as np
import polars as pl

from phantom_ml.automl.forecast.bands import of_bands
from phantom_ml.forecasters.base import Forecast
from phantom_ml.forecasters.evaluation.backtest import rolling_windows
from phantom_ml.forecasters.series.columns import SeriesColumns
from phantom_ml.forecasters.series.from_frame import series_of

LEVELS = (0.1, 0.5, 0.9)


def windows():
    values = np.random.default_rng(0).normal(size=200)
    series = series_of(pl.DataFrame({"t": range(200), "y": values}), SeriesColumns("t", "y"))
    return rolling_windows(series, 50, 1)


def band(half: float) -> Forecast:
    """Return a band of so much on each side of 0."""
    return Forecast(np.zeros((1, 50)), np.tile([-half, 0.0, half], (1, 50, 1)), LEVELS)


def test_a_band_that_held_needs_no_word():
    assert not of_bands(windows(), [{"good": band(1.28)}], {"good": 1.0}, LEVELS)


def test_a_band_that_did_not_hold_is_told():
    (told,) = of_bands(windows(), [{"bad": band(0.1)}], {"bad": 1.0}, LEVELS)
    assert told.endswith("where a share of 0.2 is meant to. Expect as many alerts.")


def test_a_forecaster_whose_band_holds_more_is_named():
    both = {"bad": band(0.1), "good": band(1.28)}
    (told,) = of_bands(windows(), [both], {"bad": 1.0}, LEVELS)
    assert "outside the band of good alone lie" in told


def test_without_a_back_test_nothing_is_said():
    assert not of_bands([], [], {"good": 1.0}, LEVELS)
