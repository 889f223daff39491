"""A blend of forecasters as a folder of parts, before it is signed and kept."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

import numpy as np

from phantom_ml.automl.forecast.child import MODEL
from phantom_ml.automl.forecast.problem import ForecastProblem
from phantom_ml.automl.forecast.trials import Tested
from phantom_ml.automl.trials.draft import Draft, link_tree
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.forecasters.evaluation.blend import blended
from phantom_ml.forecasters.uncertainty.stretch import stretched
from phantom_ml.model.forecast import GOLDEN, SERIES, golden_of
from phantom_ml.model.forecast_spec import ForecastMember, ForecastSpec
from phantom_ml.model.trial import Trial


def draft_of(
    problem: ForecastProblem,
    workspace: Workspace,
    members: Sequence[tuple[Tested, float]],
    trial: Trial,
    *,
    stretch: tuple[float, ...] = (),
    is_finished: bool = False,
) -> Draft:
    """Return the draft of weighted members; its parts are hard links. A finished model is told by its card."""
    folder = workspace.folder / "drafts" / f"{trial.number:05d}"
    if folder.exists():
        shutil.rmtree(folder)
    link_tree(workspace.folder / SERIES, folder / SERIES)
    for tested, _ in members:
        link_tree(tested.folder / MODEL, folder / _place(tested))
    weights = {t.trial.algorithm: weight for t, weight in members}
    ahead = blended({t.trial.algorithm: t.ahead for t, _ in members}, weights)
    ahead = stretched(ahead, stretch)
    golden = folder / GOLDEN
    golden.parent.mkdir(parents=True)
    np.save(golden, golden_of(ahead))
    spec = ForecastSpec(
        target=problem.series.target,
        horizon=problem.context.horizon,
        levels=problem.context.levels,
        members=tuple(
            ForecastMember(forecaster=t.trial.algorithm, weight=weight, folder=_place(t))
            for t, weight in members
        ),
        stretch=stretch,
    )
    facts = _facts(problem, members)
    return Draft(folder, spec, trial, facts | ({"is_finished": True} if is_finished else {}))


def _place(tested: Tested) -> str:
    return f"members/{tested.trial.algorithm}"


def _facts(problem: ForecastProblem, members: Sequence[tuple[Tested, float]]) -> dict[str, object]:
    importance: dict[str, float] = {}
    for tested, weight in members:
        for column, share in tested.looks_at.items():
            importance[column] = importance.get(column, 0.0) + weight * share
    series = problem.series
    return {
        "importance": dict(sorted(importance.items(), key=lambda item: -item[1])),
        "weights": {t.trial.algorithm: weight for t, weight in members},
        "n_series": series.n_series,
        "season": series.season,
        "frequency": series.frequency.text,
    }
