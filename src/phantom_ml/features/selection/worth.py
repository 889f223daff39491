"""What features gain on held-out rows in small boosted trees, against shadows: see ``shadows``.

Trees of one seed and one parting of the rows say little of features that share what they know. So folds are
parted, trees grown and shadows drawn anew several times. Source: Meinshausen & Bühlmann, "Stability
Selection", JRSS B 2010, doi:10.1111/j.1467-9868.2010.00740.x.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.matrix import Samples
from phantom_ml.data.target.unit import TargetUnit
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.selection.held_out import held_out_gain
from phantom_ml.features.selection.shadows import with_shadows
from phantom_ml.features.selection.stretches import steady_folds
from phantom_ml.features.selection.sufficiency import with_enough
from phantom_ml.features.selection.trees import (
    N_FOLDS,
    Fold,
    binned,
    drawn,
    grown,
    side_by_side,
)

if TYPE_CHECKING:
    from lightgbm import Dataset

Array = NDArray[np.float64]
#: Shadows a fold; their best is what chance reaches.
N_SHADOWS = 20
#: How often rows are parted into folds: in a training, and with time for more, so that few features near chance
#: come and go with the seed.
REPEATS, PATIENT_REPEATS = 3, 6
#: Where rows are few, trees are cheap and one parting says less: up to so many times as often.
MOST_TIMES = 4
#: How many rounds of trees: later ones order few features anew.
ROUNDS = 40
#: More rows than this add seconds, not another order.
MAX_ROWS = 20_000
#: In more than which share of the folds a feature gains more than the best shadow. Folds that go forward in time
#: are the same three whatever the seed, so that shares lie near 1/3, 2/3 and 1: a border there would be a lottery.
MOST = 1 / 2
#: How many times the gain of the best shadow a feature has to gain on average: which of twenty shadows is the
#: best, and by how much, differs from seed to seed, and features just above it come and go.
MARGIN = 1.5
#: A smaller share is printed as 0.0 %: where something tells the answers alone, noise gains that much.
LEAST_SHARE = 0.0005


def patient_repeats(n_rows: int) -> int:
    """Return how often rows are parted with time for more: the oftener, the fewer they are.

    Examples
    --------
    >>> [patient_repeats(n) for n in (1_000, 10_000, 50_000)]
    [24, 12, 6]
    """
    times = round(MAX_ROWS / max(1, n_rows))
    return PATIENT_REPEATS * min(max(1, times), MOST_TIMES)


@dataclass(frozen=True)
class Worth:
    """What features are worth.

    Attributes
    ----------
    share : float64 array of shape (n_features,)
        Of the gain on held-out rows, mean over the folds of all repeats; 0 for a feature that leads astray.
        They sum to 1, or are all 0 where all features together gain no more than a shadow.
    spread : float64 array of shape (n_features,)
        Standard deviation over the folds of all repeats.
    shadow : float
        Share of the best shadow, mean over the same; 1 where all shares are 0.
    wins : float64 array of shape (n_features,)
        In which share of the folds a feature gains more than the best shadow.
    above : bool array of shape (n_features,)
        Whether it does so in most of the folds, by half of that again on average, and gains a share that counts;
        or is among the best of those which do not, but gain together: see ``with_enough``.
    """

    share: Array
    spread: Array
    shadow: float
    wins: Array
    above: NDArray[np.bool_]

    @property
    def beats_chance(self) -> NDArray[np.bool_]:
        """Return whether features gain more than the best shadow at all, on average and in most of the folds."""
        return self.beyond(MOST, 1.0)

    def beyond(self, wins: float, margin: float) -> NDArray[np.bool_]:
        """Return whether features win in more than such a share of folds, by so many times the best shadow."""
        more: NDArray[np.bool_] = (self.wins > wins) & (self.share > margin * self.shadow)
        return more & (self.share >= LEAST_SHARE)

    @classmethod
    def of(cls, gains: Array, shadows: Array) -> Worth:
        """Return the worth by the gains of features and of the best shadow, fold by fold.

        Parameters
        ----------
        gains : float64 array of shape (n_judgements, n_features)
        shadows : float64 array of shape (n_judgements,)
        """
        gain, chance = gains.mean(axis=0), float(shadows.mean())
        wins = (gains > shadows[:, None]).mean(axis=0)
        total = float(np.maximum(gain, 0.0).sum())
        if total <= chance:
            nothing = np.zeros_like(gain)
            return cls(nothing, nothing, 1.0, wins, np.zeros(len(gain), np.bool_))
        share = np.maximum(gain, 0.0) / total
        sure = (wins > MOST) & (gain > MARGIN * chance) & (share >= LEAST_SHARE)
        above = with_enough(sure, gains) & (share >= LEAST_SHARE)
        return cls(share, gains.std(axis=0) / total, chance / total, wins, above)


def worth(
    samples: Samples,
    question: Question,
    seed: int = 0,
    repeats: int = REPEATS,
) -> Worth:
    """Return what each feature gains on held-out rows in boosted trees that stop when these no longer gain.

    Parameters
    ----------
    samples : Samples
        Feature values with answers, none of them fitted on its own row's answer.
    question : Question
        Of the same rows.
    seed : int
        Of the rows that are drawn, the folds and the shadows.
    repeats : int
        How often rows are parted into folds.
    """
    rows, asked = drawn(samples, question, MAX_ROWS, seed)
    rows = TargetUnit.where_needed(rows, asked.kind).shown(rows)
    # Of neighbouring seeds none may share folds or trees: they would agree by that alone.
    seeds = np.random.SeedSequence(seed).generate_state(repeats * N_FOLDS) >> 1
    starts = seeds[::N_FOLDS].tolist()
    parted = [steady_folds(rows.target, asked, start) for start in starts]
    shadowed = side_by_side(lambda i: _Shadowed.of(rows, asked, starts[i]), repeats)

    def gains(i: int) -> Array:
        repeat, fold = divmod(i, N_FOLDS)
        return shadowed[repeat].gains(parted[repeat][fold], asked, int(seeds[i]))

    found = np.array(side_by_side(gains, repeats * N_FOLDS))
    n = len(rows.matrix.features)
    return Worth.of(found[:, :n], found[:, n:].max(axis=1).clip(0.0))


@dataclass(frozen=True)
class _Shadowed:
    """Rows with shadows beside their features, also as trees read them."""

    rows: Samples
    binned: Dataset

    @classmethod
    def of(cls, rows: Samples, question: Question, seed: int) -> _Shadowed:
        matrix = with_shadows(rows.matrix, question.before, N_SHADOWS, seed)
        shadowed = Samples(matrix, rows.target)
        return cls(shadowed, binned(shadowed))

    def gains(self, fold: Fold, question: Question, seed: int) -> Array:
        """Return what each feature and each shadow gains on the held-out rows of a fold."""
        booster = grown(self.binned, fold, question, seed, ROUNDS)
        return held_out_gain(booster, self.rows.rows(fold[1]), question)
