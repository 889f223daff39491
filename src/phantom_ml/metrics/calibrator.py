"""Calibrator: a strictly increasing map from a model's scores to probabilities, as plain data.

Platt's logistic map (2000), beta calibration (Kull, Silva Filho and Flach 2017) and temperature
scaling (Guo et al. 2017). Isotonic regression is left out on purpose: its steps tie many scores,
and a tie at the top costs recall at a low false positive rate.
"""

from __future__ import annotations

import math
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from phantom_ml.config import Settings
from phantom_ml.metrics.base import Prediction

Floats = NDArray[np.float64]

#: Probabilities are drawn in by this much, so that an exact 0 or 1 has a finite log-odds (16.1).
#: Unlike a clip, it ties nothing.
SQUEEZE = 1e-7


class CalibrationKind(StrEnum):
    """The maps from a score to a probability."""

    IDENTITY = "identity"
    PLATT = "platt"
    BETA = "beta"
    TEMPERATURE = "temperature"


#: How many of the parameters are slopes (they come first, and must be above 0), and how many there
#: are.
SHAPES = {
    CalibrationKind.IDENTITY: (0, 0),
    CalibrationKind.PLATT: (1, 2),
    CalibrationKind.BETA: (2, 3),
    CalibrationKind.TEMPERATURE: (1, 1),
}


class Calibrator(Settings):
    """A fitted map; ``apply`` keeps the order of the rows.

    Attributes
    ----------
    kind : CalibrationKind
        With l(p) = log(p / (1 - p)): ``platt`` is sigmoid(a l(p) + b); ``beta`` is
        sigmoid(a log p - b log(1 - p) + c); ``temperature`` is softmax(log p / t).
    parameters : tuple of float
        (a, b), (a, b, c) or (t,); slopes and the temperature are above 0.

    Examples
    --------
    >>> Calibrator().apply(np.array([[0.2], [0.9]])).ravel()
    array([0.2, 0.9])
    >>> halved = Calibrator(kind="platt", parameters=(0.5, 0.0))
    >>> halved.apply(np.array([[0.2], [0.9]])).ravel().round(3)
    array([0.333, 0.75 ])
    """

    kind: CalibrationKind = CalibrationKind.IDENTITY
    parameters: tuple[float, ...] = ()

    @model_validator(mode="after")
    def _increasing(self) -> Calibrator:
        slopes, count = SHAPES[self.kind]
        if len(self.parameters) != count or not all(map(math.isfinite, self.parameters)):
            raise ValueError(f"{self.kind.value} has {count} finite parameters")
        if not all(slope > 0 for slope in self.parameters[:slopes]):
            raise ValueError("a slope must be above 0, or the order of the rows is lost")
        return self

    def apply(self, prediction: Prediction) -> Prediction:
        """Return calibrated predictions of the same shape (n_rows, n_outputs)."""
        if self.kind is CalibrationKind.IDENTITY:
            return prediction
        if self.kind is CalibrationKind.TEMPERATURE:
            return tempered(prediction, self.parameters[0])
        inputs = platt_inputs if self.kind is CalibrationKind.PLATT else beta_inputs
        return sigmoid(inputs(prediction) @ np.array(self.parameters))


def sigmoid(log_odds: Floats) -> Floats:
    """Return 1 / (1 + exp(-z)), without overflow."""
    small = np.exp(-np.abs(log_odds))
    found: Floats = np.where(log_odds >= 0, 1.0, small) / (1.0 + small)
    return found


def beta_inputs(probability: Floats) -> Floats:
    """Return (log p, -log(1 - p), 1) in a new last axis, of squeezed probabilities."""
    inside = 1.0 - 2.0 * SQUEEZE
    # From both ends: 1 - (a number near 1) has lost the digits that the rank at the top rests on.
    log_p = np.log(SQUEEZE + inside * probability)
    log_rest = np.log(SQUEEZE + inside * (1.0 - probability))
    return np.stack([log_p, -log_rest, np.ones_like(log_p)], axis=-1)


def platt_inputs(probability: Floats) -> Floats:
    """Return (log-odds, 1) in a new last axis, of squeezed probabilities."""
    log_p, minus_log_rest, one = np.moveaxis(beta_inputs(probability), -1, 0)
    return np.stack([log_p + minus_log_rest, one], axis=-1)


def tempered(prediction: Prediction, temperature: float) -> Prediction:
    """Return softmax(log p / temperature), rows of shape (n_classes,) that sum to 1."""
    n_classes = prediction.shape[-1]
    raw = np.log(SQUEEZE + (1.0 - n_classes * SQUEEZE) * prediction) / temperature
    share = np.exp(raw - raw.max(axis=-1, keepdims=True))
    found: Prediction = share / share.sum(axis=-1, keepdims=True)
    return found
