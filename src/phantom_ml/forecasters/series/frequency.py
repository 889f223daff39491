"""The step between two times of a series: a number, a span of time, months of a calendar, working days.

A frequency turns times into step numbers from a series' first time and back. It knows nothing of values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from phantom_ml.errors import BadSetting
from phantom_ml.forecasters.series.clock import moments_of, shown

Ints = NDArray[np.int64]
Unit = Literal["step", "ns", "month", "weekday"]

SECOND = 10**9
DAY = 86_400 * SECOND
#: Letter of a declared frequency -> its unit and size.
LETTERS: dict[str, tuple[Unit, int]] = {
    "ns": ("ns", 1), "us": ("ns", 10**3), "ms": ("ns", 10**6), "s": ("ns", SECOND),
    "m": ("ns", 60 * SECOND), "min": ("ns", 60 * SECOND), "h": ("ns", 3600 * SECOND),
    "d": ("ns", DAY), "w": ("ns", 7 * DAY), "b": ("weekday", 1), "mo": ("month", 1),
    "q": ("month", 3), "y": ("month", 12),
}  # fmt: skip
#: From the longest: the letter by which a size is told.
TOLD: dict[Unit, tuple[str, ...]] = {
    "ns": ("w", "d", "h", "m", "s", "ms", "us", "ns"),
    "month": ("y", "mo"),
    "weekday": ("b",),
}
#: More than this is no number of steps; it also keeps sums within 64 bits.
MAX_COUNT = 10**6


@dataclass(frozen=True)
class Frequency:
    """One step of a series.

    Attributes
    ----------
    unit : str
        ``step`` (whole numbers), ``ns`` (a fixed span), ``month`` (of the calendar, in UTC) or ``weekday``
        (Monday to Friday).
    size : int
        Units a step, at least 1.
    month_day : int
        The day, 1 to 31, on which a step of months falls, or the last of a month that has no such day: 31 is
        always the last. 0: the day of the first time.
    zone : str or None
        The zone by whose clock steps are counted, None for UTC: a day of it may have 23 or 25 hours, of which the
        one that comes twice is one step, and the one that is leapt over is none that a time tells.
    """

    unit: Unit = "step"
    size: int = 1
    month_day: int = 0
    zone: str | None = None

    @classmethod
    def parse(cls, text: str) -> Frequency:
        """Return a declared frequency: a number of steps, or a number and s, m, h, d, w, b, mo, q or y.

        Raises
        ------
        BadSetting
            The text is none of these.

        Examples
        --------
        >>> Frequency.parse("15m").size == 15 * 60 * 10**9, Frequency.parse("2").unit
        (True, 'step')
        >>> Frequency.parse("1q")
        Frequency(unit='month', size=3, month_day=0, zone=None)
        """
        found = re.fullmatch(r"\s*(\d{0,6})\s*([a-zA-Z]*)\s*", text)
        letter = found.group(2).lower() if found else ""
        count = int((found.group(1) if found else "") or 1)
        if found is None or not text.strip() or count < 1 or (letter and letter not in LETTERS):
            raise BadSetting(
                f"The frequency {text[:40]!r} is none.",
                "Write a number and a letter: '1h', '15m', '1d', '1w', '1mo', '1q', '1y', '1b' (working days), "
                "or a number of steps.",
            )
        unit, size = LETTERS[letter] if letter else ("step", 1)
        # Of working days only each one is a step: every second would drift over the week-ends.
        return cls(unit, 1 if unit == "weekday" else count * size)

    @property
    def text(self) -> str:
        """Return the frequency as ``parse`` reads it.

        Examples
        --------
        >>> [Frequency.parse(t).text for t in ("60m", "12mo", "3", "b")]
        ['1h', '1y', '3', '1b']
        """
        if self.unit == "step":
            return str(self.size)
        letter = next(t for t in TOLD[self.unit] if self.size % LETTERS[t][1] == 0)
        return f"{self.size // LETTERS[letter][1]}{letter}"

    def steps(self, origins: Ints, times: Ints) -> Ints:
        """Return how many steps each time lies after its origin, to the nearest.

        Parameters
        ----------
        origins, times : int64 arrays of one shape
            Nanoseconds since 1970 in UTC, or whole numbers where the unit is ``step``.
        """
        origins, times = (shown(moments, self.zone) for moments in (origins, times))
        if self.unit == "month":
            return _rounded(_months(times) - _months(origins), self.size)
        if self.unit == "weekday":
            return np.busday_count(_days(origins), _days(times)).astype(np.int64)
        return _rounded(times - origins, self.size)

    def times(self, origins: Ints, steps: Ints) -> Ints:
        """Return the times that lie so many steps after the origins; the inverse of ``steps``."""
        return moments_of(self.shown_times(origins, steps), self.zone)

    def shown_times(self, origins: Ints, steps: Ints) -> Ints:
        """Return what the clock of the zone shows at the times that lie so many steps after the origins."""
        origins = shown(origins, self.zone)
        if self.unit == "month":
            return self._after_months(origins, steps * self.size)
        if self.unit == "weekday":
            days = np.busday_offset(_days(origins), steps, roll="forward")
            return days.astype("M8[ns]").astype(np.int64) + origins % DAY
        return origins + steps * self.size

    def _after_months(self, origins: Ints, months: Ints) -> Ints:
        """Return the same day of the month and time of day later on, or the last day where it has none."""
        month = _months(origins) + months
        first, following = (_first_of_month(m) for m in (month, month + 1))
        day = self.month_day or month_days(origins)
        day = np.minimum(day, (following - first) // DAY)
        return np.asarray(first + (day - 1) * DAY + origins % DAY, np.int64)


def is_month_end(times: Ints) -> NDArray[np.bool_]:
    """Return where a time (nanoseconds) falls on the last day of its month."""
    return np.asarray(_months(times) != _months(times + DAY), np.bool_)


def months_of(times: Ints) -> Ints:
    """Return whole months since January 1970."""
    return _months(times)


def month_days(times: Ints) -> Ints:
    """Return the day of the month, 1 to 31.

    Examples
    --------
    >>> month_days(np.array([0, 30 * DAY, 31 * DAY])).tolist()
    [1, 31, 1]
    """
    return np.asarray((times - _first_of_month(_months(times))) // DAY + 1, np.int64)


def _months(times: Ints) -> Ints:
    return np.asarray(times).view("M8[ns]").astype("M8[M]").astype(np.int64)


def _first_of_month(months: Ints) -> Ints:
    return np.asarray(months, np.int64).view("M8[M]").astype("M8[ns]").astype(np.int64)


def _days(times: Ints) -> NDArray[np.datetime64]:
    return np.asarray(times).view("M8[ns]").astype("M8[D]")


def _rounded(distance: Ints, size: int) -> Ints:
    return np.asarray((distance + size // 2) // size, np.int64)
