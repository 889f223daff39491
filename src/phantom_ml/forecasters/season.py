"""How many steps a season has: what the calendar suggests, decided by the autocorrelation.

Source of the test: Box, Jenkins & Reinsel, "Time Series Analysis", section 2.1.4 (sample
autocorrelation) and Bartlett's bound for it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters.frequency import DAY, Frequency

Floats = NDArray[np.float64]

#: Spans after which people and machines repeat themselves: a minute, an hour, a day, a week.
SPANS = (60 * 10**9, 3600 * 10**9, DAY, 7 * DAY)
YEAR = 365.25 * DAY
#: Steps of a season, at most: a longer one is no help to models that keep a state for each step.
MAX_SEASON = 400
#: Series that are looked at, and values of each (the last ones).
MAX_SERIES, MAX_VALUES = 200, 4_000
#: A season is believed from this autocorrelation of the differences on.
LEAST_CORRELATION = 0.2
#: The first peak that reaches this share of the highest is the season; later ones repeat it.
PEAK_SHARE = 0.85
#: A shorter season that the calendar suggests is kept unless a longer one is twice as clear.
SUGGESTED_SHARE = 0.5


def candidate_seasons(frequency: Frequency) -> tuple[int, ...]:
    """Return the seasons that a calendar suggests, shortest first; empty for whole numbers.

    Examples
    --------
    >>> [candidate_seasons(Frequency.parse(t)) for t in ("1h", "1d", "1w", "1mo", "1q", "1b", "15m", "1y")]
    [(24, 168), (7, 365), (52,), (12,), (4,), (5,), (4, 96), ()]
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


def season_length(
    values: Floats, bounds: NDArray[np.int64], frequency: Frequency, *, limit: int = MAX_SEASON
) -> int:
    """Return the steps of a season, 1 where there is none.

    Parameters
    ----------
    values : array of shape (n_total,)
        All series end to end, without NaN.
    bounds : int64 array of shape (n_series + 1,)
    frequency : Frequency
        Where it suggests seasons, the one of the highest autocorrelation of the differences is taken, or the
        shortest where too little is known to tell; whole numbers are searched for a peak.
    limit : int
        Never more steps than this.
    """
    suggested = [s for s in candidate_seasons(frequency) if s <= limit]
    correlation, n_values = _mean_correlation(values, bounds, limit + 1)
    known = [s for s in suggested if s < len(correlation)]
    if frequency.unit == "step":
        return _first_peak(correlation, n_values)
    if not suggested or not known:
        return suggested[0] if suggested and n_values > suggested[0] else 1
    best = max(known, key=lambda s: correlation[s])
    clear = [s for s in known if correlation[s] >= SUGGESTED_SHARE * correlation[best] > 0]
    return clear[0] if clear else known[0]


def _first_peak(correlation: Floats, n_values: float) -> int:
    """Return the first lag from 2 on that stands above both neighbours and is near the highest."""
    inner = np.arange(2, len(correlation) - 1)
    if len(inner) == 0:
        return 1
    peaks = inner[
        (correlation[inner] >= correlation[inner - 1])
        & (correlation[inner] >= correlation[inner + 1])
    ]
    # Bartlett: two standard errors of what noise of that length would show.
    least = max(LEAST_CORRELATION, 2.0 / np.sqrt(max(n_values, 1.0)))
    high = correlation[peaks].max(initial=-1.0)
    if high < least:
        return 1
    return int(peaks[correlation[peaks] >= PEAK_SHARE * high][0])


def _mean_correlation(
    values: Floats, bounds: NDArray[np.int64], n_lags: int
) -> tuple[Floats, float]:
    """Return the autocorrelation of the differences by lag, a mean over series, and the median length."""
    lengths = np.diff(bounds)
    middle = float(np.median(lengths))
    # Three seasons at least, so that a peak is more than one coincidence.
    n_lags = int(min(n_lags, middle // 3))
    if n_lags < 2:
        return np.ones(1), middle
    able = np.flatnonzero(lengths >= 3 * n_lags)
    chosen = able[np.linspace(0, len(able) - 1, min(len(able), MAX_SERIES)).astype(np.int64)]
    size = 2 ** int(np.ceil(np.log2(2 * min(int(lengths.max()), MAX_VALUES))))
    total = np.zeros(n_lags + 1)
    for i in chosen:
        change = np.diff(values[max(bounds[i], bounds[i + 1] - MAX_VALUES) : bounds[i + 1]])
        change = change - change.mean()
        power = np.abs(np.fft.rfft(change, size)) ** 2
        own = np.fft.irfft(power)[: n_lags + 1]
        total += own / own[0] if own[0] > 0 else 0.0
    return total / max(len(chosen), 1), middle
