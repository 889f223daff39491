import numpy as np
import pytest

from phantom_ml.errors import ExtraMissing
from phantom_ml.forecasters.base import ForecastContext, forecasters
from phantom_ml.forecasters.theta import Theta
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
