"""All features of a table before they are judged: made without the target, and out of fold with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import AutoMLTaskType
from phantom_ml.data.matrix import ALL_TEXT, Feature, Matrix, Samples, uniquely_named
from phantom_ml.data.recognise import recognise_sampled
from phantom_ml.data.schema import ColumnKind, TableSchema
from phantom_ml.data.splits import RowTies, require_forward
from phantom_ml.data.target.column import Target, require_columns, require_target
from phantom_ml.data.target.read import read_target
from phantom_ml.data.times.parse import nanoseconds
from phantom_ml.data.times.stray import strays_of, told_strays, usual_times_of
from phantom_ml.errors import BadSetting, SourceEmpty, TargetUnusable
from phantom_ml.features.before import Before
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fit import fit_encoder
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.fold_fitted import FoldFitted, fit_fold
from phantom_ml.features.request import FeatureRequest

Floats = NDArray[np.float32]
#: Fewer answers than this leave nothing to judge a feature on.
LEAST_ANSWERS = 10


@dataclass(frozen=True)
class Generated:
    """Features of all rows, before they are judged.

    Attributes
    ----------
    inputs : DataFrame
        The raw columns that features may be made of.
    schema : TableSchema
    encoder : Encoder
    matrix : Matrix
        Of all rows, by ``Encoder.training``.
    before : Before
    target : Target or None
    fitted : float32 array of shape (n_rows, n_fitted)
        What needs the target, out of fold.
    side : FoldFitted
    delay : int
        Until an answer is known, in the unit of ``before.time``.
    strays : tuple of str
        What is to be said of rows whose clocks lie far from all others.
    """

    inputs: pl.DataFrame
    schema: TableSchema
    encoder: Encoder
    matrix: Matrix
    before: Before
    target: Target | None
    fitted: Floats
    side: FoldFitted
    delay: int = 0
    strays: tuple[str, ...] = ()

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return the features, the fitted ones last."""
        texts = self.encoder.text_columns
        source = texts[0] if len(texts) == 1 else ALL_TEXT
        return uniquely_named(self.matrix.features + self.side.sourced(source))

    @property
    def whole(self) -> Matrix:
        """Return the matrix with the fitted features beside it."""
        return Matrix(self.matrix.values, self.matrix.features).beside(
            self.fitted, self.features[len(self.matrix.features) :]
        )

    def answered(self) -> tuple[Samples, Question]:
        """Return the rows with a known answer, all their features, and the question about them."""
        if self.target is None:
            raise ValueError("there is no target")
        question = asked_of(self.target, self.before, self.delay).rows(self.target.keep)
        return Samples(self.whole.rows(self.target.keep), self.target.values), question


def asked_of(target: Target, before: Before, delay: int = 0) -> Question:
    """Return the question that a target poses, whose answers are known so many nanoseconds later."""
    classes = tuple(str(c) for c in target.classes)
    return Question(target.kind, len(target.classes), classes, before, delay)


def generate(frame: pl.DataFrame, request: FeatureRequest) -> Generated:
    """Return all features of the rows; those that need the target out of fold.

    Raises
    ------
    BadSetting, ColumnMissing, TargetMissing, TargetUnusable
    """
    if not frame.height:
        raise SourceEmpty("The table has no row.", "Give rows to make features of.")
    _check_columns(frame, request)
    target = None
    if request.target_column is not None:
        target = read_answers(frame[request.target_column], request.task_type)
        if target.n_rows < LEAST_ANSWERS:
            raise TargetUnusable(
                f"Only {len(target.keep)} rows have a value of {request.target_column!r}.",
                f"Features are judged on at least {LEAST_ANSWERS}: give more, or no target.",
            )
        _check_delay(frame, target, request)
    before, strays = _before(frame, request)
    hidden = {request.target_column, *request.ignored_columns}
    inputs = frame.select(c for c in frame.columns if c not in hidden)
    if not inputs.width:
        raise TargetUnusable(
            "The table has no column that features could be made of.",
            "Add columns beside the target, or ignore fewer.",
        )
    kinds, roles = _known(request.kinds, inputs), (request.time_column, *request.group_columns)
    schema = recognise_sampled(inputs, kinds, seed=request.seed, named=roles)
    schema = _without_raw_time(schema, request.time_column)
    encoder = fit_encoder(inputs, schema, request, request.time_column, request.group_columns)
    matrix = encoder.training(inputs, before)
    side, fitted = FoldFitted(), np.empty((frame.height, 0), np.float32)
    if target is not None:
        question = asked_of(target, before, request.delay_ns)
        side, fitted = _fitted(matrix, target, question, request.seed)
    strays = strays if before.time is not None else _strays_of_windows(inputs, encoder)
    return Generated(
        inputs, schema, encoder, matrix, before, target, fitted, side, request.delay_ns, strays
    )


def _check_columns(frame: pl.DataFrame, request: FeatureRequest) -> None:
    """Refuse columns that are not there, a target that is also something else, and a delay of nothing."""
    roles = {
        "group_columns": request.group_columns,
        "time_column": (request.time_column,),
        "ignored_columns": request.ignored_columns,
        "kinds": tuple(request.kinds),
    }
    if request.target_column is not None:
        require_target(frame.columns, request.target_column)
    for need in ("target_column", "time_column"):
        if request.label_delay and getattr(request, need) is None:
            raise BadSetting(
                f"features.label_delay is {request.label_delay:g}, and does nothing without {need}, which is not "
                "given.",
                f"Give {need}, or leave label_delay out.",
            )
    for role, columns in roles.items():
        named = [c for c in columns if c is not None]
        require_columns(frame.columns, named)
        if request.target_column in named:
            raise BadSetting(
                f"The target {request.target_column!r} is named under {role}, too.",
                "No feature may know it: name another column.",
            )


def _check_delay(frame: pl.DataFrame, target: Target, request: FeatureRequest) -> None:
    """Refuse a label delay that leaves nothing to judge features by."""
    if request.time_column is not None:
        times, _ = usual_times_of(frame[request.time_column], (frame.height,))
        ties = RowTies(time=times, embargo_ns=request.delay_ns)
        require_forward(target.values, target.kind, ties.rows(target.keep), "features.label_delay")


def _without_raw_time(schema: TableSchema, time: str | None) -> TableSchema:
    """Return the schema without a declared time that is no calendar: absolute time is no feature."""
    kept = [c for c in schema.columns if c.name != time or c.kind is ColumnKind.TIMESTAMP]
    return TableSchema(columns=tuple(kept))


def _known(kinds: Mapping[str, str], frame: pl.DataFrame) -> dict[str, str]:
    return {name: kind for name, kind in kinds.items() if name in frame.columns}


def _before(frame: pl.DataFrame, request: FeatureRequest) -> tuple[Before, tuple[str, ...]]:
    """Return the times and groups of rows, where columns were named for them, and what to say of stray rows."""
    time, groups = None, None
    strays: tuple[str, ...] = ()
    if request.time_column is not None:
        time, strays = usual_times_of(frame[request.time_column], (frame.height,))
    if request.group_columns:
        joined = frame.select(
            pl.struct(list(dict.fromkeys(request.group_columns))).rank("dense").alias("g")
        )
        groups = joined["g"].fill_null(0).to_numpy().astype(np.int64)
    return Before(time, groups), strays


def _strays_of_windows(inputs: pl.DataFrame, encoder: Encoder) -> tuple[str, ...]:
    """Return what to say of stray rows where windows go by a time that nobody named."""
    if encoder.past is None:
        return ()
    values = inputs[encoder.past.plan.time]
    times = nanoseconds(values)
    return told_strays(values.name, times, strays_of(values, times))


def read_answers(values: pl.Series, task_type: AutoMLTaskType | None) -> Target:
    """Return a target column; where no task is named, numbers with many values are a regression."""
    task = task_type or AutoMLTaskType.CLASSIFICATION
    try:
        return read_target(values, values.name, task)
    except TargetUnusable:
        if task_type is not None or not values.dtype.is_numeric():
            raise
        return read_target(values, values.name, AutoMLTaskType.REGRESSION)


def _fitted(
    matrix: Matrix, target: Target, question: Question, seed: int
) -> tuple[FoldFitted, Floats]:
    """Return the features that need the target: out of fold for the labelled rows."""
    answers: Any = np.zeros(matrix.n_rows, target.values.dtype)
    answers[target.keep] = target.values
    return fit_fold(Samples(matrix, answers), target.keep, question, seed)
