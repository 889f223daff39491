"""How a line of alert works out on labelled rows."""

from __future__ import annotations

from typing import Any

from phantom_ml.metrics.intervals import clopper_pearson
from phantom_ml.metrics.threshold_measured import too_short, unsupported
from phantom_ml.metrics.thresholds import Threshold


def measured(
    threshold: Threshold,
    truth: Any,
    prediction: Any,
    days: float | None = None,
    beside: Any = None,
) -> Threshold:
    """Return how a threshold worked out on these rows, which span so many days.

    ``beside`` are the predictions of rows of the same days without an answer: their alerts come as well.
    """
    alert = threshold.alerts(prediction[:, 0])
    positives, negatives = int((truth == 1).sum()), int((truth == 0).sum())
    found, false = int(alert[truth == 1].sum()), int(alert[truth == 0].sum())
    recall_low, recall_high = clopper_pearson(found, positives) if positives else (None, None)
    fpr_low, fpr_high = clopper_pearson(false, negatives) if negatives else (None, None)
    more = 0 if beside is None else int(threshold.alerts(beside[:, 0]).sum())
    policy, by_tail = threshold.policy, threshold.by_tail
    few = unsupported(policy, positives, negatives, found + false, by_tail=by_tail)
    few = few or too_short(policy, days)
    return Threshold(
        policy=policy,
        value=threshold.value,
        recall=found / positives if positives else None,
        recall_low=recall_low,
        recall_high=recall_high,
        fpr=false / negatives if negatives else None,
        fpr_low=fpr_low,
        fpr_high=fpr_high,
        precision=found / (found + false) if found + false else None,
        alerts_per_day=None if days is None else (found + false + more) / days,
        n_positives=positives,
        n_negatives=negatives,
        supported=not few,
        note=few,
        by_tail=by_tail,
    )
