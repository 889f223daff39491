"""What the calendar says of a step: hour, weekday, day and month, as far as they vary within a series."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters.series.frequency import DAY
from phantom_ml.forecasters.series.grid import SeriesSet

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MINUTE, WEEK = 60 * 10**9, 7 * DAY


def calendar_features(series: SeriesSet, codes: Ints, rows: Ints) -> list[Floats]:
    """Return columns of shape (n_rows,), by the clock of the series; none where times are whole numbers.

    Parameters
    ----------
    series : SeriesSet
    codes, rows : int64 arrays of shape (n_rows,)
        The series, and the position in its values (beyond the last one: steps ahead).
    """
    step = series.frequency
    if step.unit == "step":
        return []
    times = step.shown_times(series.origins[codes], rows - series.bounds[:-1][codes])
    span = step.size if step.unit == "ns" else DAY
    told: list[Floats] = []
    if step.unit == "ns" and span < DAY:
        told.append((times % DAY / MINUTE).astype(np.float64))
    if step.unit != "month" and span < WEEK:
        # 1970-01-01 was a Thursday, weekday 3.
        told.append(((times // DAY + 3) % 7).astype(np.float64))
    days = times.view("M8[ns]").astype("M8[D]")
    months = days.astype("M8[M]")
    if step.unit != "month":
        told.append((days - months.astype("M8[D]")).astype(np.float64))
    return [*told, (months.astype(np.int64) % 12).astype(np.float64)]
