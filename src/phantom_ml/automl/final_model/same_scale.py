"""Held-out scores of detectors on the scale of the served model.

A surprise is counted among the rows that a detector was fitted on. The rows that measure are the newest, the
fits that they measure saw only the others: a burst of odd rows in the older part is a larger share of what these
saw than of all rows, and everything usual is less of a surprise to them than to the served model. So a fit's nats
are told as those that the served model has for the rows that the fit learned from, at the same share of them
(quantile mapping). Both learned from these rows; on others both say more.

Source of a map between scales by the ranks of the same objects: Kolen & Brennan, "Test Equating, Scaling,
and Linking", 2014, doi:10.1007/978-1-4939-0317-7 (equipercentile equating, single group).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.automl.ensemble.consensus import KNOWN_MEMBERS
from phantom_ml.automl.ensemble.mixture import Mixture
from phantom_ml.automl.ensemble.on_all_rows import ALL
from phantom_ml.automl.trials.children import Finished
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.model.combine import combine
from phantom_ml.process.child import start_child
from phantom_ml.process.outcome import Limits, OutcomeStatus

Array = NDArray[np.float64]
Members = Mapping[int, Finished]

COMPARE = "phantom_ml.automl.final_model.same_scale_child:compare"
NOT_COMPARED = (
    "The line of alert was cut on what fits on halves of the rows said: it was not measured how the served "
    "model scores the same rows ({why}), so it may alert more or fewer rows than were asked for."
)


def equated(scores: Array, own: Array, other: Array) -> Array:
    """Return scores of one model on the scale of another that scored some of the same rows.

    Beyond the highest row in common a score is as far above it as it was.

    Parameters
    ----------
    scores : float64 array of shape (n_scores,)
        Of any rows, by the first model.
    own, other : float64 arrays of shape (n_rows,)
        Of the rows in common, by the first and by the other; at least one row.

    Returns
    -------
    float64 array of shape (n_scores,)
        Rises with ``scores``.

    Examples
    --------
    >>> own, other = np.array([0.0, 1.0, 2.0]), np.array([4.0, 2.0, 0.0])
    >>> equated(np.array([0.5, 2.0, 2.5]), own, other)
    array([1. , 4. , 4.5])
    """
    values, first, counts = np.unique(np.sort(own), return_index=True, return_counts=True)
    # Rows that tie have the mean of their places, which by rounding could be a hair below the one before.
    told = np.maximum.accumulate(np.add.reduceat(np.sort(other), first) / counts)
    return np.asarray(np.interp(scores, values, told) + np.maximum(scores - values[-1], 0.0))


def on_scale_of_served(
    workspace: Workspace, members: Members, mixture: Mixture, compared: Path
) -> Array:
    """Return what the members together said of held-out rows, each as its served fit would have told it.

    Parameters
    ----------
    workspace : Workspace
    members : mapping
        Those that have held-out predictions.
    mixture : Mixture
    compared : Path
        What ``compare_scales`` left.

    Returns
    -------
    float64 array of shape (n_held_out, 1)
        One fold after the other.
    """
    folds = next(iter(members.values())).folds_done
    common = [np.load(compared / f"{name}.npy") for name in folds]
    ends = np.cumsum([len(workspace.fold(name).valid) for name in folds])[:-1]
    said = []
    for place, member in enumerate(members.values()):
        parts = np.split(np.asarray(member.prediction)[:, 0], ends)
        # What learned the answers of its own rows says other things of them than of any others.
        if member.trial.algorithm not in KNOWN_MEMBERS:
            parts = [equated(p, *both[:, place]) for p, both in zip(parts, common, strict=True)]
        said.append(np.concatenate(parts)[:, None])
    return combine(said, list(mixture.weights.values()), mixture.combination, mixture.intercept)


def compare_scales(
    workspace: Workspace, members: Members, refitted: Mapping[int, Finished], limits: Limits
) -> tuple[Path | None, str]:
    """Score the rows that each fold learned from by the members' fits of it and by those that are served.

    Returns
    -------
    compared : Path or None
        A folder of one file a fold, float64 of shape (2, n_members, n_rows); None where it did not come to an end.
    why : str
        Why not, in words; empty where it did.
    """
    folder = workspace.folder / "compared"
    folder.mkdir(exist_ok=True)
    own = [f.folder for f in members.values()]
    served = [_served(f, refitted.get(f.trial.number)) for f in members.values()]
    payload: dict[str, Any] = {
        "workspace": str(workspace.folder),
        "folds": list(next(iter(members.values())).folds_done),
        "own": [str(path) for path in own],
        "served": [[str(path) for path in paths] for paths in served],
        "n_threads": limits.n_threads,
    }
    child, outcome = start_child(COMPARE, payload, folder, limits), None
    while outcome is None:
        outcome = child.wait(1.0)
    return (folder, "") if outcome.status is OutcomeStatus.OK else (None, outcome.reason)


def _served(member: Finished, refitted: Finished | None) -> list[Path]:
    """Return where the learners lie that speak for a member in the served model."""
    if refitted is not None:
        return [refitted.folder / ALL]
    return [member.folder / fold for fold in member.serving]
