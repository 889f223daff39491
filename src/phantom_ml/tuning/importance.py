"""How much each setting mattered to the scores."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from phantom_ml.tuning.propose import distribution_of
from phantom_ml.tuning.space import Axis

#: Fewer trials say nothing about any setting.
LEAST_TRIALS = 4


def importance_of(
    space: Mapping[str, Axis], done: Sequence[tuple[Mapping[str, Any], float]]
) -> dict[str, float]:
    """Return each setting's share of the variance of the scores, the most first.

    Parameters
    ----------
    space : mapping of setting to Axis
    done : sequence of (settings, score)
    """
    import optuna

    if no_importance(space, done):
        return {}
    always = _always(space, done)
    distributions = {name: distribution_of(axis.bound) for name, axis in always.items()}
    study = optuna.create_study()
    for params, score in done:
        raw = {name: axis.encoded(params[name]) for name, axis in always.items()}
        trial = optuna.trial.create_trial(params=raw, distributions=distributions, value=score)
        study.add_trial(trial)
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return {name: float(share) for name, share in found.items()}


def no_importance(
    space: Mapping[str, Axis], done: Sequence[tuple[Mapping[str, Any], float]]
) -> str:
    """Return why no setting's share can be told; empty where it can."""
    if len(done) < LEAST_TRIALS:
        return (
            f"importance() is empty: it takes {LEAST_TRIALS} trials that are done, not {len(done)}."
        )
    if len({score for _, score in done}) == 1:
        return "importance() is empty: all trials that are done have the same score."
    if not _always(space, done):
        return "importance() is empty: no setting was searched in every trial."
    return ""


def _always(
    space: Mapping[str, Axis], done: Sequence[tuple[Mapping[str, Any], float]]
) -> dict[str, Axis]:
    """Return the settings that every trial has."""
    return {n: a for n, a in space.items() if all(n in params for params, _ in done)}
