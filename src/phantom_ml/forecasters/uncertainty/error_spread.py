"""How far values may lie from forecasts beyond the trained horizon, as errors from earlier origins tell.

All series tell the quantiles of their errors together. How large errors are, and how they go on to grow where
none was measured, each series tells for itself, drawn towards what is usual: a random walk beside noise.

The farther ahead, the fewer errors that do not overlap a history holds, where errors have a memory: as few
freedoms make a Student's quantile lie farther out than a normal one, so far the quantiles are moved out.

Sources: Stankeviciute, Alaa & van der Schaar, "Conformal time-series forecasting", NeurIPS 2021; Student, "The
probable error of a mean", Biometrika 6 (1908); Efron & Morris, "Data analysis using Stein's estimator and its
generalizations", JASA 70 (1975) (drawn towards what is usual).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from phantom_ml.forecasters.evaluation.accuracy import seasonal_scale
from phantom_ml.forecasters.series.grid import SeriesSet
from phantom_ml.forecasters.uncertainty.change_growth import change_growth
from phantom_ml.forecasters.uncertainty.conformal import conformal_offsets
from phantom_ml.forecasters.uncertainty.error_growth import mean_size, power_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Where nothing tells how errors grow, they grow as those of a random walk: with the root of the steps.
USUAL_GROWTH = 0.5
#: What is usual counts as much as so many windows of a series' own.
USUAL_WINDOWS = 2.0
#: Errors smaller than this share of the usual ones count as large as that.
LEAST_SIZE = 0.01
#: With fewer freedoms than these a quantile has no finite spread.
LEAST_FREEDOM = 2.0


@dataclass(frozen=True, eq=False)
class ErrorSpread:
    """How far quantiles lie from the forecast of steps that follow the trained ones.

    Attributes
    ----------
    trained : int
        Steps before the first one.
    offsets : array of shape (n_measured, n_levels)
        In units of each series' size, never less far than at a nearer step.
    size : array of shape (n_series,)
        How large errors of each series are, in the values' unit.
    growth : array of shape (n_series,)
        Beyond the measured steps distances grow with this power of the steps, in [0, 1].
    memory : float
        The power with which the measured errors grow, in [0, 1]; 0 where they have no memory.
    n_values : int
        Of all series together.
    levels : tuple of float
    """

    trained: int
    offsets: Floats
    size: Floats
    growth: Floats
    memory: float
    n_values: int
    levels: tuple[float, ...]

    def farther(self, last: Floats, n_further: int) -> Floats:
        """Return how far quantiles lie beyond, shape (n_series, n_further, n_levels).

        Parameters
        ----------
        last : array of shape (n_series, 1, n_levels)
            How far those of the last trained step lie; further ones are never nearer.
        n_further : int
        """
        n_measured = len(self.offsets)
        steps = self.trained + 1 + np.arange(n_further)
        place = np.minimum(np.arange(n_further), n_measured - 1)
        told = self.offsets[place] if n_measured else np.zeros((n_further, len(self.levels)))
        measured = told * self._moved_out(steps) * self.size[:, None, None]
        ratio = np.maximum(steps / (self.trained + n_measured), 1.0)
        factor = (ratio ** self.growth[:, None])[:, :, None]
        upper, lower = np.maximum(last, measured), np.minimum(last, measured)
        level = np.asarray(self.levels)
        above, below = np.maximum(upper, factor * upper), np.minimum(lower, factor * lower)
        return np.where(level > 0.5, above, np.where(level < 0.5, below, last))

    def _moved_out(self, steps: Ints) -> Floats:
        """Return how much farther out each quantile lies for want of errors, (n_steps, n_levels), at least 1."""
        overlap = steps.astype(np.float64) ** min(2.0 * self.memory, 1.0)
        freedom = np.maximum(self.n_values / overlap - 1.0, LEAST_FREEDOM)[:, None]
        level = np.array([max(own, 1.0 - own) for own in self.levels])
        normal = ndtri(level)
        wide = np.ones((len(steps), len(level)))
        return np.divide(stdtrit(freedom, level), normal, out=wide, where=normal > 0)


def error_spread(
    history: SeriesSet,
    trained: int,
    errors: Floats,
    codes: Ints,
    levels: tuple[float, ...],
) -> ErrorSpread:
    """Return the spread that errors from earlier origins tell.

    Parameters
    ----------
    history : SeriesSet
    trained : int
    errors : array of shape (n_rows, n_steps)
        Of the trained and of further steps, in units of ``seasonal_scale``; a row is one series in one window.
    codes : int64 array of shape (n_rows,)
        The series of each row.
    levels : tuple of float
    """
    unit, n_values = np.nan_to_num(seasonal_scale(history)), int(history.lengths.sum())
    further = errors[:, trained:]
    if np.isnan(further).all():
        power, offsets, size = USUAL_GROWTH, np.empty((0, len(levels))), np.ones(history.n_series)
    else:
        power, size = _power(errors), _sizes(further, codes, history.n_series)
        offsets = conformal_offsets(further / size[codes, None], levels)
        outer = np.asarray(levels) > 0.5
        rising, falling = np.maximum.accumulate(offsets), np.minimum.accumulate(offsets)
        offsets = np.where(outer, rising, falling)
    growth = np.clip(power + _apart(change_growth(history, trained)), 0.0, 1.0)
    return ErrorSpread(trained, offsets, unit * size, growth, power, n_values, levels)


def _power(errors: Floats) -> float:
    """Return the power of the steps with which the mean error grows, from errors (n_rows, n_steps)."""
    size = mean_size(errors)
    power = power_of(np.arange(1, len(size) + 1), size)
    return USUAL_GROWTH if np.isnan(power) else power


def _sizes(errors: Floats, codes: Ints, n_series: int) -> Floats:
    """Return how large the errors of each series are beside those of the usual one, shape (n_series,).

    The mean over its windows of the logarithm of the mean error, drawn towards 0.
    """
    usual = mean_size(errors)
    known = ~np.isnan(errors) & (usual > 0)
    shares = np.where(known, np.abs(errors) / np.where(usual > 0, usual, 1.0), 0.0)
    tells = known.any(axis=1)
    share = shares[tells].sum(axis=1) / known[tells].sum(axis=1)
    told = np.log(np.maximum(share, LEAST_SIZE))
    total = np.bincount(codes[tells], told, n_series)
    count = np.bincount(codes[tells], minlength=n_series)
    mean = total / np.maximum(count, 1)
    middle = float(np.median(mean[count > 0])) if tells.any() else 0.0
    return np.exp(count / (count + USUAL_WINDOWS) * (mean - middle))


def _apart(power: Floats) -> Floats:
    """Return by how much each series' power differs from the usual one, 0 where it is unknown."""
    known = power[~np.isnan(power)]
    return np.nan_to_num(power - np.median(known)) if len(known) else np.zeros(len(power))
