"""PhantomMLCore: the one object that users hold; each method hands on to the room that does the work."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from phantom_ml.automl.trials.preload import PRELOAD
from phantom_ml.config import AutoMLConfig, FeatureSettings, ThresholdPolicy
from phantom_ml.core.asked import Config, train_asked
from phantom_ml.core.evaluation import Evaluation
from phantom_ml.core.line import line_by
from phantom_ml.core.models import Loaded
from phantom_ml.core.result import AutoMLResult
from phantom_ml.core.shelf import Shelf
from phantom_ml.data.readers.base import ReadOptions
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.model.families import Family, kept_families
from phantom_ml.model.leaderboard import Leaderboard
from phantom_ml.model.signing import SigningKey, Trust
from phantom_ml.process.child import warm_up
from phantom_ml.process.deadline import Deadline
from phantom_ml.progress import ProgressCallback, silent
from phantom_ml.store.records import ExperimentView, ModelRecord
from phantom_ml.store.store import Store

if TYPE_CHECKING:
    from phantom_ml.core.threat import ThreatReport
    from phantom_ml.explain.evasion.report import EvasionReport
    from phantom_ml.features.feature_set import FeatureSet

HOME_VARIABLE = "PHANTOM_HOME"


class PhantomMLCore:
    """Data, experiments and models under one home folder.

    Parameters
    ----------
    home : path, optional
        Default: the environment's ``PHANTOM_HOME``, else ``~/.phantom``.
    database_url : str, optional
        Another database than the SQLite file under ``home``.
    trust : sequence of str
        Fingerprints of keys, beside this home's own, whose signed models may be loaded.

    Examples
    --------
    >>> import polars, tempfile
    >>> core = PhantomMLCore(home=tempfile.mkdtemp())
    >>> core.list_models()
    []
    """

    def __init__(
        self,
        home: str | Path | None = None,
        *,
        database_url: str | None = None,
        trust: tuple[str, ...] = (),
    ) -> None:
        # Waiting threads that spin take the cores from those that work; read when a library loads.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        chosen = home or os.environ.get(HOME_VARIABLE) or Path.home() / ".phantom"
        self.home = Path(chosen).expanduser().absolute()
        self._store = Store.open(self.home, database_url)
        self._store.clear_dead()
        self._key = SigningKey.load_or_create(self._store.keys_folder)
        trusted = Trust(self._key.fingerprint, trust)
        self._shelf = Shelf(self._store, Loaded(trusted, len(os.sched_getaffinity(0))))

    def __repr__(self) -> str:
        return f"PhantomMLCore(home={str(self.home)!r})"

    # Training

    def auto_train_model(
        self, config: Config, *, progress: ProgressCallback = silent
    ) -> AutoMLResult:
        """Train from ``data_path`` of the configuration.

        Parameters
        ----------
        config : AutoMLConfig, mapping or JSON text
        progress : callable of Progress

        Raises
        ------
        DataError, ConfigError, SearchError
        """
        return self.auto_create_model(config, progress=progress)

    def auto_create_model(
        self, data: Any, config: Config | None = None, *, progress: ProgressCallback = silent
    ) -> AutoMLResult:
        """Train on data in memory, ``(data, config)``, or from ``data_path``, ``(config)``.

        Parameters
        ----------
        data : polars, pandas or Arrow table, numpy array, path; or the configuration alone
        config : AutoMLConfig, mapping or JSON text
        progress : callable of Progress

        Raises
        ------
        DataError, ConfigError, SearchError
        """
        return train_asked(self._shelf, data, config, Deadline.after(0.0), progress)

    def resume(
        self,
        experiment_id: str,
        *,
        optimization_metric: Callable[..., float] | None = None,
        progress: ProgressCallback = silent,
    ) -> AutoMLResult:
        """Go on with an experiment that was killed, with what is left of its budget.

        Parameters
        ----------
        experiment_id : str
            Its id, the beginning of it, or ``latest``: the newest that can be gone on with.
        optimization_metric : callable, optional
            The function of your own by which the experiment is ranked, where it is: no function is
            kept. A metric with a name is.
        progress : callable of Progress

        Raises
        ------
        ExperimentNotFound, ExperimentBusy
        BadSetting
            The function is missing, is another one, or is not needed.
        StoreError
            It is over, or too little of it was kept.
        """
        from phantom_ml.core.again import resume

        clock = Deadline.after(0.0)
        warm_up(PRELOAD)
        return resume(self._store, experiment_id, optimization_metric, clock, progress)

    def refit(self, model_id: str, data: Any) -> str:
        """Return the id of the same model, its settings and threshold rule, fitted on other labelled rows."""
        from phantom_ml.core.using import refitted

        return refitted(self._shelf, model_id, data)

    # Using a model

    def predict(
        self,
        model_id: str,
        data: Any = None,
        *,
        horizon: int | None = None,
        output: str | Path | None = None,
        state: str | Path | None = None,
    ) -> pl.DataFrame:
        """Return predictions row for row.

        ``prediction``; for classes also ``probability_<class>`` for each, and ``alert`` for two classes;
        ``suppressed`` where ``suppress_by`` was set: the row is an alert soon after another of its entity.
        For series their names, the time, ``prediction`` and ``quantile_<q>``.

        Parameters
        ----------
        model_id : str
            Its id, the beginning of it, or ``latest``.
        data : table, path, a row as mapping, or JSON text
            For series, what is known ahead, if anything is: a row for each of its rows, and with the values
            that came also ``score`` and ``alert``. What reading has to say is logged as ``phantom_ml``, and
            so is how many cells of a column hold no time as training read times.
        horizon : int, optional
            For series: a row for each of so many steps after the history.
        output : path, optional
            Write the predictions there (.parquet, .csv, .jsonl) in constant memory and return the first
            rows only.
        state : path, optional
            A folder that keeps what entities did: rows go on from what earlier calls with it saw, and
            it knows these rows afterwards. Without it every call begins where training ended.

        Raises
        ------
        ModelNotFound, ColumnMissing, TypeUnsafe, BadSetting
        """
        from phantom_ml.core.using import predicted_by

        return predicted_by(self._shelf, model_id, data, horizon, output, state)

    def evaluate(self, model_id: str, labelled_data: Any) -> Evaluation:
        """Return the model's figures on labelled rows, with 95 % bootstrap intervals."""
        from phantom_ml.core.using import measured_on

        return measured_on(self._shelf, model_id, labelled_data)

    def check_evasion(
        self,
        model_id: str,
        labelled_data: Any,
        *,
        mutations: Sequence[str] | None = None,
        max_attacks: int = 2_000,
        seed: int = 0,
    ) -> EvasionReport:
        """Return how many attacks the model still catches after their text was written otherwise.

        Parameters
        ----------
        labelled_data : table or path
            Rows that the model has not seen; benign ones lend their texts.
        mutations : sequence of str, optional
            Those that are tried, or one; default: all.
        max_attacks : int, at least 1
            Attacks that are looked at, drawn at random where there are more.
        """
        from phantom_ml.core.evasion import EvasionPlan, evasion_report

        pipeline = self._shelf.pipeline(model_id)
        plan = EvasionPlan.of(mutations, max_attacks, seed)
        frame = self._shelf.frame(labelled_data, pipeline.spec.target)
        return evasion_report(self._shelf.record(model_id).id, pipeline, frame, plan)

    def set_threshold(
        self, model_id: str, policy: ThresholdPolicy | Mapping[str, Any] | None
    ) -> Threshold:
        """Set another line of alert without training again, from the held-out scores of the model.

        None is the rule of a training that names none. A policy that cannot be raises BadSetting.
        """
        threshold = line_by(policy, model_id, self._shelf)
        self._store.set_threshold(model_id, threshold.model_dump(mode="json"))
        self._shelf.forget(model_id)
        return threshold

    def explain_model(
        self, model_id: str, instance: Any = None, *, before: Any = None, n_nearest: int = 3
    ) -> Any:
        """Return why: each row's contributions, and what the model looks at as a whole.

        Of a forecast, what each member says, what came at that place before, and how wide its band is.

        Parameters
        ----------
        model_id : str
        instance : a row, a frame, JSON text, or None for the global explanation alone
            Of a forecast, rows that lie ahead: what ``predict`` told of a model that knows of no column ahead,
            else the rows that it was given.
        before : table or path, optional
            What happened around the instance, for a model that counts what entities did before.
        n_nearest : int, at least 0
            Normal rows that are told beside each row by an anomaly model.
        """
        manifest, pipeline = self._shelf.kept(model_id)
        (instance, notes), (before, more) = map(self._shelf.noted, (instance, before))
        frame = None if instance is None else self._shelf.frame(instance)
        past = None if before is None else self._shelf.frame(before)
        from phantom_ml.core.explaining import explained

        told = explained(pipeline, manifest.card, frame, past, n_nearest)
        said = dict.fromkeys((*notes, *more, *told.notes))
        return told.model_copy(update={"notes": tuple(said)})

    def auto_feature_engineering(
        self,
        data: Any,
        config: FeatureSettings | AutoMLConfig | Mapping[str, Any] | str | None = None,
        *,
        progress: Callable[[str, float], None] | None = None,
    ) -> FeatureSet:
        """Return the features that a table gives, scored and selected.

        Parameters
        ----------
        data : table, path or JSON text
        config : FeatureSettings, AutoMLConfig, mapping or JSON text, optional
            As of ``engineer_features``: ``target_column``, the families, ``kinds``, ``max_features``, ...
        progress : callable, optional
            Called with each stage and the share of the work that is done when it begins.
        """
        from phantom_ml.features.engineer import FeatureRequest, engineer_features

        target = FeatureRequest.of(config).target_column
        frame, notes = self._shelf.frame_and_notes(data, target)
        found = engineer_features(frame, config, *([] if progress is None else [progress]))
        return found.model_copy(update={"warnings": notes})

    # What there is

    def get_model_leaderboard(self, experiment_id: str) -> Leaderboard:
        """Return every model that an experiment tried, ranked; every row's ``model_id`` predicts."""
        from phantom_ml.core.again import leaderboard

        return leaderboard(self._store, experiment_id)

    def list_models(self) -> list[ModelRecord]:
        """Return all models, newest first."""
        return self._store.models()

    def get_model(self, model_id: str) -> ModelRecord:
        """Return what is known of a model: by its id, the beginning of it, or ``latest``."""
        return self._store.model(model_id)

    def get_report(self, model_id: str) -> ThreatReport | None:
        """Return how a threat model did on its test part, as its card tells; None for other models."""
        from phantom_ml.core.judge import kept_report

        return kept_report(*self._shelf.kept(model_id))

    def get_families(self, model_id: str) -> tuple[Family, ...]:
        """Return what became of each family of features in training; nothing where the card does not tell."""
        return kept_families(self._shelf.kept(model_id)[0].card)

    def list_experiments(self) -> list[ExperimentView]:
        """Return all experiments, newest first."""
        from phantom_ml.core.again import experiments

        return experiments(self._store)

    def export_model(self, model_id: str, path: str | Path) -> Path:
        """Write the model as a folder, or as one file where the path ends in ``.phantom``.

        A threshold that was set later goes with it: then it is signed anew, and has an id of its own.

        Raises
        ------
        ModelNotFound, BundleDamaged
        BadSetting
            Something is there already.
        """
        from phantom_ml.core.exchange import export_model

        return export_model(self._store, self._key, model_id, Path(path))

    def import_model(self, path: str | Path) -> str:
        """Take in an exported model, folder or file, after all its checks; return its id."""
        from phantom_ml.core.exchange import import_model

        return import_model(self._store, self._shelf.loaded.trust, Path(path))

    def read(self, source: Any, options: ReadOptions | None = None) -> Dataset:
        """Return a table from a path, folder, glob, or anything tabular in memory."""
        return self._shelf.read(source, options)


def train_since(
    core: PhantomMLCore,
    began: float | None,
    data: Any,
    config: Config | None = None,
    *,
    progress: ProgressCallback = silent,
) -> AutoMLResult:
    """Train as ``auto_create_model`` does, with a budget whose time began before it was asked for.

    For a command: what it imports and reads counts too.

    Parameters
    ----------
    core : PhantomMLCore
    began : float or None
        When the time of the budget began, by ``time.monotonic()``; None for now.
    data, config, progress
        As for ``auto_create_model``.
    """
    return train_asked(core._shelf, data, config, _clock(began), progress)


def resume_since(
    core: PhantomMLCore,
    began: float | None,
    experiment_id: str,
    *,
    progress: ProgressCallback = silent,
) -> AutoMLResult:
    """Go on as ``resume`` does, with what is left of a budget whose time began before it was asked for.

    Parameters
    ----------
    core : PhantomMLCore
    began : float or None
        When the time went on, by ``time.monotonic()``; None for now.
    experiment_id, progress
        As for ``resume``.
    """
    from phantom_ml.core.again import resume

    clock = _clock(began)
    warm_up(PRELOAD)
    return resume(core._store, experiment_id, None, clock, progress)


def _clock(began: float | None) -> Deadline:
    """Return the clock of a budget whose time began then; None for now."""
    return Deadline.after(0.0) if began is None else Deadline(began, began)
