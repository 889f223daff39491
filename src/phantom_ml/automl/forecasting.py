"""The search for a forecast: every forecaster back-tested, the best blend of them fitted on all that is known."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from phantom_ml.errors import BadSetting, PhantomError
from phantom_ml.forecasters.backtest import Window, back_test, rolling_windows
from phantom_ml.forecasters.base import (
    FittedForecaster,
    Forecast,
    ForecastContext,
    ForecasterSettings,
    forecasters,
)
from phantom_ml.forecasters.blend import Weights, blended, choose_blend, window_mase
from phantom_ml.forecasters.series import SeriesSet

#: Tried in this order: what is quick and strong on many series first.
ORDER = ("SeasonalNaive", "LagLightGBM", "Theta", "AutoETS", "CES", "AutoARIMA")
#: Of the time, what back-tests may take; the rest fits the members on all that is known.
TEST_SHARE = 0.65
#: What a series too short for any back-test is forecast by.
PLAIN = "SeasonalNaive"
FAULTS = (PhantomError, ValueError, ArithmeticError, np.linalg.LinAlgError, MemoryError)


@dataclass(frozen=True)
class ForecastTrial:
    """One forecaster in the back-test.

    Attributes
    ----------
    forecaster : str
    mase : float or None
        Mean absolute scaled error, the mean of the windows; None where it failed.
    seconds : float
    reason : str
        Why it failed, or what a person should know.
    """

    forecaster: str
    mase: float | None
    seconds: float
    reason: str = ""


@dataclass(frozen=True, eq=False)
class ForecastModel:
    """A blend of fitted forecasters.

    Attributes
    ----------
    members : dict of str to FittedForecaster
    weights : dict of str to float
        They sum to 1.
    method : str
        How the weights were found: ``greedy``, ``inverse_error``, ``single``, or ``plain``.
    trials : tuple of ForecastTrial
        Best first.
    n_windows : int
        Of the back-test.
    """

    members: dict[str, FittedForecaster]
    weights: Weights
    method: str
    trials: tuple[ForecastTrial, ...]
    n_windows: int

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what the members have to say."""
        return tuple(f"{name}: {n}" for name, m in self.members.items() for n in m.notes)

    def predict(self, horizon: int, future: NDArray[np.float64] | None = None) -> Forecast:
        """Return the forecast of the steps after the history."""
        told = {name: member.predict(horizon, future) for name, member in self.members.items()}
        return blended(told, self.weights)


def search_forecast(
    series: SeriesSet,
    context: ForecastContext,
    wanted: Sequence[str] | None = None,
    n_windows: int = 3,
) -> ForecastModel:
    """Return the blend that did best on windows which it had not seen.

    Parameters
    ----------
    series : SeriesSet
    context : ForecastContext
        Its deadline is that of the whole search.
    wanted : sequence of str or None
        Names of forecasters; None: all that are installed.
    n_windows : int
        Of the back-test, at most; series that are too short for a window have no part in it.

    Raises
    ------
    BadSetting
        No forecaster that is wanted is installed.
    UnknownName
        There is no such forecaster.
    """
    able = _able(wanted)
    windows = rolling_windows(series, context.horizon, n_windows)
    trials, told = _tested(able, windows, context)
    whole = {n: f for n, f in told.items() if len(f) == len(windows)}
    if not windows or not whole:
        plain = forecasters.get(PLAIN)().fit(series, context)
        return ForecastModel({PLAIN: plain}, {PLAIN: 1.0}, "plain", tuple(trials), 0)
    by_window = [{n: f[i] for n, f in whole.items()} for i in range(len(windows))]
    method, weights = choose_blend(windows, by_window)
    chosen = {name: weight for name, weight in weights.items() if weight > 0}
    members = _fitted({s.name: s for s in able}, chosen, series, context)
    ranked = sorted(trials, key=lambda t: math.inf if t.mase is None else t.mase)
    return ForecastModel(members, chosen, method, tuple(ranked), len(windows))


def _able(wanted: Sequence[str] | None) -> list[ForecasterSettings]:
    known = [*ORDER, *(n for n in forecasters.names() if n not in ORDER)]
    names = known if wanted is None else [forecasters.name_of(name) for name in wanted]
    able = [forecasters.get(n)() for n in names if forecasters.get(n).available()]
    if not able:
        raise BadSetting(
            f"None of {', '.join(names)} is installed.", "pip install 'phantom-ml[forecast]'"
        )
    return able


def _tested(
    able: Sequence[ForecasterSettings], windows: Sequence[Window], context: ForecastContext
) -> tuple[list[ForecastTrial], dict[str, list[Forecast]]]:
    """Return a row for each forecaster, and what it said of each window."""
    end = context.deadline.within(TEST_SHARE * context.deadline.left())
    trials, told = [], {}
    for number, settings in enumerate(able if windows else ()):
        share = end.left() / (len(able) - number)
        began = time.monotonic()
        try:
            found = back_test(settings, windows, replace(context, deadline=end.within(share)))
        except FAULTS as error:
            trials.append(ForecastTrial(settings.name, None, time.monotonic() - began, str(error)))
            continue
        told[settings.name] = found
        errors = [window_mase(w, f.mean) for w, f in zip(windows, found, strict=True)]
        mase = float(np.mean(errors))
        seconds = time.monotonic() - began
        trials.append(ForecastTrial(settings.name, mase if math.isfinite(mase) else None, seconds))
    return trials, told


def _fitted(
    able: dict[str, ForecasterSettings],
    weights: Weights,
    series: SeriesSet,
    context: ForecastContext,
) -> dict[str, FittedForecaster]:
    """Return the members of a blend, fitted on all that is known, the heaviest with the most time."""
    members = {}
    left = sum(weights.values())
    for name, weight in sorted(weights.items(), key=lambda item: -item[1]):
        share = context.deadline.left() * weight / max(left, 1e-9)
        own = replace(context, deadline=context.deadline.within(share))
        members[name] = able[name].fit(series, own)
        left -= weight
    return members
