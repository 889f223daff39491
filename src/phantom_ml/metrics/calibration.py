"""Calibration: turn scores into probabilities that mean what they say, and never reorder them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.metrics.base import Prediction, Truth, Weight
from phantom_ml.metrics.calibration_fit import BinnedScores, Gain, binary_gain, temperature_gain
from phantom_ml.metrics.calibrator import CalibrationKind, Calibrator, platt_inputs
from phantom_ml.metrics.reliability import (
    ReliabilityBin,
    expected_calibration_error,
    reliability_table,
)

__all__ = [
    "CalibrationKind",
    "Calibrator",
    "ReliabilityBin",
    "expected_calibration_error",
    "fit_calibration",
    "reliability_table",
]

#: Fewer rows of the rarer class bear no calibration; fewer than the second, only Platt's two
#: parameters.
FEW, SOME = 20, 100
#: Scores nearer than this in log-odds may fall together in rounding; no threshold lies between
#: them.
SAME_LOG_ODDS = 1e-9


def fit_calibration(
    truth: Truth, prediction: Prediction, kind: ProblemKind, weight: Weight = None, seed: int = 0
) -> Calibrator:
    """Return the map that makes held-out predictions mean what they say.

    The candidate of the least cross-validated log loss is taken if it beats the predictions as they
    are by more than one standard error; else, and for values, nothing is changed.

    Parameters
    ----------
    truth : array of shape (n_rows,)
        Class codes of rows that the model was not fitted on.
    prediction : array of shape (n_rows, n_outputs)
    kind : ProblemKind
        Binary: Platt or beta; multiclass: a temperature; regression: the identity.
    weight : array of shape (n_rows,) or None
    seed : int
        Deals the folds.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> odds = rng.normal(size=4000)
    >>> truth = (rng.random(4000) < 1 / (1 + np.exp(-odds))).astype(int)
    >>> boastful = 1 / (1 + np.exp(-3 * odds))[:, None]
    >>> found = fit_calibration(truth, boastful, ProblemKind.BINARY)
    >>> bool(expected_calibration_error(truth, found.apply(boastful)) < 0.03)
    True
    """
    heavy = np.ones(len(truth), np.bool_) if weight is None else weight > 0
    if kind is ProblemKind.BINARY:
        candidates = _binary(truth[heavy], prediction[heavy, 0], _of(weight, heavy), seed)
    elif kind is ProblemKind.MULTICLASS and heavy.sum() >= SOME:
        candidates = [temperature_gain(truth[heavy], prediction[heavy], _of(weight, heavy), seed)]
    else:
        candidates = []
    sure = [gain for gain in candidates if gain.mean > gain.error]
    return max(sure, key=lambda gain: gain.mean).calibrator if sure else Calibrator()


def _of(weight: Weight, rows: NDArray[np.bool_]) -> Weight:
    return None if weight is None else weight[rows]


def _binary(truth: Truth, score: NDArray[np.float64], weight: Weight, seed: int) -> list[Gain]:
    rarer = min(int((truth == 1).sum()), int((truth != 1).sum()))
    if rarer < FEW:
        return []
    kinds = (
        [CalibrationKind.PLATT] if rarer < SOME else [CalibrationKind.PLATT, CalibrationKind.BETA]
    )
    binned = BinnedScores.of(truth, score, weight, seed)
    gains = [binary_gain(kind, binned) for kind in kinds]
    return [gain for gain in gains if _keeps_order(gain.calibrator, score)]


def _keeps_order(calibrator: Calibrator, score: NDArray[np.float64]) -> bool:
    """Return whether no two scores that differ fall together; a steep map does so near 0 and 1."""
    rising = np.sort(score)
    apart = np.diff(platt_inputs(rising)[:, 0]) > SAME_LOG_ODDS
    return bool((np.diff(calibrator.apply(rising[:, None])[:, 0])[apart] > 0).all())
