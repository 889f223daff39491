"""Which features are worth their place: gain in small boosted trees, against shuffled shadows.

A shadow is a feature with its rows shuffled: what it gains, chance gains. Source: Kursa & Rudnicki,
"Feature Selection with the Boruta Package", 2010, doi:10.18637/jss.v036.i11.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Matrix, Rows, Samples

Array = NDArray[np.float64]
N_FOLDS = 3
#: Shadows a fold; their best is what chance reaches.
N_SHADOWS = 20
#: More rows than this add seconds, not another order.
MAX_ROWS = 20_000
ROUNDS, PATIENCE = 80, 8
#: Two threads on a busy machine wait for each other: measured 20 times slower than one.
N_THREADS = 1


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
    """

    share: Array
    spread: Array
    shadow: float


def worth(samples: Samples, kind: ProblemKind, n_classes: int, seed: int = 0) -> Worth:
    """Return what each feature gains in boosted trees that stop when held-out rows no longer gain.

    Parameters
    ----------
    samples : Samples
        Feature values with answers, none of them fitted on its own row's answer.
    kind, n_classes
        The problem.
    seed : int
        Of the rows that are drawn, the folds and the shadows.
    """
    rng = np.random.default_rng(seed)
    rows = _drawn(samples, rng)
    fold = _folds(rows.target, kind, rng)
    gains = [_fold_gain(rows, fold == i, kind, n_classes, seed + i) for i in range(N_FOLDS)]
    shares = np.array([own / (own.sum() or 1.0) for own, _ in gains])
    shadows = [best / (own.sum() or 1.0) for own, best in gains]
    return Worth(shares.mean(axis=0), shares.std(axis=0), float(np.mean(shadows)))


def _drawn(samples: Samples, rng: np.random.Generator) -> Samples:
    n = samples.matrix.n_rows
    if n <= MAX_ROWS:
        return samples
    return samples.rows(np.sort(rng.choice(n, MAX_ROWS, replace=False)))


def _folds(target: Any, kind: ProblemKind, rng: np.random.Generator) -> Rows:
    """Return a fold a row; each class (or range of values) is dealt out evenly."""
    order = rng.permutation(len(target))
    order = order[np.argsort(target[order], kind="stable")]
    fold = np.empty(len(target), np.int64)
    fold[order] = np.arange(len(target)) % N_FOLDS
    return fold


def _fold_gain(
    rows: Samples, held_out: NDArray[np.bool_], kind: ProblemKind, n_classes: int, seed: int
) -> tuple[Array, float]:
    """Return each feature's gain, and that of the best shadow."""
    import lightgbm

    values, categorical = _with_shadows(rows.matrix, seed)
    options = {"categorical_feature": categorical, "free_raw_data": False}
    train = lightgbm.Dataset(values[~held_out], rows.target[~held_out], params=_BINNING, **options)
    valid = lightgbm.Dataset(values[held_out], rows.target[held_out], reference=train, **options)
    booster = lightgbm.train(
        _parameters(kind, n_classes, seed, int((~held_out).sum())),
        train,
        ROUNDS,
        valid_sets=[valid],
        callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
    )
    best = booster.best_iteration or None
    gain = np.asarray(booster.feature_importance("gain", iteration=best), np.float64)
    n = len(rows.matrix.features)
    return gain[:n], float(gain[n:].max(initial=0.0))


def _with_shadows(matrix: Matrix, seed: int) -> tuple[NDArray[np.float32], list[int]]:
    """Return the values with shuffled copies of some features to the right."""
    rng = np.random.default_rng(seed)
    n = len(matrix.features)
    chosen = rng.choice(n, N_SHADOWS, replace=n < N_SHADOWS)
    shadows = rng.permuted(matrix.values[:, chosen], axis=0)
    categorical = set(matrix.categorical)
    copies = [n + i for i, k in enumerate(chosen) if int(k) in categorical]
    return np.concatenate([matrix.values, shadows], axis=1), [*matrix.categorical, *copies]


_BINNING = {"verbose": -1, "max_bin": 63, "feature_pre_filter": False, "num_threads": N_THREADS}
_OBJECTIVES = {
    ProblemKind.BINARY: "binary",
    ProblemKind.MULTICLASS: "multiclass",
    ProblemKind.REGRESSION: "regression",
}


def _parameters(kind: ProblemKind, n_classes: int, seed: int, n_rows: int) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        **_BINNING,
        "objective": _OBJECTIVES[kind],
        "num_leaves": 15,
        "learning_rate": 0.15,
        "min_data_in_leaf": int(np.clip(n_rows // 50, 2, 20)),
        "feature_fraction": 0.5,
        "cat_smooth": 20.0,
        "seed": seed,
        "deterministic": True,
    }
    return parameters | ({"num_class": n_classes} if kind is ProblemKind.MULTICLASS else {})
