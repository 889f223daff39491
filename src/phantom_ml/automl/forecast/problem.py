"""What is asked of which series: read from a table, checked before any work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from phantom_ml.config import AutoMLConfig, ProblemKind
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.data.target.column import require_columns, require_target
from phantom_ml.errors import BadSetting, TargetMissing, listed
from phantom_ml.forecasters.base import ForecastContext, forecasters
from phantom_ml.forecasters.evaluation.measures import DEFAULT, Measure, get_measure
from phantom_ml.forecasters.series.columns import SeriesColumns, read_values
from phantom_ml.forecasters.series.from_frame import rows_ahead, series_of
from phantom_ml.forecasters.series.grid import SeriesSet
from phantom_ml.forecasters.series.same_step import averaged
from phantom_ml.forecasters.series.season import LEAST_SEASONS
from phantom_ml.forecasters.uncertainty.doubts import doubts
from phantom_ml.model.forecast import facts_of
from phantom_ml.model.forecast_spec import SeriesFacts
from phantom_ml.tasks.base import Task, tasks
from phantom_ml.wording import counted

#: Steps ahead where nobody says how many and there is no season: these, or a fifth of the longest series.
FEW_STEPS = 10
#: So many columns without a role are named.
MOST_NAMED = 5


@dataclass(frozen=True)
class ForecastProblem:
    """What is asked.

    Attributes
    ----------
    series : SeriesSet
    context : ForecastContext
        Horizon, levels and seed; no deadline yet.
    metric : Measure
        What ranks.
    wanted : tuple of str
        Forecasters by name, all that are installed where nobody named some.
    is_named : bool
        Whether somebody named them: then each is tried at any budget.
    may_blend : bool
        Whether several may be mixed; False: the best one alone.
    n_windows : int
        Of the back-test, at most.
    """

    series: SeriesSet
    context: ForecastContext
    task: Task
    metric: Measure
    wanted: tuple[str, ...]
    n_windows: int
    is_named: bool = False
    may_blend: bool = True
    warnings: tuple[str, ...] = ()
    kind: ProblemKind = ProblemKind.FORECAST
    policy: None = None
    custom_metric: bool = False
    odd_class: None = None

    @property
    def n_rows(self) -> int:
        """Return the number of known values."""
        return len(self.series.values)

    @property
    def facts(self) -> SeriesFacts:
        """Return what the forecast is made of."""
        return facts_of(self.series, self.context.horizon)


def pose_series(
    dataset: Dataset, config: AutoMLConfig, validation: Dataset | None = None
) -> ForecastProblem:
    """Return the question that a configuration puts to the series of a table.

    Raises
    ------
    BadSetting, UnknownName, ColumnMissing, DataError, TargetMissing, TargetUnusable
        The rows are no series, or the settings do not fit them.
    """
    _check(config, validation)
    time, asked = config.time_column, config.task_settings
    if time is None:
        raise BadSetting("No time_column is given.", "Name the column along which it is forecast.")
    names = asked.series_columns or config.group_columns
    beside = [*asked.known_ahead, *asked.past_only]
    require_columns(dataset.columns, [time, *names, *beside, *config.ignored_columns])
    value = _values(dataset, config, {time, *names, *beside})
    columns = SeriesColumns(time, value, tuple(names), asked.known_ahead, asked.past_only)
    frame = dataset.frame()
    series = series_of(frame, columns, asked.frequency, asked.season, asked.time_zone)
    horizon, told = (asked.horizon, ()) if asked.horizon else _usual_horizon(series)
    if isinstance(value, str):
        known = ~np.isnan(read_values(frame[value]))
        told = (*told, *averaged(rows_ahead(series, frame), known, series.frequency))
    told = (*told, *doubts(series, asked.frequency, asked.season), *_of_the_band(asked.quantiles))
    values = (value,) if isinstance(value, str) else value
    unread = {time, *names, *beside, *values, *config.ignored_columns}
    told = (*told, *_of_unread([name for name in dataset.columns if name not in unread]))
    return ForecastProblem(
        series,
        ForecastContext(horizon, asked.quantiles, config.seed),
        tasks.get(config.task_type),
        get_measure(str(config.optimization_metric or DEFAULT)),
        _wanted(config.algorithms_to_try),
        asked.n_windows,
        config.algorithms_to_try is not None,
        config.ensemble_methods,
        told,
    )


def _values(dataset: Dataset, config: AutoMLConfig, taken: set[str]) -> str | tuple[str, ...]:
    """Return the column of values; of a wide table, where none is named, one column a series."""
    target = config.target_column
    if target is not None:
        try:
            require_target(dataset.columns, target, dataset.report.repeated)
        except TargetMissing as error:
            beside = _of_wide(dataset, config, taken)
            raise TargetMissing(error.missing, error.present, beside) from None
        if target in taken:
            raise BadSetting(
                f"The target {target!r} is also the time, a series column or one beside the series.",
                "No other role may know the target: name another column.",
            )
        return target
    numbers, _ = _left(dataset, config, taken)
    wide = tuple(numbers)
    if not wide or config.task_settings.series_columns:
        raise BadSetting(
            "No target_column is given.",
            "Name what is forecast; of a wide table leave out series_columns: each number is a series then.",
        )
    return wide


def _left(dataset: Dataset, config: AutoMLConfig, taken: set[str]) -> tuple[list[str], list[str]]:
    """Return the columns without a role that are numbers, and the others."""
    schema = dataset.lazy.collect_schema()
    left = [name for name in schema if name not in {*taken, *config.ignored_columns}]
    numbers = [name for name in left if schema[name].is_numeric()]
    return numbers, [name for name in left if name not in numbers]


def _of_wide(dataset: Dataset, config: AutoMLConfig, taken: set[str]) -> str:
    """Return what to do about a missing target where a table looks wide: a time, and several numbers alone."""
    numbers, others = _left(dataset, config, taken)
    if others or len(numbers) < 2 or config.task_settings.series_columns or config.group_columns:
        return ""
    return (
        "If each column of numbers is a series of its own, leave target_column out (PhantomForecaster: "
        "value_column=None)."
    )


def _usual_horizon(series: SeriesSet) -> tuple[int, tuple[str, ...]]:
    """Return a season ahead, or without one a few steps, and what to say of it."""
    longest = int(series.lengths.max())
    if 1 < series.season <= longest // LEAST_SEASONS:
        steps, why = series.season, "one season"
    else:
        steps = min(FEW_STEPS, max(1, longest // 5))
        why = "the history holds no two seasons" if series.season > 1 else "there is no season"
    far = f"{counted(steps, 'step')} of {series.frequency.text}"
    return steps, (f"No horizon was given: {far}, {why}.",)


def _check(config: AutoMLConfig, validation: Dataset | None) -> None:
    if validation is not None:
        raise BadSetting(
            "validation_data is of no use for forecasts: they are tested on the end of each history.",
            "Leave it out; measure the model with evaluate.",
        )
    if not config.task_settings.quantiles:
        raise BadSetting("No quantiles are asked for.", "Name one at least: 0.5 is the median.")
    if callable(config.optimization_metric):
        raise BadSetting(
            "A function of your own cannot rank forecasts.",
            "Name mase, smape, wql, rmse, mae or owa.",
        )


def _of_the_band(levels: tuple[float, ...]) -> tuple[str, ...]:
    """Return what to say of quantiles between which few values come, or that make no band."""
    if len(levels) == 1:
        return (
            f"One quantile alone, {levels[0]:g}, makes no band: predict tells no score and no alert, evaluate no "
            "coverage. Name one on each side of 0.5 for these.",
        )
    if levels[0] < 0.5 < levels[-1]:
        return ()
    return (
        f"The quantiles {', '.join(f'{q:g}' for q in levels)} lie on one side of 0.5: of usual values "
        f"{1 - levels[-1] + levels[0]:.0%} lie outside the band between them, and each is an alert.",
    )


def _of_unread(names: Sequence[str]) -> tuple[str, ...]:
    """Return what to say of columns that have no role; none where there are none."""
    if not names:
        return ()
    are, them = ("is", "it") if len(names) == 1 else ("are", "them")
    return (
        f"{listed(names, MOST_NAMED)} {are} not read: no setting gives {them} a role. Name numbers that are "
        "known ahead in known_ahead, other numbers in past_only, what tells series apart in series_columns; or "
        f"leave {them} out by ignored_columns.",
    )


def _wanted(names: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the forecasters to try; raises UnknownName, BadSetting where none is installed."""
    known = forecasters.names() if names is None else [forecasters.name_of(n) for n in names]
    able = tuple(n for n in known if forecasters.get(n).available())
    if not able:
        raise BadSetting(
            f"None of {', '.join(known)} is installed.", "pip install 'phantom-ml[forecast]'"
        )
    return able
