"""A training from a configuration to a kept model: read, pose, run the engine, keep what it reports."""

from __future__ import annotations

import platform
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from phantom_ml.automl.budget import Budget
from phantom_ml.automl.engine import run
from phantom_ml.automl.forecast.problem import ForecastProblem, pose_series
from phantom_ml.automl.forecast.search import run_forecast
from phantom_ml.automl.listener import Listener
from phantom_ml.automl.preparation.holdout import Holdout
from phantom_ml.automl.question.pose import pose
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.result import EngineResult
from phantom_ml.automl.trials.draft import Draft
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import AutoMLConfig, AutoMLTaskType, ProblemKind, ThresholdPolicy
from phantom_ml.core.judge import Judge
from phantom_ml.core.kinds import KNOWN_KINDS, THREAT, kinds_of_known, learned_kinds, rate
from phantom_ml.core.result import AutoMLResult
from phantom_ml.core.threat import ThreatReport
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.data.reading.fingerprint import fingerprint
from phantom_ml.data.splits import NOT_FORWARD
from phantom_ml.errors import ConfigError, DataError, SearchError
from phantom_ml.metrics.threshold_claims import way_out
from phantom_ml.metrics.thresholds import ThresholdTable, threshold_table
from phantom_ml.metrics.validation_scores import ValidationScores
from phantom_ml.model.bundle import seal
from phantom_ml.model.checks import HELD_OUT
from phantom_ml.model.families import kept_families
from phantom_ml.model.leaderboard import Leaderboard
from phantom_ml.model.signing import SigningKey
from phantom_ml.model.trial import Trial
from phantom_ml.process.deadline import Deadline
from phantom_ml.progress import ProgressCallback
from phantom_ml.store.store import Store
from phantom_ml.tasks.base import tasks
from phantom_ml.wording import counted

LIBRARIES = (
    "phantom-ml",
    "numpy",
    "scipy",
    "polars",
    "scikit-learn",
    "lightgbm",
    "xgboost-cpu",
    "catboost",
)
DATA_FILE = "data.parquet"
VALIDATION_FILE = "validation_data.parquet"
#: Holds the name of a user's own metric; the function itself cannot be kept.
METRIC_FILE = "own_metric.txt"
#: The same rows and settings would raise them again: there is nothing to go on with.
LASTING = (DataError, ConfigError, SearchError)
#: What to say where a person did not wait for the test part.
UNMEASURED = "The test part was not measured: that was interrupted."
#: Of fewer held-out attacks a threat training says that its choice rests on them.
FEW_ATTACKS = 5
#: How much later than its budget a training may end without a word.
LATE_SECONDS, LATE_SHARE = 1.0, 0.02


@dataclass
class Keeper:
    """Takes what the engine reports and puts it into the store."""

    store: Store
    key: SigningKey
    #: Empty for a model that was made elsewhere.
    experiment_id: str
    config: AutoMLConfig
    problem: Problem | ForecastProblem
    fingerprint: str
    started: float
    used_before: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)
    judge: Judge | None = None
    #: The kinds of attack in the rows that are learned from, where a column tells them.
    known_kinds: tuple[str, ...] = ()
    #: What the judge said of the finished model, once there is one.
    threat: ThreatReport | None = None

    def finished(self, draft: Draft) -> str:
        """Keep the finished model, and in its card what the judge says of it; return its id."""
        if self.judge is not None:
            try:
                self.threat = self.judge.report(draft)
            except KeyboardInterrupt:
                # To stop keeps the best.
                self.threat = None
        if self.threat is None:
            return self.model(draft)
        facts = {**draft.facts, THREAT: self.threat.model_dump(mode="json")}
        return self.model(replace(draft, facts=facts))

    def model(self, draft: Draft) -> str:
        """Sign a draft, keep it, and return its id."""
        created = datetime.now(UTC).isoformat(timespec="milliseconds")
        spec = draft.spec.model_dump(mode="json")
        manifest = seal(draft.folder, spec, self.card(draft), self.key, created)
        staged = self.store.stage()
        staged.rmdir()
        draft.folder.rename(staged)
        return self.store.publish(staged, self.experiment_id or None, manifest)

    def card(self, draft: Draft) -> dict[str, Any]:
        """Return what is told about a model: how it was made, from what, and how good it was."""
        trial = draft.trial
        return {
            **draft.facts,
            "algorithm": trial.algorithm,
            "metric": self.problem.metric.name,
            "greater_is_better": self.problem.metric.greater_is_better,
            "score": trial.score,
            "trial": trial.model_dump(mode="json", exclude={"model_id"}),
            "experiment_id": self.experiment_id,
            "config": self.config.model_dump(mode="json"),
            "data_fingerprint": self.fingerprint,
            "n_rows": self.problem.n_rows,
            "odd_class": self.problem.odd_class,
            **({KNOWN_KINDS: list(self.known_kinds)} if self.known_kinds else {}),
            "versions": self.versions,
        }

    def trial(self, trial: Trial) -> None:
        """Keep a row of the leaderboard, and the time that was used."""
        self.store.add_trial(self.experiment_id, trial)
        self.update("running", None)

    def update(self, status: Any, result: dict[str, Any] | None) -> None:
        """Write how the experiment stands."""
        used = self.used_before + time.monotonic() - self.started
        self.store.update_experiment(
            self.experiment_id, status=status, result=result, seconds_used=used
        )


def keeper_of_refit(
    store: Store,
    model_id: str,
    config: AutoMLConfig,
    problem: Problem | ForecastProblem,
    dataset: Dataset,
) -> Keeper:
    """Return who keeps a model that is fitted again, beside the one that it comes from."""
    return Keeper(
        store,
        SigningKey.load_or_create(store.keys_folder),
        store.model(model_id).experiment_id or "",
        config,
        problem,
        fingerprint(dataset),
        time.monotonic(),
        versions=library_versions(),
        known_kinds=kinds_of(problem, dataset, config),
    )


def kinds_of(
    problem: Problem | ForecastProblem, dataset: Dataset, config: AutoMLConfig
) -> tuple[str, ...]:
    """Return the kinds of attack that a model of a problem learns from; a series has none."""
    if isinstance(problem, ForecastProblem):
        return ()
    if problem.kind is ProblemKind.ANOMALY:
        return kinds_of_known(problem, dataset, config)
    return learned_kinds(problem, dataset, config.task_settings.type_column)


def library_versions() -> dict[str, str]:
    """Return the versions that a model was made with."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


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
            *_not_forward(found.validation),
            *_alerts_none(thresholds, threat),
            *_few_attacks(keeper.config.task_type, thresholds),
            *told,
            *_late(seconds, keeper.config.budget_seconds),
        ),
        members=best.members,
        threat=threat,
        series=keeper.problem.facts if isinstance(keeper.problem, ForecastProblem) else None,
    )


def _not_forward(validation: str) -> tuple[str, ...]:
    """Return what to say where rows have a time, and yet were not validated forward in it."""
    if NOT_FORWARD not in validation:
        return ()
    return (
        "Held-out rows are not later than those that were learned from: their figures say little of what comes "
        "next. How rows were dealt stands beside the score.",
    )


def _alerts_none(
    thresholds: ThresholdTable | None, threat: ThreatReport | None = None
) -> tuple[str, ...]:
    """Return what to do about a line of alert that no held-out row reaches.

    Where rows of the test part reach it, these tell how much the model alerts; where they break its promise,
    nothing is said that would let it alert more.
    """
    line = None if thresholds is None else thresholds.current
    if line is None or line.policy is None or not line.alerts_none:
        return ()
    way = way_out(line.policy)
    if not way:
        return ()
    if threat is None or threat.threshold.alerts_none:
        return (f"{line.note} The model as it is alerts next to nothing. {way}",)
    of, is_broken = threat.threshold, threat.promise is not None and threat.promise.kept is False
    seen = f"{rate(of.fpr)} of benign rows and {rate(of.recall)} of threats are"
    return (f"{line.note} In the test part {seen}.{'' if is_broken else f' {way}'}",)


def _few_attacks(task: AutoMLTaskType, thresholds: ThresholdTable | None) -> tuple[str, ...]:
    """Return what to say where so few attacks were held out that chance may have chosen the model."""
    if task is not AutoMLTaskType.SECURITY_THREAT_DETECTION or thresholds is None:
        return ()
    n = thresholds.current.n_positives
    if n >= FEW_ATTACKS:
        return ()
    return (
        f"The choice among models rests on {counted(n, 'held-out attack')}: another draw may choose another "
        "model. More known attacks help more than more time.",
    )


def _late(seconds: float, budget: float | None) -> tuple[str, ...]:
    """Return what to say of a training that took longer than it was given."""
    if budget is None or seconds <= budget + max(LATE_SECONDS, LATE_SHARE * budget):
        return ()
    return (
        f"It took {seconds:.1f} s, not {budget:g} s: the machine was busy with other work, or the "
        "time was too short for the table.",
    )


def thresholds_of(folder: Path, policy: ThresholdPolicy | None) -> ThresholdTable | None:
    """Return the threshold table of a kept model, None unless it has two classes."""
    file = folder / HELD_OUT
    if not file.exists():
        return None
    return threshold_table(ValidationScores.load(file), policy)
