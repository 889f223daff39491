"""The target column: which answers there are, as codes or numbers, and which rows have one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import AutoMLTaskType, ProblemKind
from phantom_ml.data.target.positive import ClassName, ordered_classes
from phantom_ml.errors import ColumnMissing, HeaderWrong, TargetMissing, TargetUnusable, listed
from phantom_ml.wording import counted

#: One class more would make every metric and every learner that keeps a column a class unusable.
MAX_CLASSES = 1_000
#: A class seen once cannot be both learned and checked.
MIN_CLASS_ROWS = 2
_REGRESSION = frozenset({AutoMLTaskType.REGRESSION, AutoMLTaskType.TIME_SERIES})


@dataclass(frozen=True)
class Target:
    """The answers of a table.

    Attributes
    ----------
    name : str
        The column.
    kind : ProblemKind
    classes : tuple of str, int, float or bool
        What the codes mean, in their order; the second of two is the positive one. Empty
        for regression.
    values : array of shape (n_known,)
        int64 class codes 0..k-1, or float64 values, all finite.
    keep : int64 array of shape (n_known,)
        Positions of the rows with a usable answer, ascending; ``values[i]`` belongs to row
        ``keep[i]``.
    warnings : tuple of str
        What was decided or left out, one sentence each.
    """

    name: str
    kind: ProblemKind
    classes: tuple[ClassName, ...]
    values: NDArray[np.int64] | NDArray[np.float64]
    keep: NDArray[np.int64]
    warnings: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        """Return how many rows have a usable answer."""
        return int(self.keep.size)

    @property
    def class_counts(self) -> NDArray[np.int64]:
        """Return the rows of each class, shape (n_classes,); empty for regression."""
        if not self.classes:
            return np.zeros(0, dtype=np.int64)
        return np.bincount(self.values.astype(np.int64), minlength=len(self.classes))

    def rows(self, chosen: NDArray[np.int64]) -> Target:
        """Return the answers of some rows, by their positions among those with an answer."""
        return replace(self, values=self.values[chosen], keep=self.keep[chosen])


def require_columns(columns: Sequence[str], names: Sequence[str]) -> None:
    """Raise ColumnMissing, with the nearest column, where a name is not among ``columns``."""
    missing = [name for name in names if name not in columns]
    if missing:
        raise ColumnMissing(missing, columns)


def require_target(columns: Sequence[str], name: str, repeated: Sequence[str] = ()) -> None:
    """Return if there is one column of the target's name.

    Parameters
    ----------
    columns : sequence of str
    name : str
    repeated : sequence of str
        Names that more than one column bore when they were read.

    Raises
    ------
    TargetMissing
        There is none; the message tells the nearest.
    HeaderWrong
        There was more than one.
    """
    if name not in columns:
        raise TargetMissing([name], columns)
    refuse_repeated(name, repeated)


def refuse_repeated(name: str, repeated: Sequence[str]) -> None:
    """Raise HeaderWrong where more than one column bore the target's name when they were read."""
    if name in repeated:
        raise HeaderWrong(
            f"More than one column is called {name!r}, and it is the target: which is meant?",
            "Give each column a name of its own, or leave all but one out.",
        )


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
    column = _plain_column(series, name)
    if task in _REGRESSION:
        return _numbers(column, name)
    return _classes(column, name, positive_class)


def _plain_column(series: pl.Series, name: str) -> pl.Series:
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


def _known_rows(series: pl.Series, name: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the positions of cells that are not null, and a sentence where some are."""
    keep = np.flatnonzero(series.is_not_null().to_numpy())
    if not keep.size:
        raise TargetUnusable(
            f"The target {name!r} is missing in {_all_rows(len(series))}.",
            "Name the column that holds the answers, or fill it.",
        )
    missing = len(series) - keep.size
    if not missing:
        return keep, ()
    have, were = ("has", "was") if missing == 1 else ("have", "were")
    rows = f"{missing:,} of {counted(len(series), 'row')}"
    sentence = f"{rows} {have} no usable value in {name!r} and {were} left out."
    return keep, (sentence,)


def _all_rows(n: int) -> str:
    return "the only row" if n == 1 else f"all {n:,} rows"


def _numbers(series: pl.Series, name: str) -> Target:
    """Return a regression target."""
    numbers = _parsed(series, name) if series.dtype == pl.String else series.cast(pl.Float64)
    keep, warnings = _known_rows(numbers, name)
    values = numbers.drop_nulls().to_numpy().astype(np.float64)
    n_distinct = int(np.unique(values).size)
    if n_distinct == 1:
        raise _constant(name, values[0], values.size)
    _refuse_beyond(values, name)
    if n_distinct == 2 or (n_distinct <= 10 and values.size >= 20 * n_distinct):
        warnings += (
            f"The target {name!r} has only {n_distinct} different values, like classes; "
            "it was learned as a number.",
        )
    return Target(name, ProblemKind.REGRESSION, (), values, keep, warnings)


def _refuse_beyond(values: NDArray[np.float64], name: str) -> None:
    """Raise TargetUnusable where a number lies beyond float32, in which most learners hold answers."""
    beyond = values[np.abs(values) > np.finfo(np.float32).max]
    if beyond.size:
        raise TargetUnusable(
            f"{counted(beyond.size, 'row holds', 'rows hold')} a number beyond 3.4e38 in the target {name!r}, "
            f"such as {beyond[0]:g}.",
            "Clean them, or divide the column: predictions are in the unit that was learned from.",
        )


def _parsed(series: pl.Series, name: str) -> pl.Series:
    """Return numbers that were written as text; not finite ones null."""
    numbers = series.str.strip_chars().cast(pl.Float64, strict=False)
    failed = series.filter(numbers.is_null() & series.is_not_null())
    if len(failed):
        example = str(failed[0])[:60]
        raise TargetUnusable(
            f"The target {name!r} holds text such as {example!r} in {counted(len(failed), 'row')}.",
            "Regression needs numbers: use task_type='classification', or clean the column.",
        )
    return numbers.set(~numbers.is_finite(), None)


def _classes(series: pl.Series, name: str, positive: ClassName | None) -> Target:
    """Return a target of two or more classes."""
    keep, warnings = _known_rows(series, name)
    known = _whole_numbers(series.drop_nulls())
    counts = known.value_counts(name="rows").sort(known.name)
    _check_distinct(known, len(counts), name)
    frequent = counts.filter(pl.col("rows") >= MIN_CLASS_ROWS)
    _check_frequent(counts, frequent, name)
    if len(frequent) < len(counts):
        warnings += (_rare(counts, len(counts) - len(frequent), name),)
    names: tuple[ClassName, ...] = tuple(frequent.to_series(0).to_list())
    ordered, said = ordered_classes(names, frequent["rows"].to_list(), name, positive)
    codes = _codes(known, ordered)
    kind = ProblemKind.BINARY if len(ordered) == 2 else ProblemKind.MULTICLASS
    found = codes >= 0
    return Target(name, kind, ordered, codes[found], keep[found], warnings + said)


def _whole_numbers(series: pl.Series) -> pl.Series:
    """Return a float column as integers where every value is one, so that 1.0 is called 1."""
    if not series.dtype.is_float():
        return series
    # Beyond 2**53 a float is not one integer any more.
    whole = (series.round() == series) & (series.abs() < 2**53)
    return series.cast(pl.Int64) if whole.all() else series


def _codes(series: pl.Series, classes: tuple[ClassName, ...]) -> NDArray[np.int64]:
    """Return the position of each value among the classes, -1 where it is none of them."""
    position = pl.Series(range(len(classes)), dtype=pl.Int64)
    known = pl.Series(classes, dtype=series.dtype)
    return series.replace_strict(known, position, default=-1).to_numpy().astype(np.int64)


def _check_distinct(known: pl.Series, n_distinct: int, name: str) -> None:
    n_rows, numeric = len(known), known.dtype.is_numeric()
    if n_distinct == 1:
        raise _constant(name, known[0], n_rows)
    if numeric and _looks_continuous(known, n_distinct):
        raise TargetUnusable(
            f"The target {name!r} is a number with {n_distinct} different values in {n_rows} rows.",
            "Use task_type='regression', or make classes of it.",
        )
    if n_distinct == n_rows or (n_distinct > 20 and n_distinct > n_rows / 2):
        raise TargetUnusable(
            f"The target {name!r} has {n_distinct} different values in {n_rows} rows, "
            f"such as {str(known[0])[:60]!r}: nearly every row is a class of its own.",
            "A class needs several rows: name another column, or group its values.",
        )


def _looks_continuous(known: pl.Series, n_distinct: int) -> bool:
    """Return whether numbers measure something: fractions, or few rows a value."""
    rows_a_value = len(known) / n_distinct
    if known.dtype.is_float():
        return n_distinct > 20 or rows_a_value < 2
    return (n_distinct > 30 and rows_a_value < 20) or (n_distinct > 10 and rows_a_value < 2)


def _check_frequent(counts: pl.DataFrame, frequent: pl.DataFrame, name: str) -> None:
    if len(frequent) < 2:
        raise TargetUnusable(
            f"The target {name!r} has {len(counts)} classes, but only {len(frequent)} of them "
            f"in at least {MIN_CLASS_ROWS} rows.",
            "Two classes with several rows each are needed: bring more rows of the rare ones.",
        )
    if len(frequent) > MAX_CLASSES:
        raise TargetUnusable(
            f"The target {name!r} has {len(frequent)} classes.",
            f"At most {MAX_CLASSES} can be learned: group them, or name another column.",
        )


def _rare(counts: pl.DataFrame, n_rare: int, name: str) -> str:
    rare = counts.filter(pl.col("rows") < MIN_CLASS_ROWS).to_series(0).cast(pl.String).to_list()
    shown = listed(rare, 5)
    classes = counted(n_rare, "class", "classes")
    have = "has" if n_rare == 1 else "have"
    return f"{classes} of {name!r} {have} a single row, which was left out: {shown}."


def _constant(name: str, value: object, n_rows: int) -> TargetUnusable:
    return TargetUnusable(
        f"The target {name!r} is {str(value)[:60]!r} in {_all_rows(n_rows)} that "
        f"{'has' if n_rows == 1 else 'have'} a value.",
        "At least two different values are needed: add rows of the other kind, or name another "
        "target.",
    )
