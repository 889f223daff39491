"""SVM: the widest margin, straight or by an RBF kernel, with probabilities (Platt, 1999)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.algorithms._linear.design import (
    DESIGN_FORM,
    SCALING_WORDS,
    SCALINGS,
    Design,
    Scaling,
)
from phantom_ml.algorithms._linear.learner import (
    TOLERANCE,
    chunks,
    linear_terms,
    row_weights,
    target_unit,
    with_base,
)
from phantom_ml.algorithms._linear.losses import (
    Array,
    Block,
    Loss,
    Penalty,
    Problem,
    Weights,
    logistic,
    minimise,
    sigmoid,
    squared_hinge,
    squared_tube,
)
from phantom_ml.algorithms._linear.nystroem import LANDMARK_FORM, Landmarks
from phantom_ml.algorithms.base import (
    AlgorithmSettings,
    FitContext,
    Learner,
    Setting,
    algorithms,
    bounded,
    choice,
)
from phantom_ml.config import SUPERVISED, ProblemKind
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.parts.arrays import Form, load_arrays, require, save_arrays
from phantom_ml.parts.spreads import from_spreads, in_spreads
from phantom_ml.process.deadline import Deadline

#: One row in so many is kept from the margin, to learn the probabilities from.
PLATT_EVERY = 5
#: With fewer rows than this the probabilities are learned from the same rows.
PLATT_ROWS = 50
#: Values closer than this share of the target's spread cost nothing.
TUBE = 0.1
#: More rows than this are sampled where the columns are landmarks.
MAX_KERNEL_ROWS = 200_000
#: Share of the time left that the margin may take.
MARGIN_SHARE = 0.9
FORM: Form = {
    **DESIGN_FORM,
    "coefficients": (np.float32, 2),
    "intercept": (np.float64, 1),
    "unit": (np.float64, 1),
    "platt": (np.float64, 2),
}


@dataclass(frozen=True)
class Columns:
    """The columns of the margin beside text: of a design, or closeness to landmarks."""

    design: Design
    landmarks: Landmarks | None

    def blocks(self, matrix: Matrix) -> tuple[Block, ...]:
        """Return the blocks of columns, side by side."""
        if self.landmarks is not None:
            return (self.landmarks.columns(self.design, matrix),)
        dense = self.design.dense(matrix)
        return (dense, self.design.one_hot(matrix)) if self.design.n_levels else (dense,)

    @property
    def width(self) -> int:
        """Return the number of columns."""
        straight = self.design.n_dense + self.design.n_levels
        return straight if self.landmarks is None else len(self.landmarks.dense)


@dataclass
class SVMLearner(Learner):
    """A margin, and how a distance from it becomes a probability.

    Attributes
    ----------
    kind : ProblemKind
    columns : Columns
    coefficients : float32 array of shape (n_columns, n_outputs)
        Those columns, then buckets of text.
    intercept : float64 array of shape (n_outputs,)
    unit : float64 array of shape (2,)
        Mean and spread of a regression's target.
    platt : float64 array of shape (2, n_outputs)
        Slope and offset of the log-odds by the distance.
    """

    algorithm: ClassVar[str] = "SVM"
    kind: ProblemKind
    columns: Columns
    coefficients: NDArray[np.float32]
    intercept: Array
    unit: Array
    platt: Array

    def __post_init__(self) -> None:
        self._own, text = np.split(self.coefficients, [self.columns.width])
        self._text = self.columns.design.text_weights(text)

    def margin(self, matrix: Matrix) -> Array:
        """Return signed distances from the margin, shape (n_rows, n_outputs)."""
        raw = np.empty((matrix.n_rows, len(self.intercept)))
        for part, chunk in chunks(matrix):
            found, start = np.tile(self.intercept, (chunk.n_rows, 1)), 0
            for block in self.columns.blocks(chunk):
                found += block @ self._own[start : start + block.shape[1]]
                start += int(block.shape[1])
            if chunk.text is not None and len(self._text):
                found += chunk.text @ self._text
            raw[part] = found
        return raw

    def predict(self, matrix: Matrix, n_threads: int = 1) -> Array:
        """Return probabilities or values of shape (n_rows, n_outputs)."""
        margin = self.margin(matrix)
        if self.kind is ProblemKind.REGRESSION:
            return from_spreads(margin, *self.unit)
        shares = sigmoid(margin * self.platt[0] + self.platt[1])
        if self.kind is ProblemKind.BINARY:
            return shares
        # Far outside every class all shares are 0 to the last bit; then none is preferred.
        shares = np.maximum(shares, 1e-12)
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

    def contributions(self, matrix: Matrix) -> Array | None:
        """Return a straight margin's terms by feature; None where it bends, or of many classes."""
        if self.columns.landmarks is not None or self.kind is ProblemKind.MULTICLASS:
            return None
        terms, means = linear_terms(self.columns.design, self.coefficients, matrix)
        slope, offset = self.platt
        if self.kind is ProblemKind.REGRESSION:
            slope, offset = self.unit[1:], self.unit[:1]
        return with_base(terms * slope, (self.intercept + means) * slope + offset)

    def save(self, folder: Path) -> None:
        """Write the columns and the weights."""
        names = ("coefficients", "intercept", "unit", "platt")
        own = {name: getattr(self, name) for name in names}
        marks = self.columns.landmarks
        arrays = {**self.columns.design.arrays(), **own}
        arrays |= {} if marks is None else marks.arrays()
        save_arrays(folder, arrays, {"kind": self.kind.value, "rbf": marks is not None})

    @classmethod
    def load(cls, folder: Path) -> SVMLearner:
        """Return the saved learner; raises BundleDamaged."""
        arrays, facts = load_arrays(folder, FORM)
        rbf = facts.get("rbf") is True
        if rbf:
            arrays, facts = load_arrays(folder, {**FORM, **LANDMARK_FORM})
        design = Design.of_arrays(arrays)
        columns = Columns(design, Landmarks.of_arrays(arrays, design) if rbf else None)
        coefficients, intercept = arrays["coefficients"], arrays["intercept"]
        n_outputs = len(intercept)
        width = columns.width + len(design.buckets)
        require(coefficients.shape == (width, n_outputs), "the weights have another shape")
        right = arrays["platt"].shape == (2, n_outputs) and arrays["unit"].shape == (2,)
        require(right, "the probabilities' slopes have another shape")
        require(facts.get("kind") in set(SUPERVISED), "the kind of problem is not known")
        kind = ProblemKind(facts["kind"])
        require(
            (n_outputs > 1) == (kind is ProblemKind.MULTICLASS), "the number of outputs is wrong"
        )
        own = (coefficients, intercept, arrays["unit"], arrays["platt"])
        require(all(bool(np.isfinite(a).all()) for a in own), "a weight is not finite")
        return cls(kind, columns, *own)


@algorithms.add("SVM")
class SVM(AlgorithmSettings):
    """The widest margin between classes, or the thinnest tube around values.

    ``rbf`` bends it by closeness to sampled rows, and reads text straight beside; ``linear`` is
    faster. Probabilities are learned on a fifth of the rows that the margin does not see. Its
    contributions are exact where it is ``linear`` and the classes are not more than two.
    """

    name: ClassVar[str] = "SVM"
    learner: ClassVar[type[Learner]] = SVMLearner
    quick: ClassVar[dict[str, Setting]] = {"max_iterations": 50, "n_components": 50}
    reads_text: ClassVar[bool] = True
    can_stop: ClassVar[bool] = True

    kernel: Literal["rbf", "linear"] = choice(
        "rbf", ("rbf", "linear"), description="Whether the margin bends."
    )
    C: float = bounded(1.0, 1e-4, 1e4, log=True, description="Inverse of the L2 penalty.")
    gamma: float = bounded(
        1.0, 0.01, 100.0, log=True, when=("kernel", "rbf"),
        description="How fast closeness fades, times the number of features.",
    )  # fmt: skip
    n_components: int = bounded(
        300, 50, 1000, log=True, when=("kernel", "rbf"), description="Landmarks, at most."
    )
    scaling: Scaling = choice("robust", SCALINGS, description=SCALING_WORDS)
    max_iterations: int = Field(200, ge=1, le=10_000, description="Steps of L-BFGS, at most.")

    def explains(self, n_outputs: int) -> bool:
        """Return whether the margin is straight, and one."""
        return self.kernel == "linear" and n_outputs == 1

    def fit(self, train: Samples, valid: Samples | None, context: FitContext) -> SVMLearner:
        """Return the margin of least penalised loss on ``train``, with its probabilities."""
        from threadpoolctl import threadpool_limits

        random = np.random.default_rng(context.seed)
        if self.kernel == "rbf" and len(train.target) > MAX_KERNEL_ROWS:
            rows = random.choice(len(train.target), MAX_KERNEL_ROWS, replace=False)
            train = train.rows(np.sort(rows))
        with threadpool_limits(context.n_threads):
            if context.kind is ProblemKind.REGRESSION:
                return self._margin(train, context, random)
            seen, kept = _split(train, random)
            return _with_probabilities(self._margin(seen, context, random), kept, context)

    def _margin(
        self, train: Samples, context: FitContext, random: np.random.Generator
    ) -> SVMLearner:
        design = Design.fit(train.matrix, self.scaling)
        landmarks = None
        if self.kernel == "rbf":
            landmarks = Landmarks.choose(
                design, train.matrix, self.n_components, self.gamma, random
            )
        columns, weight = Columns(design, landmarks), row_weights(train)
        loss, unit = _loss(train, weight, context)
        text = design.text(train.matrix)
        blocks = columns.blocks(train.matrix) + (() if text is None else (text,))
        weights = minimise(
            Problem.of(blocks, loss, weight, np.zeros(context.n_outputs)),
            Penalty(0.0, 1.0 / (self.C * len(weight))),
            # The rest of the time is for the probabilities.
            deadline=context.deadline.within(MARGIN_SHARE * context.deadline.left()),
            max_iterations=self.max_iterations,
            tolerance=TOLERANCE,
        )
        return _learner(columns, weights, unit, context)


def _learner(columns: Columns, weights: Weights, unit: Array, context: FitContext) -> SVMLearner:
    even = np.stack([np.ones(context.n_outputs), np.zeros(context.n_outputs)])
    coefficients = weights.coefficients.astype(np.float32)
    learner = SVMLearner(context.kind, columns, coefficients, weights.intercept, unit, even)
    learner.is_cut_short = weights.is_cut_short
    return learner


def _loss(train: Samples, weight: Array, context: FitContext) -> tuple[Loss, Array]:
    if context.kind is ProblemKind.REGRESSION:
        unit = target_unit(train, weight)
        return squared_tube(in_spreads(train.target, *unit), TUBE), unit
    return squared_hinge(2.0 * _own_class(train, context) - 1.0), np.array([0.0, 1.0])


def _own_class(samples: Samples, context: FitContext) -> Array:
    """Return 1 where a row is of an output's class, else 0, shape (n_rows, n_outputs)."""
    classes = np.array([1]) if context.n_outputs == 1 else np.arange(context.n_classes)
    return np.asarray(samples.target[:, None] == classes, np.float64)


def _split(train: Samples, random: np.random.Generator) -> tuple[Samples, Samples]:
    """Return the rows of the margin and those of the probabilities, alike in their classes."""
    n = len(train.target)
    if n < PLATT_ROWS:
        return train, train
    shuffled = random.permutation(n)
    by_class = shuffled[np.argsort(train.target[shuffled], kind="stable")]
    kept = np.zeros(n, bool)
    kept[by_class[PLATT_EVERY - 1 :: PLATT_EVERY]] = True
    return train.rows(np.flatnonzero(~kept)), train.rows(np.flatnonzero(kept))


def _with_probabilities(learner: SVMLearner, kept: Samples, context: FitContext) -> SVMLearner:
    margin, own, weight = learner.margin(kept.matrix), _own_class(kept, context), row_weights(kept)
    for output in range(context.n_outputs):
        learner.platt[:, output] = _platt(margin[:, output], own[:, output], weight)
    return learner


def _platt(margin: Array, own: Array, weight: Array) -> Array:
    """Return slope and offset of log-odds; targets a little inside 0 and 1 keep them finite."""
    n_positive = float(own.sum())
    n_negative = len(own) - n_positive
    high, low = (n_positive + 1) / (n_positive + 2), 1 / (n_negative + 2)
    problem = Problem.of(
        (margin[:, None].astype(np.float32),),
        logistic(np.where(own > 0, high, low)),
        weight,
        np.array([np.log((n_positive + 1) / (n_negative + 1))]),
    )
    found = minimise(
        problem, Penalty(0.0, 1e-9), deadline=Deadline.never(), max_iterations=200, tolerance=1e-7
    )
    # A margin never points away from its class, however few rows say so.
    return np.array([max(float(found.coefficients[0, 0]), 1e-3), float(found.intercept[0])])
