"""What goes on from an earlier run: its leaderboard, its rest, its model on other rows."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phantom_ml.automl.budget import Budget
from phantom_ml.automl.final_model.refit import refit_draft
from phantom_ml.automl.question.pose import pose
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import AutoMLConfig, ProblemKind
from phantom_ml.core.figures import get_metric_or_none
from phantom_ml.core.keeper import Keeper, keeper_of_refit, kinds_of, library_versions
from phantom_ml.core.result import AutoMLResult
from phantom_ml.core.training import DATA_FILE, METRIC_FILE, VALIDATION_FILE, go, posed
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.errors import BadSetting, StoreError
from phantom_ml.metrics.base import Metric
from phantom_ml.metrics.user_function import UserFunction, from_function
from phantom_ml.metrics.validation_scores import ValidationScores
from phantom_ml.model.checks import HELD_OUT
from phantom_ml.model.leaderboard import Leaderboard
from phantom_ml.model.manifest import Manifest
from phantom_ml.model.pipeline import Pipeline
from phantom_ml.model.signing import SigningKey
from phantom_ml.model.spec import ModelSpec
from phantom_ml.process.deadline import Deadline
from phantom_ml.progress import ProgressCallback
from phantom_ml.store.meant import LATEST
from phantom_ml.store.records import ExperimentRecord, ExperimentStatus, ExperimentView
from phantom_ml.store.store import Store

#: A resumed run gets at least this much, to ensemble and save what there is.
LEAST_SECONDS = 5.0


def leaderboard(store: Store, experiment_id: str) -> Leaderboard:
    """Return the ranked trials of an experiment; raises ExperimentNotFound."""
    record = store.experiment(experiment_id)
    if record.result is not None:
        return AutoMLResult.model_validate(record.result).leaderboard
    return Leaderboard.of(store.trials(record.id), _direction(record), record.id)


@dataclass(frozen=True)
class Direction:
    """What ranks a leaderboard: a metric's name and which way is up."""

    name: str
    greater_is_better: bool = True


def _direction(record: ExperimentRecord) -> Metric | Direction:
    known = get_metric_or_none(record.metric, ProblemKind(record.kind))
    # A user's own function is not kept; for it, more is better.
    return Direction(record.metric) if known is None else known


def experiments(store: Store) -> list[ExperimentView]:
    """Return all experiments, newest first; one whose process is gone has stopped, whatever it wrote last."""
    return [_seen(store, record) for record in store.experiments()]


def _seen(store: Store, record: ExperimentRecord) -> ExperimentView:
    known, status = dict(record), record.status
    if record.result is not None:
        known["best_score"] = record.result.get("best_score")
    else:
        best = next(iter(leaderboard(store, record.id)), None)
        known["best_score"] = None if best is None else best.score
    if status is ExperimentStatus.RUNNING and not store.is_at_work(record.id):
        known["status"] = status = ExperimentStatus.STOPPED
    over = status in (ExperimentStatus.RUNNING, ExperimentStatus.DONE)
    known["resumable"] = not over and (store.home / "runs" / record.id / DATA_FILE).exists()
    return ExperimentView(**known)


def _resumable(store: Store, given: str) -> ExperimentRecord:
    """Return the experiment that is meant; ``latest`` is the newest that can be gone on with."""
    # What is no text is no id; the store says so.
    if not isinstance(given, str) or given.lower() != LATEST:
        return store.experiment(given)
    found = next((e for e in experiments(store) if e.resumable), None)
    if found is None:
        raise StoreError(
            "No experiment has stopped with anything to go on with.",
            "Look at the experiments that there are, or train again.",
        )
    return found


def resume(
    store: Store,
    experiment_id: str,
    function: UserFunction | None,
    clock: Deadline,
    progress: ProgressCallback,
) -> AutoMLResult:
    """Go on with what a killed run left; its finished trials are not run again.

    ``function`` is the user's own metric, where one ranks the experiment; the clock started when the user asked.
    """
    known = _resumable(store, experiment_id).id
    with store.lock_experiment(known):
        return _resumed(store, store.experiment(known), function, clock, progress)


def _resumed(
    store: Store,
    record: ExperimentRecord,
    function: UserFunction | None,
    clock: Deadline,
    progress: ProgressCallback,
) -> AutoMLResult:
    folder = store.run_folder(record.id)
    if record.status == "done" or not (folder / DATA_FILE).exists():
        raise StoreError(
            f"The experiment {record.id!r} is {record.status.value} and has nothing to go on with.",
            "Look at its leaderboard, or train again.",
        )
    config = _asked_again(record, folder / METRIC_FILE, function)
    dataset = _kept(folder / DATA_FILE, record.data_name)
    validation = folder / VALIDATION_FILE
    given = _kept(validation, "") if validation.exists() else None
    problem, judge = posed(dataset, config, given)
    keeper = Keeper(
        store,
        SigningKey.load_or_create(store.keys_folder),
        record.id,
        config,
        problem,
        record.fingerprint,
        clock.start,
        record.seconds_used,
        library_versions(),
        judge,
        kinds_of(problem, dataset, config),
    )
    keeper.update("running", None)
    left = config.budget_seconds
    if left is not None:
        left = max(clock.elapsed() + LEAST_SECONDS, left - record.seconds_used)
        config = config.model_copy(update={"time_budget_seconds": left})
    return go(keeper, folder, Budget.of(config, clock), progress)


def _asked_again(
    record: ExperimentRecord, file: Path, function: UserFunction | None
) -> AutoMLConfig:
    """Return the question, with the user's own metric in its place; raises BadSetting without it."""
    config = AutoMLConfig.of(record.config)
    own = file.read_text() if file.exists() else None
    if own is None and function is not None:
        raise BadSetting(
            f"The experiment {record.id!r} is ranked by {record.metric!r}, and goes on by it.",
            "Leave optimization_metric out.",
        )
    if own is None:
        return config
    if function is None:
        raise BadSetting(
            f"The experiment {record.id!r} is ranked by the function {own!r}, which was not kept.",
            f"Give it again, in Python: resume({record.id!r}, optimization_metric={own}).",
        )
    given = from_function(function, ProblemKind(record.kind)).name
    if given != own:
        raise BadSetting(
            f"The experiment {record.id!r} is ranked by the function {own!r}, not by {given!r}.",
            "Give the same function: finished trials were scored by it.",
        )
    return config.model_copy(update={"optimization_metric": function})


def _kept(path: Any, name: str) -> Dataset:
    import polars as pl

    lazy = pl.scan_parquet(path)
    return Dataset(lazy, int(lazy.select(pl.len()).collect().item()), name)


def refit(
    store: Store, model_id: str, manifest: Manifest, pipeline: Pipeline, dataset: Dataset
) -> str:
    """Return the id of a model with the same members, weights and calibration, fitted on other rows."""
    spec = pipeline.spec
    config = _config_again(manifest, spec)
    problem = pose(dataset, config)
    keeper = keeper_of_refit(store, model_id, config, problem, dataset)
    file = store.model_folder(model_id) / HELD_OUT
    validation = ValidationScores.load(file) if file.exists() else None
    folder = store.stage()
    try:
        draft = refit_draft(
            problem, spec, manifest.card, Workspace(folder), pipeline.encoder, validation
        )
        return keeper.model(draft)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _config_again(manifest: Manifest, spec: ModelSpec) -> AutoMLConfig:
    """Return what was asked for, with the alert that was decided on: other rows may suggest another."""
    values = {**manifest.card["config"], "data_path": None}
    if spec.kind is ProblemKind.BINARY:
        values["positive_class"] = spec.classes[1]
    elif values.get("positive_class") is None:
        values["positive_class"] = manifest.card.get("odd_class")
    if get_metric_or_none(manifest.card["metric"], spec.kind) is None:
        values["optimization_metric"] = None
    return AutoMLConfig.of(values)
