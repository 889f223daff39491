"""What a sort of scores tells: true and false positives at every distinct score, and labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phantom_ml.metrics.base import Prediction, Truth, Weight

Floats = NDArray[np.float64]

#: Rates are ratios of sums of weights: the last bits must not decide whether 10 of 1,000 is 1 %.
SLACK = 1.0 + 1e-12


@dataclass(frozen=True)
class Curve:
    """Counts (or weights) at or above each distinct score, the highest score first.

    Attributes
    ----------
    score : float64 array of shape (n_distinct,)
        Falling; a row is alerted where its score is at least this.
    true_positives, false_positives : float64 arrays of shape (n_distinct,)
        Rising. Rows of equal score enter together: no order among them is invented.
    """

    score: Floats
    true_positives: Floats
    false_positives: Floats

    @property
    def positives(self) -> float:
        """Return the weight of class 1."""
        return float(self.true_positives[-1])

    @property
    def negatives(self) -> float:
        """Return the weight of class 0."""
        return float(self.false_positives[-1])

    @property
    def has_both(self) -> bool:
        """Return whether both classes bear weight, without which no rate is defined."""
        return self.positives > 0 and self.negatives > 0


def curve(truth: Truth, score: Floats, weight: Weight = None) -> Curve:
    """Return the counts at every distinct score, by one sort.

    Parameters
    ----------
    truth : array of shape (n_rows,)
        1 for the positive class, anything else for the rest; at least one row.
    score : array of shape (n_rows,)
        Higher is more likely positive; without NaN.
    weight : array of shape (n_rows,) or None

    Examples
    --------
    >>> found = curve(np.array([1, 0, 1, 0]), np.array([0.9, 0.5, 0.5, 0.1]))
    >>> found.true_positives, found.false_positives
    (array([1., 2., 2.]), array([0., 1., 2.]))
    """
    # A bootstrap ranks its rows once; a check is a hundred times cheaper than to sort them again.
    ranked_already = bool((score[1:] <= score[:-1]).all())
    order = slice(None) if ranked_already else np.argsort(-score)
    ranked = score[order]
    positive = (truth[order] == 1).astype(np.float64)
    every = np.ones_like(positive) if weight is None else weight[order]
    last = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)
    hits = np.cumsum(positive * every)[last]
    # A cumulative sum of the negatives' own weights never falls; a difference of two sums might.
    misses = np.cumsum((1.0 - positive) * every)[last]
    return Curve(ranked[last], hits, misses)


def labels(prediction: Prediction) -> NDArray[np.int64]:
    """Return the most probable class of each row, shape (n_rows,); a tie of two goes to class 1.

    Examples
    --------
    >>> labels(np.array([[0.2], [0.5]])), labels(np.array([[0.2, 0.1, 0.7]]))
    (array([0, 1]), array([2]))
    """
    if prediction.shape[1] == 1:
        return (prediction[:, 0] >= 0.5).astype(np.int64)
    best: NDArray[np.int64] = prediction.argmax(axis=1).astype(np.int64)
    return best


def confusion(truth: Truth, prediction: Prediction, weight: Weight = None) -> Floats:
    """Return the weight of each (true class, most probable class), shape (n_classes, n_classes).

    Examples
    --------
    >>> confusion(np.array([0, 1, 1]), np.array([[0.2], [0.9], [0.4]]))
    array([[1., 0.],
           [1., 1.]])
    """
    n_classes = max(2, prediction.shape[1])
    cell = truth.astype(np.int64) * n_classes + labels(prediction)
    counts = np.bincount(cell, weight, n_classes * n_classes)
    return counts.reshape(n_classes, n_classes).astype(np.float64)
