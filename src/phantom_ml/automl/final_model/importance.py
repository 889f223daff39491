"""What the finished model looks at: its members' own word, and what shuffling a raw column costs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from phantom_ml.automl.ensemble.mixture import Mixture
from phantom_ml.automl.trials.children import Finished
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.data.matrix import ALL_TEXT
from phantom_ml.errors import listed
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fold_fitted import FoldFitted
from phantom_ml.process.child import Child, start_child
from phantom_ml.process.outcome import Limits
from phantom_ml.wording import counted

MEASURE = "phantom_ml.automl.final_model.importance_child:measure"
#: Seconds after which a child that did not stop is ended.
GRACE = 0.3

Members = Mapping[int, Finished]


def own_importance(workspace: Workspace, members: Members, mixture: Mixture) -> dict[str, float]:
    """Return the members' own importance by raw column, weighted as they are, greatest first."""
    features = [f.source for f in workspace.samples("golden").matrix.features]
    fold = next(iter(members.values())).folds_done[0]
    text = _text_source(workspace)
    fitted = FoldFitted.load(workspace.side_folder(fold))
    added = [f.source for f in fitted.sourced(text)]
    total = dict.fromkeys(dict.fromkeys([*features, *added]), 0.0)
    for i, finished in members.items():
        file = finished.folder / "importance.npy"
        if file.exists():
            for source, share in zip([*features, *added], np.load(file), strict=False):
                total[source] += abs(mixture.weights[i]) * float(share)
    whole = sum(total.values()) or 1.0
    return dict(sorted(((k, v / whole) for k, v in total.items()), key=lambda kv: -kv[1]))


def _text_source(workspace: Workspace) -> str:
    texts = Encoder.load(workspace.folder / "encoder").text_columns
    return texts[0] if len(texts) == 1 else ALL_TEXT


def start_shuffling(
    workspace: Workspace, members: Members, mixture: Mixture, columns: list[str], limits: Limits
) -> Child:
    """Start a child that measures permutation importance on one fold's held-out rows.

    It stops by itself at the deadline of ``limits`` and is ended a moment later.
    """
    fold = next(iter(members.values())).folds_done[-1]
    folder = workspace.folder / "importance"
    folder.mkdir(exist_ok=True)
    end = limits.deadline
    payload: dict[str, Any] = {
        "workspace": str(workspace.folder),
        "fold": fold,
        "learners": [str(f.folder / fold) for f in members.values()],
        "weights": list(mixture.weights.values()),
        "combination": mixture.combination,
        "intercept": mixture.intercept,
        "columns": columns,
        "text_source": _text_source(workspace),
        "deadline": end.at if np.isfinite(end.at) else None,
        "seed": 0,
    }
    return start_child(MEASURE, payload, folder, replace(limits, deadline=end.sooner(-GRACE)))


def drops_of(child: Child) -> dict[str, list[float]]:
    """Return what the child measured; nothing where it did not come to an end."""
    outcome = None
    while outcome is None:
        outcome = child.wait(1.0)
    drops: dict[str, list[float]] = outcome.result.get("drops", {})
    return drops


def told_importance(
    own: Mapping[str, float], drops: Mapping[str, Sequence[float]]
) -> dict[str, float]:
    """Return the members' own importance; where they have none, as detectors, what shuffling cost.

    Empty where that is not known of every column: shares of the others would not be shares of the whole.

    Examples
    --------
    >>> told_importance({"url": 0.0, "size": 0.0}, {"url": [0.3, 0.1], "size": [-0.1, 0.1]})
    {'url': 1.0, 'size': 0.0}
    >>> told_importance({"url": 0.0, "size": 0.0}, {"url": [0.3, 0.1]})
    {}
    """
    if any(own.values()):
        return dict(own)
    lost = {column: max(0.0, float(drop[0])) for column, drop in drops.items()}
    whole = sum(lost.values())
    if not whole or not lost.keys() >= own.keys():
        return {}
    return dict(sorted(((c, v / whole) for c, v in lost.items()), key=lambda cv: -cv[1]))


def not_measured(
    own: Mapping[str, float], drops: Mapping[str, Sequence[float]], *, timed: bool
) -> list[str]:
    """Return why it is not known what a model looks at; nothing where it is.

    Parameters
    ----------
    own, drops : mapping
        As of ``told_importance``.
    timed : bool
        Whether the time of the training was limited.

    Examples
    --------
    >>> not_measured({"url": 0.0, "size": 0.0}, {"url": [0.3, 0.1]}, timed=True)
    ["It was not measured what the model looks at: there was no time to shuffle 1 of 2 columns ('size')."]
    """
    if not own or told_importance(own, drops):
        return []
    left = [column for column in own if column not in drops]
    if not left:
        return [
            "It is not known what the model looks at: to shuffle a column alone cost it nothing."
        ]
    names = f"{len(left):,} of {counted(len(own), 'column')} ({listed(left)})"
    why = f"there was no time to shuffle {names}" if timed else f"shuffling told nothing of {names}"
    return [f"It was not measured what the model looks at: {why}."]
