"""The race of tiers: a family of features stays in the encoder only if held-out rows gain by it.

Families are taken away one at a time from all that are there, the least useful first: what each adds
beside the others is what counts, not what it does alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.matrix import Samples
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.selection.trees import folds, judged

WINDOWS = "windows"


@dataclass(frozen=True)
class Tier:
    """One family in the race.

    Attributes
    ----------
    name : str
    features : tuple of str
    gain : float
        By how much the held-out loss falls with it, as a share of the loss; below 0 it rises.
    kept : bool
    """

    name: str
    features: tuple[str, ...]
    gain: float
    kept: bool


def tiers_of(encoder: Encoder) -> dict[str, tuple[str, ...]]:
    """Return the features of each family; plain numbers and categories belong to none."""
    families = [c.family for c in encoder.columns for _ in c.features]
    families += [t.tier or t.family for t in encoder.tables for _ in t.features]
    families += [WINDOWS] * (len(encoder.features) - len(families))
    found: dict[str, tuple[str, ...]] = {}
    for family, feature in zip(families, encoder.features, strict=True):
        if family is not None:
            found[family] = (*found.get(family, ()), feature.name)
    return found


def race_tiers(
    samples: Samples,
    tiers: Mapping[str, tuple[str, ...]],
    question: Question,
    seed: int = 0,
    out_of_time: Callable[[], bool] = lambda: False,
) -> list[Tier]:
    """Return each family with what it gains; those that gain nothing are not kept.

    Parameters
    ----------
    samples : Samples
        Training rows with all features.
    tiers : mapping of family to names of features
    question : Question
        Of the same rows.
    seed : int
    out_of_time : callable
        Families not raced when it is true stay.
    """
    parted = folds(samples.target, question, seed)

    def losses(dropped: set[str]) -> NDArray[np.float64]:
        names = {n for t in dropped for n in tiers[t]}
        places = [i for i, f in enumerate(samples.matrix.features) if f.name not in names]
        if not places:
            return np.full(len(parted), np.inf)
        part = Samples(samples.matrix.columns(places), samples.target, samples.weight)
        return np.array([j.loss for j in judged(part, parted, question, seed)])

    gains: dict[str, float] = {}
    dropped: set[str] = set()
    whole = losses(dropped) if tiers and not out_of_time() else np.zeros(0)
    # The largest first: where it goes, judging the others takes less time.
    for name in sorted(tiers, key=lambda t: -len(tiers[t])):
        if out_of_time():
            break
        without = losses(dropped | {name})
        gains[name] = float((without.mean() - whole.mean()) / max(abs(whole.mean()), 1e-12))
        if not _gains(whole, without):
            dropped, whole = dropped | {name}, without
    return [Tier(t, tiers[t], gains.get(t, float("nan")), t not in dropped) for t in tiers]


def _gains(whole: NDArray[np.float64], without: NDArray[np.float64]) -> bool:
    """Return whether held-out rows lose without a family: on average, or in most of the folds."""
    return bool(without.mean() > whole.mean() or (without > whole).mean() > 0.5)
