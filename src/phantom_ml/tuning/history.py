"""The trials of an earlier search, checked before any of their scores counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from phantom_ml.config import bad_setting
from phantom_ml.errors import BadSetting
from phantom_ml.tuning.basis import Basis
from phantom_ml.tuning.result import OptimizationResult, TuningTrial

EXPECTED = "Give a result, the text that its to_json() returned, or a list of its trials."


class Told(BaseModel):
    """What the JSON text of a result holds."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    trials: tuple[TuningTrial, ...]
    basis: Basis | None = None
    method: str = ""


def recalled(
    history: OptimizationResult | str | Sequence[TuningTrial],
) -> tuple[tuple[TuningTrial, ...], Basis | None]:
    """Return the trials of a history, and what their scores rest on, where it is told.

    Raises
    ------
    BadSetting
        The text is none of a result, the list holds something else than trials, or a trial that is done has
        no number as its score.
    """
    found = history if isinstance(history, OptimizationResult) else _read(history)
    _check_scores(found.trials)
    return found.trials, found.basis


def _read(history: Any) -> Told:
    if isinstance(history, list | tuple):
        return _listed(history)
    return _written(history)


def _listed(trials: Sequence[Any]) -> Told:
    for place, trial in enumerate(trials):
        if not isinstance(trial, TuningTrial):
            kind = type(trial).__name__
            raise BadSetting(
                f"Item {place} of the history is no trial, but of type {kind}.", EXPECTED
            )
    return Told.model_construct(trials=tuple(trials))


def _written(text: Any) -> Told:
    if not isinstance(text, str):
        raise BadSetting(f"The history is of type {type(text).__name__}.", EXPECTED)
    try:
        return Told.model_validate_json(text)
    except ValidationError as error:
        fault = bad_setting("history", error, Told)
        raise BadSetting(f"The history cannot be read: {fault.message}", EXPECTED) from None


def _check_scores(trials: Sequence[TuningTrial]) -> None:
    for trial in trials:
        if trial.status == "done" and not _is_number(trial.score):
            raise BadSetting(
                f"The history cannot be used: the score of trial {trial.number} is {trial.score!r}, and it "
                "is said to be done.",
                "Give each trial that is done a number as its score, or leave the trial out.",
            )


def _is_number(score: Any) -> bool:
    return not isinstance(score, bool) and isinstance(score, Real) and math.isfinite(score)
