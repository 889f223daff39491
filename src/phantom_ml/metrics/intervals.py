"""How sure a number is: exact bounds of a rate, and bootstrap bounds of any metric."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phantom_ml.errors import BadSetting
from phantom_ml.metrics.base import Metric, Prediction, Truth, Weight

Floats = NDArray[np.float64]


def clopper_pearson(
    successes: ArrayLike, trials: ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Return the exact two-sided bounds of a rate (Clopper and Pearson 1934), vectorised.

    Parameters
    ----------
    successes, trials : array_like, broadcast together
        0 <= successes <= trials; not whole where rows are weighted. Without any trial
        the interval is (0, 1).
    confidence : float in (0, 1)

    Returns
    -------
    (low, high) : float64 arrays, in [0, 1]

    Examples
    --------
    >>> low, high = clopper_pearson(0, 3000)
    >>> float(low), round(float(high), 5)
    (0.0, 0.00123)
    """
    from scipy.special import betaincinv

    hits, n = np.broadcast_arrays(np.asarray(successes, float), np.asarray(trials, float))
    miss, rest = (1.0 - confidence) / 2.0, n - hits
    # betaincinv is undefined where a parameter is 0; those bounds are 0 and 1 by definition.
    low = np.where(hits > 0, betaincinv(np.maximum(hits, 1e-9), rest + 1.0, miss), 0.0)
    high = np.where(rest > 0, betaincinv(hits + 1.0, np.maximum(rest, 1e-9), 1.0 - miss), 1.0)
    return low, high


def poisson_bounds(count: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact two-sided bounds of how many events are expected where ``count`` came (Garwood 1936).

    Examples
    --------
    >>> [round(bound, 2) for bound in poisson_bounds(3)]
    [0.62, 8.77]
    """
    from scipy.special import gammaincinv

    miss = (1.0 - confidence) / 2.0
    low = float(gammaincinv(count, miss)) if count > 0 else 0.0
    return low, float(gammaincinv(count + 1.0, 1.0 - miss))


@dataclass(frozen=True)
class Resampling:
    """How a bootstrap draws.

    Attributes
    ----------
    n_resamples : int, at least 1
    confidence : float in (0, 1)
    seed : int
    """

    n_resamples: int = 200
    confidence: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        if self.n_resamples < 1 or not 0 < self.confidence < 1:
            raise BadSetting(
                f"A bootstrap of {self.n_resamples} resamples at a confidence of {self.confidence} "
                "cannot be drawn.",
                "Give at least 1 resample and a confidence between 0 and 1.",
            )


DEFAULT_RESAMPLING = Resampling()


def bootstrap_interval(
    metric: Metric,
    truth: Truth,
    prediction: Prediction,
    weight: Weight = None,
    groups: NDArray[np.int64] | None = None,
    resampling: Resampling = DEFAULT_RESAMPLING,
) -> tuple[float, float]:
    """Return the percentile bounds of a metric over resampled rows, or over resampled blocks.

    A resample is a weight: how often each row was drawn. So rows are copied only for a metric that
    does not heed weights. Resamples in which the metric is undefined are left out; (NaN, NaN) if
    all are.

    Parameters
    ----------
    metric : Metric
    truth : array of shape (n_rows,)
    prediction : array of shape (n_rows, n_outputs)
    weight : array of shape (n_rows,) or None
    groups : int64 codes of shape (n_rows,) or None
        The block of each row (its host, its day). Rows of one block are alike, so whole blocks are
        drawn; without them an interval of dependent rows is too narrow.
    resampling : Resampling

    Returns
    -------
    (low, high) : floats, in the metric's unit

    Examples
    --------
    >>> from phantom_ml.metrics.base import metrics
    >>> truth = np.repeat([0, 1], 200)
    >>> prediction = np.linspace(0.0, 1.0, 400)[:, None] ** 2
    >>> low, high = bootstrap_interval(metrics.get("accuracy"), truth, prediction)
    >>> bool(low < metrics.get("accuracy").score(truth, prediction) < high)
    True
    """
    # Ranked once, so that a metric that sorts finds it done in every resample.
    order = np.argsort(-prediction[:, 0])
    truth, prediction = truth[order], prediction[order]
    weight = None if weight is None else weight[order]
    groups = None if groups is None else groups[order]
    scores = np.array(
        [
            _score_drawn(metric, truth, prediction, weight, times)
            for times in _draws(len(truth), groups, resampling)
        ]
    )
    known = scores[~np.isnan(scores)]
    if len(known) == 0:
        return math.nan, math.nan
    miss = (1.0 - resampling.confidence) / 2.0
    low, high = np.quantile(known, [miss, 1.0 - miss])
    return float(low), float(high)


def _draws(
    n_rows: int, groups: NDArray[np.int64] | None, resampling: Resampling
) -> Iterator[NDArray[np.int64]]:
    """Yield how often each row was drawn, shape (n_rows,), a resample at a time."""
    rng = np.random.default_rng(resampling.seed)
    block = None if groups is None else np.unique(groups, return_inverse=True)[1]
    n_blocks = n_rows if block is None or n_rows == 0 else int(block.max()) + 1
    for _ in range(resampling.n_resamples):
        times = np.bincount(rng.integers(0, max(1, n_blocks), n_blocks), minlength=n_blocks)
        yield times if block is None else times[block]


def _score_drawn(
    metric: Metric, truth: Truth, prediction: Prediction, weight: Weight, times: NDArray[np.int64]
) -> float:
    if metric.weighted:
        drawn = times.astype(np.float64) if weight is None else times * weight
        return metric.score(truth, prediction, drawn)
    rows = np.repeat(np.arange(len(truth)), times)
    return metric.score(truth[rows], prediction[rows], None if weight is None else weight[rows])
