"""From rows to series: long or wide, in any order, regular or not, with or without names.

Rows are sorted, the frequency is found or taken as declared, every series is laid on its grid, and steps
without a row are NaN. A series begins at its first known value and ends at its last one: rows beyond are
the future, and their columns that are known ahead are read by ``known_ahead_of``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.times.form import time_form
from phantom_ml.data.times.rows import for_one
from phantom_ml.data.times.units import require_one_unit
from phantom_ml.errors import DataError, TargetUnusable
from phantom_ml.forecasters.series.clock import shown, zone_of
from phantom_ml.forecasters.series.columns import (
    SeriesColumns,
    check_columns,
    named,
    read_all_values,
    read_numbers,
    read_times,
    read_values,
    series_codes,
    times_like,
)
from phantom_ml.forecasters.series.far_rows import told_far_rows, told_span
from phantom_ml.forecasters.series.find_frequency import find_frequency, month_day_of
from phantom_ml.forecasters.series.frequency import Frequency
from phantom_ml.forecasters.series.gaps import filled
from phantom_ml.forecasters.series.grid import SeriesSet
from phantom_ml.forecasters.series.season import season_length
from phantom_ml.forecasters.series.zoned import is_zoned
from phantom_ml.wording import counted

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: The columns of a name and a value where a wide frame is made long.
WIDE_NAME, WIDE_VALUE = "series", "\x00value"
#: Where a column is called so already.
OTHER_NAMES = ("series_name", "\x00series")
#: What to do where the rows are right and the clock was set back between them.
SET_BACK = " Where a clock was set back in autumn, give times with their zone, and time_zone by which they live."
#: A grid may have so many steps for each row; more is a sign of a wrong frequency.
MAX_STEPS_A_ROW, SPARE_STEPS = 50, 10_000


def series_of(
    frame: pl.DataFrame,
    columns: SeriesColumns,
    frequency: str | None = None,
    season: int | None = None,
    time_zone: str | None = None,
) -> SeriesSet:
    """Return the series of a frame.

    Parameters
    ----------
    frame : polars frame
        One row a time and series, in any order; or wide: one row a time, one column a series.
    columns : SeriesColumns
    frequency : str or None
        As ``Frequency.parse`` reads it; None: found.
    season : int or None
        Steps of a season; None: found.
    time_zone : str or None
        IANA name of the zone by whose clock steps are counted, where times tell one; None: that of their column.

    Raises
    ------
    ColumnMissing
        A named column is not in the frame.
    TargetUnusable
        The values are no numbers, or a series has none.
    DataError
        A time is missing or is no time, a time occurs twice in a series, or the steps between the rows
        would be far more than the rows.
    BadSetting
        The frequency is not understood.

    Examples
    --------
    >>> frame = pl.DataFrame({"t": [3, 1, 4], "y": [30.0, 10.0, 40.0]})
    >>> series_of(frame, SeriesColumns("t", "y")).values.tolist()
    [10.0, nan, 30.0, 40.0]
    """
    if not isinstance(columns.value, str):
        frame, columns = _long(frame, columns)
    rows = _Rows.of(frame, columns)
    zone = zone_of(rows.time_type, time_zone)
    by_clock = shown(rows.times, zone)
    step = (
        find_frequency(by_clock, rows.codes, is_temporal=rows.is_temporal)
        if frequency is None
        else _declared(frequency, rows, by_clock, columns.time)
    )
    step = replace(step, zone=zone)
    grid = _Grid.of(rows, step)
    values = grid.mean(rows.values)
    if season is None:
        season = season_length(filled(values, grid.bounds, 1), grid.bounds, step)
    return SeriesSet(
        rows.ids, grid.origins, grid.bounds, values, step, season,
        columns.time, rows.time_type, str(columns.value).lstrip("\x00"),
        grid.means(rows.known), grid.means(rows.past), columns.known_ahead, columns.past_only,
        rows.time_form, is_zoned(frame[columns.time]),
    )  # fmt: skip


def as_long(series: SeriesSet, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a wide frame with a row a time and series, as the series were learned from; others as they are.

    A series that is no column of the frame has no value in its rows.

    Examples
    --------
    >>> wide = pl.DataFrame({"t": [1, 2], "a": [1.0, 2.0], "b": [5.0, 6.0]})
    >>> learned = series_of(wide, SeriesColumns("t", ("a", "b")))
    >>> as_long(learned, pl.DataFrame({"t": [3], "b": [7.0]})).rows()
    [(3, 'a', None), (3, 'b', 7.0)]
    """
    names = series.ids.columns
    if not _may_be_wide(series) or names[0] in frame.columns:
        return frame
    check_columns(frame, [series.time])
    kept = [series.time, *(n for n in series.known_names if n in frame.columns)]
    parts = [
        frame.select(kept).with_columns(
            pl.lit(name).alias(names[0]), _column(frame, name).alias(series.target)
        )
        for name in series.ids[names[0]]
    ]
    return pl.concat(parts)


def value_columns(series: SeriesSet) -> tuple[str, ...]:
    """Return the columns in which a table may hold values: the target, or of a wide one a column a series."""
    return (series.target, *(series.ids.to_series().to_list() if _may_be_wide(series) else ()))


def _may_be_wide(series: SeriesSet) -> bool:
    names = series.ids.columns
    return len(names) == 1 and names[0] in {WIDE_NAME, *OTHER_NAMES}


def _column(frame: pl.DataFrame, name: str) -> pl.Series:
    if name not in frame.columns:
        return pl.Series(name, [None] * frame.height, pl.Float64)
    return pl.Series(name, read_all_values(frame[name])).fill_nan(None)


def known_ahead_of(series: SeriesSet, frame: pl.DataFrame, horizon: int) -> Floats:
    """Return what a frame tells of the next steps, shape (n_series, horizon, n_known), NaN where nothing.

    Parameters
    ----------
    series : SeriesSet
    frame : polars frame
        The series columns, the time column and the columns that are known ahead; rows of other series or
        times are left alone.
    horizon : int

    Raises
    ------
    ColumnMissing
        A column is not in the frame.
    """
    names = list(series.known_names)
    check_columns(frame, names)
    ahead = rows_ahead(series, frame)
    found = np.full((series.n_series, horizon, len(names)), np.nan)
    within = ahead.usable & (ahead.steps < horizon)
    found[ahead.codes[within], ahead.steps[within]] = read_numbers(frame, names)[within]
    return found


@dataclass(frozen=True)
class Ahead:
    """Where rows lie after the history of their series.

    Attributes
    ----------
    codes : int64 array of shape (n_rows,)
        Of each row's series, -1 for one that is not known.
    steps : int64 array of shape (n_rows,)
        0 is the first step after the history; below it the row is not ahead.
    usable : bool array of shape (n_rows,)
        Whether the series is known and the row ahead.
    exact : bool array of shape (n_rows,)
        Whether the row's time is that of its step; else the step is the nearest.
    """

    codes: Ints
    steps: Ints
    usable: NDArray[np.bool_]
    exact: NDArray[np.bool_]


def rows_ahead(series: SeriesSet, frame: pl.DataFrame) -> Ahead:
    """Return where the rows of a frame lie; raises ColumnMissing, DataError."""
    check_columns(frame, [series.time, *series.ids.columns])
    times = times_like(frame[series.time], series.time_form, series.time_type, series.zoned)
    codes = series_codes(frame, series.ids)
    known = (codes >= 0) & ~times.is_null().to_numpy()
    steps, exact = np.full(frame.height, -1), np.zeros(frame.height, np.bool_)
    moments, origins = times.fill_null(0).to_numpy()[known], series.origins[codes[known]]
    told = series.frequency.steps(origins, moments)
    steps[known] = told - series.lengths[codes[known]]
    step = series.frequency
    exact[known] = step.shown_times(origins, told) == shown(moments, step.zone)
    return Ahead(codes, steps, known & (steps >= 0), exact)


@dataclass(frozen=True)
class _Rows:
    """Rows by series and time, none before the first or after the last known value of its series."""

    ids: pl.DataFrame
    codes: Ints
    times: Ints
    values: Floats
    known: Floats
    past: Floats
    time_type: pl.DataType
    is_temporal: bool
    time_form: str | None

    @classmethod
    def of(cls, frame: pl.DataFrame, columns: SeriesColumns) -> _Rows:
        """Return the rows of a long frame; raises DataError where times are missing, repeated or of two units."""
        value, names = str(columns.value), list(columns.series)
        beside = (list(columns.known_ahead), list(columns.past_only))
        check_columns(frame, [columns.time, value, *names, *beside[0], *beside[1]])
        ids = frame.select(names).unique().sort(names, nulls_last=True) if names else pl.DataFrame()
        written = frame[columns.time]
        require_one_unit(written)
        form = time_form(written) if written.dtype == pl.String else None
        times, is_temporal = read_times(written, form)
        missing = times.null_count()
        if missing:
            have = "has" if missing == 1 else "have"
            raise DataError(
                f"{missing:,} of {counted(frame.height, 'row')} {have} no readable time in {columns.time!r}"
                f"{for_one(written.filter(times.is_null()))}.",
                "Fill in the times, or leave these rows out.",
            )
        codes, moments = series_codes(frame, ids), times.to_numpy()
        order = np.lexsort((moments, codes))
        codes, moments = codes[order], moments[order]
        _refuse_duplicates(codes, moments, frame[columns.time].gather(order), ids)
        values = read_values(frame[value])[order]
        kept = _within_known(codes, values, ids)
        known, past = (read_numbers(frame, group)[order][kept] for group in beside)
        kind = frame[columns.time].dtype
        if is_temporal and not kind.is_temporal():  # text is told as datetimes, moments in UTC
            kind = pl.Datetime("us", "UTC" if is_zoned(written) else None)
        return cls(
            ids, codes[kept], moments[kept], values[kept], known, past, kind, is_temporal, form
        )  # fmt: skip


@dataclass(frozen=True)
class _Grid:
    """Where each row lies on the grid of its series."""

    origins: Ints
    bounds: Ints
    cells: Ints

    @classmethod
    def of(cls, rows: _Rows, step: Frequency) -> _Grid:
        """Return the cells of sorted rows; raises DataError where there would be far too many."""
        starts = np.flatnonzero(np.diff(rows.codes, prepend=-1))
        origins = rows.times[starts]
        # A clock that is set back shows an hour again: the last row need not have the last step.
        steps = np.maximum(step.steps(origins[rows.codes], rows.times), 0)
        lengths = np.maximum.reduceat(steps, starts) + 1
        total = int(lengths.sum())
        if total > MAX_STEPS_A_ROW * len(steps) + SPARE_STEPS:
            raise _too_many_steps(rows, step, total, int(lengths.argmax()))
        bounds = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return cls(origins, bounds, bounds[rows.codes] + steps)

    def mean(self, values: Floats) -> Floats:
        """Return the mean of what fell into each cell, NaN for nothing."""
        return cell_means(self.cells, values, int(self.bounds[-1]))

    def means(self, columns: Floats) -> Floats:
        """Return ``mean`` of each column, shape (n_total, n_columns)."""
        parts = [self.mean(columns[:, i]) for i in range(columns.shape[1])]
        return np.stack(parts, axis=1) if parts else np.empty((int(self.bounds[-1]), 0))


def _too_many_steps(rows: _Rows, step: Frequency, total: int, longest: int) -> DataError:
    """Return the error of rows that lie on far too many steps, most of them those of one series."""
    of_it = rows.times[rows.codes == longest], rows.time_type, (rows.ids, longest)
    fault = f"With a step of {step.text} {counted(len(rows.times), 'row lies', 'rows lie')} on {total:,} steps"
    far = told_far_rows(*of_it, day=0.0)
    if far is not None:
        return DataError(f"{fault}: {far[0]}.", far[1])
    return DataError(
        f"{fault}; {told_span(*of_it)}.",
        "Leave out rows whose clocks were wrong, declare a longer frequency, or aggregate the rows first.",
    )


def cell_means(cells: Ints, values: Floats, size: int) -> Floats:
    """Return the mean of the values of each cell, shape (size,), NaN where there is none.

    Examples
    --------
    >>> cell_means(np.array([0, 0, 2]), np.array([1.0, 3.0, np.nan]), 3).tolist()
    [2.0, nan, nan]
    """
    known = ~np.isnan(values)
    total = np.bincount(cells[known], values[known], size)
    count = np.bincount(cells[known], minlength=size)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _long(frame: pl.DataFrame, columns: SeriesColumns) -> tuple[pl.DataFrame, SeriesColumns]:
    """Return a wide frame with a row a time and series, and what its columns are."""
    kept = [columns.time, *columns.known_ahead, *columns.past_only]
    values = list(columns.value)
    check_columns(frame, [*kept, *values])
    named = next(name for name in (WIDE_NAME, *OTHER_NAMES) if name not in kept)
    parts = [
        frame.select(kept).with_columns(
            pl.lit(name).alias(named), pl.Series(WIDE_VALUE, read_values(frame[name]))
        )
        for name in values
    ]
    return pl.concat(parts), replace(columns, value=WIDE_VALUE, series=(named,))


def _declared(text: str, rows: _Rows, by_clock: Ints, time: str) -> Frequency:
    step = Frequency.parse(text)
    if rows.is_temporal != (step.unit != "step"):
        holds = "times" if rows.is_temporal else "whole numbers"
        raise DataError(
            f"The frequency {text!r} does not fit {time!r}, which holds {holds}.",
            "Declare '1h' and the like for times, '1' for whole numbers.",
        )
    if step.unit == "month":
        # A history that begins in February may be of the 30th.
        return replace(step, month_day=month_day_of(by_clock) or 0)
    return step


def _refuse_duplicates(codes: Ints, times: Ints, shown: pl.Series, ids: pl.DataFrame) -> None:
    twice = np.flatnonzero((codes[1:] == codes[:-1]) & (times[1:] == times[:-1]))
    if len(twice):
        row = int(twice[0]) + 1
        rows = counted(len(twice), "row repeats", "rows repeat")
        raise DataError(
            f"{rows} a time of a series, the first {shown[row]}{named(ids, int(codes[row]))}.",
            "Name the columns that tell series apart, or aggregate the rows first."
            + (SET_BACK if _set_back(shown[(twice + 1).tolist()], codes[twice]) else ""),
        )


def _set_back(times: pl.Series, codes: Ints) -> bool:
    """Return whether repeated times are those that a clock shows twice: once each, in one hour of a year."""
    if not isinstance(times.dtype, pl.Datetime) or times.dtype.time_zone is not None:
        return False
    once = pl.DataFrame({"time": times, "code": codes}).is_unique().all()
    return once and times.dt.truncate("1h").n_unique() == times.dt.year().n_unique()


def _within_known(codes: Ints, values: Floats, ids: pl.DataFrame) -> NDArray[np.bool_]:
    """Return which rows lie from the first to the last known value of their series."""
    n_series = max(ids.height, 1)
    known = np.flatnonzero(~np.isnan(values))
    first = np.full(n_series, len(values))
    last = np.full(n_series, -1)
    np.minimum.at(first, codes[known], known)
    np.maximum.at(last, codes[known], known)
    if (last < 0).any():
        which, n_empty = named(ids, int(np.argmax(last < 0))), int((last < 0).sum())
        have = "has" if n_empty == 1 else "have"
        raise TargetUnusable(
            f"{n_empty:,} of {n_series:,} series {have} no known value, the first{which}."
            if n_series > 1
            else f"The series{which.removeprefix(' of series')} has no known value.",
            "Leave these series out, or fill in their values.",
        )
    rows = np.arange(len(values))
    return np.asarray((rows >= first[codes]) & (rows <= last[codes]), np.bool_)
