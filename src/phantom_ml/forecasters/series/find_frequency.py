"""The frequency of times as they came: the most frequent gap, or months and working days of a calendar."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters.series.frequency import (
    DAY,
    SECOND,
    Frequency,
    is_month_end,
    month_days,
    months_of,
)

Ints = NDArray[np.int64]

#: Gaps between the same day of following months: 28 to 31 days.
MONTH_DAYS = (28, 31)
#: The last day that every month has; February ends with it, or is billed on it in leap years too.
LAST_OF_ALL = 28
#: Where the most frequent gap is rarer than this among all, the times are irregular.
REGULAR_SHARE = 0.5
#: Spans that people read logs and sensors by; an irregular series is put on the nearest one.
ROUND_SPANS = (
    *(SECOND * n for n in (1, 5, 10, 15, 30)),
    *(60 * SECOND * n for n in (1, 5, 10, 15, 30)),
    *(3600 * SECOND * n for n in (1, 3, 6, 12)),
    *(DAY * n for n in (1, 7)),
)  # fmt: skip
#: Rows that are looked at for the working days of a week; fewer may miss a week-end by chance.
LEAST_FOR_WEEKDAYS = 10


def find_frequency(times: Ints, codes: Ints, *, is_temporal: bool) -> Frequency:
    """Return the step of sorted times, found over all series at once.

    Parameters
    ----------
    times : int64 array of shape (n_rows,)
        Nanoseconds, or whole numbers; ascending within a series, no time twice.
    codes : int64 array of shape (n_rows,)
        Which series a row belongs to; ascending.
    is_temporal : bool
        Whether times are nanoseconds.

    Returns
    -------
    Frequency
        The most frequent gap. Where no gap is frequent, the nearest round span to the median gap. A step, or
        a day, where no series has two rows.
    """
    same = codes[1:] == codes[:-1]
    gaps = np.diff(times)[same]
    if len(gaps) == 0:
        return Frequency("ns", DAY) if is_temporal else Frequency()
    sizes, counts = np.unique(gaps, return_counts=True)
    most, share = int(sizes[counts.argmax()]), float(counts.max()) / len(gaps)
    if not is_temporal:
        return Frequency("step", most)
    calendar = _calendar(times, same, gaps)
    if calendar is not None:
        return calendar
    if share < REGULAR_SHARE:
        return Frequency("ns", _round_span(float(np.median(gaps))))
    if most == DAY and _only_weekdays(times):
        return Frequency("weekday")
    return Frequency("ns", most)


def month_day_of(times: Ints) -> int | None:
    """Return the day of the month that all times share, None where they share none.

    Parameters
    ----------
    times : int64 array of shape (n_rows,)
        Nanoseconds; a month without that day has its last one. At least one.

    Returns
    -------
    int or None
        0 where it is one that every month has: the first time tells it. 31 where all are the last of a month.

    Examples
    --------
    >>> days = np.array(["2026-01-30", "2026-02-28", "2026-03-30"], "M8[ns]").astype(np.int64)
    >>> month_day_of(days), month_day_of(days[:1]), month_day_of(days[:2] + DAY * np.array([1, 0]))
    (30, 30, 31)
    """
    days = month_days(times)
    day = int(days.max())
    if (days == day).all():
        return day if day > LAST_OF_ALL else 0
    at_end = is_month_end(times)
    if at_end.all():
        return 31
    is_february = months_of(times) % 12 == 1
    fits = (days == day) | at_end | (is_february & (days == LAST_OF_ALL))
    return day if day > LAST_OF_ALL and fits.all() else None


def _calendar(times: Ints, same: NDArray[np.bool_], gaps: Ints) -> Frequency | None:
    """Return months where all times share their day, as far as a month has it."""
    if np.any(gaps < MONTH_DAYS[0] * DAY):
        return None
    day = month_day_of(times)
    if day is None:
        return None
    # Every 28 days is a span, not a month: it would soon change its day of the month.
    between = np.diff(months_of(times))[same]
    sizes, counts = np.unique(between, return_counts=True)
    size = int(sizes[counts.argmax()])
    return Frequency("month", size, day) if size else None


def _only_weekdays(times: Ints) -> bool:
    # 1970-01-01 was a Thursday: day 2 of the epoch a Saturday.
    weekday = (times // DAY + 3) % 7
    return len(times) >= LEAST_FOR_WEEKDAYS and bool((weekday < 5).all())


def _round_span(span: float) -> int:
    if span < SECOND / 2:
        return max(1, int(10.0 ** np.round(np.log10(max(span, 1.0)))))
    distance = np.abs(np.log(np.asarray(ROUND_SPANS, np.float64) / span))
    return int(ROUND_SPANS[int(distance.argmin())])
