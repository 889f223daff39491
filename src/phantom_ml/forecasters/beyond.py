"""Steps beyond the horizon that a model was trained for: how far to follow it there, and how unsure it is.

A model that goes on from its own forecasts meets a past that is smoother than any it learned from: small errors
add up, block after block, until it tells what never came. Held, it tells all further steps from the last known
value, and misses a trend. The history says which of the two to believe: both are told from earlier origins, and
least squares say how much of the way between them came true, series by series, drawn towards what is usual of
all. How far the result lay from what came there makes the quantiles.

The model has learned from these values as well, but from none so far ahead.

Sources: Ben Taieb, Bontempi, Atiya & Sorjamaa, "A review and comparison of strategies for multi-step ahead time
series forecasting", Expert Systems with Applications 39 (2012), doi:10.1016/j.eswa.2012.01.039 (errors add up
where a forecast goes on from itself); Bates & Granger, "The combination of forecasts", Operational Research
Quarterly 20 (1969), doi:10.1057/jors.1969.103 (weights by least squares).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters.accuracy import seasonal_scale
from phantom_ml.forecasters.backtest import Window, rolling_windows
from phantom_ml.forecasters.base import Forecast
from phantom_ml.forecasters.conformal import conformal_offsets
from phantom_ml.forecasters.learnable import is_learnable, usual_length
from phantom_ml.forecasters.series import SeriesSet

Floats = NDArray[np.float64]
#: Forecasts to judge by, and origins of a series, at least and at most.
WANTED_FORECASTS, LEAST_ORIGINS, MOST_ORIGINS = 60, 3, 8
#: Trained horizons that are judged, at most.
MOST_HORIZONS = 4
#: Of a history so much is left before the first origin, and so much is reached over where it is enough.
SHARE_OF_HISTORY = 3
#: What is usual of all series counts as much as a usual series tells of itself.
DRAWN = 1.0
#: Where nothing tells how errors grow, they grow as those of a random walk: with the root of the steps.
USUAL_GROWTH = 0.5
#: No forecast lies so many times the range of its history away from it.
MOST_RANGES = 3.0


@dataclass(frozen=True, eq=False)
class Ways:
    """The two ways to go beyond the trained horizon; up to it both are the forecast.

    Attributes
    ----------
    gone_on, held : arrays of shape (n_series, horizon)
    """

    gone_on: Floats
    held: Floats

    def mixed(self, share: Floats) -> Floats:
        """Return the forecast that is a share, (n_series, 1) or a step's own, of the way from held to gone on."""
        return self.held + share * (self.gone_on - self.held)


class Teller(Protocol):
    """A model that tells both ways."""

    def __call__(self, series: SeriesSet, horizon: int, future: Floats | None) -> Ways:
        """Return both ways after the end of each series, ``future`` as forecasters take it."""


@dataclass(frozen=True, eq=False)
class Beyond:
    """How steps beyond the trained ones are told.

    Attributes
    ----------
    trained : int
        Steps ahead that the model was trained for.
    share : array of shape (n_series,)
        Of the way from held to gone on that is believed, in [0, 1].
    offsets : array of shape (n_measured, n_levels)
        Of the steps that follow the trained ones: how far values may lie from the forecast, in units of
        ``seasonal_scale``, never less far than at a nearer step.
    growth : float
        Beyond the measured steps distances grow with this power of the steps, in [0, 1].
    levels : tuple of float
    """

    trained: int
    share: Floats
    offsets: Floats
    growth: float
    levels: tuple[float, ...]

    def forecast(self, ways: Ways, distances: Floats, history: SeriesSet) -> Forecast:
        """Return the forecast of all steps.

        Parameters
        ----------
        ways : Ways
            More steps than the trained ones.
        distances : array of shape (n_series, trained, n_levels)
            How far the quantiles of the trained steps lie from the forecast.
        history : SeriesSet
        """
        mean = self.mean(ways, history)
        n_further = mean.shape[1] - self.trained
        further = self._farther(distances[:, -1:], seasonal_scale(history), n_further)
        away = np.concatenate([distances, further], axis=1)
        return Forecast(mean, np.sort(mean[:, :, None] + away, axis=2), self.levels)

    def mean(self, ways: Ways, history: SeriesSet) -> Floats:
        """Return the point forecast, as it is up to the trained steps and within sight of the history beyond."""
        steps = np.arange(1, ways.held.shape[1] + 1)
        # Farther than was judged only what came true as a whole is followed on: other shares fade.
        judged = self.trained + len(self.offsets)
        mixed = ways.mixed(self.share[:, None] ** np.sqrt(np.maximum(steps / judged, 1.0)))
        values, starts = history.whole, history.bounds[:-1]
        low, high = (f.reduceat(values, starts)[:, None] for f in (np.minimum, np.maximum))
        reach = MOST_RANGES * (high - low)
        return np.where(
            steps > self.trained, np.clip(mixed, low - reach, high + reach), ways.gone_on
        )

    def _farther(self, last: Floats, scale: Floats, n_further: int) -> Floats:
        """Return how far quantiles lie beyond: never nearer than ``last``, those of the last trained step."""
        n_measured = len(self.offsets)
        place = np.minimum(np.arange(n_further), n_measured - 1)
        told = self.offsets[place] if n_measured else np.zeros((n_further, len(self.levels)))
        measured = told * np.nan_to_num(scale)[:, None, None]
        steps = self.trained + 1 + np.arange(n_further)
        factor = np.maximum(steps / (self.trained + n_measured), 1.0)[:, None] ** self.growth
        upper, lower = np.maximum(last, measured), np.minimum(last, measured)
        level = np.asarray(self.levels)
        above, below = np.maximum(upper, factor * upper), np.minimum(lower, factor * lower)
        return np.where(level > 0.5, above, np.where(level < 0.5, below, last))


def beyond(history: SeriesSet, trained: int, told: Teller, levels: tuple[float, ...]) -> Beyond:
    """Return how to tell steps beyond the trained ones, measured from earlier origins of the history.

    It does not depend on how many steps are asked for. Where no series is long enough the model is followed,
    and its band grows as that of a random walk.

    Parameters
    ----------
    history : SeriesSet
    trained : int
        At least 1.
    told : callable
    levels : tuple of float
    """
    windows, reach = _windows(history, trained)
    ways = [told(w.train, reach, w.future) for w in windows]
    share = _shares(history.n_series, trained, windows, ways)
    parts = zip(windows, ways, strict=True)
    missed = [_scaled(w, w.truth - way.mixed(share[w.chosen, None])) for w, way in parts]
    errors = np.concatenate(missed) if missed else np.empty((0, reach))
    if np.isnan(errors[:, trained:]).all():
        return Beyond(trained, share, np.empty((0, len(levels))), USUAL_GROWTH, levels)
    offsets = conformal_offsets(errors[:, trained:], levels)
    farther = np.where(
        np.asarray(levels) > 0.5, np.maximum.accumulate(offsets), np.minimum.accumulate(offsets)
    )
    return Beyond(trained, share, farther, _growth(errors), levels)


def _windows(history: SeriesSet, trained: int) -> tuple[list[Window], int]:
    """Return windows at origins spread evenly over the later part of the history, and their steps."""
    length = int(usual_length(history))
    kept = length // SHARE_OF_HISTORY
    reach = min(MOST_HORIZONS * trained, max(kept, min(2 * trained, length // 2)))
    if reach <= trained:
        return [], reach
    room = max(length - kept - reach, 0)
    wanted = max(LEAST_ORIGINS, -(-WANTED_FORECASTS // history.n_series))
    n_origins = min(wanted, MOST_ORIGINS, room + 1)
    step = max(1, room // max(n_origins - 1, 1))
    return rolling_windows(history, reach, n_origins, step), reach


def _scaled(window: Window, distances: Floats) -> Floats:
    """Return distances in units of each series' scale, NaN for series that no model can speak of."""
    unit = np.where(is_learnable(window.train), window.scale, np.nan)
    return distances / unit[:, None]


def _shares(n_series: int, trained: int, windows: list[Window], ways: list[Ways]) -> Floats:
    """Return how much of the way from held to gone on came true, shape (n_series,), 1 where nothing tells."""
    came, went = np.zeros(n_series), np.zeros(n_series)
    for window, way in zip(windows, ways, strict=True):
        moved = _scaled(window, way.gone_on - way.held)[:, trained:]
        truth = _scaled(window, window.truth - way.held)[:, trained:]
        known = ~np.isnan(moved * truth)
        came[window.chosen] += np.where(known, moved * truth, 0.0).sum(axis=1)
        went[window.chosen] += np.where(known, moved**2, 0.0).sum(axis=1)
    tells = went > 0
    if not tells.any():
        return np.ones(n_series)
    usual = float(np.median(np.clip(came[tells] / went[tells], 0.0, 1.0)))
    weight = DRAWN * float(np.median(went[tells]))
    return np.clip((came + weight * usual) / (went + weight), 0.0, 1.0)


def _growth(errors: Floats) -> float:
    """Return the power of the steps with which the mean error grows, from errors (n_rows, n_steps).

    A line through logarithms; steps weigh so that each doubling of them counts the same.
    """
    known = ~np.isnan(errors)
    size = np.where(known, np.abs(errors), 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    steps = np.flatnonzero(size > 0) + 1
    if len(steps) < 2:
        return USUAL_GROWTH
    slope = np.polyfit(np.log(steps), np.log(size[steps - 1]), 1, w=np.sqrt(1.0 / steps))[0]
    return float(np.clip(slope, 0.0, 1.0))
