"""Linear models fitted by L-BFGS: losses, penalties and a deadline, over blocks of columns.

An L1 penalty is made smooth by writing each weight as the difference of two that are not negative
(Schmidt, 2010), which L-BFGS-B takes as bounds (Byrd et al., 1995).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phantom_ml.algorithms._boosting import RoundClock
from phantom_ml.process.deadline import Deadline

Array = NDArray[np.float64]
Block = NDArray[np.float32] | NDArray[np.float64] | sparse.csr_array
#: (raw predictions, shape (n, k)) -> loss of each row, shape (n,), and its derivative, shape (n,
#: k).
Loss = Callable[[Array], tuple[Array, Array]]


def _by_column(block: Block) -> Block:
    if isinstance(block, sparse.csr_array):
        return block
    laid: NDArray[np.float64] = np.asfortranarray(block)
    return laid


@dataclass(frozen=True)
class Penalty:
    """What weights cost beside the mean loss: ``l1`` times sizes, ``l2`` / 2 times squares."""

    l1: float
    l2: float


@dataclass(frozen=True)
class Weights:
    """What was fitted: ``coefficients`` of shape (n_columns, k) and ``intercept`` of shape (k,).

    ``is_cut_short`` where the deadline ended it before it had converged or taken all its iterations.
    """

    coefficients: Array
    intercept: Array
    is_cut_short: bool = False


@dataclass(frozen=True)
class Problem:
    """Blocks of columns side by side, a loss, and how much each row counts (mean 1)."""

    blocks: tuple[Block, ...]
    loss: Loss
    weight: Array
    start: Array

    @property
    def n_columns(self) -> int:
        """Return the columns of all blocks."""
        return sum(int(b.shape[1]) for b in self.blocks)

    def value(self, coefficients: Array, intercept: Array) -> tuple[float, Array, Array]:
        """Return the mean loss and its derivatives by the coefficients and the intercept."""
        raw = np.tile(intercept, (len(self.weight), 1))
        for block, part in zip(self.blocks, self._parts(coefficients), strict=True):
            raw += block @ part.astype(np.float32)
        loss, slope = self.loss(raw)
        total = max(float(self.weight.sum()), np.finfo(np.float64).tiny)
        slope *= (self.weight / total)[:, None]
        narrow = slope.astype(np.float32)
        by_column = [np.asarray(block.T @ narrow, np.float64) for block in self.blocks]
        gradient = np.concatenate(by_column) if by_column else np.zeros_like(coefficients)
        return float(self.weight @ loss) / total, gradient, slope.sum(axis=0)

    @classmethod
    def of(cls, blocks: tuple[Block, ...], loss: Loss, weight: Array, start: Array) -> Problem:
        """Return the problem, its blocks laid out column by column, which their products like."""
        return cls(tuple(_by_column(b) for b in blocks), loss, weight, start)

    def _parts(self, coefficients: Array) -> Sequence[Array]:
        ends = np.cumsum([int(b.shape[1]) for b in self.blocks])[:-1]
        return np.split(coefficients, ends) if self.blocks else []


class _Stop:
    """Asked after each iteration, it ends the fit where there is no time for another; it is then late."""

    def __init__(self, deadline: Deadline) -> None:
        self._clock, self.is_late = RoundClock(deadline), False

    def __call__(self, intermediate_result: object) -> None:
        self.is_late = not self._clock.allows_another()
        if self.is_late:
            raise StopIteration


def minimise(
    problem: Problem, penalty: Penalty, *, deadline: Deadline, max_iterations: int, tolerance: float
) -> Weights:
    """Return the weights of least penalised mean loss, or the best before the deadline.

    Parameters
    ----------
    problem : Problem
    penalty : Penalty
        The intercept is not penalised.
    deadline : Deadline
        No iteration is begun that would pass it.
    max_iterations : int
    tolerance : float
        Largest derivative, and a thousandth of it the relative gain, at which it is done.
    """
    from scipy.optimize import minimize

    n, k = problem.n_columns, len(problem.start)
    split = penalty.l1 > 0

    def unpack(flat: Array) -> Weights:
        body = flat[: len(flat) - k]
        signed = body[: n * k] - body[n * k :] if split else body
        return Weights(signed.reshape(n, k), flat[len(flat) - k :])

    def objective(flat: Array) -> tuple[float, Array]:
        now = unpack(flat)
        value, by_column, by_intercept = problem.value(now.coefficients, now.intercept)
        value += 0.5 * penalty.l2 * float(np.vdot(now.coefficients, now.coefficients))
        slope = (by_column + penalty.l2 * now.coefficients).ravel()
        if split:
            value += penalty.l1 * float(flat[: 2 * n * k].sum())
            slope = np.concatenate([slope + penalty.l1, penalty.l1 - slope])
        return value, np.concatenate([slope, by_intercept])

    stop = _Stop(deadline)
    width = n * k * (2 if split else 1)
    result = minimize(
        objective,
        np.concatenate([np.zeros(width), problem.start]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, None)] * width + [(None, None)] * k if split else None,
        callback=stop,
        options={"maxiter": max_iterations, "gtol": tolerance, "ftol": tolerance * 1e-3},
    )
    # The last iteration that is allowed is its own end, whatever the clock says after it.
    is_cut_short = stop.is_late and result.nit < max_iterations
    return replace(unpack(np.asarray(result.x, np.float64)), is_cut_short=is_cut_short)


def logistic(target: Array) -> Loss:
    """Return the log loss of shares between 0 and 1 by one column of log-odds."""

    def loss(raw: Array) -> tuple[Array, Array]:
        odds = raw[:, 0]
        return np.logaddexp(0, odds) - target * odds, (sigmoid(odds) - target)[:, None]

    return loss


def multinomial(target: NDArray[np.int64]) -> Loss:
    """Return the log loss of classes 0..k-1 by a column of log-odds each."""
    rows = np.arange(len(target))

    def loss(raw: Array) -> tuple[Array, Array]:
        shares = softmax(raw)
        own = shares[rows, target]
        shares[rows, target] -= 1.0
        return -np.log(np.maximum(own, np.finfo(np.float64).tiny)), shares

    return loss


def squared(target: Array) -> Loss:
    """Return half the squared error of one column of values."""

    def loss(raw: Array) -> tuple[Array, Array]:
        error = raw - target[:, None]
        return 0.5 * error[:, 0] ** 2, error

    return loss


def squared_hinge(sign: Array) -> Loss:
    """Return the squared hinge loss, summed over columns; ``sign`` is -1 or 1, shape (n, k)."""

    def loss(raw: Array) -> tuple[Array, Array]:
        short = np.maximum(0.0, 1.0 - sign * raw)
        return (short**2).sum(axis=1), -2.0 * sign * short

    return loss


def squared_tube(target: Array, width: float) -> Loss:
    """Return the squared error beyond a tube of half-width ``width`` around the values."""

    def loss(raw: Array) -> tuple[Array, Array]:
        error = raw - target[:, None]
        beyond = np.sign(error) * np.maximum(0.0, np.abs(error) - width)
        return beyond[:, 0] ** 2, 2.0 * beyond

    return loss


def sigmoid(raw: Array) -> Array:
    """Return 1 / (1 + exp(-raw)) without overflow."""
    from scipy.special import expit

    return np.asarray(expit(raw), np.float64)


def softmax(raw: Array) -> Array:
    """Return each row's exponentials over their sum, without overflow."""
    shifted = np.exp(raw - raw.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), np.float64)
