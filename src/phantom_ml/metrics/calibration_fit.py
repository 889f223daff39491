"""Fitting calibration maps: on a grid of log-odds, so that many rows cost as few bins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phantom_ml.metrics.base import Prediction, Truth, Weight
from phantom_ml.metrics.calibrator import (
    SQUEEZE,
    CalibrationKind,
    Calibrator,
    beta_inputs,
    platt_inputs,
    sigmoid,
    tempered,
)

Floats = NDArray[np.float64]

N_FOLDS = 5
#: Steps of 0.03 in log-odds: finer than any map that the rows could tell apart, and few enough that
#: a step of the fit starts no threads.
N_BINS = 1024
#: How far a slope (of a temperature: one over it) and an offset usually lie from doing nothing: the prior that
#: holds when rows are few, or all of them right. Without it, no rows that are told apart are ever sure enough.
SLOPE_SPREAD, OFFSET_SPREAD = 0.5, 5.0
SLOPE_BOUNDS, OFFSET_BOUNDS = (0.02, 20.0), (-30.0, 30.0)
#: A temperature is one number: this many rows tell it as well as all.
TEMPERATURE_ROWS = 5000
TEMPERATURES = np.exp(np.linspace(-2.0, 2.0, 81))
TEMPERATURE_PRIOR = ((1.0 / TEMPERATURES - 1.0) / SLOPE_SPREAD) ** 2 / 2.0


@dataclass(frozen=True)
class Gain:
    """A candidate, and how much log loss it saves a row on folds that it was not fitted on.

    Attributes
    ----------
    calibrator : Calibrator
        Fitted on all rows.
    mean, error : float
        The mean saving, in nats a row, and its standard error.
    """

    calibrator: Calibrator
    mean: float
    error: float


@dataclass(frozen=True)
class BinnedScores:
    """Scores counted by fold, class and bin of their log-odds.

    Attributes
    ----------
    inputs : float64 array of shape (n_bins, 3)
        What beta calibration sees at each bin's centre.
    counts : float64 array of shape (n_folds, 2, n_bins)
        Weights of the rows, of mean 1.
    """

    inputs: Floats
    counts: Floats

    @classmethod
    def of(cls, truth: Truth, score: Floats, weight: Weight, seed: int) -> BinnedScores:
        """Return the counts of rows that are dealt to folds at random."""
        end = float(np.log1p(-SQUEEZE) - np.log(SQUEEZE))
        step = 2.0 * end / N_BINS
        log_odds = platt_inputs(score)[:, 0]
        place = np.clip(((log_odds + end) / step).astype(np.int64), 0, N_BINS - 1)
        fold = np.random.default_rng(seed).integers(0, N_FOLDS, len(truth))
        cell = (fold * 2 + (truth == 1)) * N_BINS + place
        counts = np.bincount(cell, weight, N_FOLDS * 2 * N_BINS).reshape(N_FOLDS, 2, N_BINS)
        used = counts.sum(axis=(0, 1)) > 0
        centre = sigmoid(np.linspace(-end, end, N_BINS + 1)[:-1][used] + step / 2.0)
        return cls(beta_inputs(centre), counts[:, :, used] * (len(truth) / counts.sum()))


def binary_gain(kind: CalibrationKind, scores: BinnedScores) -> Gain:
    """Return the ``platt`` or ``beta`` map of the rows, and what it saves on unseen folds."""
    inputs = scores.inputs
    if kind is CalibrationKind.PLATT:
        inputs = np.stack([inputs[:, 0] + inputs[:, 1], inputs[:, 2]], axis=1)
    n_slopes = inputs.shape[1] - 1
    whole = scores.counts.sum(axis=0)
    start = np.append(np.ones(n_slopes), 0.0)
    everything = _fit(inputs, whole, start)
    before, total, squares = _losses(inputs, start), 0.0, 0.0
    for held_out in scores.counts:
        found = _fit(inputs, whole - held_out, everything)
        saved = before - _losses(inputs, found)
        total += float((held_out * saved).sum())
        squares += float((held_out * saved**2).sum())
    n = float(whole.sum())
    mean = total / n
    error = float(np.sqrt(max(0.0, squares / n - mean**2) / n))
    parameters = tuple(float(p) for p in everything)
    return Gain(Calibrator(kind=kind, parameters=parameters), mean, error)


def _losses(inputs: Floats, parameters: Floats) -> Floats:
    """Return the log loss of a row of class 0 and of class 1 in each bin, shape (2, n_bins)."""
    log_odds = inputs @ parameters
    return np.stack([np.logaddexp(0.0, log_odds), np.logaddexp(0.0, -log_odds)])


def _fit(inputs: Floats, counts: Floats, start: Floats) -> Floats:
    """Return the parameters of least log loss and prior, slopes above 0."""
    from scipy.optimize import minimize

    n_slopes = inputs.shape[1] - 1
    usual = np.append(np.ones(n_slopes), 0.0)
    spread = np.append(np.full(n_slopes, SLOPE_SPREAD), OFFSET_SPREAD)
    n = counts.sum()

    def objective(parameters: Floats) -> tuple[float, Floats]:
        off = (parameters - usual) / spread
        loss = float((counts * _losses(inputs, parameters)).sum() + (off**2).sum() / 2.0)
        excess = counts.sum(axis=0) * sigmoid(inputs @ parameters) - counts[1]
        return loss / n, (excess @ inputs + off / spread) / n

    bounds = [SLOPE_BOUNDS] * n_slopes + [OFFSET_BOUNDS]
    found: Floats = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return found


def temperature_gain(truth: Truth, prediction: Prediction, weight: Weight, seed: int) -> Gain:
    """Return the temperature of a sample of the rows, and what it saves on unseen folds."""
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(truth))[:TEMPERATURE_ROWS]
    fold = rng.integers(0, N_FOLDS, len(rows))
    each = np.ones(len(rows)) if weight is None else weight[rows] / weight[rows].mean()
    losses = _temperature_losses(truth[rows].astype(np.int64), prediction[rows]) * each
    by_fold = np.stack([losses[:, fold == f].sum(axis=1) for f in range(N_FOLDS)])
    whole = by_fold.sum(axis=0) + TEMPERATURE_PRIOR
    chosen = (whole - by_fold).argmin(axis=1)
    as_it_is = len(TEMPERATURES) // 2
    saved = losses[as_it_is] - losses[chosen[fold], np.arange(len(rows))]
    best = float(TEMPERATURES[whole.argmin()])
    return Gain(
        Calibrator(kind=CalibrationKind.TEMPERATURE, parameters=(best,)),
        float(saved.sum() / each.sum()),
        float(saved.std() * np.sqrt(len(rows)) / each.sum()),
    )


def _temperature_losses(truth: NDArray[np.int64], prediction: Prediction) -> Floats:
    rows = np.arange(len(truth))
    return np.stack([-np.log(tempered(prediction, t)[rows, truth]) for t in TEMPERATURES])
