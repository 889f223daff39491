"""Thresholds: the line above which a probability becomes an alert, and what may be expected of it.

A threshold is one of the distinct held-out scores, so that its rates are those of real rows. Bounds
of rates are exact (Clopper and Pearson 1934), and a rate that the benign rows are too few to
support is marked so, by the rule of three (Hanley and Lippman-Hand 1983).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.config import Settings, ThresholdPolicy
from phantom_ml.metrics.intervals import clopper_pearson
from phantom_ml.metrics.tail import RISK, n_apart, tail_cut
from phantom_ml.metrics.threshold_claims import (
    LEAST_KNOWN,
    few_positives,
    nothing_alerted,
    refusal,
    rows_needed,
    rule_text,
    tail_refusal,
)
from phantom_ml.metrics.threshold_measured import unanswered_note
from phantom_ml.metrics.threshold_rules import CUT_BY, Cuts, best_f1
from phantom_ml.metrics.validation_scores import ValidationScores


def _was_by_tail(fields: Mapping[str, Any]) -> bool:
    """Return whether the tail told a line of which it is not said: without answers nothing else could."""
    return fields.get("policy") is None and fields.get("n_positives") == 0


class Threshold(Settings):
    """One threshold as measured on held-out rows; a rate is None where nothing defines it.

    Examples
    --------
    >>> threshold = threshold_for(None, ValidationScores(np.array([0, 1]), np.array([0.2, 0.7])))
    >>> threshold.value, threshold.rule, threshold.alerts(np.array([0.6, 0.8]))
    (0.7, 'best F1', array([False,  True]))
    """

    policy: ThresholdPolicy | None = Field(
        None, description="None: the best F1, or the tail (``by_tail``)."
    )
    value: float = Field(description="Alert where the probability is at least this.")
    recall: float | None = None
    recall_low: float | None = Field(None, description="95 % bound.")
    recall_high: float | None = Field(None, description="95 % bound.")
    fpr: float | None = None
    fpr_low: float | None = Field(None, description="95 % bound.")
    fpr_high: float | None = Field(None, description="95 % bound.")
    precision: float | None = Field(None, description="At the policy's prevalence, if it has one.")
    alerts_per_day: float | None = None
    n_positives: int = Field(ge=0, description="Held-out rows of class 1.")
    n_negatives: int = Field(ge=0, description="Held-out rows of class 0.")
    supported: bool = Field(True, description="Whether the rows are enough for the policy's claim.")
    note: str = ""
    by_tail: bool = Field(
        default_factory=_was_by_tail,
        description="Whether the tail of the scores told the line: no anomaly was known, or too few.",
    )

    @property
    def rule(self) -> str:
        """Return in words by what the line was cut, whatever rows it is measured on."""
        return f"1 row in {1 / RISK:,.0f} by the tail" if self.by_tail else rule_text(self.policy)

    @property
    def alerts_none(self) -> bool:
        """Return whether a rule found no line that alerts a row; one by the tail may lie above all rows."""
        return not (self.by_tail or self.recall or self.fpr or self.alerts_per_day)

    def alerts(self, probability: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which rows are alerted, shape (n_rows,), of probabilities of shape (n_rows,)."""
        return np.greater_equal(probability, self.value)


def threshold_for(policy: ThresholdPolicy | None, validation: ValidationScores) -> Threshold:
    """Return the threshold that a policy asks for, measured on held-out rows.

    Parameters
    ----------
    policy : ThresholdPolicy or None
        ``max_fpr``: the largest recall whose FPR is at most this. ``alerts_per_day`` and ``top_k``:
        as many alerts as fit in. ``min_precision``: the largest recall that keeps it, in the field
        where a prevalence is given. ``cost``: the least. None: the largest F1, or of a detector of anomalies
        of which too few are known, the score that one row in 1,000 exceeds. Rows of equal score
        are alerted together or not at all, so limits are kept where scores are tied, too.
    validation : ValidationScores

    Returns
    -------
    Threshold
        One just above the highest score, which alerts no held-out row, where the policy cannot be
        met; its note says so.

    Raises
    ------
    BadSetting
        Alerts per day are asked for, and the rows span no known time.

    Examples
    --------
    >>> truth, score = np.array([0, 0, 0, 1, 1]), np.array([0.1, 0.2, 0.6, 0.5, 0.9])
    >>> found = threshold_for(ThresholdPolicy(max_fpr=0.2), ValidationScores(truth, score))
    >>> found.value, found.recall, found.fpr, found.supported
    (0.9, 0.5, 0.0, False)
    >>> found.note
    'An FPR of at most 20 % can be claimed from 15 benign held-out rows on; there are 3.'
    """
    return threshold_at(policy, validation, Cuts.of(validation))


def threshold_at(
    policy: ThresholdPolicy | None, validation: ValidationScores, cuts: Cuts
) -> Threshold:
    """Return the same as ``threshold_for`` from cuts that were made once for many policies."""
    positives, negatives = _worth(validation, 1), _worth(validation, 0)
    few = positives == 0 or (validation.of_anomalies and positives < LEAST_KNOWN)
    by_tail = policy is None and few
    line = _of_tail(validation, cuts) if by_tail else _of_rule(policy, validation, cuts)
    place = line.place
    recall, recall_low, recall_high = _rate(cuts.true_positives[place], cuts.positives, positives)
    fpr, fpr_low, fpr_high = _rate(cuts.false_positives[place], cuts.negatives, negatives)
    precision = float(cuts.precision(policy.prevalence if policy else None)[place])
    return Threshold(
        policy=policy,
        value=line.value,
        recall=recall,
        recall_low=recall_low,
        recall_high=recall_high,
        fpr=fpr,
        fpr_low=fpr_low,
        fpr_high=fpr_high,
        precision=None if np.isnan(precision) else precision,
        alerts_per_day=None if cuts.daily is None else float(cuts.daily[place]),
        n_positives=int((validation.truth == 1).sum()),
        n_negatives=int((validation.truth == 0).sum()),
        supported=line.supported,
        note=line.note,
        by_tail=by_tail,
    )


@dataclass(frozen=True)
class _Line:
    """Where the line lies, which cut alerts the same rows, and what the rows do not support."""

    value: float
    place: int
    supported: bool
    note: str


def _of_rule(policy: ThresholdPolicy | None, validation: ValidationScores, cuts: Cuts) -> _Line:
    if policy is None:
        place = best_f1(cuts)
        refused = few_positives(_worth(validation, 1), of_anomalies=validation.of_anomalies)
    else:
        place = CUT_BY[policy.rule](policy, cuts)
        refused = refusal(policy, cuts, place, _worth(validation, 0))
    beside = unanswered_note(
        policy, validation.n_unanswered, scored=validation.unanswered is not None
    )
    note = " ".join(filter(None, [nothing_alerted(policy, cuts, place), refused, beside]))
    return _Line(float(cuts.value[place]), place, not refused, note)


def _of_tail(validation: ValidationScores, cuts: Cuts) -> _Line:
    """Return the cut by the tail of the scores of all rows that are not known to be odd, taken for benign."""
    usual = validation.score[validation.truth == 0]
    value, n_rows = tail_cut(usual), len(usual)
    apart = n_apart(usual)
    above = min(apart, int((usual >= value).sum()))
    note = tail_refusal(RISK, n_rows, apart, above, len(validation.score) - n_rows)
    return _Line(value, cuts.at(value), n_rows >= rows_needed(RISK), note)


def _worth(validation: ValidationScores, label: int) -> float:
    """Return how many rows of equal weight the rows of a class are worth (Kish 1965)."""
    held = validation.truth == label
    if validation.weight is None:
        return float(held.sum())
    weight = validation.weight[held]
    squares = float((weight**2).sum())
    return float(weight.sum()) ** 2 / squares if squares > 0 else 0.0


def _rate(
    count: float, total: float, worth: float
) -> tuple[float | None, float | None, float | None]:
    if not total > 0:
        return None, None, None
    rate = min(1.0, float(count) / total)
    low, high = clopper_pearson(rate * worth, worth)
    return rate, float(low), float(high)
