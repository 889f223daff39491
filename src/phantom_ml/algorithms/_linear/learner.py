"""A linear model over a design: how it is fitted, predicts, explains and saves itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._linear.design import DESIGN_FORM, Design, Scaling
from phantom_ml.algorithms._linear.losses import (
    Array,
    Block,
    Loss,
    Penalty,
    Problem,
    Weights,
    logistic,
    minimise,
    multinomial,
    sigmoid,
    softmax,
    squared,
)
from phantom_ml.algorithms.base import FitContext, Learner
from phantom_ml.config import SUPERVISED, ProblemKind
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.parts.arrays import Form, load_arrays, require, save_arrays
from phantom_ml.parts.spreads import from_spreads, in_spreads, mean_and_deviation

#: Largest derivative of the mean loss by a weight at which a fit is done.
TOLERANCE = 1e-5
#: Rows that are turned into columns at once.
CHUNK_ROWS = 65_536
FORM: Form = {
    **DESIGN_FORM,
    "coefficients": (np.float32, 2),
    "intercept": (np.float64, 1),
    "unit": (np.float64, 1),
}


@dataclass
class LinearLearner(Learner):
    """Weights over the columns of a design.

    Attributes
    ----------
    kind : ProblemKind
    design : Design
    coefficients : float32 array of shape (n_columns, n_outputs)
        Dense columns, then one-hot ones, then buckets of text.
    intercept : float64 array of shape (n_outputs,)
    unit : float64 array of shape (2,)
        Mean and spread of a regression's target; (0, 1) for classes.
    """

    algorithm: ClassVar[str] = "Linear"
    kind: ProblemKind
    design: Design
    coefficients: NDArray[np.float32]
    intercept: Array
    unit: Array

    def __post_init__(self) -> None:
        one, two = self.design.n_dense, self.design.n_dense + self.design.n_levels
        self._dense, self._level, text = np.split(self.coefficients, [one, two])
        self._text = self.design.text_weights(text)

    def predict(self, matrix: Matrix, n_threads: int = 1) -> Array:
        """Return probabilities or values of shape (n_rows, n_outputs)."""
        raw = np.empty((matrix.n_rows, len(self.intercept)))
        for part, chunk in chunks(matrix):
            raw[part] = self._raw(chunk)
        if self.kind is ProblemKind.REGRESSION:
            return from_spreads(raw, *self.unit)
        return sigmoid(raw) if self.kind is ProblemKind.BINARY else softmax(raw)

    def _raw(self, matrix: Matrix) -> Array:
        raw = self.intercept + self.design.dense(matrix) @ self._dense
        if len(self.design.categorical):
            raw += self._level[self.design.levels(matrix)].sum(axis=1)
        if matrix.text is not None and len(self.design.buckets):
            raw += matrix.text @ self._text
        return np.asarray(raw, np.float64)

    def importance(self) -> Array:
        """Return the summed standard deviations of each feature's terms."""
        design = self.design
        n_features = len(design.numeric) + len(design.categorical)
        size = np.abs(self.coefficients.astype(np.float64)).sum(axis=1)
        found = np.zeros(n_features)
        n = len(design.numeric)
        found[design.numeric] = size[:n]
        flag_spread = np.sqrt(design.flag_share * (1.0 - design.flag_share))
        found[design.numeric[design.flagged]] += size[n : design.n_dense] * flag_spread
        share = design.level_share.astype(np.float64)
        spread = np.sqrt(share * (1.0 - share)) * size[design.n_dense :][: design.n_levels]
        for place, position in enumerate(design.categorical):
            own = design.level_column[design.level_start[place] : design.level_start[place + 1]]
            found[position] += spread[np.unique(own)].sum()
        return found

    def contributions(self, matrix: Matrix) -> Array:
        """Return each feature's own terms, less their training means; text counts from none."""
        terms, means = linear_terms(self.design, self.coefficients, matrix)
        return with_base(
            terms * self.unit[1], (self.intercept + means) * self.unit[1] + self.unit[0]
        )

    def save(self, folder: Path) -> None:
        """Write the design and the weights."""
        own = {name: getattr(self, name) for name in ("coefficients", "intercept", "unit")}
        save_arrays(folder, {**self.design.arrays(), **own}, {"kind": self.kind.value})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the saved learner; raises BundleDamaged."""
        arrays, facts = load_arrays(folder, FORM)
        design = Design.of_arrays(arrays)
        shape = (design.n_dense + design.n_levels + len(design.buckets), len(arrays["intercept"]))
        require(arrays["coefficients"].shape == shape, "the weights have another shape")
        require(arrays["unit"].shape == (2,), "the unit of the target is missing")
        require(facts.get("kind") in set(SUPERVISED), "the kind of problem is not known")
        kind = ProblemKind(facts["kind"])
        one = kind is not ProblemKind.MULTICLASS
        require(shape[1] == 1 if one else shape[1] > 1, "the number of outputs is wrong")
        own = [arrays[name] for name in ("coefficients", "intercept", "unit")]
        require(all(bool(np.isfinite(a).all()) for a in own), "a weight is not finite")
        return cls(kind, design, own[0], own[1], own[2])


def linear_terms(
    design: Design, coefficients: NDArray[np.float32], matrix: Matrix
) -> tuple[Array, Array]:
    """Return the terms of a linear model by feature, and what a row of training means adds to them.

    Parameters
    ----------
    design : Design
    coefficients : float32 array of shape (n_columns, n_outputs)
        Dense columns, then one-hot ones, then buckets of text.
    matrix : Matrix

    Returns
    -------
    terms : float64 array of shape (n_rows, n_features, n_outputs)
        Those of numbers and categories are less their training means. Where text is read, its term
        is one feature more, the last one: what the words add to a row without text.
    means : float64 array of shape (n_outputs,)
    """
    dense, levels, text = np.split(coefficients, [design.n_dense, design.n_dense + design.n_levels])
    n, n_features, n_outputs = len(design.numeric), matrix.values.shape[1], coefficients.shape[1]
    reads_text = matrix.text is not None and len(design.buckets) > 0
    terms = np.zeros((matrix.n_rows, n_features + reads_text, n_outputs))
    products = design.dense(matrix)[:, :, None] * dense
    terms[:, design.numeric] = products[:, :n]
    terms[:, design.numeric[design.flagged]] += products[:, n:]
    means = np.zeros(n_outputs)
    if len(design.categorical):
        by_category = _level_means(design, levels)
        terms[:, design.categorical] = levels[design.levels(matrix)] - by_category
        means = by_category.sum(axis=0)
    if matrix.text is not None and reads_text:
        terms[:, n_features] = matrix.text @ design.text_weights(text)
    return terms, means


def with_base(terms: Array, base: Array) -> Array:
    """Return terms with a base value in the last place, the same in each row."""
    place = np.broadcast_to(base, (len(terms), 1, terms.shape[2]))
    return np.concatenate([terms, place], axis=1)


def _level_means(design: Design, levels: NDArray[np.float32]) -> Array:
    ends = [
        design.level_column[a:b]
        for a, b in zip(design.level_start, design.level_start[1:], strict=False)
    ]
    weighted = design.level_share[:, None].astype(np.float64) * levels
    return np.array([weighted[np.unique(own)].sum(axis=0) for own in ends])


def chunks(matrix: Matrix) -> Iterator[tuple[slice, Matrix]]:
    """Yield a matrix by so many rows that its columns fit into memory."""
    if matrix.n_rows <= CHUNK_ROWS:
        yield slice(None), matrix
        return
    for start in range(0, matrix.n_rows, CHUNK_ROWS):
        part = slice(start, start + CHUNK_ROWS)
        text = None if matrix.text is None else matrix.text[part]
        yield part, replace(matrix, values=matrix.values[part], text=text)


def row_weights(samples: Samples) -> Array:
    """Return the weights of rows, scaled to mean 1."""
    if samples.weight is None:
        return np.ones(len(samples.target))
    mean = float(samples.weight.mean())
    return np.asarray(samples.weight / (mean if mean > 0 else 1.0), np.float64)


def design_blocks(design: Design, matrix: Matrix) -> tuple[Block, ...]:
    """Return the columns of a design, those blocks that have any."""
    found: list[Block] = [design.dense(matrix)]
    if design.n_levels:
        found.append(design.one_hot(matrix))
    text = design.text(matrix)
    if text is not None:
        found.append(text)
    return tuple(found)


@dataclass(frozen=True)
class Answer:
    """The target as a linear model takes it: its loss, where to start, and its unit."""

    loss: Loss
    start: Array
    unit: Array


def likely_answer(train: Samples, weight: Array, context: FitContext) -> Answer:
    """Return the log loss of classes from their shares, or the squared error from the mean."""
    if context.kind is ProblemKind.REGRESSION:
        unit = target_unit(train, weight)
        return Answer(squared(in_spreads(train.target, *unit)), np.zeros(1), unit)
    codes = train.target.astype(np.int64)
    counts = np.bincount(codes, weights=weight, minlength=context.n_classes) + 0.5
    odds, same = np.log(counts / counts.sum()), np.array([0.0, 1.0])
    if context.kind is ProblemKind.BINARY:
        return Answer(logistic(codes.astype(np.float64)), odds[1:2] - odds[:1], same)
    return Answer(multinomial(codes), odds, same)


def target_unit(train: Samples, weight: Array) -> Array:
    """Return the weighted mean and spread of a regression's target, the spread above 0."""
    mean, spread = mean_and_deviation(train.target.astype(np.float64), weight)
    return np.array([mean, spread if spread > 0 else 1.0])


def fit_linear(
    train: Samples,
    context: FitContext,
    penalty: Callable[[float], Penalty],
    iterations: int,
    scaling: Scaling,
) -> tuple[Design, Answer, Weights]:
    """Return the design, the answer's unit and the weights of least penalised likely loss.

    Parameters
    ----------
    train : Samples
    context : FitContext
    penalty : callable of (sum of weights of rows) -> Penalty
    iterations : int
        At most so many steps of L-BFGS.
    scaling : "robust" or "quantile"
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(context.n_threads):
        weight = row_weights(train)
        design = Design.fit(train.matrix, scaling)
        answer = likely_answer(train, weight, context)
        blocks = design_blocks(design, train.matrix)
        weights = minimise(
            Problem.of(blocks, answer.loss, weight, answer.start),
            penalty(float(weight.sum())),
            deadline=context.deadline,
            max_iterations=iterations,
            tolerance=TOLERANCE,
        )
    return design, answer, weights
