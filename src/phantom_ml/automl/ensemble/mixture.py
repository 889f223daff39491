"""Ensembles over out-of-fold predictions: greedy selection, or a non-negative stack.

Source of greedy selection with replacement: Caruana et al., "Ensemble Selection from Libraries of Models",
ICML 2004, doi:10.1145/1015330.1015432. The stack is a linear model on log-odds with weights that cannot
be negative. Which of them is used is decided by nested scores on rows that did not fit the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phantom_ml.automl.ensemble.consensus import choose_consensus, one_of_each
from phantom_ml.automl.ensemble.held_out import Array, HeldOut
from phantom_ml.automl.ensemble.prior import prior_shares, trust_in
from phantom_ml.config import ProblemKind
from phantom_ml.model.combine import combine, logit

ROUNDS = 25
#: Rows on which weights are chosen; more change nothing and cost seconds.
MAX_ROWS = 8_000
#: Positives from which a stack has enough to learn weights from.
STACK_POSITIVES = 200
NESTED_FOLDS = 2
BAGS = 5
#: Rounds without a gain after which a greedy path has arrived.
STALE_ROUNDS = 5
#: A smaller gain, in widths of the target, is an error of rounding.
LEAST_GAIN = 1e-12
#: Members of a mixture that few known anomalies choose.
MAX_KNOWN_MEMBERS = 4
#: A member with less than this share is left out: it costs time at scoring and changes nothing.
LEAST_WEIGHT = 0.02


@dataclass(frozen=True)
class Mixture:
    """Weights by member position; members with no weight are left out."""

    weights: dict[int, float]
    combination: str = "mean"
    intercept: float = 0.0

    def apply(self, predictions: Sequence[Array]) -> Array:
        """Return the mixed prediction of all members' predictions."""
        chosen = [predictions[i] for i in self.weights]
        return combine(chosen, list(self.weights.values()), self.combination, self.intercept)


def choose_mixture(
    held_out: HeldOut, seed: int, max_rows: int = MAX_ROWS, max_members: int = 8
) -> Mixture:
    """Return the mixture with the better nested score: rows that measure it did not choose its weights.

    The best single member is no rival: it is one of many on the same rows, so its score flatters it the
    more the fewer rows there are, and on rows of another time mixtures hold up better.
    """
    if len(held_out.predictions) < 2:
        return Mixture({0: 1.0})
    if held_out.kind is ProblemKind.ANOMALY:
        return _by_known(held_out, seed) if held_out.is_labelled else _consensus(held_out)
    rng = np.random.default_rng(seed)
    sample = held_out.rows(_sample(held_out, rng, max_rows))
    nested = _nested(sample, rng, max_members)
    # The stack has more freedom, so it has to earn it.
    stacks = (
        "stack" in nested
        and not held_out.shifted
        and sample.gain_in_errors(nested["stack"], nested["greedy"], rng) > 1
    )
    return MAKERS["stack" if stacks else "greedy"](sample, max_members)


def _by_known(held_out: HeldOut, seed: int) -> Mixture:
    """Return the greedy mixture where by nested scores it finds known anomalies better than the consensus."""
    # Two fits were measured on the same rows: the first one's are taken, so that no row is in both nested folds.
    once = held_out.rows(np.arange(len(held_out.target) // 2))
    among = _consensus(held_out)
    nested = _nested(once, np.random.default_rng(seed), MAX_KNOWN_MEMBERS)["greedy"]
    if once.loss(nested) < once.loss(among.apply(once.predictions)):
        return MAKERS["greedy"](once, MAX_KNOWN_MEMBERS)
    return among


def _consensus(held_out: HeldOut) -> Mixture:
    """Return a mixture by agreement on real rows: made ones must not decide whom to believe."""
    first = one_of_each(held_out.families)
    real = np.flatnonzero(held_out.target == 0)
    weights = choose_consensus([held_out.predictions[i][real] for i in first.values()], list(first))
    return Mixture({first[name]: weight for name, weight in weights.items() if weight > 0.0})


def _sample(held_out: HeldOut, rng: np.random.Generator, most: int) -> NDArray[np.int64]:
    n = len(held_out.target)
    if n <= most:
        return np.arange(n)
    if not held_out.kind.is_classification:
        return np.sort(rng.choice(n, most, replace=False))
    # Rare classes keep all their rows, up to a share of the sample: they decide the figure.
    parts = []
    for c in np.unique(held_out.target):
        rows = np.flatnonzero(held_out.target == c)
        share = max(most * len(rows) // n, min(len(rows), most // 10))
        parts.append(rng.choice(rows, min(len(rows), share), replace=False))
    return np.sort(np.concatenate(parts))


def _nested(held_out: HeldOut, rng: np.random.Generator, most: int) -> dict[str, Array]:
    """Return each maker's predictions on rows that did not choose its weights."""
    fold = rng.permutation(len(held_out.target)) % NESTED_FOLDS
    makers = ["greedy"]
    if held_out.kind is ProblemKind.BINARY and _positives(held_out) >= STACK_POSITIVES:
        makers.append("stack")
    nested = {name: np.empty_like(held_out.predictions[0]) for name in makers}
    for i in range(NESTED_FOLDS):
        rest, test = np.flatnonzero(fold != i), np.flatnonzero(fold == i)
        for name in makers:
            mixture = MAKERS[name](held_out.rows(rest), most)
            nested[name][test] = mixture.apply([p[test] for p in held_out.predictions])
    return nested


def _positives(held_out: HeldOut) -> int:
    return int(np.bincount(held_out.target.astype(np.int64), minlength=2).min())


def greedy(held_out: HeldOut, max_members: int) -> Mixture:
    """Return a weighted mean by greedy selection, averaged over bags of rows and pulled to a prior.

    One greedy path follows the accidents of its rows; the mean of several does so less. What the rows
    cannot tell, the prior does: the best member of each algorithm, all alike.
    """
    rng = np.random.default_rng(0)
    n = len(held_out.target)
    total = np.zeros(len(held_out.predictions))
    for _ in range(BAGS):
        rows = np.sort(rng.choice(n, max(1, n // 2), replace=False))
        total += _greedy_path(held_out.rows(rows)) / BAGS
    trust = trust_in(held_out)
    total = trust * total + (1.0 - trust) * prior_shares(held_out)
    heaviest = np.argsort(-total, kind="stable")[:max_members]
    weights = {int(i): float(total[i]) for i in heaviest if total[i] > LEAST_WEIGHT * total.sum()}
    whole = sum(weights.values())
    return Mixture({i: w / whole for i, w in weights.items()})


def _greedy_path(held_out: HeldOut) -> Array:
    """Return the members' shares in the best prefix of one greedy path."""
    counts = np.zeros(len(held_out.predictions))
    total = np.zeros_like(held_out.predictions[0])
    best_counts, best_loss, best_round = counts.copy(), np.inf, 0
    least = LEAST_GAIN * float(np.ptp(held_out.target))
    for n in range(1, ROUNDS + 1):
        losses = [held_out.loss((total + p) / n) for p in held_out.predictions]
        if not np.isfinite(losses).any():
            break
        pick = int(np.nanargmin(losses))
        counts[pick] += 1
        total = total + held_out.predictions[pick]
        if losses[pick] < best_loss - least:
            best_loss, best_counts, best_round = losses[pick], counts.copy(), n
        elif n - best_round >= STALE_ROUNDS:
            break
    shares: Array = best_counts / max(1.0, float(best_counts.sum()))
    return shares


def stack(held_out: HeldOut, max_members: int) -> Mixture:
    """Return non-negative weights on log-odds, by penalised logistic loss (binary only)."""
    from scipy.optimize import minimize

    members = list(range(min(max_members, len(held_out.predictions))))
    z = np.hstack([logit(held_out.predictions[i]) for i in members])
    y = held_out.target.astype(np.float64)
    weight = np.ones(len(y)) if held_out.weight is None else held_out.weight
    # Pulled towards equal shares: with few rows the weights should not run to one corner.
    prior, strength = 1.0 / len(members), 1.0 / len(y)

    def loss(w: Array) -> tuple[float, Array]:
        margin = z @ w[:-1] + w[-1]
        p = 1.0 / (1.0 + np.exp(-np.clip(margin, -500, 500)))
        value = np.mean(weight * (np.logaddexp(0.0, margin) - y * margin))
        gradient = weight * (p - y) / len(y)
        off = w[:-1] - prior
        slope = np.concatenate([z.T @ gradient + 2 * strength * off, [gradient.sum()]])
        return float(value + strength * off @ off), slope

    start = np.concatenate([np.full(len(members), prior), [0.0]])
    bounds = [(0.0, None)] * len(members) + [(None, None)]
    found = minimize(
        loss, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": 100}
    )
    weights = {m: float(w) for m, w in zip(members, found.x[:-1], strict=True) if w > 1e-4}
    if not weights:
        return Mixture({0: 1.0})
    heaviest_first = dict(sorted(weights.items(), key=lambda kv: -kv[1]))
    return Mixture(heaviest_first, "logit", float(found.x[-1]))


MAKERS = {"greedy": greedy, "stack": stack}
