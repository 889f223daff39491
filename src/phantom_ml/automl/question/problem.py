"""The problem that the engine works on: rows with known answers, the inputs, and what ties rows together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.question.able import check_delay, check_spaces, delay_ns, time_of_rows
from phantom_ml.automl.question.in_order import events_in_order
from phantom_ml.automl.question.injection import injected
from phantom_ml.automl.question.known import Known
from phantom_ml.automl.question.sites import sites_of
from phantom_ml.automl.question.usable import named_algorithm, names_alone, no_column_left
from phantom_ml.config import AutoMLConfig, ProblemKind, ThresholdPolicy
from phantom_ml.data.files.parts import wider
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.data.recognise import recognise_sampled
from phantom_ml.data.schema import ColumnKind, TableSchema
from phantom_ml.data.splits import RowTies, join_entities
from phantom_ml.data.target.column import Target, require_columns, require_target
from phantom_ml.data.target.positive import ClassName
from phantom_ml.data.times.form import time_form
from phantom_ml.data.times.parse import mostly_untimed
from phantom_ml.data.times.stray import days_of
from phantom_ml.errors import BadSetting, TargetUnusable, TypeUnsafe
from phantom_ml.features.doubts import doubts_of_numbers, doubts_of_rows, doubts_of_time
from phantom_ml.metrics.base import Metric
from phantom_ml.metrics.lookup import get_metric
from phantom_ml.model.suppression import Suppression
from phantom_ml.tasks.base import Task, tasks
from phantom_ml.tasks.settings import check_alerts, check_roles
from phantom_ml.wording import counted

#: The family of types that tell times, with a zone or without.
TIME = "time"
#: What ranks detectors where some anomalies are known.
KNOWN_METRIC = "average_precision"
#: Fewer rows than this do not tell what is usual.
LEAST_ROWS = 50


@dataclass(frozen=True)
class Problem:
    """What is asked of which rows.

    Attributes
    ----------
    frame : DataFrame
        The rows with a known answer, all their input columns; given validation rows come last.
    target : Target
        Its values are aligned with the rows of ``frame``.
    inputs : TableSchema
        The columns that a model may see.
    weight : float64 array of shape (n_rows,) or None
    ties : RowTies
    n_validation : int
        Rows at the end that were given for validation, 0 where folds decide.
    """

    frame: pl.DataFrame
    target: Target
    inputs: TableSchema
    weight: NDArray[np.float64] | None
    ties: RowTies
    task: Task
    metric: Metric
    custom_metric: bool = False
    n_validation: int = 0
    warnings: tuple[str, ...] = ()
    #: The line of alert that was asked for, or the task's own.
    policy: ThresholdPolicy | None = None
    #: Known anomalies, which are the rows at the end; 0 where those were made.
    n_known: int = 0
    suppression: Suppression | None = None
    #: What the target calls an anomaly; None unless it says so of rows without answers.
    odd_class: ClassName | None = None

    @property
    def is_labelled(self) -> bool:
        """Return whether somebody said what the rows are that measure."""
        return self.task.learns_from_answers or self.n_known > 0

    @property
    def n_learned(self) -> int:
        """Return how many rows a finished model is fitted on: all but those that only measure."""
        return self.n_rows if self.n_known else self.n_rows - self.n_validation

    @property
    def kind(self) -> ProblemKind:
        """Return what is to be produced."""
        return self.target.kind

    @property
    def n_rows(self) -> int:
        """Return the number of rows."""
        return self.frame.height

    @property
    def n_classes(self) -> int:
        """Return the number of classes, 0 for regression."""
        return len(self.target.classes)

    def days(self, rows: NDArray[np.int64]) -> float | None:
        """Return the days that some rows span; None where no time tells them, or that of too few rows."""
        if self.ties.time is None or mostly_untimed(self.ties.time):
            return None
        return days_of(self.ties.time[rows])

    def rows(self, chosen: NDArray[np.int64]) -> Problem:
        """Return the same question about some rows, by their positions, ascending."""
        return replace(
            self,
            frame=self.frame[chosen],
            target=self.target.rows(chosen),
            weight=None if self.weight is None else self.weight[chosen],
            ties=self.ties.rows(chosen),
            n_validation=int((chosen >= self.n_rows - self.n_validation).sum()),
        )


def pose(dataset: Dataset, config: AutoMLConfig, validation: Dataset | None = None) -> Problem:
    """Return the problem that a configuration poses to a table.

    Raises
    ------
    BadSetting, UnknownName, ColumnMissing, TargetMissing, TargetUnusable, HeaderWrong, TypeUnsafe
        The question does not fit the table.
    """
    if not tasks.get(config.task_type).learns_from_answers:
        return _without_answers(dataset, config, validation)
    if config.target_column is None:
        raise BadSetting("No target_column is given.", "Name the column that is to be predicted.")
    _check_target(config)
    columns = dataset.columns
    for given in (dataset,) if validation is None else (dataset, validation):
        require_target(given.columns, config.target_column, given.report.repeated)
    _require_named(columns, config)
    task = tasks.get(config.task_type)
    whole = dataset.frame() if validation is None else _joined(dataset.frame(), validation)
    target = task.read_target(whole[config.target_column], config.positive_class)
    _check(config, task, target)
    n_validation = int((target.keep >= dataset.n_rows).sum())
    if validation is not None and n_validation == 0:
        raise BadSetting(
            f"No row of validation_data has a value of {config.target_column!r}.",
            "Give rows with answers, or leave validation_data out.",
        )
    frame = whole if target.n_rows == whole.height else whole[target.keep]
    inputs = _inputs(frame, config)
    ties, tied = _ties(frame, config, inputs, (frame.height - n_validation, n_validation), 0)
    tied += doubts_of_rows(frame, config.time_column)
    check_delay(target, ties, frame.height - n_validation)
    return Problem(
        frame.select(inputs.names()),
        target,
        inputs,
        _weight(frame, config.weight_column),
        ties,
        task,
        _metric(config, task, target),
        callable(config.optimization_metric),
        n_validation,
        (*target.warnings, *tied, *_doubts(frame, inputs, config)),
        config.threshold or task.default_threshold(),
        suppression=_suppression(config, columns, frame),
    )


def _without_answers(dataset: Dataset, config: AutoMLConfig, validation: Dataset | None) -> Problem:
    """Return the problem of rows without answers: made ones at their end are to be found among them."""
    if validation is not None:
        raise BadSetting(
            "validation_data is of no use: nothing is learned from answers.",
            "Leave it out; measure the model with evaluate.",
        )
    given, known = _rows_to_learn(dataset, config)
    frame = given[known.usual]
    inputs, n_known = _inputs(frame, config), len(known.anomalies)
    odd = given[known.anomalies] if n_known else injected(frame, inputs, config.seed)
    whole = pl.concat([frame, odd])
    # Known anomalies may be of any time.
    ties, tied = _ties(whole, config, inputs, (frame.height,), 0 if n_known else odd.height)
    task, values = tasks.get(config.task_type), np.repeat([0, 1], [frame.height, odd.height])
    name = config.target_column or "anomaly"
    by_known = n_known > 0 and config.optimization_metric is None
    target = Target(name, ProblemKind.ANOMALY, (), values, np.arange(whole.height))
    _check(config, task, target, has_answers=n_known > 0)
    return Problem(
        whole.select(inputs.names()),
        target,
        inputs,
        _weight(whole, config.weight_column),
        ties,
        task,
        get_metric(KNOWN_METRIC, target.kind) if by_known else _metric(config, task, target),
        callable(config.optimization_metric),
        odd.height,
        (*known.notes, *tied, *names_alone(frame, inputs), *_doubts(frame, inputs, config)),
        config.threshold,
        n_known,
        _suppression(config, dataset.columns, frame),
        known.odd_class,
    )


def _suppression(
    config: AutoMLConfig, columns: Sequence[str], frame: pl.DataFrame
) -> Suppression | None:
    """Return what a configuration asks for, with how the times of training are written."""
    rule = Suppression.asked(config, columns)
    if rule is None:
        return None
    return rule.model_copy(update={"time_form": time_form(frame[rule.time_column])})


def _rows_to_learn(dataset: Dataset, config: AutoMLConfig) -> tuple[pl.DataFrame, Known]:
    """Return the rows, and which of them tell what is usual; raises where these are too few."""
    check_roles(config)
    _require_named(dataset.columns, config)
    frame = dataset.frame()
    known = Known.of(frame, config)
    if len(known.usual) < LEAST_ROWS:
        raise TargetUnusable(
            f"{known.rows_left(frame.height)}: too few to tell what is usual.",
            f"Give at least {LEAST_ROWS}{'' if known.n_odd == 0 else ' that are no anomalies'}.",
        )
    return frame, known


def _require_named(columns: Sequence[str], config: AutoMLConfig) -> None:
    """Raise ColumnMissing where a column that a setting names is not there."""
    told = [config.target_column, config.task_settings.type_column]
    named = [*config.group_columns, config.time_column, config.weight_column, *told]
    wanted = [*named, *config.ignored_columns, *config.features.kinds]
    require_columns(columns, [c for c in wanted if c is not None])


def _metric(config: AutoMLConfig, task: Task, target: Target) -> Metric:
    """Return what counts; raises BadSetting where it is not defined for the target's values."""
    if config.optimization_metric is None:
        return task.default_metric(target.kind, config.threshold)
    metric = get_metric(config.optimization_metric, target.kind)
    lowest = float(target.values.min())
    if not target.classes and lowest < metric.least:
        raise BadSetting(
            f"The metric {metric.name!r} needs values of at least {metric.least:g}, and "
            f"{target.name!r} goes down to {lowest:g}.",
            "Choose another metric, rmse or mae for one.",
        )
    return metric


def _doubts(frame: pl.DataFrame, inputs: TableSchema, config: AutoMLConfig) -> tuple[str, ...]:
    """Return what to say of a past that nobody said how to tell, and of cells that are no numbers."""
    wanted = config.feature_engineering and config.features.temporal
    doubts = doubts_of_time(frame, inputs, config.time_column) if wanted else ()
    return (*doubts, *doubts_of_numbers(frame, inputs), *events_in_order(frame, inputs, config))


def _check(config: AutoMLConfig, task: Task, target: Target, *, has_answers: bool = False) -> None:
    """Refuse before any work what could only fail after it."""
    check_alerts(config, target.kind)
    for name in config.algorithms_to_try or ():
        if target.kind not in named_algorithm(name, target.kind).kinds:
            known = ", ".join(a.name for a in algorithms if target.kind in a.kinds)
            raise BadSetting(
                f"{algorithms.name_of(name)} is of no use for {task.task_type.value}: it solves no "
                f"{target.kind.value} problem.",
                f"Name some of {known}, or leave algorithms_to_try out.",
            )
        if algorithms.get(name).reads_entity and not config.group_columns:
            raise BadSetting(
                f"{algorithms.name_of(name)} judges a row by its entity, but no group_columns are named.",
                "Name the column that says whom a row belongs to, or leave the algorithm out.",
            )
    check_spaces(config, task, target.kind)
    policy = config.threshold
    if policy is None:
        return
    if not has_answers and not task.accepts(policy, target.kind):
        raise BadSetting(
            f"A threshold by {policy.rule} needs rows with answers.",
            "Without them, set it by max_fpr, alerts_per_day or top_k, or leave it out.",
        )
    if policy.alerts_per_day is not None and config.time_column is None:
        raise BadSetting(
            f"The threshold allows {counted(policy.alerts_per_day, 'alert')} a day, but no time_column is named.",
            "Name the time column, or set the threshold by another rule: max_fpr, top_k.",
        )


def _joined(rows: pl.DataFrame, validation: Dataset) -> pl.DataFrame:
    """Return the rows with those for validation below them; raises TypeUnsafe where types differ."""
    require_columns(validation.columns, rows.columns)
    below = validation.frame(rows.columns)
    empty = [c.name for c in below if c.null_count() == len(c)]
    below = below.with_columns(pl.col(c).cast(rows.schema[c]) for c in empty)
    for name, dtype in rows.schema.items():
        if _family(dtype) != _family(below.schema[name]):
            raise TypeUnsafe(
                f"Column {name!r} is {dtype} in the rows to learn from and "
                f"{below.schema[name]} in validation_data.",
                "Bring both to one type.",
            )
    times = {c: wider(t, below.schema[c]) for c, t in rows.schema.items() if _family(t) == TIME}
    parts = [
        part.with_columns(pl.col(c).cast(t) for c, t in times.items()) for part in (rows, below)
    ]
    return pl.concat(parts, how="vertical_relaxed")


def _family(dtype: pl.DataType) -> str:
    if isinstance(dtype, pl.Datetime):
        return TIME
    return "number" if dtype.is_numeric() or dtype == pl.Boolean else str(dtype)


def _check_target(config: AutoMLConfig) -> None:
    check_roles(config)
    if config.target_column in config.features.kinds:
        raise BadSetting(
            f"The target {config.target_column!r} is named in features.kinds.",
            "Kinds are those of columns that features are made of: take it out.",
        )


def _inputs(frame: pl.DataFrame, config: AutoMLConfig) -> TableSchema:
    told = {config.target_column, config.weight_column, config.task_settings.type_column}
    hidden = {*told, *config.ignored_columns}
    visible = [c for c in frame.columns if c not in hidden]
    overrides = {k: v for k, v in config.features.kinds.items() if k in visible}
    roles = (config.time_column, *config.group_columns)
    schema = recognise_sampled(frame.select(visible), overrides, seed=config.seed, named=roles)
    if not schema.columns:
        raise no_column_left(config)
    return _without_raw_time(schema, config)


def _without_raw_time(schema: TableSchema, config: AutoMLConfig) -> TableSchema:
    """Return the schema without a time column that is a plain number (a year, a step).

    Rows are validated forward along it: every later row lies beyond what training saw.
    """
    kept = [
        c for c in schema.columns if c.name != config.time_column or c.kind is ColumnKind.TIMESTAMP
    ]
    return TableSchema(columns=tuple(kept))


def _weight(frame: pl.DataFrame, column: str | None) -> NDArray[np.float64] | None:
    if column is None:
        return None
    weight = frame[column].cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
    if not np.isfinite(weight).all() or (weight < 0).any() or weight.sum() <= 0:
        raise BadSetting(
            f"The weight column {column!r} holds missing, negative or infinite values.",
            "Give every row a weight of 0 or more.",
        )
    scaled: NDArray[np.float64] = weight / weight.mean()
    return scaled


def _ties(
    rows: pl.DataFrame, config: AutoMLConfig, inputs: TableSchema, sizes: Sequence[int], made: int
) -> tuple[RowTies, tuple[str, ...]]:
    """Return what ties rows of some parts together, and what to say of it; nobody gave the last ``made`` ones."""
    if config.time_column is None and not config.group_columns:
        return _tied_by_site(rows, inputs)
    time, told = time_of_rows(rows, config, sizes, made)
    # An answer not yet known when a block of held-out rows begins teaches nothing of it.
    ties = RowTies(time=time, embargo_ns=delay_ns(config))
    if not config.group_columns:
        return ties, told
    codes = [_codes(rows[c]) for c in config.group_columns]
    groups, reason = join_entities(codes, config.group_columns)
    return replace(ties, groups=groups), (*told, reason)


def _tied_by_site(frame: pl.DataFrame, inputs: TableSchema) -> tuple[RowTies, tuple[str, ...]]:
    found = sites_of(frame, inputs)
    if found is None:
        return RowTies(), ()
    codes, column = found
    told = (
        f"Rows of one site in {column!r} were kept together in validation: new sites are what a model "
        "meets. Name group_columns or a time_column for another."
    )
    return RowTies(groups=codes), (told,)


def _codes(values: pl.Series) -> NDArray[np.int64]:
    codes = values.cast(pl.String, strict=False).rank("dense").cast(pl.Int64)
    array: NDArray[np.int64] = codes.fill_null(-1).to_numpy()
    return array
