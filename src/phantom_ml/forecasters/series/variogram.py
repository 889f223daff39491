"""How much values differ by the steps between them: little one season apart; of a smooth series ever more.

Source: Cressie, "Statistics for Spatial Data", section 2.4 (the variogram is half the mean squared difference).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Sure(NamedTuple):
    """When a dip is no chance: from so many standard errors of noise; deeper where there are fewer seasons."""

    errors: float
    seasons: float


#: Of a season that the calendar suggests, and where every number of steps is tried.
SUGGESTED, FOUND = Sure(2.5, 4.0), Sure(4.0, 8.0)
#: By this share at least values one season apart differ less than those half a season to one and a half apart,
#: and by the second share values two seasons apart less than those around. It also leaves out a smooth curve,
#: whose differences grow with the square of the distance: of that the share is 1 / 13.
LEAST_DIP, LEAST_AGAIN = 0.15, 0.1
#: Another distance around may have less by this share: that is chance.
TOLERANCE = 0.1
#: The first dip that reaches this share of the deepest is the season: later ones repeat it.
DEPTH_SHARE = 0.85
#: A season is told to one step by so many multiples of it, among those that differ from it by one in so many.
MULTIPLES, NEAR = 4, 8
#: Values are cut at so many interquartile ranges beyond the quartiles (Tukey's far out): one spike is no season.
CUT = 3.0


@dataclass(frozen=True, eq=False)
class Variogram:
    """Mean squared differences by distance, over all series.

    Attributes
    ----------
    difference : array of shape (n_lags + 1,)
        Of values so many steps apart, as a share of the mean over all distances.
    n_values, n_series : int
        Of a common series, and how many they are.
    """

    difference: Floats
    n_values: int
    n_series: int = 1

    @classmethod
    def of(cls, past: Sequence[Floats], longest: int) -> Variogram:
        """Return the differences up to so many steps, as far as the series reach.

        Parameters
        ----------
        past : sequence of arrays of shape (n_values,)
            Series that vary, of three values at least.
        longest : int
        """
        n_lags = min(longest, max(len(own) for own in past) - 2)
        told = np.stack([mean_differences(own, n_lags) for own in past])
        return cls(np.nanmean(told, axis=0), int(np.median([len(own) for own in past])), len(past))

    def dips(self, season: int, sure: Sure = SUGGESTED) -> bool:
        """Return whether values a season apart differ less than those around, by as much as is no chance."""
        of_few = LEAST_DIP * max(1.0, sure.seasons * season / self.n_values)
        return self._dips(season, season // 2, max(of_few, sure.errors * self._noise))

    def found(self, longest: int) -> tuple[int, ...]:
        """Return the season that shows best among all after shorter ones that it is made of; nothing for none."""
        lags = np.arange(2, min(longest, len(self.difference) - 2) + 1)
        own, depth = self.difference, self._depths(lags)
        is_low = (own[lags] <= own[lags - 1]) & (own[lags] <= own[lags + 1])
        able = {
            int(s): float(d)
            for s, d in zip(lags[is_low], depth[is_low], strict=True)
            if d >= LEAST_DIP and self.dips(int(s), FOUND) and self._dips_again(int(s))
        }
        deepest = max(able.values(), default=0.0)
        first = next((s for s, d in able.items() if d >= DEPTH_SHARE * deepest), 0)
        if not first:
            return ()
        season = self._sharpened(first, longest)
        return (*(s for s in able if s < season and season % s == 0), season)

    @property
    def _noise(self) -> float:
        """Return one standard error of what noise would show, as a share."""
        return float(1.0 / np.sqrt(self.n_values * self.n_series))

    def _dips(self, lag: int, half: int, least: float) -> bool:
        """Return whether a difference is less than the mean of those around, and about the least of them."""
        if not 1 < lag < len(self.difference):
            return False
        around = self.difference[lag - half : lag + half + 1]
        own, mean = self.difference[lag], around.mean()
        chance = max(TOLERANCE, SUGGESTED.errors / np.sqrt(self.n_values))
        return bool(own <= (1.0 - least) * mean and own - around.min() <= chance * mean)

    def _dips_again(self, season: int) -> bool:
        """Return whether values two seasons apart differ less than those around."""
        return self._dips(2 * season, season // 2, max(LEAST_AGAIN, SUGGESTED.errors * self._noise))

    def _depths(self, lags: Ints) -> Floats:
        """Return by which share each difference is less than the mean of those around."""
        sums = np.concatenate([[0.0], np.cumsum(self.difference)])
        low, high = lags - lags // 2, np.minimum(lags + lags // 2 + 1, len(self.difference))
        means = (sums[high] - sums[low]) / (high - low)
        # Where all around is equal, or differs by less than a square can tell, nothing is less than that.
        ratios = np.divide(self.difference[lags], means, out=np.ones(len(lags)), where=means > 0)
        return np.asarray(1.0 - ratios, np.float64)

    def _sharpened(self, season: int, longest: int) -> int:
        """Return the number of steps near one whose multiples differ least: a dip is wide, theirs are narrow."""
        reach = max(1, season // NEAR)
        near = np.arange(max(2, season - reach), min(season + reach, longest) + 1)
        most = max(1, min(MULTIPLES, (len(self.difference) - 1) // int(near[-1])))
        means = self.difference[near[:, None] * np.arange(1, most + 1)].mean(axis=1)
        return int(near[means.argmin()])


def without_line(values: Floats) -> Floats:
    """Return the values less a straight line, those far out cut, shape (n_values,); zeros where nothing varies."""
    rest = values - values.mean()
    # What is left of a constant by rounding is no variation.
    if not np.abs(rest).max() > 1e-12 * np.abs(values).max():
        return np.zeros(len(values))
    steps = np.arange(len(values)) - (len(values) - 1) / 2.0
    rest = rest - steps * float(steps @ rest / (steps @ steps))
    low, high = np.quantile(rest, [0.25, 0.75])
    reach = CUT * (high - low)
    if reach > 0:
        rest = np.clip(rest, low - reach, high + reach)
    return np.asarray(rest, np.float64)


def mean_differences(own: Floats, n_lags: int) -> Floats:
    """Return the mean squared differences by distance, in units of their mean, NaN beyond the length.

    Parameters
    ----------
    own : array of shape (n_values,)
        Three values at least, their mean near 0.
    n_lags : int
        The farthest distance; the answer has one entry more, for the distance 0.
    """
    n_values = len(own)
    lags = np.arange(min(n_lags, n_values - 2) + 1)
    power = np.abs(np.fft.rfft(own, 2 ** int(np.ceil(np.log2(2 * n_values))))) ** 2
    squares = np.concatenate([[0.0], np.cumsum(own**2)])
    both = squares[n_values] - squares[lags] + squares[n_values - lags]
    told = np.maximum(both - 2.0 * np.fft.irfft(power)[lags], 0.0) / (n_values - lags)
    whole = np.full(n_lags + 1, np.nan)
    whole[lags] = told / max(float(told.mean()), np.finfo(np.float64).tiny)
    return whole
