"""What to say of algorithms that were asked for alone: which had no turn, which failed, what is served instead."""

from __future__ import annotations

from collections.abc import Sequence

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.preparation.quick import is_quick
from phantom_ml.automl.question.spaces import given_spaces
from phantom_ml.automl.trials.children import Finished
from phantom_ml.config import SUPERVISED, AutoMLConfig
from phantom_ml.errors import NoTrialSucceeded
from phantom_ml.model.trial import Trial
from phantom_ml.wording import counted

#: So many reasons, each with its own advice, are advised by; more are too many to read.
MOST_HINTS = 3
MORE_TIME = "Give more time, or fewer rows."
NOT_BEYOND = "gave no model that says more than one answer for all rows"


def named_algorithms(config: AutoMLConfig) -> list[str]:
    """Return the algorithms that were asked for alone, by their own names; none where the engine chooses."""
    return [algorithms.name_of(name) for name in config.algorithms_to_try or ()]


def named_in_vain(
    config: AutoMLConfig, finished: Sequence[Finished], *, interrupted: bool = False
) -> list[str]:
    """Return what to say of named algorithms that had no turn, or gave no model."""
    names = named_algorithms(config)
    had = {f.trial.algorithm for f in finished if not is_quick(f)}
    gave = {f.trial.algorithm for f in finished if f.complete and not is_quick(f)}
    missing = [name for name in names if name not in had]
    over = "the search was interrupted" if interrupted else _over(config)
    told = [f"{', '.join(missing)} had no turn: {over}."] if missing else []
    return [*told, *(_why_none(n, finished) for n in names if n in had and n not in gave)]


def _over(config: AutoMLConfig) -> str:
    """Return what ended a search that nobody interrupted."""
    if config.max_trials is None:
        return "the time was over"
    # Where trials are counted no clock is read but that of a budget that stands beside.
    trials = f"max_trials is {config.max_trials}"
    return trials if config.time_budget_seconds is None else f"{trials}, or the time was over"


def _why_none(name: str, finished: Sequence[Finished]) -> str:
    failed = [f for f in finished if f.trial.algorithm == name and f.trial.reason]
    if not failed:
        return f"{name} gave no model."
    return f"{name} gave no model: {failed[-1].trial.reason} {failed[-1].hint}".strip()


def of_first(
    config: AutoMLConfig,
    finished: Sequence[Finished],
    *,
    is_served: bool,
    beaten: Sequence[str],
    interrupted: bool = False,
) -> list[str]:
    """Return what to say of a first model whose algorithm was not named.

    Parameters
    ----------
    config : AutoMLConfig
    finished : sequence of Finished
    is_served : bool
        Whether it is the model of the result.
    beaten : sequence of str
        Algorithms whose models say no more than one answer for all rows.
    interrupted : bool
        Whether a person ended the search: then nothing was wrong with its time.
    """
    names = named_algorithms(config)
    first = next((f.trial.algorithm for f in finished if is_quick(f)), None)
    if first is None:
        return []
    what = f"first model, {first} on a sample of the rows,"
    if is_served and (names or beaten):
        why = (
            f"{', '.join(beaten)} {NOT_BEYOND}" if beaten else "Nothing that was named gave a model"
        )
        told = f"{why}: the {what} is served instead."
        return [told if interrupted or _has_advice(names, finished) else f"{told} {MORE_TIME}"]
    if is_served or not names or first in names:
        return []
    return [f"The {what} was made to have one soon; it is no rival to those that were named."]


def _has_advice(names: Sequence[str], finished: Sequence[Finished]) -> bool:
    """Return whether all that was named failed, and each failure told what to do."""
    tried = [f for f in finished if not is_quick(f) and f.trial.algorithm in names]
    return {f.trial.algorithm for f in tried} == set(names) and all(f.hint for f in tried)


def spaces_in_vain(config: AutoMLConfig, finished: Sequence[Finished]) -> list[str]:
    """Return what to say of search spaces of algorithms that nobody named and that were not tried."""
    had = {f.trial.algorithm for f in finished if not is_quick(f)}
    missing = [name for name in given_spaces(config.tuning) if name not in had]
    if not missing or config.algorithms_to_try is not None:
        return []
    told = ", ".join(missing)
    return [
        f"The search space of {told} was not used: it was not tried. algorithms_to_try names what is."
    ]


def nothing_succeeded(trials: Sequence[Trial], finished: Sequence[Finished]) -> NoTrialSucceeded:
    """Return the error of a run without a model: the reasons of its trials, scored, and what to do of them."""
    reasons = "; ".join(dict.fromkeys(f"{t.algorithm}: {t.reason}" for t in trials[:5]))
    hints = list(dict.fromkeys(f.hint for f in finished))
    told = f"None of {counted(len(trials), 'trial')} gave a model. {reasons}"
    if len(hints) <= MOST_HINTS and all(hints):
        return NoTrialSucceeded(told, " ".join(hints))
    known = ", ".join(a.name for a in algorithms if a.kinds & set(SUPERVISED))
    return NoTrialSucceeded(told, f"Give more time or rows, or other algorithms of: {known}.")
