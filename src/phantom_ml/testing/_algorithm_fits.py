"""What the checks of algorithms share: quick fits, and what a prediction must look like."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms.base import AlgorithmSettings, FitContext, Learner, Setting
from phantom_ml.config import SUPERVISED, ProblemKind
from phantom_ml.data.matrix import Samples
from phantom_ml.testing._algorithm_data import N_CLASSES, context_of, samples_of

Algorithm = type[AlgorithmSettings]


class CheckFailed(AssertionError):
    """An algorithm does not hold to what all promise."""


def expect(holds: bool, sentence: str) -> None:
    """Raise CheckFailed with the sentence unless the condition holds."""
    if not holds:
        raise CheckFailed(sentence)


def kinds_of(algorithm: Algorithm) -> list[ProblemKind]:
    """Return the problems that the algorithm solves, of several those with answers, in a fixed order."""
    return sorted(algorithm.kinds & set(SUPERVISED) or algorithm.kinds)


def quick(algorithm: Algorithm, **more: Setting) -> AlgorithmSettings:
    """Return the quick settings of the algorithm, some of them changed."""
    return algorithm.model_validate({**algorithm.quick, **more})


def fitted(algorithm: Algorithm, kind: ProblemKind, n_rows: int = 200) -> Learner:
    """Return a quick fit on rows with every sort of column."""
    train, valid = samples_of(kind, n_rows, 1), samples_of(kind, n_rows // 2, 2)
    return quick(algorithm).fit(train, valid, context_of(kind))


def check_answer(found: NDArray[np.float64], n_rows: int, context: FitContext) -> None:
    """Raise CheckFailed unless a prediction has the promised shape, type and range."""
    shape = (n_rows, context.n_outputs)
    expect(found.shape == shape, f"A prediction has the shape {found.shape}, not {shape}.")
    expect(found.dtype == np.float64, f"A prediction is {found.dtype}, not float64.")
    expect(bool(np.isfinite(found).all()), "A prediction is not finite.")
    if context.kind.is_classification:
        within = bool(((found >= 0) & (found <= 1)).all())
        expect(within, "A probability is not between 0 and 1.")
    if context.kind is ProblemKind.MULTICLASS:
        whole = bool(np.allclose(found.sum(axis=1), 1.0, rtol=0, atol=1e-9))
        expect(whole, "The probabilities of a row do not sum to 1.")


def skill(found: NDArray[np.float64], test: Samples, kind: ProblemKind) -> float:
    """Return the share of a constant's squared error that is gone."""
    truth = test.target.astype(np.float64)[:, None]
    if kind is ProblemKind.MULTICLASS:
        truth = (test.target[:, None] == np.arange(N_CLASSES)).astype(np.float64)
    return float(1 - ((found - truth) ** 2).sum() / ((truth - truth.mean(axis=0)) ** 2).sum())
