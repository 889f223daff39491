"""Times of a column, whatever form they are stored in: as datetimes, or as nanoseconds since 1970."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.times.form import ORDERS, RECENT, mostly_numbers, number_form, written_numbers
from phantom_ml.data.times.numbers import from_numbers
from phantom_ml.data.times.text import from_text

#: Nanoseconds of a day.
DAY_NS = 86_400e9
#: What numpy stores for "not a time" when a datetime column is read as int64.
NO_TIME = int(np.iinfo(np.int64).min)


def to_datetime(values: pl.Series, form: str | None = None) -> pl.Series:
    """Return a column as Datetime in microseconds (UTC where a zone is known); null where unreadable.

    Dates and datetimes are taken as they are, numbers as epoch seconds, milli-, micro- or nanoseconds by
    their size, text as ISO 8601 and its relatives, web server logs, syslog, mail, ctime and spreadsheets.

    Parameters
    ----------
    values : Series
    form : str or None
        What ``time_form`` found in training: each cell is then read by itself. None: decided by these cells.

    Examples
    --------
    >>> to_datetime(pl.Series(["05/01/2023"]), "day first").dt.month().to_list()
    [1]
    """
    if values.dtype == pl.Date:
        return values.cast(pl.Datetime("us"))
    if isinstance(values.dtype, pl.Datetime):
        if values.dtype.time_zone is not None:
            values = values.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return values.dt.cast_time_unit("us")
    if values.dtype.is_numeric():
        numbers = values.cast(pl.Float64, strict=False)
        return from_numbers(numbers, number_form(numbers) if form is None else form)
    text = values.cast(pl.String, strict=False)
    if form in ORDERS:
        return from_text(text, form)
    numbers = written_numbers(text)
    if form is None:
        form = number_form(numbers) if mostly_numbers(text, numbers) else None
    return from_text(text, None) if form is None else from_numbers(numbers, form)


def is_plain_number(values: pl.Series) -> bool:
    """Return whether a column holds small numbers (years, steps), which order as themselves.

    Examples
    --------
    >>> is_plain_number(pl.Series([2025, 2026])), is_plain_number(pl.Series([1.7e9]))
    (True, False)
    """
    return values.dtype.is_numeric() and _largest(values) < 1e8


def _largest(values: pl.Series) -> float:
    numbers = values.cast(pl.Float64).drop_nulls().to_numpy()
    return float(np.abs(numbers).max()) if len(numbers) else 0.0


def nanoseconds(values: pl.Series, form: str | None = None) -> NDArray[np.int64]:
    """Return the times of a column as int64 nanoseconds since 1970, shape (n_rows,).

    A plain small number (a year, a day's number) orders as itself. A missing time is ``NO_TIME``: nobody knows
    what came before such a row.
    """
    is_recent = form is not None and form.startswith(RECENT)
    if is_plain_number(values) and not is_recent:
        numbers = (values.cast(pl.Float64) * DAY_NS).cast(pl.Int64, strict=False)
    else:
        numbers = to_datetime(values, form).dt.timestamp("ns")
    return numbers.fill_null(NO_TIME).to_numpy().astype(np.int64)


def mostly_untimed(times: NDArray[np.int64]) -> bool:
    """Return whether more than half of some rows have no time, so that time parts them no more.

    Examples
    --------
    >>> mostly_untimed(np.array([NO_TIME, NO_TIME, 1])), mostly_untimed(np.array([NO_TIME, 1]))
    (True, False)
    """
    return bool(2 * np.count_nonzero(times == NO_TIME) > len(times))
