"""A linear score of hashed text: one column that says what the n-grams of a row say together.

Averaged stochastic gradient descent on the logistic (or squared) loss. Sources: Bottou, "Large-Scale
Machine Learning with Stochastic Gradient Descent", COMPSTAT 2010; Polyak & Juditsky, "Acceleration of
Stochastic Approximation by Averaging", 1992, doi:10.1137/0330046.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import ALL_TEXT, Feature, Matrix, Samples
from phantom_ml.data.target.unit import TargetUnit
from phantom_ml.errors import BundleDamaged
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.fitted.unit_words import unit_words
from phantom_ml.parts.saved import read_arrays, read_object, require_version

#: Measured on URLs and HTTP payloads: 1e-5 under-fits, 1e-7 gains nothing.
ALPHA = 1e-6
EPOCHS = 8
LINEAR = "linear score of the text's character and word n-grams"
WORDS = f"{LINEAR}, in log-odds or the target's unit"
#: More rows than this add seconds, not quality.
MAX_ROWS = 100_000
#: Raised when the same state would give other values. Files from before it was told are of version 1.
VERSION = 1


@dataclass(frozen=True)
class TextScore:
    """Weights of a linear model on hashed n-grams.

    Attributes
    ----------
    weights : float32 array of shape (n_buckets, n_outputs)
    intercept : float32 array of shape (n_outputs,)
    outputs : tuple of str
        What the columns are about: nothing for one, else classes.
    unit : TargetUnit
        In which the score of a value is: that in which the answers were shown.
    """

    weights: NDArray[np.float32]
    intercept: NDArray[np.float32]
    outputs: tuple[str, ...] = ("",)
    unit: TargetUnit = field(default_factory=TargetUnit)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return one feature an output."""
        names = [f"text.score.{o}" if o else "text.score" for o in self.outputs]
        shown = unit_words(self.unit)
        words = f"{LINEAR}: the value, {shown}" if shown else WORDS
        return tuple(Feature(name, ALL_TEXT, 0, words) for name in names)

    @classmethod
    def fit(cls, samples: Samples, question: Question, seed: int) -> TextScore:
        """Return the score fitted on rows with hashed text."""
        rows = _in_order(samples)
        if len(rows) > MAX_ROWS:
            rows = rows[np.sort(np.random.default_rng(seed).permutation(len(rows))[:MAX_ROWS])]
        text, target = _text(samples.matrix)[rows], samples.target[rows]
        weight = None if samples.weight is None else samples.weight[rows]
        if question.kind is ProblemKind.REGRESSION:
            return cls._fit_values(text, target, weight, seed)
        score = cls._fit_classes(text, target, weight, question.n_classes, seed)
        return replace(score, outputs=question.outputs)

    @classmethod
    def _fit_values(cls, text: Any, target: Any, weight: Any, seed: int) -> TextScore:
        from sklearn.linear_model import SGDRegressor

        mean, spread = float(np.mean(target)), float(np.std(target)) or 1.0
        model = SGDRegressor(
            alpha=ALPHA, max_iter=EPOCHS, tol=None, average=True, random_state=seed, eta0=0.1
        )
        model.fit(_matrix(text), (target - mean) / spread, sample_weight=weight)
        weights = model.coef_.reshape(-1, 1) * spread
        return cls(
            weights.astype(np.float32), (model.intercept_ * spread + mean).astype(np.float32)
        )

    @classmethod
    def _fit_classes(
        cls, text: Any, target: Any, weight: Any, n_classes: int, seed: int
    ) -> TextScore:
        from sklearn.linear_model import SGDClassifier

        n_outputs = 1 if n_classes == 2 else n_classes
        weights = np.zeros((text.shape[1], n_outputs), np.float32)
        intercept = np.zeros(n_outputs, np.float32)
        matrix = _matrix(text)
        for i in range(n_outputs):
            truth = (target == (1 if n_classes == 2 else i)).astype(np.int64)
            if truth.min() == truth.max():
                intercept[i] = 10.0 if truth.max() else -10.0
                continue
            model = SGDClassifier(
                loss="log_loss",
                alpha=ALPHA,
                max_iter=EPOCHS,
                tol=None,
                average=True,
                random_state=seed,
            )
            model.fit(matrix, truth, sample_weight=weight)
            weights[:, i], intercept[i] = model.coef_[0], model.intercept_[0]
        return cls(weights, intercept)

    def transform(self, matrix: Matrix) -> NDArray[np.float32]:
        """Return log-odds (or values), shape (n_rows, n_outputs)."""
        return np.asarray(_text(matrix) @ self.weights + self.intercept, dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write the weights that are not zero."""
        from safetensors.numpy import save_file

        used = np.flatnonzero(self.weights.any(axis=1)).astype(np.int64)
        save_file(
            {
                "buckets": used,
                "weights": np.ascontiguousarray(self.weights[used]),
                "intercept": self.intercept,
                "n_buckets": np.array([self.weights.shape[0]], np.int64),
            },
            folder / "text_score.safetensors",
        )
        told = {"version": VERSION, "outputs": self.outputs, **self.unit.facts()}
        (folder / "text_score.json").write_text(json.dumps(told))

    @classmethod
    def load(cls, folder: Path) -> TextScore:
        """Return what ``save`` wrote; raises BundleDamaged if its parts do not fit, BundleVersion."""
        told = read_object(folder / "text_score.json")
        require_version(told.get("version", 1), VERSION, "text scores")
        parts = read_arrays(folder / "text_score.safetensors")
        n_buckets, used = int(parts["n_buckets"][0]), parts["buckets"]
        if not (0 < n_buckets <= 2**24) or (
            len(used) and not (0 <= used.min() <= used.max() < n_buckets)
        ):
            raise BundleDamaged(
                "The text score names buckets that do not exist.", "Export it again."
            )
        weights = np.zeros((n_buckets, parts["weights"].shape[1]), np.float32)
        weights[used] = parts["weights"]
        unit = TargetUnit.of_facts(told)
        return cls(weights, parts["intercept"], tuple(told["outputs"]), unit)


def _in_order(samples: Samples) -> NDArray[np.int64]:
    """Return the rows in an order of what they hold: the descent goes by it, and rows of one time have none.

    Texts are told apart by a hash of 64 bits: sums of floats would take a pair in a thousand rows for the same.
    """
    text = _text(samples.matrix)
    factors = np.random.default_rng(0).integers(0, 2**63, text.shape[1], np.uint64)
    cells = text.data.astype(np.float32, copy=False).view(np.uint32).astype(np.uint64)
    held = sparse.csr_array((cells, text.indices, text.indptr), shape=text.shape)
    told = np.asarray(held @ (2 * factors + np.uint64(1)))
    weight = np.zeros(len(told)) if samples.weight is None else samples.weight
    return np.lexsort((weight, samples.target, told))


def _text(matrix: Matrix) -> sparse.csr_array:
    if matrix.text is None:
        raise ValueError("the matrix has no text")
    return matrix.text


def _matrix(text: sparse.csr_array) -> Any:
    """Return the older matrix type, with the int32 indices that scikit-learn's loops want."""
    return sparse.csr_matrix(
        (text.data, text.indices.astype(np.int32), text.indptr.astype(np.int32)), shape=text.shape
    )
