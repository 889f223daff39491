"""A training from a configuration to a kept model: read, pose, run the engine, keep what it reports."""

from __future__ import annotations

import time
from pathlib import Path

from phantom_ml.automl.budget import Budget
from phantom_ml.automl.engine import run
from phantom_ml.automl.forecast.problem import ForecastProblem, pose_series
from phantom_ml.automl.forecast.search import run_forecast
from phantom_ml.automl.listener import Listener
from phantom_ml.automl.preparation.holdout import Holdout
from phantom_ml.automl.question.pose import pose
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.result import EngineResult
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import AutoMLConfig, ThresholdPolicy
from phantom_ml.core.judge import Judge
from phantom_ml.core.keeper import Keeper, kinds_of, library_versions
from phantom_ml.core.notes import UNMEASURED, alerts_none, few_attacks, late, not_forward
from phantom_ml.core.result import AutoMLResult
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.data.reading.fingerprint import fingerprint
from phantom_ml.errors import ConfigError, DataError, SearchError
from phantom_ml.metrics.thresholds import ThresholdTable, threshold_table
from phantom_ml.metrics.validation_scores import ValidationScores
from phantom_ml.model.checks import HELD_OUT
from phantom_ml.model.families import kept_families
from phantom_ml.model.leaderboard import Leaderboard
from phantom_ml.model.signing import SigningKey
from phantom_ml.process.deadline import Deadline
from phantom_ml.progress import ProgressCallback
from phantom_ml.store.store import Store
from phantom_ml.tasks.base import tasks

DATA_FILE = "data.parquet"
VALIDATION_FILE = "validation_data.parquet"
#: Holds the name of a user's own metric; the function itself cannot be kept.
METRIC_FILE = "own_metric.txt"
#: The same rows and settings would raise them again: there is nothing to go on with.
LASTING = (DataError, ConfigError, SearchError)


def train(
    store: Store,
    dataset: Dataset,
    config: AutoMLConfig,
    clock: Deadline,
    progress: ProgressCallback,
    validation: Dataset | None = None,
) -> AutoMLResult:
    """Train on a table and keep everything; the clock started when the user asked."""
    problem, judge = posed(dataset, config, validation)
    digest = fingerprint(dataset)
    record = store.create_experiment(
        config.model_dump(mode="json"),
        dataset.name,
        digest,
        problem.metric.name,
        problem.kind.value,
    )
    with store.lock_experiment(record.id):
        folder = store.run_folder(record.id)
        if problem.custom_metric:
            (folder / METRIC_FILE).write_text(problem.metric.name)
        if validation is not None:
            _snapshot(validation, folder / VALIDATION_FILE)
        # The last one: without it nothing is gone on with.
        _snapshot(dataset, folder / DATA_FILE)
        keeper = Keeper(
            store,
            SigningKey.load_or_create(store.keys_folder),
            record.id,
            config,
            problem,
            digest,
            clock.start,
            versions=library_versions(),
            judge=judge,
            known_kinds=kinds_of(problem, dataset, config),
        )
        tables = [dataset, *([] if validation is None else [validation])]
        notes = tuple(dict.fromkeys(note for table in tables for note in table.report.warnings))
        return go(keeper, folder, Budget.of(config, clock), progress, notes)


def posed(
    dataset: Dataset, config: AutoMLConfig, validation: Dataset | None
) -> tuple[Problem | ForecastProblem, Judge | None]:
    """Return what the engine is asked, and who judges its model on rows that the engine never sees."""
    if tasks.get(config.task_type).of_series:
        return pose_series(dataset, config, validation), None
    holdout = Holdout.of(pose(dataset, config, validation), config.seed)
    return holdout.development, Judge.of(holdout, dataset, config)


def _snapshot(dataset: Dataset, path: Path) -> None:
    """Keep the rows while the run lasts, so that it can be resumed whatever becomes of the source."""
    dataset.lazy.sink_parquet(path, compression="lz4", statistics=False)


def go(
    keeper: Keeper,
    folder: Path,
    budget: Budget,
    progress: ProgressCallback,
    warnings: tuple[str, ...] = (),
) -> AutoMLResult:
    """Run the engine in a run folder, keep what it reports, and return the result.

    The caller holds the lock of the experiment.
    """
    try:
        listener = Listener(progress, keeper.model, keeper.trial, keeper.finished)
        found = _searched(keeper, Workspace(folder), budget, listener)
    except BaseException as error:
        keeper.update("stopped" if isinstance(error, KeyboardInterrupt) else "failed", None)
        if isinstance(error, LASTING):
            keeper.store.clear_run(keeper.experiment_id)
        raise
    result = _result(keeper, found, warnings)
    keeper.update("done", result.to_dict())
    keeper.store.clear_run(keeper.experiment_id)
    return result


def _searched(
    keeper: Keeper, workspace: Workspace, budget: Budget, listener: Listener
) -> EngineResult:
    if isinstance(keeper.problem, ForecastProblem):
        return run_forecast(keeper.problem, keeper.config, workspace, budget, listener)
    return run(keeper.problem, keeper.config, workspace, budget, listener)


def _result(keeper: Keeper, found: EngineResult, warnings: tuple[str, ...]) -> AutoMLResult:
    metric, best = keeper.problem.metric, found.best
    model_id = best.model_id or ""
    seconds = keeper.used_before + time.monotonic() - keeper.started
    folder, threat = keeper.store.model_folder(model_id), keeper.threat
    unmeasured = () if keeper.judge is None else (UNMEASURED,)
    told = unmeasured if threat is None else threat.warnings
    thresholds = thresholds_of(folder, keeper.problem.policy)
    return AutoMLResult(
        model_id=model_id,
        experiment_id=keeper.experiment_id,
        best_algorithm=best.algorithm,
        best_score=best.score,
        metric=metric.name,
        feature_importance=found.draft.facts.get("importance", {}),
        families=kept_families(found.draft.facts),
        training_time_seconds=seconds,
        leaderboard=Leaderboard.of(found.trials, metric, keeper.experiment_id),
        thresholds=thresholds,
        validation=found.validation,
        warnings=(
            *warnings,
            *found.warnings,
            *not_forward(found.validation),
            *alerts_none(thresholds, threat),
            *few_attacks(keeper.config.task_type, thresholds),
            *told,
            *late(seconds, keeper.config.budget_seconds),
        ),
        members=best.members,
        threat=threat,
        series=keeper.problem.facts if isinstance(keeper.problem, ForecastProblem) else None,
    )


def thresholds_of(folder: Path, policy: ThresholdPolicy | None) -> ThresholdTable | None:
    """Return the threshold table of a kept model, None unless it has two classes."""
    file = folder / HELD_OUT
    if not file.exists():
        return None
    return threshold_table(ValidationScores.load(file), policy)
