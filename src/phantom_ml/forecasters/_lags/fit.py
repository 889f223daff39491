"""How a lag model is fitted: a plan from the series, rounds from the last windows, then all rows.

The rounds are those that forecast the last windows of the history best; the same windows tell how wrong the
model is step by step, from which its quantiles are made. Then it is fitted once more with those windows
among its rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters._lags.boost import Grown, Table, boosted
from phantom_ml.forecasters._lags.features import LagPlan, Past, lag_rows, with_best_bases
from phantom_ml.forecasters._lags.model import LagModel
from phantom_ml.forecasters._lags.sample import (
    Places,
    joined,
    training_places,
    window_places,
)
from phantom_ml.forecasters.base import ForecastContext
from phantom_ml.forecasters.evaluation.accuracy import mean_change
from phantom_ml.forecasters.evaluation.backtest import Window, rolling_windows, scaled_errors
from phantom_ml.forecasters.seasonal_naive import left_to_naive, seasonal_naive
from phantom_ml.forecasters.series.grid import SeriesSet
from phantom_ml.forecasters.uncertainty.conformal import conformal_offsets
from phantom_ml.forecasters.uncertainty.learnable import is_learnable, usual_length
from phantom_ml.wording import counted

Floats = NDArray[np.float64]
#: Forecasts of whole windows to judge by, and the share of a history that they may take.
WANTED_FORECASTS, MOST_WINDOWS, WINDOW_SHARE = 60, 8, 0.2
#: Rows to stop by, at most.
MOST_VALID = 60_000
#: Rounds where no window can judge.
UNGUIDED_ROUNDS = 150
#: A season of seasons is believed where its naive forecast errs less than the first share of a season's, in
#: the second share of all series.
LONG_GAIN, LONG_SHARE = 0.8, 0.1
MOST_SEASONS = 12
#: Share of the time that is left for the first of the two fits; the second is left out where as much time
#: as the first took, and a little more, is not there.
FIRST_SHARE, REFIT_MARGIN = 0.42, 1.2
#: Rows that features are made and trees are grown from in a second, roughly, on one core.
ROWS_A_SECOND = 4_000
#: Fewer rows to learn from than this: nothing is held out.
LEAST_ROWS = 20
#: Origins of a series that judge a model of one step.
ONE_STEP_ORIGINS = 24


@dataclass(frozen=True)
class LagSettings:
    """What the fit reads of the forecaster's settings.

    Attributes
    ----------
    params : dict
        LightGBM's own.
    max_rounds, max_rows, n_recent : int
    is_direct : bool
    """

    params: dict[str, Any]
    max_rounds: int
    max_rows: int
    n_recent: int
    is_direct: bool


@dataclass(frozen=True, eq=False)
class LagFit:
    """What came of a fit.

    Attributes
    ----------
    model : LagModel
    offsets : array of shape (n_steps, n_levels)
        Conformal, in units of ``seasonal_scale``; no rows where no window could judge.
    notes : tuple of str
    """

    model: LagModel
    offsets: Floats
    notes: tuple[str, ...]


def lag_plan(series: SeriesSet, n_recent: int) -> LagPlan:
    """Return which features suit the series: their season, and a longer one where it is often steadier."""
    season, middle = series.season, int(usual_length(series))
    fit = [k for k in range(2, MOST_SEASONS + 1) if season > 1 and 3 * k * season <= middle]
    own = mean_change(series, season)
    shares = {k * season: _share_steadier(series, k * season, own) for k in fit}
    long = max(shares, key=lambda n: shares[n], default=0)
    base = "season" if season > 1 else "last"
    kept = long if long and shares[long] >= LONG_SHARE else 0
    return LagPlan(season, kept, n_recent, base, base)


def _share_steadier(series: SeriesSet, lag: int, own: Floats) -> float:
    return float(np.mean(mean_change(series, lag) < LONG_GAIN * own))


def fit_lags(settings: LagSettings, series: SeriesSet, context: ForecastContext) -> LagFit:
    """Return the model of all series, as good as the time allows."""
    plan = lag_plan(series, settings.n_recent)
    step = context.horizon if settings.is_direct else 1
    past = Past.of(series, plan)
    rows = replace(settings, max_rows=_n_rows(settings.max_rows, context))
    everything = training_places(past, plan, 0, (step, rows.max_rows), context.seed)
    if context.deadline.passed or len(everything[0]) == 0:  # or no series can be learned from
        told = f"The time was over: {left_to_naive(series.n_series, series.n_series)}"
        return _unjudged(LagModel(plan, step, ""), context, told if context.deadline.passed else "")
    held_out = n_windows_of(series, context.horizon) * context.horizon
    places = training_places(past, plan, held_out, (step, rows.max_rows), context.seed)
    if len(places[0]) < LEAST_ROWS:
        plan = with_best_bases(past, plan, everything)
        table = _table(past, plan, everything)
        most = min(settings.max_rounds, UNGUIDED_ROUNDS)
        grown = boosted(settings.params, table, None, most, context)
        return _unjudged(LagModel(plan, step, grown.text), context, _told(grown))
    plan = with_best_bases(past, plan, places)
    return _judged(settings, LagModel(plan, step, ""), past, (places, everything), context)


def _judged(
    settings: LagSettings,
    model: LagModel,
    past: Past,
    places: tuple[Places, Places],
    context: ForecastContext,
) -> LagFit:
    """Return the model whose rounds and bands the last windows told, learned from all rows if time allows."""
    series, horizon = past.series, context.horizon
    first = context.deadline.within(FIRST_SHARE * context.deadline.left())
    began = first.clock()
    n_windows = n_windows_of(series, horizon)
    valid = _valid_places(past, horizon, n_windows, settings.is_direct)
    tables = [_table(past, model.plan, rows) for rows in (places[0], valid)]
    own = replace(context, deadline=first)
    grown = boosted(settings.params, tables[0], tables[1], settings.max_rounds, own)
    model = replace(model, text=grown.text)
    offsets = _offsets(model, rolling_windows(series, horizon, n_windows), context)
    if context.deadline.left() > REFIT_MARGIN * (first.clock() - began):
        tables = [_table(past, model.plan, places[1])]
        again = boosted(settings.params, tables[0], None, grown.n_rounds, context)
        model = replace(model, text=again.text)
    return LagFit(model, offsets, tuple(filter(None, [_told(grown)])))


def _unjudged(model: LagModel, context: ForecastContext, note: str) -> LagFit:
    return LagFit(model, np.empty((0, len(context.levels))), tuple(filter(None, [note])))


def _told(grown: Grown) -> str:
    return "" if grown.in_time else f"The time was over after {counted(grown.n_rounds, 'round')}."


def _n_rows(most: int, context: ForecastContext) -> int:
    """Return the rows to learn from: with little time fewer, so that there is some for the trees."""
    return int(min(most, max(LEAST_ROWS * 50, ROWS_A_SECOND * context.deadline.left())))


def n_windows_of(series: SeriesSet, horizon: int) -> int:
    """Return how many windows at the ends of series judge a model: few series need more of them."""
    room = int(WINDOW_SHARE * usual_length(series) // horizon)
    wanted = -(-WANTED_FORECASTS // series.n_series)
    return max(1, min(wanted, room, MOST_WINDOWS))


def _valid_places(past: Past, horizon: int, n_windows: int, is_direct: bool) -> Places:
    if is_direct:
        left_out = [horizon * (k + 1) for k in range(n_windows)]
        steps = horizon
    else:
        last = n_windows * horizon
        left_out = sorted(
            set(np.linspace(1, last, min(last, ONE_STEP_ORIGINS)).astype(int).tolist())
        )
        steps = 1
    most = MOST_VALID // len(left_out)
    return joined([window_places(past, n, steps, most) for n in left_out])


def _table(past: Past, plan: LagPlan, places: Places) -> Table:
    """Return the features, and the targets in units of the series' scale above the base."""
    codes, origins, ahead = places
    rows = lag_rows(past, plan, codes, origins, ahead)
    return rows.matrix, (past.values[origins + ahead] - rows.base) / rows.scale


def _offsets(model: LagModel, windows: list[Window], context: ForecastContext) -> Floats:
    """Return the conformal offsets of the windows' forecasts, no rows where no error can be told."""
    errors = scaled_errors(windows, [_mean_of(model, w, context) for w in windows])
    if np.isnan(errors).all():
        return np.empty((0, len(context.levels)))
    return conformal_offsets(errors, context.levels)


def _mean_of(model: LagModel, window: Window, context: ForecastContext) -> Floats:
    past, horizon = Past.of(window.train, model.plan), context.horizon
    mean = model.forecast(past, horizon, window.future, context.n_threads)
    naive = seasonal_naive(window.train, horizon, ()).mean
    return np.where(is_learnable(window.train)[:, None], mean, naive)
