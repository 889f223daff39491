"""Bands of exponential smoothing and Theta, by formula."""

import numpy as np
import pytest

from phantom_ml.forecasters.base import ForecastContext
from phantom_ml.forecasters.statistical.auto_ets import AutoETS
from phantom_ml.forecasters.statistical.smoothing_spread import smoothing_spread, theta_spread
from phantom_ml.forecasters.statistical.theta import Theta
from tests.forecasters.made import needs_statsforecast, series_set

NO = float("nan")
LEVELS = (0.1, 0.5, 0.9)


def smoothed(kind, par, states, sigma2, season=1):
    """Return what the library keeps of exponential smoothing, kinds told as in ``MAdN``."""
    components = [kind[0], kind[1], kind[-1], "D" if "d" in kind else "N"]
    states = np.asarray([states], np.float64)
    return {"components": components, "par": par, "states": states, "sigma2": sigma2, "m": season}


def paths(kept, n_steps, n_paths=20_000):
    """Return drawn futures of exponential smoothing with errors of their own, (n_paths, n_steps)."""
    error, trend, season, damped = kept["components"]
    alpha, beta, gamma, phi = np.nan_to_num(kept["par"])
    phi = phi if damped == "D" else 1.0
    state = np.tile(kept["states"][-1], (n_paths, 1))
    level, slope = state[:, 0], state[:, 1] if trend == "A" else np.zeros(n_paths)
    seasons = (
        state[:, -kept["m"] :] if season != "N" else np.full((n_paths, 1), float(season == "M"))
    )
    random, told = np.random.default_rng(0), []
    for _ in range(n_steps):
        middle, own = level + phi * slope, seasons[:, -1]
        mean = middle * own if season == "M" else middle + (own if season == "A" else 0.0)
        missed = random.normal(size=n_paths) * np.sqrt(kept["sigma2"])
        missed = missed * mean if error == "M" else missed
        told.append(mean + missed)
        moved = missed / own if season == "M" else missed
        level, slope = middle + alpha * moved, phi * slope + beta * moved
        if season != "N":
            new = own + gamma * (missed / middle if season == "M" else missed)
            seasons = np.column_stack([new, seasons[:, :-1]])
    return np.stack(told, axis=1)


YEAR = [0.7, 1.0, 1.4, 0.9]
KEPT = {
    "ANN": smoothed("ANN", [0.6, NO, NO, NO], [100.0], 4.0),
    "AAN": smoothed("AAN", [0.5, 0.1, NO, NO], [100.0, 1.0], 4.0),
    "AAdN": smoothed("AAdN", [0.5, 0.2, NO, 0.9], [100.0, 1.0], 4.0),
    "ANA": smoothed("ANA", [0.3, NO, 0.4, NO], [100.0, -3.0, 1.0, 4.0, -2.0], 4.0, 4),
    "AAA": smoothed("AAA", [0.3, 0.05, 0.2, NO], [100.0, 1.0, -3.0, 1.0, 4.0, -2.0], 4.0, 4),
    "MNN": smoothed("MNN", [0.6, NO, NO, NO], [100.0], 0.001),
    "MAN": smoothed("MAN", [0.5, 0.1, NO, NO], [100.0, 1.0], 0.001),
    "MAA": smoothed("MAA", [0.3, 0.05, 0.2, NO], [100.0, 1.0, -3.0, 1.0, 4.0, -2.0], 0.001, 4),
    "MNM": smoothed("MNM", [0.3, NO, 0.2, NO], [100.0, *YEAR], 0.001, 4),
    "MAM": smoothed("MAM", [0.3, 0.02, 0.2, NO], [100.0, 1.0, *YEAR], 0.001, 4),
    "MAdM": smoothed("MAdM", [0.3, 0.05, 0.1, 0.9], [100.0, 1.0, *YEAR], 0.001, 4),
}


@pytest.mark.parametrize("kind", KEPT)
def test_the_spread_of_exponential_smoothing_is_that_of_drawn_futures(kind):
    drawn = paths(KEPT[kind], 12)
    told = smoothing_spread(KEPT[kind], drawn.mean(axis=0))
    np.testing.assert_allclose(told, drawn.std(axis=0), rtol=0.04)


@needs_statsforecast
@pytest.mark.parametrize("variant", ["STM", "OTM", "DSTM", "DOTM"])
def test_the_band_of_theta_is_nowhere_narrower_than_nearer_by(variant):
    values = 50.0 + np.random.default_rng(0).normal(size=100).cumsum()
    series = series_set({"a": values}, season=1)
    told = Theta(variant=variant).fit(series, ForecastContext(60, LEVELS)).predict(60).away
    assert (np.diff(told[0, :, 2] - told[0, :, 0]) > -1e-9).all()


def theta(kind, n=50, alpha=0.3, **season):
    residuals = np.random.default_rng(0).normal(size=n)
    par = {"alpha": alpha, "theta": 2.0}
    return {"modeltype": kind, "par": par, "n": n, "residuals": residuals, **season}


def test_a_line_that_moves_makes_far_steps_less_sure():
    still, moving = (theta_spread(theta(kind), np.zeros(50)) for kind in ("OTM", "DOTM"))
    assert moving[-1] > 1.1 * still[-1]


def drawn_theta(kept, n_steps, n_paths=20_000):
    """Return drawn futures of a dynamic Theta that begins at zero, (n_paths, n_steps)."""
    alpha, weight = kept["par"]["alpha"], 1.0 - 1.0 / kept["par"]["theta"]
    level, mean, slope, line = (np.zeros(n_paths) for _ in range(4))
    sigma, random, told = kept["residuals"][3:].std(ddof=1), np.random.default_rng(0), []
    for past in range(kept["n"], kept["n"] + n_steps):
        left = (1 - alpha) ** past
        own = level + weight * (line * left + slope * (1 - left * (1 - alpha)) / alpha)
        own = own + sigma * random.normal(size=n_paths)
        level = alpha * own + (1 - alpha) * level
        mean = (past * mean + own) / (past + 1)
        slope = ((past - 1) * slope + 6 * (own - mean) / (past + 1)) / (past + 2)
        line = mean - slope * (past + 2) / 2
        told.append(own)
    return np.stack(told, axis=1)


@pytest.mark.parametrize("n_values", [8, 50])
def test_the_spread_of_theta_is_that_of_drawn_futures(n_values):
    kept = theta("DOTM", n_values)
    drawn = drawn_theta(kept, 30).std(axis=0)
    np.testing.assert_allclose(theta_spread(kept, np.zeros(30)), drawn, rtol=0.03)


SEASON = {"mean": np.array([0.5, 1.0, 1.5, 1.0])}


def test_where_a_season_multiplies_thetas_band_is_as_wide_as_its_factor():
    seasons = {"decompose": True, "decomposition_type": "multiplicative", "seas_forecast": SEASON}
    told = theta_spread(theta("STM", alpha=0.0, **seasons), np.zeros(4))
    np.testing.assert_allclose(told / told[1], SEASON["mean"])


def test_a_season_that_adds_is_no_error_of_theta():
    plain = theta("STM", n=48)
    seasons = {"decompose": True, "decomposition_type": "additive", "seas_forecast": SEASON}
    put_back = plain["residuals"] + np.tile(SEASON["mean"], 12)
    told = theta_spread({**plain, **seasons, "residuals": put_back}, np.zeros(4))
    np.testing.assert_allclose(told, theta_spread(plain, np.zeros(4)))


@needs_statsforecast
def test_a_step_of_a_season_that_changes_has_the_same_band_however_many_are_asked_for():
    values = np.random.default_rng(0).normal(size=(20, 7)).cumsum(axis=0).ravel()
    series = series_set({"a": values})
    near, far = (AutoETS().fit(series, ForecastContext(h, LEVELS)).predict(7) for h in (7, 70))
    np.testing.assert_allclose(near.quantiles, far.quantiles)
