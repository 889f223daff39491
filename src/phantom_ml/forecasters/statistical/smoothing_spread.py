"""How unsure exponential smoothing and Theta are of each step ahead, by formula.

The library's own quantiles were of 200 drawn paths, the same for every series, which made some far bands narrower
than nearer ones, or took the seasons up to the farthest step asked for as those of every step. Here a step's
spread depends on nothing but the step.

Sources: Hyndman, Koehler, Ord & Snyder, "Forecasting with Exponential Smoothing: The State Space Approach",
Springer 2008, chapter 6 (variances of the classes of models); Fiorucci, Pellegrini, Louzada, Petropoulos &
Koehler, "Models for optimising the theta method and their relationship to state space models", Int. J. of
Forecasting 32 (2016), doi:10.1016/j.ijforecast.2016.02.005 (the states of Theta).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
#: What the library keeps of a fitted model: its kind, parameters, states and residuals.
Kept = Mapping[str, Any]
#: Theta's first residuals tell of its start alone.
BURN_IN = 3


class Library(Protocol):
    """One of statsforecast's models that keeps what it fitted."""

    model_: Kept

    def fit(self, y: Floats) -> Library:
        """Fit to a series."""

    def predict(self, h: int) -> Mapping[str, Any]:
        """Return ``mean``."""


@dataclass(frozen=True)
class WithSpread:
    """A model of the library with normal quantiles of a spread told step by step.

    Attributes
    ----------
    library : Library
    spread : callable
        What was fitted, and the point forecast (horizon,) -> its standard deviations (horizon,).
    """

    library: Library
    spread: Callable[[Kept, Floats], Floats]

    def forecast(self, y: Floats, h: int, *, level: list[float] | None) -> Mapping[str, Any]:
        """Return ``mean`` and, for each level, ``lo-<level>`` and ``hi-<level>``."""
        self.library.fit(y)
        mean = np.asarray(self.library.predict(h)["mean"], np.float64)
        if level is None:
            return {"mean": mean}
        away = self.spread(self.library.model_, mean)
        normal = {central: float(ndtri(0.5 + central / 200.0)) for central in level}
        low = {f"lo-{central}": mean - z * away for central, z in normal.items()}
        return {"mean": mean, **low, **{f"hi-{c}": mean + z * away for c, z in normal.items()}}


def smoothing_spread(model: Kept, mean: Floats) -> Floats:
    """Return the standard deviations of exponential smoothing, shape (horizon,).

    They are exact but for seasons that multiply: of these an error moves level and factor at once, which is
    told to first order.

    Parameters
    ----------
    model : mapping
        ``components``, ``par``, ``states``, ``sigma2`` and ``m`` of the library's model.
    mean : array of shape (horizon,)
    """
    error, _, season, _ = model["components"][:4]
    sigma2, n_steps = float(model["sigma2"]), len(mean)
    weight = _carried(model, n_steps) ** 2
    if error == "A":
        return np.sqrt(sigma2 * (1.0 + np.cumsum(weight)))
    factor = _seasons_ahead(model, n_steps) if season == "M" else np.ones(n_steps)
    level = mean / factor
    squares = _mean_squares(level, sigma2, weight[1:])
    return np.abs(factor) * np.sqrt(np.maximum((1.0 + sigma2) * squares - level**2, 0.0))


def _carried(model: Kept, n_steps: int) -> Floats:
    """Return which share of an error is still there so many steps later, the first entry unused."""
    alpha, beta, gamma, phi = (_known(p) for p in model["par"][:4])
    _, trend, season, damped = model["components"][:4]
    steps = np.arange(n_steps)
    share = np.full(n_steps, alpha)
    if trend != "N":
        share = share + beta * (np.cumsum(phi**steps) - 1.0 if damped == "D" else steps)
    if season != "N":
        share = share + gamma * (steps % int(model["m"]) == 0)
    share[0] = 0.0
    return share


def _mean_squares(level: Floats, sigma2: float, weight: Floats) -> Floats:
    """Return the mean squares of a level that relative errors, carried on by squared shares, change."""
    squares = np.empty(len(level))
    for step, own in enumerate(level):
        squares[step] = own**2 + sigma2 * float(weight[:step] @ squares[:step][::-1])
    return squares


def _seasons_ahead(model: Kept, n_steps: int) -> Floats:
    """Return the seasonal factor of each step ahead; the library keeps the oldest as the last."""
    season = int(model["m"])
    last = np.asarray(model["states"], np.float64)[-1, -season:]
    return last[season - 1 - np.arange(n_steps) % season]


def _known(parameter: float) -> float:
    """Return a parameter, 0 where the model has none."""
    return 0.0 if np.isnan(parameter) else float(parameter)


def theta_spread(model: Kept, mean: Floats) -> Floats:
    """Return the standard deviations of Theta, shape (horizon,).

    Each coming error moves the level, and where the line is dynamic its mean and slope as well.

    Parameters
    ----------
    model : mapping
        ``modeltype``, ``par``, ``n``, ``residuals`` and, where a season was taken out, ``seas_forecast`` and
        ``decomposition_type`` of the library's model.
    mean : array of shape (horizon,)
    """
    residuals, growth = np.asarray(model["residuals"], np.float64), _theta_growth(model, len(mean))
    if not model.get("decompose", False):
        return _theta_sigma(residuals) * growth
    season = np.asarray(model["seas_forecast"]["mean"], np.float64)
    past = season[(np.arange(len(residuals)) - len(residuals)) % len(season)]
    # The library put the season back upon its residuals: what was left without it is the error.
    if model["decomposition_type"] == "additive":
        return _theta_sigma(residuals - past) * growth
    ahead = season[np.arange(len(mean)) % len(season)]
    return np.abs(ahead) * _theta_sigma(residuals / past) * growth


def _theta_sigma(residuals: Floats) -> float:
    settled = residuals[BURN_IN:]
    return float(np.std(settled if len(settled) > 1 else residuals, ddof=1))


def _theta_growth(model: Kept, n_steps: int) -> Floats:
    """Return the standard deviations of all steps in units of the first one's."""
    alpha = float(model["par"]["alpha"])
    if not str(model["modeltype"]).startswith("D"):
        return np.asarray(np.sqrt(1.0 + alpha**2 * np.arange(n_steps)), np.float64)
    weight = 1.0 - 1.0 / float(model["par"]["theta"])
    covariance, variance = np.zeros((3, 3)), np.empty(n_steps)
    for ahead in range(n_steps):
        told, moved, error = _theta_step(int(model["n"]) + ahead, alpha, weight)
        variance[ahead] = 1.0 + told @ covariance @ told
        covariance = moved @ covariance @ moved.T + np.outer(error, error)
    return np.sqrt(variance)


def _theta_step(n_past: int, alpha: float, weight: float) -> tuple[Floats, Floats, Floats]:
    """Return how level, mean and slope make the next value, become the next ones, and take its error in.

    Parameters
    ----------
    n_past : int
        Values before this one.
    alpha, weight : float
        Of the smoothing, and of the line.
    """
    kept = (1.0 - alpha) ** n_past
    # The line stands at its mean less its slope times half of the time gone by.
    slope = (1.0 - kept * (1.0 - alpha)) / alpha - kept * (n_past + 1) / 2.0
    told = np.array([1.0, weight * kept, weight * slope])
    level = np.array([1.0 - alpha, 0.0, 0.0]) + alpha * told
    mean = (np.array([0.0, n_past, 0.0]) + told) / (n_past + 1)
    share = 6.0 / ((n_past + 1) * (n_past + 2))
    bent = np.array([0.0, 0.0, (n_past - 1) / (n_past + 2)]) + share * (told - mean)
    error = np.array([alpha, 1.0 / (n_past + 1), share * n_past / (n_past + 1)])
    return told, np.stack([level, mean, bent]), error
