"""Who keeps what a training reports: its trials, how it stands, and its model, signed and with a card."""

from __future__ import annotations

import platform
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from phantom_ml.automl.forecast.problem import ForecastProblem
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.trials.draft import Draft
from phantom_ml.config import AutoMLConfig, ProblemKind
from phantom_ml.core.judge import Judge
from phantom_ml.core.kinds import KNOWN_KINDS, THREAT, kinds_of_known, learned_kinds
from phantom_ml.core.threat import ThreatReport
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.data.reading.fingerprint import fingerprint
from phantom_ml.model.bundle import seal
from phantom_ml.model.signing import SigningKey
from phantom_ml.model.trial import Trial
from phantom_ml.store.store import Store

#: Whose versions are told with a model.
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
