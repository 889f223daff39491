"""The line of alert of a kept model, cut by another rule from the held-out scores that its bundle keeps."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from phantom_ml.config import AutoMLConfig, ThresholdPolicy
from phantom_ml.core.shelf import Shelf
from phantom_ml.errors import BadSetting
from phantom_ml.metrics.thresholds import Threshold, threshold_for
from phantom_ml.metrics.validation_scores import ValidationScores
from phantom_ml.model.checks import HELD_OUT
from phantom_ml.tasks.base import tasks

#: Rules that count alerts that are right.
NEED_ANSWERS = ("min_precision", "cost")


def line_by(
    policy: ThresholdPolicy | Mapping[str, Any] | None, model_id: str, shelf: Shelf
) -> Threshold:
    """Return the threshold of another policy; None is the rule of a training that names none.

    Raises
    ------
    BadSetting
        The policy cannot be, needs answers that the model was trained without, or the model has no line.
    ModelNotFound
        No such model.
    """
    asked = _asked(policy)
    scores = _held_out(shelf.store.model_folder(model_id))
    rule = asked or tasks.get(shelf.pipeline(model_id).spec.task_type).default_threshold()
    if rule is not None and rule.rule in NEED_ANSWERS and not scores.truth.any():
        raise BadSetting(
            f"A threshold by {rule.rule} needs rows with answers, and the model was trained without.",
            "Set it by max_fpr, alerts_per_day or top_k.",
        )
    return threshold_for(rule, scores)


def _asked(policy: Any) -> ThresholdPolicy | None:
    """Return a policy, checked as in a configuration."""
    given = dict(policy) if isinstance(policy, Mapping) else policy
    return AutoMLConfig.of({"threshold": given}).threshold


def _held_out(folder: Path) -> ValidationScores:
    file = folder / HELD_OUT
    if not file.exists():
        raise BadSetting(
            "The model keeps no held-out scores: it does not tell two classes apart.",
            "Set a threshold on a model of two classes.",
        )
    return ValidationScores.load(file)
