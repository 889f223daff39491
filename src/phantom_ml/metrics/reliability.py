"""Reliability: whether of the rows that were given 30 %, 30 % came true."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.config import Settings
from phantom_ml.metrics.base import Prediction, Truth, Weight
from phantom_ml.metrics.intervals import clopper_pearson

Floats = NDArray[np.float64]


class ReliabilityBin(Settings):
    """Rows of like probability: what was said of them, and what came."""

    n_rows: int = Field(ge=1)
    predicted: float = Field(description="Mean probability.")
    observed: float = Field(description="Share of class 1.")
    observed_low: float = Field(description="95 % bound.")
    observed_high: float = Field(description="95 % bound.")


def reliability_table(
    truth: Truth,
    prediction: Prediction,
    weight: Weight = None,
    n_bins: int = 10,
    top_share: float = 1.0,
) -> tuple[ReliabilityBin, ...]:
    """Return what was predicted beside what came true, in bins of about equally many rows.

    Parameters
    ----------
    truth : array of shape (n_rows,)
        Codes 0 and 1.
    prediction : array of shape (n_rows, 1)
        The probability of class 1.
    weight : array of shape (n_rows,) or None
    n_bins : int, at least 1
        Fewer come back where scores are tied: equal scores stay together.
    top_share : float in (0, 1]
        Look only at this share of the rows with the highest scores: 0.01 is where alerts come from.

    Returns
    -------
    tuple of ReliabilityBin, the lowest probabilities first

    Examples
    --------
    >>> table = reliability_table(np.array([0, 0, 0, 1]), np.full((4, 1), 0.25))
    >>> table[0].predicted, table[0].observed
    (0.25, 0.25)
    """
    score = prediction[:, 0]
    each = np.ones(len(score)) if weight is None else weight
    kept = (score >= np.quantile(score, 1.0 - top_share)) & (each > 0)
    score, each, hit = score[kept], each[kept], (truth[kept] == 1).astype(np.float64)
    place = _places(score, n_bins)
    n_rows = np.bincount(place)
    mass = np.bincount(place, each)
    predicted = np.bincount(place, each * score) / mass
    observed = np.minimum(1.0, np.bincount(place, each * hit) / mass)
    worth = mass**2 / np.bincount(place, each**2)
    low, high = clopper_pearson(observed * worth, worth)
    columns = (n_rows, predicted, observed, low, high)
    return tuple(
        ReliabilityBin(n_rows=int(n), predicted=p, observed=o, observed_low=a, observed_high=b)
        for n, p, o, a, b in zip(*(c.tolist() for c in columns), strict=True)
    )


def _places(score: Floats, n_bins: int) -> NDArray[np.int64]:
    """Return the bin of each row, 0 upwards without a gap."""
    cuts = np.quantile(score, np.linspace(0, 1, n_bins + 1)[1:-1])
    found: NDArray[np.int64] = np.unique(
        np.searchsorted(cuts, score, side="left"), return_inverse=True
    )[1]
    return found


def expected_calibration_error(
    truth: Truth, prediction: Prediction, weight: Weight = None, n_bins: int = 15
) -> float:
    """Return the mean distance of predicted from observed over bins of equal mass, 0 to 1.

    Parameters
    ----------
    truth : array of shape (n_rows,)
        Class codes.
    prediction : array of shape (n_rows, n_outputs)
        Of many classes, the most probable one is judged: whether it is as often right as it says.
    weight : array of shape (n_rows,) or None
    n_bins : int, at least 1

    Examples
    --------
    >>> expected_calibration_error(np.array([0, 1]), np.array([[0.0], [1.0]]))
    0.0
    """
    score, hit = prediction[:, 0], (truth == 1)
    if prediction.shape[1] > 1:
        score, hit = prediction.max(axis=1), truth == prediction.argmax(axis=1)
    each = np.ones(len(score)) if weight is None else weight
    gap = np.bincount(_places(score, n_bins), each * (score - hit))
    return float(np.abs(gap).sum() / each.sum())
