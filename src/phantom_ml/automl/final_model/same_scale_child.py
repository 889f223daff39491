"""What runs after the last fits of detectors: what a fold's fits and the served ones say of the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms.base import load_learner
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.data.matrix import Matrix, Rows
from phantom_ml.model.combine import mean_of

Array = NDArray[np.float64]
#: Rows of a fold that are scored, at most: ten of them are what one in 1,000 is.
MAX_ROWS = 10_000


def compare(payload: dict[str, Any]) -> dict[str, Any]:
    """Write the scores of each fold's training rows; called by the supervised child."""
    workspace = Workspace(Path(payload["workspace"]))
    samples, folder = workspace.samples(), workspace.folder / "compared"
    own = [Path(path) for path in payload["own"]]
    served = [[Path(path) for path in paths] for paths in payload["served"]]
    for name in payload["folds"]:
        matrix = samples.rows(_sample(workspace.fold(name).train)).matrix
        fits = ([[path / name] for path in own], served)
        said = [_said(each, matrix, payload["n_threads"]) for each in fits]
        np.save(folder / f"{name}.npy", np.stack(said))
    return {}


def _said(members: Sequence[Sequence[Path]], matrix: Matrix, n_threads: int) -> Array:
    """Return what each member says, shape (n_members, n_rows): the mean of its learners."""
    said = [
        mean_of([load_learner(path).predict(matrix, n_threads) for path in paths])
        for paths in members
    ]
    return np.stack([each[:, 0] for each in said])


def _sample(rows: Rows) -> Rows:
    if len(rows) <= MAX_ROWS:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, MAX_ROWS, replace=False))
