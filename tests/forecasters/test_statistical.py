import numpy as np
import pytest

from phantom_ml.errors import ExtraMissing
from phantom_ml.forecasters.base import ForecastContext, forecasters
from phantom_ml.forecasters.series.seasonal_part import seasonal_part
from phantom_ml.forecasters.statistical.auto_ets import AutoETS
from phantom_ml.forecasters.statistical.theta import Theta
from phantom_ml.process.deadline import Deadline
from tests.forecasters.made import STATISTICAL, needs_statsforecast, odd_values, series_set


def ticking(seconds):
    """Return a clock that goes on by a second whenever it is looked at, and stands at its end."""
    told = iter(range(seconds))
    return lambda: float(next(told, seconds))


@pytest.mark.parametrize("name", STATISTICAL)
def test_an_absent_library_is_named_with_its_install_line(name, monkeypatch):
    family = forecasters.get(name)
    monkeypatch.setattr(family, "library", "no_such_library")
    with pytest.raises(ExtraMissing, match=r"phantom-ml\[forecast\]"):
        family().fit(series_set(), ForecastContext(2))


@needs_statsforecast
def test_series_that_were_not_reached_are_counted():
    deadline = Deadline(10.0, 0.0, ticking(100))
    fitted = Theta().fit(series_set(odd_values()), ForecastContext(2, deadline=deadline))
    assert any(note.startswith("The time was over:") for note in fitted.notes)


@needs_statsforecast
def test_series_that_suit_no_model_are_counted():
    fitted = Theta().fit(series_set({"a": [1.0, 2.0], "b": np.arange(30.0)}), ForecastContext(2))
    assert fitted.notes == ("No model was found: 1 of 2 series is forecast by the seasonal naive.",)


@needs_statsforecast
def test_a_trend_is_followed():
    mean = Theta().fit(series_set({"a": np.arange(60.0)}), ForecastContext(3)).predict(3).mean
    assert (np.diff(mean[0]) > 0).all()


@needs_statsforecast
def test_only_the_last_values_are_looked_at():
    values = np.random.default_rng(0).normal(size=80)
    longer, shorter = (
        Theta(max_length=40).fit(series_set({"a": part}, season=1), ForecastContext(2)).predict(2)
        for part in (values, values[-40:])
    )
    np.testing.assert_array_equal(longer.mean, shorter.mean)


def daily(n_days=9):
    """Return five-minute values of some days, and of the one after."""
    steps = np.arange(288 * (n_days + 1))
    noise = np.random.default_rng(0).normal(size=len(steps))
    values = 100 + 40 * np.sin(2 * np.pi * steps / 288) + noise
    return values[: 288 * n_days], values[288 * n_days :]


@needs_statsforecast
def test_a_season_that_a_model_cannot_bear_is_forecast_all_the_same():
    past, came = daily()
    fitted = AutoETS().fit(series_set({"a": past}, season=288), ForecastContext(288))
    assert np.abs(fitted.predict(288).mean[0] - came).mean() < 2.0


@needs_statsforecast
def test_a_season_that_a_model_cannot_bear_is_told():
    past, _ = daily(3)
    fitted = AutoETS().fit(series_set({"a": past}, season=288), ForecastContext(2))
    assert fitted.notes[0].startswith("A season of 288 steps is more than AutoETS bears")


@needs_statsforecast
def test_of_a_series_shorter_than_two_long_seasons_none_is_taken_out():
    fitted = AutoETS().fit(series_set({"a": np.arange(60.0)}, season=288), ForecastContext(2))
    assert fitted.notes == ()


def test_a_taken_out_season_adds_up_to_nothing():
    values = np.random.default_rng(0).normal(size=100) + np.tile(np.arange(10.0), 10)
    assert seasonal_part(values, 10).sum() == pytest.approx(0.0, abs=1e-9)


def test_a_season_is_taken_out_of_a_trend():
    values = np.tile([-1.0, 0.0, 1.0], 20) + 0.5 * np.arange(60)
    assert seasonal_part(values, 3) == pytest.approx(np.array([-1.0, 0.0, 1.0]))
