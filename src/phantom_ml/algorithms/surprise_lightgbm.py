"""SurpriseLightGBM: LightGBM that is also told how odd a row is among normal ones.

Detectors are fitted on the normal rows alone, and what they say stands beside the row's own columns. A kind of
attack that no training row shows may still be odd; and a few known anomalies teach which oddness matters.
The detectors of either half of the normal rows tell of the other half, so that training sees what scoring
will. Sources: Micenkova, McWilliams & Assent, "Learning Outlier Ensembles: The Best of Both Worlds", ODD 2014;
Zhao & Hryniewicki, "XGBOD", IJCNN 2018, arXiv:1912.00290.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from phantom_ml.algorithms.base import (
    FitContext,
    Learner,
    algorithms,
    load_learner,
    save_learner,
)
from phantom_ml.algorithms.detectors._surprise import Surprise
from phantom_ml.algorithms.lightgbm import LightGBM, LightGBMLearner
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.parts.arrays import damaged, load_arrays, require, save_arrays

Array = NDArray[np.float64]
#: What few cuts set apart, what lies where columns are empty, what breaks the ties between columns.
VIEWS = ("IsolationForest", "HBOS", "PCA")
#: Normal rows of a half that tell what is usual; with fewer there is nothing to be told.
LEAST_ROWS = 20
BOOSTER = "booster"
#: A probability this near to 0 or 1 is no nearer.
EDGE = 1e-9
#: The detectors of one half of the normal rows.
Half = tuple[Learner, ...]


@dataclass
class SurpriseLightGBMLearner(Learner):
    """Detectors of normal rows, and a booster that hears them.

    Attributes
    ----------
    halves : tuple of tuples of Learner
        Two halves of the normal rows, or all of them once; none where there were too few.
    booster : LightGBMLearner or None
        None where training had no positive row: then the detectors alone tell.
    surprise : Surprise or None
        Of the booster's log-odds among normal rows, where the answer is a surprise and no probability.
    """

    algorithm: ClassVar[str] = "SurpriseLightGBM"
    halves: tuple[Half, ...]
    booster: LightGBMLearner | None
    surprise: Surprise | None

    def __post_init__(self) -> None:
        self.n_rounds = None if self.booster is None else self.booster.n_rounds
        parts = [*(learner for half in self.halves for learner in half), self.booster]
        self.is_cut_short = any(part is not None and part.is_cut_short for part in parts)

    def predict(self, matrix: Matrix, n_threads: int = 1) -> Array:
        """Return probabilities, or nats of surprise, shape (n_rows, 1)."""
        told = _told(self.halves, matrix, n_threads)
        if self.booster is None:
            alone: Array = told.mean(axis=1, keepdims=True)
            return alone
        found = self.booster.predict(_widened(matrix, told), n_threads)
        return found if self.surprise is None else self.surprise.of(_log_odds(found))

    def importance(self) -> Array | None:
        """Return the booster's gain on each feature of the table."""
        if self.booster is None:
            return None
        n_told = len(VIEWS) if self.halves else 0
        gain: Array = self.booster.importance()
        return gain[: len(gain) - n_told]

    @property
    def n_trees(self) -> int:
        """Return the trees of the booster and of the forests."""
        forests = sum(learner.n_trees for half in self.halves for learner in half)
        return forests + (0 if self.booster is None else self.booster.n_trees)

    def save(self, folder: Path) -> None:
        """Write each learner into a folder of its own."""
        for place, half in enumerate(self.halves):
            for learner in half:
                save_learner(learner, folder / f"{place}-{learner.algorithm}")
        if self.booster is not None:
            save_learner(self.booster, folder / BOOSTER)
        arrays = {} if self.surprise is None else self.surprise.arrays()
        # A file of arrays must hold one at least.
        facts = {"n_halves": len(self.halves), "n_told": 0 if self.surprise is None else 1}
        save_arrays(folder, {"version": np.ones(1), **arrays}, facts)

    @classmethod
    def load(cls, folder: Path) -> SurpriseLightGBMLearner:
        """Return what ``save`` wrote; raises BundleDamaged."""
        arrays, facts = load_arrays(folder, {})
        n_halves = facts.get("n_halves")
        require(n_halves in (0, 1, 2), "it has neither one nor two halves")
        halves = tuple(
            tuple(load_learner(folder / f"{place}-{view}") for view in VIEWS)
            for place in range(int(n_halves or 0))
        )
        booster = load_learner(folder / BOOSTER) if (folder / BOOSTER).exists() else None
        if booster is not None and not isinstance(booster, LightGBMLearner):
            damaged("its booster is none")
        require(bool(halves) or booster is not None, "it holds no learner")
        told = Surprise.of_arrays(arrays) if set(Surprise.FORM) <= set(arrays) else None
        return cls(halves, booster, told)


@algorithms.add("SurpriseLightGBM")
class SurpriseLightGBM(LightGBM):
    """LightGBM that also sees how odd a row is among normal ones, by detectors fitted on those alone.

    For attacks that training does not show, and for tables of which only a few anomalies are known. Its settings
    are LightGBM's.
    """

    name: ClassVar[str] = "SurpriseLightGBM"
    kinds: ClassVar[frozenset[ProblemKind]] = frozenset({ProblemKind.BINARY, ProblemKind.ANOMALY})
    learner: ClassVar[type[Learner]] = SurpriseLightGBMLearner
    reads_known: ClassVar[bool] = True

    def fit(  # type: ignore[override]
        self, train: Samples, valid: Samples | None, context: FitContext
    ) -> SurpriseLightGBMLearner:
        """Return detectors of the normal rows, and the booster of the best round on ``valid``."""
        normal = np.flatnonzero(train.target == 0)
        halves, told = _fitted_halves(train, normal, context)
        if context.kind is ProblemKind.ANOMALY and len(normal) == len(train.target):
            return SurpriseLightGBMLearner(halves or _whole(train, context), None, None)
        wide = replace(train, matrix=_widened(train.matrix, told))
        watched = valid
        if valid is not None:
            heard = _told(halves, valid.matrix, context.n_threads)
            watched = replace(valid, matrix=_widened(valid.matrix, heard))

        def whole(booster: LightGBMLearner) -> SurpriseLightGBMLearner:
            if context.kind is ProblemKind.BINARY:
                return SurpriseLightGBMLearner(halves, booster, None)
            usual = booster.predict(wide.matrix.rows(normal), context.n_threads)
            return SurpriseLightGBMLearner(halves, booster, Surprise.fit(_log_odds(usual)[:, 0]))

        looks = context.looks.through(whole)
        of_two = replace(context, kind=ProblemKind.BINARY, looks=looks)
        return whole(super().fit(wide, watched, of_two))


def _fitted_halves(
    train: Samples, normal: NDArray[np.int64], context: FitContext
) -> tuple[tuple[Half, ...], Array]:
    """Return the detectors of both halves, and what each training row hears of the half that it is not in."""
    if len(normal) < 2 * LEAST_ROWS:
        return (), np.empty((len(train.target), 0))
    mixed = np.random.default_rng(context.seed).permutation(normal)
    parts = [np.sort(part) for part in np.array_split(mixed, 2)]
    halves = tuple(_views(train.rows(part), context) for part in parts)
    each = [_of_half(half, train.matrix, context.n_threads) for half in halves]
    told = np.mean(each, axis=0)
    for own, other in ((0, 1), (1, 0)):
        told[parts[own]] = each[other][parts[own]]
    return halves, told


def _whole(train: Samples, context: FitContext) -> tuple[Half, ...]:
    return (_views(train, context),)


def _views(normal: Samples, context: FitContext) -> Half:
    # Rounds are the booster's; a forest that had as few trees would be another one on all rows.
    own = replace(context, kind=ProblemKind.ANOMALY, n_rounds=None)
    return tuple(algorithms.get(name)().fit(normal, None, own) for name in VIEWS)


def _of_half(half: Half, matrix: Matrix, n_threads: int) -> Array:
    return np.concatenate([learner.predict(matrix, n_threads) for learner in half], axis=1)


def _told(halves: tuple[Half, ...], matrix: Matrix, n_threads: int) -> Array:
    """Return what the detectors say, shape (n_rows, n_views), in nats; no columns without any."""
    if not halves:
        return np.empty((matrix.n_rows, 0))
    told: Array = np.mean([_of_half(half, matrix, n_threads) for half in halves], axis=0)
    return told


def _widened(matrix: Matrix, told: Array) -> Matrix:
    names = tuple(Feature(f"surprise.{v}", "surprise") for v in VIEWS[: told.shape[1]])
    return matrix.beside(told.astype(np.float32), names)


def _log_odds(probability: Array) -> Array:
    return np.asarray(logit(np.clip(probability, EDGE, 1.0 - EDGE)), np.float64)
