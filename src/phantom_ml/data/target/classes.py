"""A target of classes: those with enough rows, in their order, as codes."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.data.target.column import Target
from phantom_ml.data.target.known import all_alike, known_rows
from phantom_ml.data.target.positive import ClassName, ordered_classes
from phantom_ml.errors import TargetUnusable, listed
from phantom_ml.wording import counted

#: One class more would make every metric and every learner that keeps a column a class unusable.
MAX_CLASSES = 1_000
#: A class seen once cannot be both learned and checked.
MIN_CLASS_ROWS = 2


def classes_of(series: pl.Series, name: str, positive: ClassName | None) -> Target:
    """Return a target of two or more classes."""
    keep, warnings = known_rows(series, name)
    known = _whole_numbers(series.drop_nulls())
    counts = known.alias("class").value_counts(name="rows").sort("class")
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
        raise all_alike(name, known[0], n_rows)
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
