"""How many steps a season has: what the calendar suggests or what repeats, decided by the history.

A season has to show twice: in the differences of values by their distance (``variogram.py``), and by a
forecast that repeats it and errs less than the last value does, on the later part of the history.

Source: Hyndman & Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, sections 5.2 (naive and
seasonal naive) and 5.10 (rolling origins).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters.series.frequency import DAY, Frequency
from phantom_ml.forecasters.series.variogram import Variogram, without_line

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Spans after which people and machines repeat themselves: a minute, an hour, a day, a week.
SPANS = (60 * 10**9, 3600 * 10**9, DAY, 7 * DAY)
YEAR = 365.25 * DAY
#: Steps of a season, at most: an hour of seconds, a day of minutes, a week of five minutes.
MAX_SEASON = 3_600
#: Series that are looked at, and values of each (the last ones).
MAX_SERIES, MAX_VALUES = 200, 20_000
#: Seasons that a history must hold: of those that the calendar suggests, and of one that is looked for.
LEAST_SEASONS, LEAST_FOUND = 2, 4
#: By this share the seasonal naive must err less than the last value; of many series, by so many standard
#: errors of their mean where that is less.
LEAST_GAIN, GAIN_ERRORS, MANY_SERIES = 0.05, 2.0, 10
#: A shorter season is kept where it gains the first share of what a multiple of it does, if forecasters find that
#: multiple themselves (a week of days), the second share of any other.
NEAR_SHARE, FAR_SHARE, NEAR_MULTIPLES = 0.5, 0.85, 12
#: What is found beside a season that the calendar suggests, by one step in so many at most, is that season.
CALENDAR_NEAR = 50
#: Points of a history that are forecast from, steps ahead that are measured, and seasons whose way is followed.
ORIGINS, MOST_STEPS, LOOKS = 24, 200, 4


def candidate_seasons(frequency: Frequency) -> tuple[int, ...]:
    """Return the seasons that a calendar suggests, shortest first; empty for whole numbers.

    Examples
    --------
    >>> [candidate_seasons(Frequency.parse(t)) for t in ("1h", "1d", "1w", "1mo", "1q", "1b", "15m", "1y")]
    [(24, 168), (7, 365), (52,), (12,), (4,), (5,), (4, 96, 672), ()]
    """
    if frequency.unit == "step":
        return ()
    if frequency.unit == "weekday":
        return (5,)
    if frequency.unit == "month":
        return (12 // frequency.size,) if 12 % frequency.size == 0 and frequency.size < 12 else ()
    size = frequency.size
    spans = [span // size for span in SPANS if span % size == 0]
    if size >= DAY:
        spans.append(round(YEAR / size - 0.2))
    return tuple(sorted({s for s in spans if 1 < s <= MAX_SEASON}))


def season_length(values: Floats, bounds: Ints, frequency: Frequency) -> int:
    """Return the steps of a season, 1 where there is none.

    Parameters
    ----------
    values : array of shape (n_total,)
        All series end to end, without NaN.
    bounds : int64 array of shape (n_series + 1,)
    frequency : Frequency
        The seasons that it suggests come first; where none of them holds, and for whole numbers, any number of
        steps may be one. Of a history too short to tell, the shortest that is suggested is taken.
    """
    lengths = np.diff(bounds)
    middle = int(np.median(lengths))
    suggested = candidate_seasons(frequency)
    known = [s for s in suggested if LEAST_SEASONS * s < middle]
    if suggested and not known:
        return suggested[0] if middle > suggested[0] else 1
    longest = min(middle // LEAST_FOUND, MAX_SEASON)
    past = _looked_at(values, bounds, min(middle, LEAST_SEASONS * max([longest, *known])))
    if not past:
        return 1
    differences = Variogram.of(past, LEAST_FOUND * max([longest, *known]))
    found = _best(past, [s for s in known if differences.dips(s)], NEAR_SHARE)
    if found > 1:
        return found
    found = _best(past, differences.found(longest), FAR_SHARE)
    return next((s for s in known if abs(found - s) * CALENDAR_NEAR <= s), found)


def _looked_at(values: Floats, bounds: Ints, least: int) -> list[Floats]:
    """Return series of so many values at least, without a trend and those that never vary."""
    chosen = np.flatnonzero(np.diff(bounds) >= least)
    spread = np.linspace(0, len(chosen) - 1, min(len(chosen), MAX_SERIES)).astype(np.int64)
    ends = [(int(bounds[i]), int(bounds[i + 1])) for i in chosen[spread]]
    past = [without_line(values[max(start, end - MAX_VALUES) : end]) for start, end in ends]
    return [own for own in past if own.any()]


def _best(past: Sequence[Floats], seasons: Sequence[int], near_share: float) -> int:
    """Return the season that gains most, or a shorter one of it that gains nearly so much; 1 for none."""
    if not seasons:
        return 1
    told = [_errors(own, seasons) for own in past]
    gains = 1.0 - np.array([e for e in told if e is not None]).reshape(-1, len(seasons))
    if not len(gains):
        return 1
    gain, least = gains.mean(axis=0), np.full(len(seasons), LEAST_GAIN)
    if len(gains) >= MANY_SERIES:
        least = np.minimum(least, GAIN_ERRORS * gains.std(axis=0) / np.sqrt(len(gains)))
    able = {
        s: float(g) for s, g, at_least in zip(seasons, gain, least, strict=True) if g > at_least
    }
    if not able:
        return 1
    best = max(able, key=lambda s: able[s])
    share = {s: near_share if best // s <= NEAR_MULTIPLES else FAR_SHARE for s in able}
    return min(s for s in able if best % s == 0 and able[s] >= share[s] * able[best])


def _errors(own: Floats, seasons: Sequence[int]) -> Floats | None:
    """Return the error of each season's naive forecast in units of the last value's; None where that has none.

    Of two forecasts the better one counts: what was one season ago, and the last value moved the way that the
    seasons before went from there.
    """
    longest, n_values = max(seasons), len(own)
    first = max(longest, n_values // 2)
    horizon = min(longest, n_values - 1 - first)
    origins = np.unique(np.linspace(first, n_values - 2, ORIGINS).astype(np.int64))[:, None]
    ahead = np.unique(np.linspace(1, horizon, MOST_STEPS).astype(np.int64))
    came = origins + ahead < n_values
    truth, last = own[np.minimum(origins + ahead, n_values - 1)], own[origins]
    naive = np.abs(truth - last)[came].mean()
    if not naive > 0.0:
        return None
    told = []
    for season in seasons:
        place = origins + ahead - season * -(-ahead // season)
        looks = season * np.arange(min(LOOKS, first // season))[:, None, None]
        moved = (own[place - looks] - own[origins - season - looks]).mean(axis=0)
        forecasts = (own[place], last + moved)
        told.append(min(np.abs(truth - f)[came].mean() for f in forecasts))
    return np.asarray(told, np.float64) / float(naive)
