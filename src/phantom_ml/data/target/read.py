"""A column read as the target: numbers or classes, as the task wants them."""

from __future__ import annotations

import polars as pl

from phantom_ml.config import AutoMLTaskType
from phantom_ml.data.target.classes import classes_of
from phantom_ml.data.target.column import Target
from phantom_ml.data.target.numbers import numbers_of
from phantom_ml.data.target.positive import ClassName
from phantom_ml.errors import TargetUnusable

_REGRESSION = frozenset({AutoMLTaskType.REGRESSION, AutoMLTaskType.TIME_SERIES})


def read_target(
    series: pl.Series,
    name: str,
    task: AutoMLTaskType,
    positive_class: ClassName | None = None,
) -> Target:
    """Return the answers of a column as a learner takes them.

    Parameters
    ----------
    series : polars.Series
        The raw column. Null, NaN, infinite and blank cells count as missing.
    name : str
        What the column is called in messages.
    task : AutoMLTaskType
        Regression and time series want numbers, every other task classes.
    positive_class : str, int, float or bool, optional
        Which of two classes is the alert, matched by value or by its text. Guessed where not given.

    Returns
    -------
    Target

    Raises
    ------
    TargetUnusable
        Nothing can be learned: all missing, one value only, free text, text where numbers were
        asked, numbers with many values where classes were asked.
    BadSetting
        ``positive_class`` is not one of the classes, or there are more than two.

    Examples
    --------
    >>> target = read_target(pl.Series(["ok", "attack", None, "ok", "attack"]), "label",
    ...                      AutoMLTaskType.CLASSIFICATION)
    >>> target.classes, target.values.tolist(), target.keep.tolist()
    (('ok', 'attack'), [0, 1, 0, 1], [0, 1, 3, 4])
    """
    column = plain_column(series, name)
    if task in _REGRESSION:
        return numbers_of(column, name)
    return classes_of(column, name, positive_class)


def plain_column(series: pl.Series, name: str) -> pl.Series:
    """Return the column as text, boolean, int or float, with every missing value null."""
    dtype = series.dtype
    if dtype in (pl.Categorical, pl.Enum):
        series = series.cast(pl.String)
    if series.dtype == pl.String:
        return series.set(series.str.strip_chars() == "", None)
    if dtype.is_decimal():
        series = series.cast(pl.Float64)
    if series.dtype.is_float():
        series = series.cast(pl.Float64)
        return series.set(~series.is_finite(), None)
    if not (series.dtype.is_integer() or series.dtype in (pl.Boolean, pl.Null)):
        raise TargetUnusable(
            f"The target {name!r} holds values of type {dtype.base_type()}.",
            "A target is text, true or false, or a number: make such a column of it.",
        )
    return series
