"""The columns of a frame of series, read as numbers: times, values, what goes beside, and names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.times.parse import to_datetime
from phantom_ml.data.times.rows import for_one
from phantom_ml.errors import ColumnMissing, DataError, TargetUnusable, listed
from phantom_ml.forecasters.series.zoned import require_same_kind
from phantom_ml.wording import counted

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: No value is learned or measured that is further from 0: squares and cubes of it would not be finite.
GREATEST = 1e100
#: What goes beside a series ends there, as features do: at the largest float32.
LARGEST = float(np.finfo(np.float32).max)
#: The last time in microseconds since 1970 that fits 64 bits in nanoseconds.
LAST_MICROSECOND = np.iinfo(np.int64).max // 1000


@dataclass(frozen=True)
class SeriesColumns:
    """What the columns of a frame are.

    Attributes
    ----------
    time : str
        Dates, datetimes, text that tells one, or whole numbers.
    value : str or tuple of str
        What is forecast. Several columns: the frame is wide, each is a series called by its column's name.
    series : tuple of str
        What tells series apart; none where the frame is one series. A missing value is a name too.
    known_ahead, past_only : tuple of str
        Numbers or booleans that go with each row, whose future is known, or is not.
    """

    time: str
    value: str | tuple[str, ...]
    series: tuple[str, ...] = ()
    known_ahead: tuple[str, ...] = ()
    past_only: tuple[str, ...] = ()


def check_columns(frame: pl.DataFrame, names: Sequence[str]) -> None:
    """Raise ColumnMissing for a name that is not there, DataError where there is no row."""
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise ColumnMissing(missing, frame.columns)
    if frame.height == 0:
        raise DataError("The table has no row.", "A series needs one at least.")


def read_times(column: pl.Series, form: str | None = None) -> tuple[pl.Series, bool]:
    """Return nanoseconds in UTC or whole numbers, null where unreadable, and whether they are times.

    ``form`` tells how text of times is written, as for ``to_datetime``.
    """
    if column.dtype.is_numeric():
        whole = column.cast(pl.Float64).fill_nan(None)
        if not (whole == whole.round()).all():
            raise DataError(
                f"The time column {column.name!r} holds numbers that are not whole.",
                "Number the steps, or give dates.",
            )
        return column.cast(pl.Int64, strict=False), False
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.timestamp("ns"), True
    return to_datetime(column, form).dt.timestamp("ns"), True


def times_like(
    column: pl.Series, form: str | None, history: pl.DataType, zoned: bool | None
) -> pl.Series:
    """Return ``read_times`` of new rows, which are of the kind of those of the history.

    ``zoned`` is what ``is_zoned`` told of those.

    Raises
    ------
    DataError
        They are whole numbers, and the history has times, or they name a zone, and those of the history name
        none, or the other way round.
    """
    times, is_temporal = read_times(column, form)
    if not times.count():
        return times
    if is_temporal == history.is_temporal():
        require_same_kind(column, zoned)
        return times
    held, others = ("times", "whole numbers") if is_temporal else ("whole numbers", "times")
    raise DataError(
        f"The time column {column.name!r} holds {held}{for_one(column)}; the history has {others}.",
        "Give times as those of the history are.",
    )


def beyond_times(column: pl.Series, form: str | None = None) -> pl.Series:
    """Return which times lie after the last one that nanoseconds can tell, in April 2262; null where none is.

    Examples
    --------
    >>> beyond_times(pl.Series("t", ["2026-01-31", "9999-12-31"])).to_list()
    [False, True]
    """
    if column.dtype.is_numeric():
        return pl.Series(column.name, [False], pl.Boolean).new_from_index(0, len(column))
    times = column if isinstance(column.dtype, pl.Datetime) else to_datetime(column, form)
    return times.dt.timestamp("us") > LAST_MICROSECOND


def read_values(column: pl.Series) -> Floats:
    """Return numbers, also those written as text, NaN where missing or infinite.

    Raises
    ------
    TargetUnusable
        A cell is no number, or further from 0 than GREATEST.
    """
    numbers = read_all_values(column)
    finite = np.where(np.isfinite(numbers), numbers, np.nan)
    beyond = finite[np.abs(finite) > GREATEST]
    if len(beyond):
        raise TargetUnusable(
            f"{counted(len(beyond), 'row holds', 'rows hold')} a number beyond {GREATEST:g} in {column.name!r}, "
            f"such as {beyond[0]:g}.",
            "Clean them, or divide the column: a forecast is told in the unit that it learned from.",
        )
    return finite


def read_all_values(column: pl.Series) -> Floats:
    """Return numbers as ``read_values`` does, infinite and absurdly large ones among them."""
    if column.dtype == pl.String:
        column = _parsed(column)
    if not (column.dtype.is_numeric() or column.dtype in (pl.Boolean, pl.Null)):
        raise TargetUnusable(
            f"The values of {column.name!r} are {column.dtype}, not numbers.",
            "Name a column of numbers, or convert this one.",
        )
    return column.cast(pl.Float64).fill_null(np.nan).to_numpy()


def _parsed(column: pl.Series) -> pl.Series:
    numbers = column.str.strip_chars().cast(pl.Float64, strict=False)
    failed = column.filter(numbers.is_null() & column.is_not_null())
    if len(failed):
        raise TargetUnusable(
            f"The values of {column.name!r} are no numbers: {counted(len(failed), 'row holds', 'rows hold')} text "
            f"such as {str(failed[0])[:60]!r}.",
            "Name a column of numbers, or clean this one.",
        )
    return numbers


def read_numbers(frame: pl.DataFrame, names: list[str]) -> Floats:
    """Return columns as numbers of shape (n_rows, n_names), NaN where missing; raises DataError."""
    if not names:
        return np.empty((frame.height, 0))
    wrong = [n for n in names if not _is_told_in_numbers(frame[n])]
    if wrong:
        raise DataError(
            f"Columns beside a series must be numbers or booleans; {listed(wrong)} are not.",
            "Encode them as numbers first, or leave them out.",
        )
    told = frame.select(pl.col(names).cast(pl.Float64).fill_null(np.nan)).to_numpy()
    return np.where(np.isfinite(told), np.clip(told, -LARGEST, LARGEST), np.nan)


def _is_told_in_numbers(cells: pl.Series) -> bool:
    """Return whether cells are numbers, booleans, or all empty: what is not known yet has no type."""
    is_empty = cells.null_count() == len(cells)
    return cells.dtype.is_numeric() or cells.dtype == pl.Boolean or is_empty


def series_codes(frame: pl.DataFrame, ids: pl.DataFrame) -> Ints:
    """Return the position in ``ids`` of each row's series, -1 where it is none of them."""
    if ids.width == 0:
        return np.zeros(frame.height, np.int64)
    numbered = ids.with_row_index("\x00code")
    names = ids.columns
    keys = frame.select([pl.col(n).cast(ids[n].dtype, strict=False) for n in names])
    joined = keys.join(numbered, on=names, how="left", nulls_equal=True, maintain_order="left")
    return joined["\x00code"].cast(pl.Int64).fill_null(-1).to_numpy()


def named(ids: pl.DataFrame, code: int) -> str:
    """Return the end of a sentence that names a series."""
    if ids.width == 0:
        return ""
    names = [str(v) for v in ids.row(code)]
    return f" of series {listed(names)}"
