"""What an ensemble is where its held-out rows tell little: equal shares of the best unlike algorithms.

How far the rows are believed, and what is served where they are not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.automl.ensemble.held_out import Array, HeldOut
from phantom_ml.config import ProblemKind

#: Rows of the rare class at which the rows' word and the prior's count the same.
PRIOR_EVIDENCE = 300.0
#: The prior's algorithms, and how many trials speak for each: which of its best two is better is mostly luck.
PRIOR_FAMILIES, PRIOR_EACH = 4, 2
#: The same of known anomalies: a handful of detectors, each tried once, was not chosen on them.
KNOWN_EVIDENCE = 10.0
#: Expected errors of the best member at which the same holds: where there are hardly any, all members look alike.
PRIOR_ERRORS = 30.0
#: How far rows of an earlier time are believed at most: more of them do not make them rows of a later one.
SHIFTED_TRUST = 0.25
#: How much worse than the best a member of the prior may be.
NEAR = 1.3


def trust_in(held_out: HeldOut) -> float:
    """Return how far the rows are believed, 0 to 1: there must be enough of them, and enough to get wrong."""
    rows = evidence(held_out)
    if held_out.kind is ProblemKind.ANOMALY:
        return rows / (rows + KNOWN_EVIDENCE)
    found = rows / (rows + PRIOR_EVIDENCE) * (SHIFTED_TRUST if held_out.shifted else 1.0)
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
    """Return how many rows tell members apart: those of the rarest class, or all of them for values."""
    rows = float(len(held_out.target))
    if held_out.kind is not ProblemKind.REGRESSION:
        counts = np.bincount(held_out.target.astype(np.int64))
        rows = float(counts[counts > 0].min())
    return rows


def prior_shares(held_out: HeldOut) -> Array:
    """Return equal shares for the best algorithms, each divided among its best members."""
    families = held_out.families or tuple(str(i) for i in range(len(held_out.predictions)))
    places: dict[str, list[int]] = {}
    for i, name in enumerate(families):
        if len(places.setdefault(name, [])) < PRIOR_EACH:
            places[name].append(i)
    best = _near(list(places.values()), held_out)[:PRIOR_FAMILIES]
    shares = np.zeros(len(held_out.predictions))
    for members in best:
        shares[members] = 1.0 / len(best) / len(members)
    return shares


def _near(best: list[list[int]], held_out: HeldOut) -> list[list[int]]:
    """Return the members of each algorithm without failures, where a loss tells how far one is behind."""
    if held_out.kind is not ProblemKind.REGRESSION:
        return best
    losses = {i: held_out.loss(held_out.predictions[i]) for members in best for i in members}
    line = NEAR * losses[best[0][0]]
    near = [[i for i in members if losses[i] <= line] for members in best]
    return [members for members in near if members] if line > 0 else best
