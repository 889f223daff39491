"""Steps beyond the horizon that a model was trained for: how far to follow it there, and how unsure it is.

A model that goes on from its own forecasts meets a past that is smoother than any it learned from: small errors
add up, block after block, until it tells what never came. Held, it tells all further steps from the last known
value, and misses a trend. The history says which of the two to believe: both are told from earlier origins, and
least squares say how much of the way between them came true, series by series, drawn towards what is usual of
all. How far the result lay from what came there makes the quantiles, as ``error_spread`` tells; what fades from
the forecast far ahead stays between them.

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

from phantom_ml.forecasters.base import Forecast
from phantom_ml.forecasters.evaluation.backtest import Window, rolling_windows
from phantom_ml.forecasters.series.grid import SeriesSet
from phantom_ml.forecasters.uncertainty.error_spread import ErrorSpread, error_spread
from phantom_ml.forecasters.uncertainty.learnable import is_learnable, usual_length

Floats = NDArray[np.float64]
#: Forecasts to judge by, and origins of a series, at least.
WANTED_FORECASTS, LEAST_ORIGINS = 60, 3
#: Origins of a series at most, to say which way to believe, and to say how wrong that is. Of a lone series more
#: origins make better bands, but on made trends and walks with a drift their shares made worse forecasts.
MOST_TO_BELIEVE, MOST_TO_MEASURE = 8, 30
#: Trained horizons that are judged, at most.
MOST_HORIZONS = 4
#: Of a history so much is left before the first origin, and so much is reached over where it is enough.
SHARE_OF_HISTORY = 3
#: What is usual of all series counts as much as a usual series tells of itself.
DRAWN = 1.0
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
    spread : ErrorSpread
        How far quantiles lie from the forecast there.
    """

    trained: int
    share: Floats
    spread: ErrorSpread

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
        faded = (self._in_sight(ways.mixed(self.share[:, None]), history) - mean)[:, self.trained :]
        further = self.spread.farther(distances[:, -1:], n_further) + self._outwards(faded)
        away = np.concatenate([distances, further], axis=1)
        return Forecast(mean, np.sort(mean[:, :, None] + away, axis=2), self.spread.levels)

    def mean(self, ways: Ways, history: SeriesSet) -> Floats:
        """Return the point forecast, as it is up to the trained steps and within sight of the history beyond."""
        steps = np.arange(1, ways.held.shape[1] + 1)
        # Farther than was judged only what came true as a whole is followed on: other shares fade.
        judged = self.trained + len(self.spread.offsets)
        mixed = ways.mixed(self.share[:, None] ** np.sqrt(np.maximum(steps / judged, 1.0)))
        return np.where(steps > self.trained, self._in_sight(mixed, history), ways.gone_on)

    def _in_sight(self, told: Floats, history: SeriesSet) -> Floats:
        """Return forecasts (n_series, horizon), none too far away from what came."""
        values, starts = history.whole, history.bounds[:-1]
        low, high = (f.reduceat(values, starts)[:, None] for f in (np.minimum, np.maximum))
        reach = MOST_RANGES * (high - low)
        return np.clip(told, low - reach, high + reach)

    def _outwards(self, faded: Floats) -> Floats:
        """Return how far quantiles move for what faded, (n_series, n_further, n_levels): it may come true."""
        up = np.maximum.accumulate(np.maximum(faded, 0.0), axis=1)[:, :, None]
        down = np.minimum.accumulate(np.minimum(faded, 0.0), axis=1)[:, :, None]
        level = np.asarray(self.spread.levels)
        return np.where(level > 0.5, up, np.where(level < 0.5, down, 0.0))


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
    windows = _windows(history, trained, MOST_TO_BELIEVE)
    ways = _ways_of(windows, told)
    share = _shares(history.n_series, trained, windows, ways)
    more = _windows(history, trained, MOST_TO_MEASURE)
    if len(more) > len(windows):
        windows, ways = more, _ways_of(more, told)
    parts = zip(windows, ways, strict=True)
    missed = [_scaled(w, w.truth - way.mixed(share[w.chosen, None])) for w, way in parts]
    errors = np.concatenate(missed) if missed else np.empty((0, trained))
    codes = np.concatenate([w.chosen for w in windows]) if windows else np.empty(0, np.int64)
    return Beyond(trained, share, error_spread(history, trained, errors, codes, levels))


def _ways_of(windows: list[Window], told: Teller) -> list[Ways]:
    return [told(w.train, w.truth.shape[1], w.future) for w in windows]


def _windows(history: SeriesSet, trained: int, most: int) -> list[Window]:
    """Return windows at so many origins at most, spread evenly over the later part of the history."""
    length = int(usual_length(history))
    kept = length // SHARE_OF_HISTORY
    reach = min(MOST_HORIZONS * trained, max(kept, min(2 * trained, length // 2)))
    if reach <= trained:
        return []
    room = max(length - kept - reach, 0)
    wanted = max(LEAST_ORIGINS, -(-WANTED_FORECASTS // history.n_series))
    n_origins = min(wanted, most, room + 1)
    step = max(1, room // max(n_origins - 1, 1))
    return rolling_windows(history, reach, n_origins, step)


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
