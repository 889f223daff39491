"""How several predictions become one: a weighted mean, or a weighted sum of log-odds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
#: Probabilities are kept this far from 0 and 1 before a logarithm.
EDGE = 1e-7


def logit(probability: Array) -> Array:
    """Return log-odds (one column) or log-probabilities (many), finite."""
    p = np.clip(probability, EDGE, 1.0 - EDGE)
    z: Array = np.log(p) - np.log1p(-p) if p.shape[1] == 1 else np.log(p)
    return z


def from_logit(z: Array) -> Array:
    """Return probabilities of log-odds (one column) or of unnormalised log-probabilities (many)."""
    if z.shape[1] == 1:
        p: Array = 1.0 / (1.0 + np.exp(-np.clip(z, -500, 500)))
        return p
    e: Array = np.exp(z - z.max(axis=1, keepdims=True))
    e /= e.sum(axis=1, keepdims=True)
    return e


def combine(
    predictions: Sequence[Array], weights: Sequence[float], how: str, intercept: float = 0.0
) -> Array:
    """Return one prediction of many, all of shape (n_rows, n_outputs).

    Examples
    --------
    >>> import numpy as np
    >>> combine([np.array([[0.2]]), np.array([[0.4]])], [0.5, 0.5], "mean").round(3)
    array([[0.3]])
    """
    if how == "mean":
        total = weights[0] * predictions[0]
        for w, p in zip(weights[1:], predictions[1:], strict=True):
            total = total + w * p
        return total
    z = weights[0] * logit(predictions[0])
    for w, p in zip(weights[1:], predictions[1:], strict=True):
        z = z + w * logit(p)
    return from_logit(z + intercept)


def mean_of(predictions: Sequence[Array]) -> Array:
    """Return the mean of predictions, added in order so that it is the same everywhere.

    Examples
    --------
    >>> import numpy as np
    >>> mean_of([np.array([[1.0]]), np.array([[3.0]])])
    array([[2.]])
    """
    total = predictions[0]
    for p in predictions[1:]:
        total = total + p
    return total if len(predictions) == 1 else total / len(predictions)
