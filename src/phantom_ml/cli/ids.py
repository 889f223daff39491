"""Ids as a person writes them: whole, abbreviated as far as they stay unique, or ``latest``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from phantom_ml.errors import BadSetting, listed

if TYPE_CHECKING:
    from phantom_ml.core import PhantomMLCore

LATEST = "latest"


def model_id(core: PhantomMLCore, given: str) -> str:
    """Return the id of the model that is meant; raises BadSetting where several fit."""
    return _meant(given, lambda: [model.id for model in core.list_models()], "model")


def experiment_id(core: PhantomMLCore, given: str) -> str:
    """Return the id of the experiment that is meant; raises BadSetting where several fit."""
    return _meant(given, lambda: [e.id for e in core.list_experiments()], "experiment")


def _meant(given: str, known: Callable[[], Sequence[str]], kind: str) -> str:
    """Return the id that begins so; what fits none is handed on, to be refused by the store."""
    ids = known()
    if given in ids:
        return given
    if given.lower() == LATEST and ids:
        return ids[0]
    fitting = [identity for identity in ids if given and identity.startswith(given)]
    if len(fitting) > 1:
        raise BadSetting(
            f"{len(fitting)} {kind}s begin with {given!r}.",
            f"Say more of one of {listed(fitting)}.",
        )
    return fitting[0] if fitting else given
