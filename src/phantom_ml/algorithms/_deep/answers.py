"""What the outputs of a network mean: log-odds of classes, or a value in spreads of the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._linear.learner import row_weights, target_unit
from phantom_ml.algorithms._linear.losses import softmax
from phantom_ml.algorithms.base import FitContext
from phantom_ml.config import SUPERVISED, ProblemKind
from phantom_ml.data.matrix import Samples
from phantom_ml.parts.arrays import Arrays, Form, require
from phantom_ml.parts.spreads import from_spreads, in_spreads

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Answers:
    """What outputs mean.

    Attributes
    ----------
    kind : ProblemKind
    n_raw : int
        Outputs of the network: one a class, or one.
    unit : float64 array of shape (4,)
        Of values: mean, spread, least and greatest of training.
    """

    kind: ProblemKind
    n_raw: int
    unit: Array
    FORM: ClassVar[Form] = {"answers.unit": (np.float64, 1), "answers.n_raw": (np.int64, 1)}

    @classmethod
    def of(cls, train: Samples, context: FitContext) -> Answers:
        """Return what the answers of training rows make of outputs."""
        if context.kind is not ProblemKind.REGRESSION:
            return cls(context.kind, max(2, context.n_classes), np.array([0.0, 1.0, 0.0, 0.0]))
        unit = target_unit(train, row_weights(train))
        ends = (train.target.min(), train.target.max())
        return cls(context.kind, 1, np.array([*unit, *ends], np.float64))

    def target(self, samples: Samples) -> NDArray[np.float32] | NDArray[np.int64]:
        """Return the answers as a loss takes them: codes, or values in spreads from the mean."""
        if self.kind is not ProblemKind.REGRESSION:
            return samples.target.astype(np.int64)
        return in_spreads(samples.target, *self.unit[:2]).astype(np.float32)

    def prior(self, samples: Samples) -> NDArray[np.float32]:
        """Return the outputs that fit every row alike."""
        if self.kind is ProblemKind.REGRESSION:
            return np.zeros(1, np.float32)
        codes, weight = samples.target.astype(np.int64), row_weights(samples)
        count = np.bincount(codes, weights=weight, minlength=self.n_raw) + 0.5
        return np.asarray(np.log(count / count.sum()), np.float32)

    def told(self, raw: Array) -> Array:
        """Return probabilities or values of shape (n_rows, n_outputs)."""
        if self.kind is ProblemKind.REGRESSION:
            values = from_spreads(raw, *self.unit[:2])
            return np.asarray(np.clip(values, self.unit[2], self.unit[3]))
        shares: Array = softmax(raw)
        return shares[:, 1:] if self.kind is ProblemKind.BINARY else shares

    def arrays(self) -> Arrays:
        """Return what ``save_arrays`` takes."""
        return {"answers.unit": self.unit, "answers.n_raw": np.array([self.n_raw])}

    @classmethod
    def of_arrays(cls, arrays: Arrays, facts: Mapping[str, Any]) -> Answers:
        """Return the answers that were saved; raises BundleDamaged."""
        require(facts.get("kind") in set(SUPERVISED), "the kind of problem is not known")
        unit, n_raw = arrays["answers.unit"], arrays["answers.n_raw"]
        require(unit.shape == (4,) and bool(np.isfinite(unit).all()), "the unit is not finite")
        require(n_raw.shape == (1,) and n_raw[0] >= 1, "the number of outputs is wrong")
        kind, n = ProblemKind(facts["kind"]), int(n_raw[0])
        right = {ProblemKind.REGRESSION: n == 1, ProblemKind.BINARY: n == 2}.get(kind, n > 2)
        require(right, "the number of outputs is wrong")
        return cls(kind, n, unit)
