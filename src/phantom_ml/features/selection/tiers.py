"""The race of tiers: which families of features held-out rows gain by, fold by fold.

Families are taken away one at a time from all that are there: what each adds beside the others is what
counts, not what it does alone. One fold says little: trees fitted again on the same rows with another seed
differ by several per cent of a small loss. So what counts is in how many folds a family gains, not how much
on average: one fold in which the days differ would outweigh all the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.matrix import Samples
from phantom_ml.data.target.unit import TargetUnit
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.selection.trees import N_FOLDS, folds, losses
from phantom_ml.parts.spreads import from_spreads

WINDOWS = "windows"
#: How often trees are fitted on each fold, with another seed each time.
REPEATS = 2
#: The least of a loss that a share is taken of.
TINY = 1e-12
Losses = NDArray[np.float64]


@dataclass(frozen=True)
class Rule:
    """When a family is kept.

    Attributes
    ----------
    may_fail : int
        In how many of the judgements it may gain nothing.
    unjudged : bool
        Whether it is kept if there was no time to judge it; if not, some gains without a loss suffice.
    repeats : int
        How often each fold judges.
    least_gain : float
        A share of the loss; what does not gain more than this counts as gaining nothing.
    """

    may_fail: int
    unjudged: bool
    repeats: int = REPEATS
    least_gain: float = 0.0

    def settled(self, gains: Sequence[float]) -> bool | None:
        """Return whether a family of such gains is kept; None if more judgements are needed."""
        failed = sum(gain <= self.least_gain for gain in gains)
        if failed > self.may_fail:
            return False
        return True if len(gains) - failed >= self.repeats * N_FOLDS - self.may_fail else None

    def cut_short(self, gains: Sequence[float]) -> bool:
        """Return the same where there is no time for more: by what was judged, if anything was."""
        return self.unjudged or (bool(gains) and all(gain > self.least_gain for gain in gains))


#: What is known to help with data of a kind goes only if it gains in no fold.
STANDING = Rule(may_fail=REPEATS * N_FOLDS - 1, unjudged=True)
#: What was found by looking at the same rows comes only if it gains in nearly every fold.
NEW = Rule(may_fail=1, unjudged=False)
#: The same where there is time for more, and only for what is worth its columns: families that gain a little,
#: or in four of five folds, come and go with the seed.
SURELY_NEW = Rule(may_fail=1, unjudged=False, repeats=2 * REPEATS, least_gain=0.01)


@dataclass(frozen=True)
class Tier:
    """One family in the race.

    Attributes
    ----------
    name : str
    features : tuple of str
    gains : tuple of float
        By how much the held-out loss of each fold falls with it, as a share of the loss without it;
        below 0 it rises. As many as it took to decide.
    kept : bool
    losses : tuple of (float, float)
        The loss of each of these with the family and without it.
    """

    name: str
    features: tuple[str, ...]
    gains: tuple[float, ...]
    kept: bool
    losses: tuple[tuple[float, float], ...] = ()


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
    rule: Rule = STANDING,
    out_of_time: Callable[[], bool] = lambda: False,
) -> list[Tier]:
    """Return each family with what it gains, and whether it is kept.

    Parameters
    ----------
    samples : Samples
        Training rows with all features.
    tiers : mapping of family to names of features
    question : Question
        Of the same rows.
    seed : int
    rule : Rule
    out_of_time : callable
        Families not raced when it is true are kept or not as the rule says.
    """
    unit = TargetUnit.where_needed(samples, question.kind)
    judge = _Judge(unit.shown(samples), question, seed)
    raced: dict[str, Tier] = {}
    # The largest first: where it goes, judging the others takes less time.
    for name in sorted(tiers, key=lambda t: -len(tiers[t])):
        raced[name] = _raced(name, tiers[name], judge, rule, out_of_time)
        if not raced[name].kept:
            judge = judge.without(tiers[name])
    return [_told(raced[name], unit) for name in tiers]


def _told(tier: Tier, unit: TargetUnit) -> Tier:
    """Return a family with its losses in the square of the target's own unit, finite."""
    if unit == TargetUnit():
        return tier
    told = from_spreads(from_spreads(np.array(tier.losses), 0.0, unit.spread), 0.0, unit.spread)
    return replace(tier, losses=tuple((with_it, without) for with_it, without in told.tolist()))


def _raced(
    name: str,
    features: tuple[str, ...],
    judge: _Judge,
    rule: Rule,
    out_of_time: Callable[[], bool],
) -> Tier:
    """Return one family, judged until the rule is settled or there is no more time."""
    losses: tuple[tuple[float, float], ...] = ()
    gains: tuple[float, ...] = ()
    less = judge.without(features)
    if not less.samples.matrix.features:
        return Tier(name, features, gains, kept=True)
    for repeat in range(rule.repeats):
        if rule.settled(gains) is not None or out_of_time():
            break
        losses += tuple(
            zip(judge.losses(repeat).tolist(), less.losses(repeat).tolist(), strict=True)
        )
        gains = tuple(1.0 - with_it / max(without, TINY) for with_it, without in losses)
    settled = rule.settled(gains)
    kept = rule.cut_short(gains) if settled is None else settled
    return Tier(name, features, gains, kept, losses)


@dataclass(frozen=True)
class _Judge:
    """Trees on the features that are left, each fold's loss looked up once."""

    samples: Samples
    question: Question
    seed: int
    known: dict[int, Losses] = field(default_factory=dict)

    def without(self, names: Sequence[str]) -> _Judge:
        """Return the judge of the other features."""
        features = self.samples.matrix.features
        left = [i for i, f in enumerate(features) if f.name not in set(names)]
        return _Judge(
            replace(self.samples, matrix=self.samples.matrix.columns(left)),
            self.question,
            self.seed,
        )

    def losses(self, repeat: int) -> Losses:
        """Return the held-out loss of each fold."""
        if repeat not in self.known:
            seed = self.seed + repeat * N_FOLDS
            parted = folds(self.samples.target, self.question, seed)
            self.known[repeat] = np.array(losses(self.samples, parted, self.question, seed))
        return self.known[repeat]
