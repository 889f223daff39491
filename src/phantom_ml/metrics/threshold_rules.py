"""Where to cut: every possible threshold with its counts, and the rules that choose among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ThresholdPolicy
from phantom_ml.errors import BadSetting
from phantom_ml.metrics.intervals import clopper_pearson
from phantom_ml.metrics.ranking import SLACK, Curve, curve
from phantom_ml.metrics.validation_scores import ValidationScores
from phantom_ml.wording import counted

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cuts:
    """All thresholds that differ, the strictest first; place 0 alerts nothing.

    Attributes
    ----------
    value : float64 array of shape (n_cuts,)
        A row is alerted where its score is at least this; falling.
    true_positives, false_positives : float64 arrays of shape (n_cuts,)
        In weights; rising.
    alerts : float64 array of shape (n_cuts,)
        In rows: an alert is an alert, whatever its row weighs.
    days : float or None
    daily : float64 array of shape (n_cuts,) or None
        Alerts a day: of known anomalies as many as their share of the table, of rows without an answer those of
        their scores, as many as of benign ones where these are not known; None without days.
    stands_for : float
        Rows for which each row stands whose score is known, at most.
    """

    value: Floats
    true_positives: Floats
    false_positives: Floats
    alerts: Floats
    days: float | None
    daily: Floats | None = None
    stands_for: float = 1.0

    @classmethod
    def of(cls, validation: ValidationScores) -> Cuts:
        """Return the cuts between the distinct scores."""
        found = curve(validation.truth, validation.score, validation.weight)
        rows = curve(validation.truth, validation.score)
        if validation.unanswered is not None and len(validation.unanswered):
            return cls._with_all(validation, found, rows, validation.unanswered)
        above = np.nextafter(found.score[0], np.inf)
        alerts = np.append(0.0, rows.true_positives + rows.false_positives)
        come = found if validation.of_anomalies else rows
        benign = float(rows.false_positives[-1])
        stands_for = 1.0 + validation.n_unanswered / benign if benign else 1.0
        alike = np.append(0.0, come.true_positives + stands_for * come.false_positives)
        return cls(
            np.append(above, found.score),
            np.append(0.0, found.true_positives),
            np.append(0.0, found.false_positives),
            alerts,
            validation.days,
            None if validation.days is None else alike / validation.days,
            stands_for,
        )

    @classmethod
    def _with_all(
        cls, validation: ValidationScores, found: Curve, rows: Curve, rest: Floats
    ) -> Cuts:
        """Return the cuts between the scores of all rows, of which those with an answer tell the rates."""
        value = -np.unique(-np.concatenate([found.score, rest]))
        above = np.nextafter(value[0], np.inf)
        place = np.append(0, np.searchsorted(-found.score, -value, side="right"))
        right, wrong, true, false = (
            np.append(0.0, counts)[place]
            for counts in (
                found.true_positives,
                found.false_positives,
                rows.true_positives,
                rows.false_positives,
            )
        )
        stands_for = validation.n_unanswered / len(rest)
        more = np.append(0.0, np.searchsorted(np.sort(-rest), -value, side="right"))
        alike = true + false + stands_for * more
        daily = None if validation.days is None else alike / validation.days
        value = np.append(above, value)
        return cls(value, right, wrong, true + false, validation.days, daily, stands_for)

    @property
    def positives(self) -> float:
        """Return the weight of class 1."""
        return float(self.true_positives[-1])

    @property
    def negatives(self) -> float:
        """Return the weight of class 0."""
        return float(self.false_positives[-1])

    def precision(self, prevalence: float | None) -> Floats:
        """Return the share of alerts that are right, NaN where nothing is alerted, or nothing known to be right.

        With a prevalence it is the one of the field: p TPR / (p TPR + (1 - p) FPR).
        """
        right, wrong = self.true_positives, self.false_positives
        if prevalence is not None:
            right = right * prevalence / max(self.positives, np.finfo(np.float64).tiny)
            wrong = wrong * (1.0 - prevalence) / max(self.negatives, np.finfo(np.float64).tiny)
        share = np.full(len(right), np.nan)
        np.divide(right, right + wrong, out=share, where=(right + wrong > 0) & (self.positives > 0))
        return share

    def strictest_as_good(self, place: int) -> int:
        """Return the first cut that finds as much as this one, with fewer false alerts."""
        if self.positives == 0:
            return place
        return int(np.searchsorted(self.true_positives, self.true_positives[place], side="left"))

    def within(self, limit: float) -> int:
        """Return the strictest of the cuts that alert the most rows with an answer, at most ``limit``."""
        last = int(np.searchsorted(self.alerts, limit * SLACK, side="right")) - 1
        return int(np.searchsorted(self.alerts, self.alerts[last], side="left"))

    def at(self, value: float) -> int:
        """Return the last cut that alerts no row below a score."""
        return max(0, int(np.searchsorted(-self.value, -value, side="right")) - 1)


def _max_fpr(policy: ThresholdPolicy, cuts: Cuts) -> int:
    level = policy.max_fpr or 0.0
    limit = level * cuts.negatives * SLACK
    if policy.confidence is not None:
        # One-sided: the two-sided bound of twice the doubt.
        _, high = clopper_pearson(
            cuts.false_positives, cuts.negatives, 2.0 * policy.confidence - 1.0
        )
        return cuts.strictest_as_good(max(0, int((high <= level * SLACK).sum()) - 1))
    last = int(np.searchsorted(cuts.false_positives, limit, side="right")) - 1
    return cuts.strictest_as_good(last)


def _alerts_per_day(policy: ThresholdPolicy, cuts: Cuts) -> int:
    if cuts.daily is None:
        raise BadSetting(
            f"The threshold allows {counted(policy.alerts_per_day or 0.0, 'alert')} a day, but the held-out rows "
            "have no time from which days could be counted.",
            "Train with a time_column, or use max_fpr or top_k.",
        )
    limit = (policy.alerts_per_day or 0.0) * SLACK
    return int(np.searchsorted(cuts.daily, limit, side="right")) - 1


def _min_precision(policy: ThresholdPolicy, cuts: Cuts) -> int:
    enough = cuts.precision(policy.prevalence) * SLACK >= (policy.min_precision or 0.0)
    reached = np.flatnonzero(enough & (cuts.true_positives > 0))
    return cuts.strictest_as_good(int(reached[-1])) if len(reached) else 0


def _cost(policy: ThresholdPolicy, cuts: Cuts) -> int:
    if policy.cost is None:
        return 0
    missed = cuts.positives - cuts.true_positives
    cost = policy.cost.false_positive * cuts.false_positives + policy.cost.false_negative * missed
    return int(np.argmin(cost))


def _top_k(policy: ThresholdPolicy, cuts: Cuts) -> int:
    return cuts.within(float(policy.top_k or 0))


def best_f1(cuts: Cuts) -> int:
    """Return the cut of the largest F1, the strictest of equal ones; 0 without a positive."""
    if cuts.positives == 0:
        return 0
    size = cuts.true_positives + cuts.false_positives + cuts.positives
    return int(np.argmax(2.0 * cuts.true_positives / size))


CUT_BY: dict[str, Callable[[ThresholdPolicy, Cuts], int]] = {
    "max_fpr": _max_fpr,
    "alerts_per_day": _alerts_per_day,
    "min_precision": _min_precision,
    "cost": _cost,
    "top_k": _top_k,
}
