"""Average precision on anomalies that were made: an estimate where nobody knows the real ones.

Rows are copied and disturbed (see automl/question/injection.py); a detector that finds them among untouched rows
need not find what an attacker does. It ranks detectors; it promises nothing.
"""

from __future__ import annotations

from phantom_ml.config import ProblemKind
from phantom_ml.metrics.average_precision import average_precision_score
from phantom_ml.metrics.base import Metric, metrics

injected_average_precision = metrics.add("injected_average_precision")(
    Metric(
        "injected_average_precision",
        average_precision_score,
        greater_is_better=True,
        bounds=(0.0, 1.0),
        needs="value",
        kinds=frozenset({ProblemKind.ANOMALY}),
        aliases=("injected_ap",),
    )
)
