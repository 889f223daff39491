"""Rolling origin: forecasts from several points of a history, each beside what came after it.

Source: Tashman, "Out-of-sample tests of forecasting accuracy: an analysis and review", Int. J. of
Forecasting 16 (2000), doi:10.1016/S0169-2070(00)00065-0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters.base import Forecast, ForecastContext, ForecasterSettings
from phantom_ml.forecasters.evaluation.accuracy import seasonal_scale
from phantom_ml.forecasters.evaluation.naive2 import naive2
from phantom_ml.forecasters.series.grid import SeriesSet

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Known values that a series must keep before a window to be part of it.
LEAST_VALUES = 3


@dataclass(frozen=True, eq=False)
class Window:
    """One origin: what was known, and what came.

    Attributes
    ----------
    train : SeriesSet
        The series that are long enough, up to the origin.
    chosen : int64 array of shape (n_chosen,)
        Their positions among all series, ascending.
    truth : array of shape (n_chosen, horizon)
        NaN where a step has no value.
    future : array of shape (n_chosen, horizon, n_known)
        The columns that are known ahead.
    """

    train: SeriesSet
    chosen: Ints
    truth: Floats
    future: Floats

    @cached_property
    def scale(self) -> Floats:
        """Return the seasonal naive's error in the history of each series, shape (n_chosen,)."""
        return seasonal_scale(self.train)

    @cached_property
    def naive2(self) -> Floats:
        """Return the Naive2 forecast, shape (n_chosen, horizon)."""
        return naive2(self.train, self.truth.shape[1])


def rolling_windows(
    series: SeriesSet, horizon: int, n_windows: int = 3, step: int | None = None
) -> list[Window]:
    """Return the windows, oldest first; the last one ends with the history.

    Parameters
    ----------
    series : SeriesSet
    horizon : int
        Steps of each window.
    n_windows : int
        At least 1; windows for which no series is long enough are left out, so fewer may come.
    step : int or None
        Steps between two origins; None: the horizon, so that windows do not overlap.
    """
    step = horizon if step is None else step
    windows = (_window(series, horizon, horizon + k * step) for k in reversed(range(n_windows)))
    return [w for w in windows if len(w.chosen) and not np.isnan(w.truth).all()]


def _window(series: SeriesSet, horizon: int, left_out: int) -> Window:
    train, chosen = series.until(left_out, LEAST_VALUES)
    rows = (series.bounds[1:][chosen] - left_out)[:, None] + np.arange(horizon)
    return Window(train, chosen, series.values[rows], series.known[rows])


def back_test(
    settings: ForecasterSettings, windows: Sequence[Window], context: ForecastContext
) -> list[Forecast]:
    """Return the forecast of each window, fitted anew on what was known.

    Parameters
    ----------
    settings : ForecasterSettings
    windows : sequence of Window
    context : ForecastContext
        The time to its deadline is shared evenly among the windows that are left.
    """
    forecasts = []
    for number, window in enumerate(windows):
        share = context.deadline.left() / (len(windows) - number)
        own = replace(context, deadline=context.deadline.within(share))
        fitted = settings.fit(window.train, own)
        forecasts.append(fitted.predict(context.horizon, window.future))
    return forecasts


def scaled_errors(windows: Sequence[Window], means: Sequence[Floats]) -> Floats:
    """Return truth minus forecast in units of each series' scale, shape (n_series of all windows, horizon).

    NaN where there is no truth or no scale. From these ``conformal_offsets`` makes quantiles.
    """
    told = zip(windows, means, strict=True)
    return np.concatenate([(w.truth - mean) / w.scale[:, None] for w, mean in told])
