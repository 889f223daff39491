"""What an ensemble is where its held-out rows tell little: equal shares of unlike algorithms.

How far the rows are believed, and what is served where they are not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.automl.held_out import Array, HeldOut
from phantom_ml.config import ProblemKind

#: Rows of the rare class at which the rows' word and the prior's count the same, and the prior's members.
PRIOR_EVIDENCE, PRIOR_FAMILIES = 300.0, 5
#: The same of known anomalies: a handful of detectors, each tried once, was not chosen on them.
KNOWN_EVIDENCE = 10.0
#: Expected errors of the best member at which the same holds: where there are hardly any, all members look alike.
PRIOR_ERRORS = 30.0
#: What a row of an earlier time counts, and how much worse than the best a member of the prior may be.
SHIFTED_EVIDENCE, NEAR = 0.1, 1.3


def trust_in(held_out: HeldOut) -> float:
    """Return how far the rows are believed, 0 to 1: there must be enough of them, and enough to get wrong."""
    rows = evidence(held_out)
    if held_out.kind is ProblemKind.ANOMALY:
        return rows / (rows + KNOWN_EVIDENCE)
    found = rows / (rows + PRIOR_EVIDENCE)
    if held_out.kind is ProblemKind.REGRESSION:
        return found
    errors = expected_errors(held_out.predictions[0], held_out.target.astype(np.int64))
    return min(found, errors / (errors + PRIOR_ERRORS))


def expected_errors(prediction: Array, codes: NDArray[np.int64]) -> float:
    """Return the sum over rows of the probability of other classes than the true one."""
    if prediction.shape[1] == 1:
        return float(np.abs(codes - prediction[:, 0]).sum())
    return float((1.0 - prediction[np.arange(len(codes)), codes]).sum())


def evidence(held_out: HeldOut) -> float:
    """Return how much the rows can tell: those of the rarest class, or a fifth of all for values.

    Of rows of another time they tell less: a member that is surest here may be surely wrong there.
    """
    rows = len(held_out.target) / 5.0
    if held_out.kind is not ProblemKind.REGRESSION:
        counts = np.bincount(held_out.target.astype(np.int64))
        rows = float(counts[counts > 0].min())
    return rows * SHIFTED_EVIDENCE if held_out.shifted else rows


def prior_shares(held_out: HeldOut) -> Array:
    """Return equal shares for the best member of each of the best algorithms."""
    families = held_out.families or tuple(str(i) for i in range(len(held_out.predictions)))
    best = [families.index(name) for name in dict.fromkeys(families)]
    if held_out.kind is ProblemKind.REGRESSION:
        losses = [held_out.loss(held_out.predictions[i]) for i in best]
        near = [i for i, loss in zip(best, losses, strict=True) if loss <= NEAR * losses[0]]
        best = near if losses[0] > 0 else best
    chosen = best[:PRIOR_FAMILIES]
    shares = np.zeros(len(held_out.predictions))
    shares[chosen] = 1.0 / len(chosen)
    return shares
