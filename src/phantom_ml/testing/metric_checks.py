"""What every metric must keep: each check takes a metric and raises AssertionError with a sentence.

Usable on a metric of one's own: ``check_metric(metric)`` runs all of them.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.metrics.base import Metric, Prediction, Truth

Floats = NDArray[np.float64]
N_ROWS, N_CLASSES = 240, 4


@dataclass(frozen=True)
class Sample:
    """Rows to judge a metric by: tied predictions, uneven classes, whole weights."""

    kind: ProblemKind
    truth: Truth
    good: Prediction
    perfect: Prediction
    weight: Floats


def samples(metric: Metric) -> list[Sample]:
    """Return one sample for each kind of problem that the metric measures, the same every time."""
    return [_sample(kind) for kind in sorted(metric.kinds)]


def _sample(kind: ProblemKind) -> Sample:
    rng = np.random.default_rng(7)
    weight = rng.integers(1, 4, N_ROWS).astype(np.float64)
    if kind is ProblemKind.REGRESSION:
        values = np.round(rng.gamma(2.0, 3.0, N_ROWS) + 0.1, 1)
        near = np.round(values + rng.normal(0, 1, N_ROWS), 1)
        return Sample(kind, values, near[:, None], values[:, None].copy(), weight)
    n_classes = N_CLASSES if kind is ProblemKind.MULTICLASS else 2
    truth = np.minimum(rng.geometric(0.55, N_ROWS) - 1, n_classes - 1).astype(np.int64)
    perfect = np.eye(n_classes)[truth]
    odds = np.round(2.0 * perfect + rng.normal(0, 1, perfect.shape), 1)
    share = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
    columns = slice(None) if kind is ProblemKind.MULTICLASS else slice(1, 2)
    return Sample(kind, truth, share[:, columns].copy(), perfect[:, columns].copy(), weight)


def check_direction_agrees_with_bounds(metric: Metric) -> None:
    """Demand bounds that run from the worst to the best, in the metric's direction."""
    worst, best = metric.bounds
    _hold(worst != best, metric, f"is bounded by {worst} on both sides")
    _hold((best > worst) == metric.greater_is_better, metric, "has its bounds the wrong way round")


def check_score_is_a_float_within_bounds(metric: Metric) -> None:
    """Demand a plain float between the bounds."""
    low, high = sorted(metric.bounds)
    for sample in samples(metric):
        for prediction in (sample.good, sample.perfect):
            score = metric.score(sample.truth, prediction)
            _hold(type(score) is float, metric, f"gives a {type(score).__name__}")
            _hold(low - 1e-9 <= score <= high + 1e-9, metric, f"gives {score}, out of its bounds")


def check_perfect_predictions_are_best(metric: Metric) -> None:
    """Demand that perfect predictions are no worse than good ones, and these beat shuffled ones."""
    for sample in samples(metric):
        shuffled = np.random.default_rng(1).permutation(sample.good)
        perfect, good, poor = (
            metric.loss(sample.truth, p) for p in (sample.perfect, sample.good, shuffled)
        )
        _hold(perfect <= good, metric, "prefers good predictions to perfect ones")
        _hold(good < poor, metric, "does not prefer good predictions to shuffled ones")


def check_order_of_rows_does_not_matter(metric: Metric) -> None:
    """Demand the same score of the same rows in another order."""
    for sample in samples(metric):
        order = np.random.default_rng(2).permutation(N_ROWS)
        one = metric.score(sample.truth, sample.good, sample.weight)
        other = metric.score(sample.truth[order], sample.good[order], sample.weight[order])
        _same(one, other, metric, "depends on the order of rows")


def check_weights_of_one_change_nothing(metric: Metric) -> None:
    """Demand the same score without weights and with weights of one."""
    for sample in samples(metric):
        one = metric.score(sample.truth, sample.good)
        other = metric.score(sample.truth, sample.good, np.ones(N_ROWS))
        _same(one, other, metric, "changes with weights of one")


def check_weight_counts_as_repeated_rows(metric: Metric) -> None:
    """Demand that a row of weight 3 counts as three rows, and one of weight 0 as none."""
    if not metric.weighted:
        return
    for sample in samples(metric):
        weight = sample.weight - 1.0
        rows = np.repeat(np.arange(N_ROWS), weight.astype(np.int64))
        one = metric.score(sample.truth, sample.good, weight)
        _same(one, metric.score(sample.truth[rows], sample.good[rows]), metric, "misreads weights")


def check_inputs_are_left_alone(metric: Metric) -> None:
    """Demand that nothing handed in is changed; read-only arrays must do."""
    for sample in samples(metric):
        parts = (sample.truth, sample.good, sample.weight)
        for part in parts:
            part.flags.writeable = False
        metric.score(*parts)


def check_hard_cases_pass_without_a_warning(metric: Metric) -> None:
    """Demand a number or NaN, and no warning, of one class, equal predictions, a single row."""
    for sample in samples(metric):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            one_class = sample.truth == sample.truth[0]
            metric.score(sample.truth[one_class], sample.good[one_class])
            metric.score(sample.truth, np.broadcast_to(sample.good[:1], sample.good.shape))
            metric.score(sample.truth[:1], sample.good[:1])
            metric.score(sample.truth, sample.perfect, sample.weight)


def check_undefined_is_nan(metric: Metric) -> None:
    """Demand NaN of no rows, of no weight, and of a NaN among the predictions."""
    for sample in samples(metric):
        broken = sample.good.copy()
        broken[3, 0] = math.nan
        for score in (
            metric.score(sample.truth[:0], sample.good[:0]),
            metric.score(sample.truth, sample.good, np.zeros(N_ROWS)),
            metric.score(sample.truth, broken),
        ):
            _hold(math.isnan(score), metric, f"gives {score} where it is undefined")


CHECKS: tuple[Callable[[Metric], None], ...] = (
    check_direction_agrees_with_bounds,
    check_score_is_a_float_within_bounds,
    check_perfect_predictions_are_best,
    check_order_of_rows_does_not_matter,
    check_weights_of_one_change_nothing,
    check_weight_counts_as_repeated_rows,
    check_inputs_are_left_alone,
    check_hard_cases_pass_without_a_warning,
    check_undefined_is_nan,
)


def check_metric(metric: Metric) -> None:
    """Run every check; raises AssertionError at the first that fails.

    Examples
    --------
    >>> from phantom_ml.metrics.base import metrics
    >>> check_metric(metrics.get("log_loss"))
    """
    for check in CHECKS:
        check(metric)


def _hold(fact: bool, metric: Metric, otherwise: str) -> None:
    if not fact:
        raise AssertionError(f"The metric {metric.name!r} {otherwise}.")


def _same(one: float, other: float, metric: Metric, otherwise: str) -> None:
    same = math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    _hold(same, metric, f"{otherwise}: {one} and {other}")
