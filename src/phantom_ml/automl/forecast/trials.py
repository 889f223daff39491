"""Forecasters in children: started with limits, collected as data, whatever became of them."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from phantom_ml.automl.forecast.child import AHEAD, load_forecast
from phantom_ml.automl.forecast.problem import ForecastProblem
from phantom_ml.automl.trials.children import GRACE_SECONDS
from phantom_ml.automl.trials.room import Room
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.forecasters.base import Forecast, forecasters
from phantom_ml.forecasters.evaluation.backtest import LEAST_VALUES, Window
from phantom_ml.forecasters.evaluation.measures import BESIDE, Error
from phantom_ml.model.forecast import SERIES
from phantom_ml.model.trial import Trial, TrialStatus
from phantom_ml.process.child import Child, start_child
from phantom_ml.process.deadline import Deadline
from phantom_ml.process.outcome import RESULT_FILE, Limits, Outcome, OutcomeStatus
from phantom_ml.wording import counted

FIT = "phantom_ml.automl.forecast.child:fit_forecaster"
SAVED = "trial.json"


@dataclass(frozen=True)
class Running:
    """A forecaster whose child is at work."""

    number: int
    name: str
    child: Child


@dataclass(frozen=True)
class Tested:
    """A forecaster that ended.

    Attributes
    ----------
    trial : Trial
    folder : Path
        Holds its forecast of each window, and its model.
    told : tuple of Forecast
        One a window; none where it failed.
    """

    trial: Trial
    folder: Path
    told: tuple[Forecast, ...] = ()

    @property
    def ahead(self) -> Forecast:
        """Return what its model says of the steps after the whole history."""
        return load_forecast(self.folder / AHEAD)

    @property
    def looks_at(self) -> dict[str, float]:
        """Return how much it looks at each raw column, summing to 1."""
        return dict(json.loads((self.folder / RESULT_FILE).read_text())["looks_at"])

    @property
    def works(self) -> bool:
        """Return whether it has a model."""
        return self.trial.status is TrialStatus.DONE

    def save(self) -> None:
        """Write what a resumed run has to know."""
        draft = self.folder / "trial.draft"
        draft.write_text(json.dumps(self.trial.model_dump(mode="json")))
        draft.replace(self.folder / SAVED)


def start(
    problem: ForecastProblem,
    workspace: Workspace,
    room: Room,
    number: int,
    name: str,
    end: Deadline,
) -> Running:
    """Start a forecaster in a child of its own, ended a little after its deadline."""
    folder = workspace.trial_folder(number)
    payload = payload_of(problem, workspace, name, folder, end) | {"n_threads": room.n_threads}
    limits = Limits(end.sooner(-GRACE_SECONDS), room.memory_mb, room.n_threads)
    return Running(number, name, start_child(FIT, payload, folder, limits))


def payload_of(
    problem: ForecastProblem, workspace: Workspace, name: str, out: Path, end: Deadline
) -> dict[str, Any]:
    """Return what a forecaster's child is told."""
    context = problem.context
    return {
        "series": str(workspace.folder / SERIES),
        "out": str(out),
        "forecaster": name,
        "settings": {},
        "horizon": context.horizon,
        "levels": list(context.levels),
        "n_windows": problem.n_windows,
        "seed": context.seed,
        "n_threads": 1,
        "deadline": end.at if math.isfinite(end.at) else None,
    }


def collect(
    running: Running, outcome: Outcome, problem: ForecastProblem, windows: Sequence[Window]
) -> Tested:
    """Return what came of a forecaster; a fault of any kind is a FAILED trial with its reason."""
    folder, result = running.child.folder, outcome.result
    trial = Trial(
        number=running.number,
        algorithm=running.name,
        settings=forecasters.get(running.name)().model_dump(mode="json"),
        seed=problem.context.seed,
        n_rows=problem.n_rows,
        seconds=outcome.seconds,
        peak_memory_mb=round(outcome.peak_memory_mb, 1),
    )
    if outcome.status is not OutcomeStatus.OK:
        failed = {"status": TrialStatus.FAILED, "reason": outcome.reason}
        return Tested(trial.model_copy(update=failed), folder)
    told = _told(folder, len(windows))
    scored = scores(problem, windows, told)
    reason = " ".join([*result["notes"], str(scored["reason"])]).strip()
    known = {"predict_us_per_row": result["predict_us"], "reason": reason}
    return Tested(trial.model_copy(update=scored | known), folder, told)


def scores(
    problem: ForecastProblem, windows: Sequence[Window], told: Sequence[Forecast]
) -> dict[str, object]:
    """Return the fields of a trial that tell how good its forecasts of the windows are."""
    own = _errors(problem.metric.error, windows, told)
    beside = {name: _mean(_errors(e, windows, told)) for name, e in BESIDE.items()}
    del beside[problem.metric.name]
    score = _mean(own)
    return {
        "score": score,
        "reason": _why_unscored(problem, windows) if score is None else "",
        "fold_scores": tuple(e for e in own if math.isfinite(e)),
        "other_scores": {name: e for name, e in beside.items() if e is not None},
    }


def _why_unscored(problem: ForecastProblem, windows: Sequence[Window]) -> str:
    """Return why forecasts of the windows have no score, in words."""
    name, horizon = problem.metric.name, problem.context.horizon
    if windows:
        return (
            f"No {name} can be told: the history repeats without a change, so that a seasonal naive forecast has "
            "no error to compare with, or no value came in the windows of the back-test. rmse or mae may tell "
            "more."
        )
    longest, least = int(problem.series.lengths.max()), horizon + LEAST_VALUES
    return (
        f"It was not tested: the longest series has {counted(longest, 'step')}, and a back-test of "
        f"{counted(horizon, 'step')} ahead needs {least:,} at least. Give a longer history or a shorter horizon."
    )


def _errors(error: Error, windows: Sequence[Window], told: Sequence[Forecast]) -> list[float]:
    return [error(w, f) for w, f in zip(windows, told, strict=True)]


def _mean(errors: Sequence[float]) -> float | None:
    known = [e for e in errors if math.isfinite(e)]
    return float(np.mean(known)) if known else None


def recalled(workspace: Workspace, n_windows: int) -> list[Tested]:
    """Return the forecasters that an earlier, killed run finished, by number."""
    found = []
    for file in sorted((workspace.folder / "trials").glob(f"*/{SAVED}")):
        trial = Trial.model_validate_json(file.read_text())
        works = trial.status is TrialStatus.DONE
        found.append(Tested(trial, file.parent, _told(file.parent, n_windows) if works else ()))
    return found


def _told(folder: Path, n_windows: int) -> tuple[Forecast, ...]:
    return tuple(load_forecast(folder / f"{number}.npz") for number in range(n_windows))
