"""A forecast in use: told, measured on what came, fitted again on a longer history."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.automl.forecast.problem import pose_series
from phantom_ml.automl.forecast.refit import refit_forecast
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import AutoMLConfig
from phantom_ml.core.evaluation import Evaluation
from phantom_ml.core.figures import Figure
from phantom_ml.core.keeper import keeper_of_refit
from phantom_ml.core.output import write_table
from phantom_ml.core.shelf import say
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.data.target.column import require_target
from phantom_ml.errors import BadSetting
from phantom_ml.forecasters.base import Forecast
from phantom_ml.forecasters.evaluation.accuracy import seasonal_scale
from phantom_ml.forecasters.evaluation.measures import BESIDE
from phantom_ml.forecasters.evaluation.naive2 import naive2
from phantom_ml.forecasters.series.columns import read_times, read_values
from phantom_ml.forecasters.series.from_frame import (
    Ahead,
    as_long,
    cell_means,
    known_ahead_of,
    rows_ahead,
)
from phantom_ml.forecasters.series.same_step import averaged, between
from phantom_ml.forecasters.series.zoned import require_same_kind
from phantom_ml.forecasters.uncertainty.band import asked_coverage, n_outside, too_many_outside
from phantom_ml.forecasters.uncertainty.left_rows import not_ahead, untold
from phantom_ml.model.forecast import ForecastModel, check_horizon, reach_of
from phantom_ml.model.manifest import Manifest
from phantom_ml.model.trial import Trial
from phantom_ml.store.store import Store
from phantom_ml.wording import counted

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DRAWS = 200
#: From so many series on whole series are drawn for an interval; of fewer, blocks of steps.
LEAST_SERIES, BLOCKS = 10, 8
#: The figure of what the coverage should be.
ASKED = "coverage_asked"


def told_ahead(
    model: ForecastModel,
    frame: pl.DataFrame | None,
    horizon: int | None,
    output: str | Path | None = None,
) -> pl.DataFrame:
    """Return the forecast: a row a step, or where a frame alone is given one for each of its rows.

    Raises
    ------
    ColumnMissing, DataError, BadSetting
    """
    if horizon is not None:
        check_horizon(horizon)
    rows = None if frame is None else as_long(model.series, frame)
    say(model.unread_times(frame))
    reach = _reach(model, rows, horizon)
    say(model.beyond(reach))
    if rows is not None:
        ahead = rows_ahead(model.series, rows)
        dated = read_times(rows[model.series.time], model.series.time_form)[0].is_not_null()
        say(not_ahead(ahead, dated.to_numpy()) if horizon is None else _not_scored(model, rows))
        say(untold(model.series.known_names, ahead, _asked_steps(model, ahead, horizon)))
    told = model.rows(rows) if horizon is None and rows is not None else model.steps(horizon, rows)
    if output is not None:
        write_table(told, output)
    return told


def _not_scored(model: ForecastModel, rows: pl.DataFrame) -> tuple[str, ...]:
    """Return what to say of rows that hold values, where a number of steps is asked for."""
    target = model.spec.target
    n_known = rows.height - rows[target].null_count() if target in rows.columns else 0
    if not n_known:
        return ()
    held = counted(n_known, "row holds", "rows hold")
    return (
        f"{held} a value of {target!r}, and none is scored: with a horizon the steps ahead are told. Leave "
        "the horizon out to have the forecast and the score of each row.",
    )


def _reach(model: ForecastModel, rows: pl.DataFrame | None, horizon: int | None) -> int:
    """Return how many steps ahead are asked for: by a number, by rows that lie ahead, or as in training."""
    if horizon is not None or rows is None:
        return model.spec.horizon if horizon is None else horizon
    ahead = rows_ahead(model.series, rows)
    return reach_of(model.series, rows, ahead, ahead.usable)


def _asked_steps(model: ForecastModel, ahead: Ahead, horizon: int | None) -> Ints:
    """Return how many steps of each series are asked for, shape (n_series,): all, or up to its last row."""
    if horizon is not None:
        return np.full(model.series.n_series, horizon)
    reach = np.zeros(model.series.n_series, np.int64)
    np.maximum.at(reach, ahead.codes[ahead.usable], ahead.steps[ahead.usable] + 1)
    return reach


@dataclass(frozen=True, eq=False)
class Observed:
    """What came after the history, and what was said of it.

    Attributes
    ----------
    truth, naive2 : arrays of shape (n_series, horizon)
    scale : array of shape (n_series,)
    told : Forecast
    """

    truth: Floats
    scale: Floats
    naive2: Floats
    told: Forecast

    def some(self, series: Ints, steps: Ints) -> Observed:
        """Return some of the series and steps."""
        told = Forecast(
            self.told.mean[series][:, steps],
            self.told.quantiles[series][:, steps],
            self.told.levels,
        )
        parts = (part[series][:, steps] for part in (self.truth, self.naive2))
        truth, simple = parts
        return Observed(truth, self.scale[series], simple, told)

    def figures(self) -> dict[str, float]:
        """Return every measure by name."""
        return {name: error(self, self.told) for name, error in BESIDE.items()}


def evaluate_forecast(
    model_id: str, manifest: Manifest, model: ForecastModel, frame: pl.DataFrame
) -> Evaluation:
    """Return how far a forecast lay from what came, with 95 % intervals; rows that are not ahead are left out.

    The intervals are a bootstrap over series, or over blocks of steps where there are fewer than ten.
    """
    target, unread = model.spec.target, model.unread_times(frame)
    frame = as_long(model.series, frame)
    require_target(frame.columns, target)
    values, ahead = read_values(frame[target]), rows_ahead(model.series, frame)
    usable = ahead.usable & ~np.isnan(values)
    horizon = reach_of(model.series, frame, ahead, usable)
    if not usable.any():
        first = str(model.series.future_frame(1)[model.series.time].sort()[0])
        raise BadSetting(
            f"No row has a value of {target!r} after the history of a series that the model knows.",
            f"The first step ahead is {first}: give rows from there on.",
        )
    shape, step = (model.series.n_series, horizon), model.series.frequency
    cells = ahead.codes[usable] * horizon + ahead.steps[usable]
    truth = cell_means(cells, values[usable], math.prod(shape)).reshape(shape)
    told = model.forecast(horizon, known_ahead_of(model.series, frame, horizon))
    simple = naive2(model.series, horizon)
    came = Observed(truth, seasonal_scale(model.series), simple, told)
    figures = came.figures()
    drawn = [came.some(*_drawn(came, seed)).figures() for seed in range(DRAWS)]
    return Evaluation(
        model_id=model_id,
        n_rows=int(usable.sum()),
        n_skipped=int(frame.height - usable.sum()),
        figures=_with_intervals(figures, drawn) | _asked(told.levels),
        warnings=(
            *unread,
            *model.beyond(horizon),
            *between(ahead, usable, step),
            *averaged(ahead, usable, step),
            *untold(model.series.known_names, ahead, _asked_steps(model, ahead, None)),
            *too_many_outside(*n_outside(truth, told), told.levels, "Of what came"),
        ),
    )


def _drawn(came: Observed, seed: int) -> tuple[Ints, Ints]:
    """Return positions of series and steps, drawn with replacement."""
    rng = np.random.default_rng(seed)
    n_series, horizon = came.truth.shape
    series, steps = (np.arange(n, dtype=np.int64) for n in (n_series, horizon))
    if n_series >= LEAST_SERIES:
        return rng.choice(series, n_series), steps
    width = max(1, horizon // BLOCKS)
    starts = rng.integers(0, horizon - width + 1, -(-horizon // width))
    blocks = starts[:, None] + steps[:width]
    return series, blocks.ravel()[:horizon].astype(np.int64)


def _asked(levels: Sequence[float]) -> dict[str, Figure]:
    """Return the share of values that the band is meant to hold, to stand beside its coverage."""
    if len(levels) < 2:
        return {}
    share = asked_coverage(levels)
    return {ASKED: Figure(value=share, low=share, high=share)}


def _with_intervals(
    figures: dict[str, float], drawn: Sequence[dict[str, float]]
) -> dict[str, Figure]:
    """Return the figures that can be told, with their intervals."""
    return {
        name: _figure(value, [own[name] for own in drawn])
        for name, value in figures.items()
        if np.isfinite(value)
    }


def _figure(value: float, drawn: Sequence[float]) -> Figure:
    known = np.array([d for d in drawn if np.isfinite(d)] or [value])
    low, high = np.quantile(known, [0.025, 0.975])
    return Figure(value=value, low=min(float(low), value), high=max(float(high), value))


def refit_on(
    store: Store, model_id: str, manifest: Manifest, model: ForecastModel, dataset: Dataset
) -> str:
    """Return the id of the same blend, fitted on another history."""
    config = AutoMLConfig.of({**manifest.card["config"], "data_path": None})
    problem = pose_series(dataset, config)
    require_same_kind(dataset.frame()[problem.series.time], model.series.zoned)
    keeper = keeper_of_refit(store, model_id, config, problem, dataset)
    folder = store.stage()
    try:
        trial = Trial.model_validate(manifest.card["trial"])
        draft = refit_forecast(problem, model.spec, trial, Workspace(Path(folder)))
        return keeper.model(draft)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
