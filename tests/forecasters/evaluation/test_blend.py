import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.forecasters.base import Forecast
from phantom_ml.forecasters.evaluation.backtest import rolling_windows
from phantom_ml.forecasters.evaluation.blend import (
    WEIGHERS,
    blended,
    choose_blend,
    greedy_weights,
    inverse_error_weights,
)
from tests.forecasters.made import seasonal_values, series_set

SERIES = series_set({str(k): seasonal_values(k) for k in range(6)})
WINDOWS = rolling_windows(SERIES, 7, 3)


def off_by(errors):
    """Return forecasts of every window that miss the truth by so much."""
    told = []
    for window in WINDOWS:
        means = {name: window.truth + error for name, error in errors.items()}
        told.append({n: Forecast(m, m[:, :, None], (0.5,)) for n, m in means.items()})
    return told


def test_errors_of_two_signs_are_mixed_by_greedy_selection():
    assert greedy_weights(WINDOWS, off_by({"high": 1.0, "low": -1.0})) == {"high": 0.5, "low": 0.5}


def test_a_perfect_forecaster_takes_all_the_weight():
    assert greedy_weights(WINDOWS, off_by({"right": 0.0, "wrong": 9.0})) == {"right": 1.0}


def test_half_the_error_has_four_times_the_weight():
    weights = inverse_error_weights(WINDOWS, off_by({"good": 1.0, "bad": 2.0}))
    assert weights == {"good": pytest.approx(0.8), "bad": pytest.approx(0.2)}


def test_the_mixture_that_cancels_errors_is_chosen():
    method = choose_blend(WINDOWS, off_by({"high": 1.0, "low": -1.2})).method
    assert method == "greedy"


def test_one_window_is_chosen_by_its_halves():
    weights = choose_blend(WINDOWS[:1], off_by({"high": 1.0, "low": -1.0})[:1]).weights
    assert weights == {"high": 0.5, "low": 0.5}


def test_one_forecaster_has_all_the_weight():
    assert choose_blend(WINDOWS, off_by({"only": 1.0})).weights == {"only": 1.0}


def test_a_forecaster_that_lacks_a_window_takes_no_part():
    told = off_by({"whole": 1.0, "broken": 0.0})
    del told[0]["broken"]
    assert choose_blend(WINDOWS, told).weights == {"whole": 1.0}


def test_quantiles_are_blended_like_means():
    told = off_by({"high": 1.0, "low": -1.0})[0]
    mixed = blended(told, {"high": 0.5, "low": 0.5})
    np.testing.assert_allclose(mixed.quantiles[:, :, 0], WINDOWS[0].truth)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-100, 100), min_size=1, max_size=5), st.sampled_from(sorted(WEIGHERS)))
def test_weights_are_shares_of_one(errors, method):
    told = off_by({str(i): error for i, error in enumerate(errors)})
    weights = WEIGHERS[method](WINDOWS, told)
    assert sum(weights.values()) == pytest.approx(1.0)
    assert min(weights.values()) > 0
