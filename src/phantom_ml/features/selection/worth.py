"""What features gain in small boosted trees, against shuffled shadows.

A shadow is a feature with its rows shuffled: what it gains, chance gains. Source: Kursa & Rudnicki,
"Feature Selection with the Boruta Package", 2010, doi:10.18637/jss.v036.i11.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.selection.trees import PATIENCE, Fold, drawn, folds, judge

Array = NDArray[np.float64]
#: Shadows a fold; their best is what chance reaches.
N_SHADOWS = 20
#: More rows than this add seconds, not another order.
MAX_ROWS = 20_000


@dataclass(frozen=True)
class Worth:
    """What features are worth.

    Attributes
    ----------
    share : float64 array of shape (n_features,)
        Mean over the folds of the share of the gain; they sum to 1, or are all 0.
    spread : float64 array of shape (n_features,)
        Standard deviation over the folds.
    shadow : float
        Mean over the folds of the best shadow's share.
    above : bool array of shape (n_features,)
        Whether a feature gains more than the best shadow: on average, and in most of the folds.
    """

    share: Array
    spread: Array
    shadow: float
    above: NDArray[np.bool_]


def worth(samples: Samples, question: Question, seed: int = 0, patience: int = PATIENCE) -> Worth:
    """Return what each feature gains in boosted trees that stop when held-out rows no longer gain.

    Parameters
    ----------
    samples : Samples
        Feature values with answers, none of them fitted on its own row's answer.
    question : Question
        Of the same rows.
    seed : int
        Of the rows that are drawn, the folds and the shadows.
    patience : int
        For how many rounds trees may gain nothing.
    """
    rows, asked = drawn(samples, question, MAX_ROWS, seed)
    parted = folds(rows.target, asked, seed)
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as side_by_side:
        work = [
            side_by_side.submit(_fold_gain, rows, fold, asked, seed + i, patience)
            for i, fold in enumerate(parted)
        ]
        gains = [each.result() for each in work]
    shares = np.array([own / (own.sum() or 1.0) for own, _ in gains])
    shadows = np.array([best / (own.sum() or 1.0) for own, best in gains])
    share, shadow = shares.mean(axis=0), float(shadows.mean())
    often = (shares > shadows[:, None]).mean(axis=0) > 0.5
    return Worth(share, shares.std(axis=0), shadow, often & (share > shadow))


def _fold_gain(
    rows: Samples, fold: Fold, question: Question, seed: int, patience: int
) -> tuple[Array, float]:
    """Return each feature's gain, and that of the best shadow."""
    shadowed = Samples(_with_shadows(rows.matrix, seed), rows.target, rows.weight)
    gain = judge(shadowed, fold, question, seed, patience).gain
    n = len(rows.matrix.features)
    return gain[:n], float(gain[n:].max(initial=0.0))


def _with_shadows(matrix: Matrix, seed: int) -> Matrix:
    """Return the matrix with shuffled copies of some features to the right."""
    rng = np.random.default_rng(seed)
    n = len(matrix.features)
    chosen = rng.choice(n, N_SHADOWS, replace=n < N_SHADOWS)
    shadows = rng.permuted(matrix.values[:, chosen], axis=0)
    named = tuple(
        Feature(f"shadow.{i}", "", matrix.features[k].cardinality) for i, k in enumerate(chosen)
    )
    return Matrix(matrix.values, matrix.features).beside(shadows, named)
