"""A table as rows of series: which columns are watched, which rows are whose, and whether time goes forward."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.times.rows import for_one
from phantom_ml.errors import ColumnMissing, DataError, listed
from phantom_ml.streams.base import Floats
from phantom_ml.streams.settings import StreamConfig
from phantom_ml.wording import counted

#: A row's number, beside columns that no user's is called like.
PLACE, TIME = "\x00place", "\x00time"
#: Kinds of time, in words.
WHOLE, NAIVE, ZONED = "whole numbers", "times without a zone", "times with a zone"


@dataclass(frozen=True)
class Rows:
    """The rows of one series.

    Attributes
    ----------
    values : array of shape (n, n_columns)
        NaN where missing.
    places : int array of shape (n,)
        Where each row stood in the frame.
    times : int64 array of shape (n,), or None
        Nanoseconds, or what the time column holds; None where there is none.
    """

    values: Floats
    places: np.ndarray
    times: NDArray[np.int64] | None


def kind_of_time(times: pl.Series) -> str:
    """Return what the times of a column are counted in, in words; times of two kinds have no order.

    Raises
    ------
    DataError
        They are neither dates nor datetimes nor whole numbers.
    """
    if times.dtype in (pl.Date, pl.Datetime):
        return ZONED if getattr(times.dtype, "time_zone", None) else NAIVE
    if not times.dtype.is_integer():
        raise DataError(
            f"The time column {times.name!r} is of the type {times.dtype}{for_one(times)}.",
            "Turn it into dates, datetimes or whole numbers.",
        )
    return WHOLE


def told_row(place: int, first_row: int = 0) -> str:
    """Return the number of the row at a place, and what the first is called.

    Examples
    --------
    >>> told_row(2), told_row(2, first_row=1)
    ('row 2 of the table (counted from 0)', 'row 3 of the table (counted from 1)')
    """
    return f"row {place + first_row:,} of the table (counted from {first_row})"


def rows_of(
    frame: pl.DataFrame, config: StreamConfig, known: tuple[str, ...], first_row: int = 0
) -> tuple[tuple[str, ...], list[tuple[tuple[str | None, ...], Rows]]]:
    """Return the watched columns, and the rows of each series in the order of the frame.

    Parameters
    ----------
    frame : polars DataFrame
    config : StreamConfig
    known : tuple of str
        The columns that were watched before; empty the first time.
    first_row : int
        What errors call the first row.

    Raises
    ------
    ColumnMissing
        A column that is named or known is not there.
    DataError
        A watched column is not numeric, there is none, or a time is missing.
    """
    columns = known or _watched(frame, config, first_row)
    needed = [
        *columns,
        *config.series_columns,
        *([config.time_column] if config.time_column else []),
    ]
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise ColumnMissing(missing, frame.columns)
    # A column of missing cells alone has no type of its own.
    empty = [name for name in columns if frame[name].null_count() == frame.height]
    frame = frame.with_columns(pl.lit(None, pl.Float64).alias(name) for name in empty)
    wrong = [name for name in columns if not frame[name].dtype.is_numeric()]
    if wrong:
        words = _words_of(frame[wrong[0]], first_row)
        raise DataError(
            f"Columns that are to be watched are not numeric: {listed(wrong)}{words and f'; {words}'}.",
            "Name numeric ones in value_columns, or turn these into numbers.",
        )
    keys = [frame[name].cast(pl.String, strict=False) for name in config.series_columns]
    told = pl.DataFrame([*keys, pl.int_range(frame.height, eager=True).alias(PLACE)])
    if config.time_column:
        told = told.with_columns(_times(frame[config.time_column], first_row).alias(TIME))
    values = frame.select(pl.col(columns).cast(pl.Float64)).fill_null(np.nan).to_numpy()
    if not frame.height:
        return columns, []
    if config.series_columns:
        groups = told.group_by(list(config.series_columns), maintain_order=True)
    else:
        return columns, [((), _of(told, values, config))]
    return columns, [(tuple(key), _of(part, values, config)) for key, part in groups]


def _watched(frame: pl.DataFrame, config: StreamConfig, first_row: int) -> tuple[str, ...]:
    others = {config.time_column, *config.series_columns}
    chosen = config.value_columns
    if chosen is None:
        chosen = tuple(n for n in frame.columns if n not in others and frame[n].dtype.is_numeric())
    if not chosen:
        told = (_words_of(frame[n], first_row) for n in frame.columns if n not in others)
        words = next(filter(None, told), "")
        raise DataError(
            f"The table has no numeric column to watch{words and f': {words}'}.",
            "Give one at least; name in value_columns those whose first values are missing.",
        )
    return chosen


def told_unwatched(
    frame: pl.DataFrame, config: StreamConfig, watched: tuple[str, ...], first_row: int = 0
) -> str:
    """Return what to say of columns of which most cells are numbers and some are not; nothing without any.

    ``first_row`` is what the first row is called.

    Examples
    --------
    >>> table = pl.DataFrame({"up": ["1", "2", "n/k"], "host": ["a", "b", "c"], "n": [1, 2, 3]})
    >>> told_unwatched(table, StreamConfig(), ("n",))
    "'up' is not watched: 'up' holds 'n/k' in row 2 of the table (counted from 0), and 2 of 3 cells are numbers."
    """
    if config.value_columns is not None:
        return ""
    others = {*watched, *config.series_columns, config.time_column}
    told = []
    for name in (n for n in frame.columns if n not in others and frame[n].dtype == pl.String):
        cells = frame[name].drop_nulls()
        n_numbers = cells.cast(pl.Float64, strict=False).count()
        if 2 * n_numbers > len(cells):
            share = f"{n_numbers:,} of {len(cells):,} cells are numbers"
            words = _words_of(frame[name], first_row) or "it is text"
            told.append(f"{name[:60]!r} is not watched: {words}, and {share}.")
    return " ".join(told)


def _words_of(column: pl.Series, first_row: int) -> str:
    """Return in words the first cell of a column that is no number; nothing where it holds none."""
    cells = column.cast(pl.String, strict=False)
    words = (cells.is_not_null() & cells.cast(pl.Float64, strict=False).is_null()).arg_true()
    if not len(words):
        return ""
    return f"{column.name[:60]!r} holds {cells[words[0]][:60]!r} in {told_row(words[0], first_row)}"


def _times(times: pl.Series, first_row: int) -> pl.Series:
    """Return times as whole numbers: nanoseconds, or what the column holds; raises DataError."""
    lost = times.is_null().arg_true()
    if len(lost):
        raise DataError(
            f"{counted(len(lost), 'row has', 'rows have')} no time in {times.name!r}, "
            f"{told_row(lost[0], first_row)} to begin with.",
            "Give each row its time.",
        )
    if kind_of_time(times) != WHOLE:
        times = times.cast(pl.Datetime("ns", getattr(times.dtype, "time_zone", None)))
    return times.cast(pl.Int64)


def _of(part: pl.DataFrame, values: Floats, config: StreamConfig) -> Rows:
    places = part[PLACE].to_numpy()
    times = part[TIME].to_numpy() if config.time_column else None
    return Rows(values[places], places, times)


def told_time(time: int, kind: str) -> str:
    """Return a time as it is read: ``time`` and ``kind`` as ``Rows.times`` and ``kind_of_time`` tell them.

    Examples
    --------
    >>> told_time(0, NAIVE), told_time(1_500_000_000, ZONED), told_time(7, WHOLE)
    ('1970-01-01 00:00:00', '1970-01-01 00:00:01.500000 UTC', '7')
    """
    if kind == WHOLE:
        return str(time)
    told = pl.Series([time]).cast(pl.Datetime("ns"))[0]
    return f"{told} UTC" if kind == ZONED else str(told)
