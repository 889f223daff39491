"""Small made series for the tests: a seasonal one and those that break forecasters."""

import importlib.util
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from phantom_ml.forecasters.base import forecasters
from phantom_ml.forecasters.series.columns import SeriesColumns
from phantom_ml.forecasters.series.from_frame import series_of

SEASON, LENGTH = 7, 63
SHARED = Path(__file__).parents[2].parent / "shared" / "data"
STATISTICAL = ("AutoARIMA", "AutoETS", "CES", "Theta")
COLUMNS = SeriesColumns("step", "value", ("name",))

needs_statsforecast = pytest.mark.skipif(
    importlib.util.find_spec("statsforecast") is None, reason="statsforecast is not installed"
)


def cases():
    for family in forecasters:
        absent = not family.available()
        reason = f"{family.library} is not installed"
        yield pytest.param(family, marks=pytest.mark.skipif(absent, reason=reason), id=family.name)


each_forecaster = pytest.mark.parametrize("family", list(cases()))


def long_frame(told):
    """Return a long frame of series by name, their steps counted from 0."""
    parts = [
        pl.DataFrame(
            {
                "name": [name] * len(values),
                "step": np.arange(len(values)),
                "value": np.asarray(values, np.float64),
            }
        )
        for name, values in told.items()
    ]
    return pl.concat(parts)


def seasonal_values(seed=0, n=LENGTH, noise=0.1):
    steps = np.arange(n)
    random = np.random.default_rng(seed)
    return 10 + 3 * np.sin(2 * np.pi * steps / SEASON) + noise * random.normal(size=n)


def odd_values():
    """Return series that are short, constant, empty of demand most of the time, gapped or far from 1."""
    random = np.random.default_rng(1)
    return {
        "seasonal": seasonal_values(),
        "constant": np.full(LENGTH, 5.0),
        "zero": np.zeros(LENGTH),
        "one": [4.0],
        "three": [1.0, 2.0, 3.0],
        "intermittent": (random.random(LENGTH) < 0.15) * random.integers(1, 5, LENGTH),
        "gapped": np.where(random.random(LENGTH) < 0.3, np.nan, seasonal_values(2)),
        "huge": 1e12 + 1e9 * random.normal(size=LENGTH).cumsum(),
        "negative": -np.abs(random.normal(size=LENGTH)),
    }


def series_set(told=None, season=SEASON):
    told = {"a": seasonal_values(0), "b": 5 * seasonal_values(1)} if told is None else told
    return series_of(long_frame(told), COLUMNS, season=season)
