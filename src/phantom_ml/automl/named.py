"""What to say of algorithms that were asked for alone: which had no turn, which failed, what is served instead."""

from __future__ import annotations

from collections.abc import Sequence

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.quick import is_quick
from phantom_ml.automl.spaces import given_spaces
from phantom_ml.automl.trials import Finished
from phantom_ml.config import AutoMLConfig

NOT_BEYOND = "gave no model that says more than one answer for all rows"


def named_algorithms(config: AutoMLConfig) -> list[str]:
    """Return the algorithms that were asked for alone, by their own names; none where the engine chooses."""
    return [algorithms.name_of(name) for name in config.algorithms_to_try or ()]


def named_in_vain(config: AutoMLConfig, finished: Sequence[Finished]) -> list[str]:
    """Return what to say of named algorithms that had no turn, or gave no model."""
    names = named_algorithms(config)
    had = {f.trial.algorithm for f in finished if not is_quick(f)}
    gave = {f.trial.algorithm for f in finished if f.complete and not is_quick(f)}
    missing = [name for name in names if name not in had]
    told = [f"{', '.join(missing)} had no turn: the time was over."] if missing else []
    return [*told, *(_why_none(n, finished) for n in names if n in had and n not in gave)]


def _why_none(name: str, finished: Sequence[Finished]) -> str:
    failed = [f for f in finished if f.trial.algorithm == name and f.trial.reason]
    if not failed:
        return f"{name} gave no model."
    return f"{name} gave no model: {failed[-1].trial.reason} {failed[-1].hint}".strip()


def of_first(
    config: AutoMLConfig, finished: Sequence[Finished], *, is_served: bool, beaten: Sequence[str]
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
        return [f"{why}: the {what} is served instead. Give more time, or fewer rows."]
    if is_served or not names or first in names:
        return []
    return [f"The {what} was made to have one soon; it is no rival to those that were named."]


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
