"""What a model's own report of its test part says, to hold other rows against."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from phantom_ml.core.drift import Drift
from phantom_ml.core.kinds import THREAT
from phantom_ml.core.measured import measured
from phantom_ml.core.recall import Ranked
from phantom_ml.core.tested_scores import ScoresOfTest
from phantom_ml.metrics.thresholds import Threshold


def tested(card: Mapping[str, Any], held: Threshold, folder: Path) -> Threshold | None:
    """Return how the model's own test part comes out at the same line; None where that is not known.

    Models saved before scores of the test part were kept know it of the line of their training alone.
    """
    told = dict(card.get(THREAT) or {}).get("threshold")
    if told is None:
        return None
    found = Threshold.model_validate(told)
    if found.value == held.value:
        return found
    kept = ScoresOfTest.load(folder)
    return None if kept is None else measured(held, kept.truth, kept.score[:, None])


def ranked(card: Mapping[str, Any]) -> Ranked | None:
    """Return how the model ranked the threats of its own test part; None where that was not measured."""
    told = dict(card.get(THREAT) or {})
    line = told.get("threshold")
    return None if line is None else Ranked.of(told["figures"], Threshold.model_validate(line))


def drifted(card: Mapping[str, Any]) -> float | None:
    """Return the ROC AUC of the drift that the model's own report warns of; None where it warns of none."""
    told = dict(card.get(THREAT) or {})
    auc, low, high = (told.get(name) for name in ("drift", "drift_low", "drift_high"))
    if auc is None or low is None or high is None:
        return None
    return auc if Drift(auc=auc, low=low, high=high).is_beyond_chance else None
