"""PhantomMLCore: the one object that users hold; each method hands on to the room that does the work."""

from __future__ import annotations

import math
import os
import shutil
import time
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from phantom_ml.automl.preload import PRELOAD
from phantom_ml.config import AutoMLConfig, FeatureSettings, ThresholdPolicy
from phantom_ml.core.models import Evaluation, Loaded, evaluate, recut
from phantom_ml.core.result import AutoMLResult
from phantom_ml.core.training import train
from phantom_ml.data.dataset import Dataset
from phantom_ml.data.readers.base import ReadOptions
from phantom_ml.data.target import require_target
from phantom_ml.errors import BadSetting
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.model.leaderboard import Leaderboard
from phantom_ml.model.manifest import Manifest
from phantom_ml.model.pipeline import Pipeline
from phantom_ml.model.signing import SigningKey, Trust
from phantom_ml.process.child import warm_up
from phantom_ml.process.deadline import Deadline
from phantom_ml.progress import ProgressCallback, silent
from phantom_ml.store.records import ExperimentView, ModelRecord
from phantom_ml.store.store import Store

if TYPE_CHECKING:
    from phantom_ml.features.feature_set import FeatureSet

Config = AutoMLConfig | Mapping[str, Any] | str
HOME_VARIABLE = "PHANTOM_HOME"
#: A threshold that another process sets is seen after so long.
FRESH_SECONDS = 1.0


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
        self._loaded = Loaded(Trust(self._key.fingerprint, trust), len(os.sched_getaffinity(0)))
        self._records: dict[str, tuple[float, ModelRecord]] = {}

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
        """
        clock = Deadline.after(0.0)
        warm_up(PRELOAD)
        settings = AutoMLConfig.of(data if config is None else config)
        source = settings.data_path if config is None else data
        if source is None:
            raise BadSetting(
                "There is no data: the configuration has no data_path.",
                'Give "data_path": "events.csv", or call auto_create_model(data, config).',
            )
        given = settings.validation_data
        validation = None if given is None else self.read(given)
        dataset = self.read(source)
        return train(self._store, dataset, settings, clock, progress, validation)

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

        warm_up(PRELOAD)
        return resume(self._store, experiment_id, optimization_metric, progress)

    def refit(self, model_id: str, data: Any) -> str:
        """Return the id of the same model, its settings and threshold rule, fitted on other labelled rows."""
        from phantom_ml.core.again import refit

        warm_up(PRELOAD)
        manifest, _ = self._model(model_id)
        return refit(self._store, model_id, manifest, self._pipeline(model_id), self.read(data))

    # Using a model

    def predict(
        self,
        model_id: str,
        data: Any,
        *,
        output: str | Path | None = None,
        state: str | Path | None = None,
    ) -> pl.DataFrame:
        """Return predictions row for row.

        ``prediction``; for classes also ``probability_<class>`` for each, and ``alert`` for two classes.

        Parameters
        ----------
        model_id : str
            Its id, the beginning of it, or ``latest``.
        data : table, path, a row as mapping, or JSON text
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
        from phantom_ml.core.stream import Stream

        pipeline = self._pipeline(model_id)
        if output is None and state is None:
            return pipeline.predict(self._frame(data))
        stream = Stream.of(pipeline, None if state is None else Path(state).expanduser())
        if output is not None:
            from phantom_ml.core.output import write_predictions

            scored = write_predictions(stream, self.read(data), Path(output).expanduser())
        else:
            scored = stream.predict(self._frame(data))
        stream.save()
        return scored

    def evaluate(self, model_id: str, labelled_data: Any) -> Evaluation:
        """Return the model's figures on labelled rows, with 95 % bootstrap intervals."""
        manifest, pipeline = self._model(model_id)
        frame = self._frame(labelled_data, pipeline.spec.target)
        return evaluate(self._record(model_id).id, manifest, pipeline, frame)

    def set_threshold(
        self, model_id: str, policy: ThresholdPolicy | Mapping[str, Any]
    ) -> Threshold:
        """Set another line of alert without training again, from the held-out scores of the model."""
        chosen = policy
        if not isinstance(chosen, ThresholdPolicy):
            chosen = AutoMLConfig.of({"threshold": dict(chosen)}).threshold or ThresholdPolicy(
                top_k=1
            )
        threshold = recut(self._store.model_folder(model_id), chosen)
        self._store.set_threshold(model_id, threshold.model_dump(mode="json"))
        self._records.pop(model_id, None)
        return threshold

    def explain_model(self, model_id: str, instance: Any = None, *, before: Any = None) -> Any:
        """Return why: each row's contributions, and what the model looks at as a whole.

        Parameters
        ----------
        model_id : str
        instance : a row, a frame, JSON text, or None for the global explanation alone
        before : table or path, optional
            What happened around the instance, for a model that counts what entities did before.
        """
        from phantom_ml.explain.explanation import explain

        manifest, pipeline = self._model(model_id)
        frame = None if instance is None else self._frame(instance)
        if before is not None and pipeline.encoder.past is not None:
            pipeline = pipeline.among(self._frame(before))
        return explain(pipeline, manifest.card, frame)

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

        frame = self._frame(data, FeatureRequest.of(config).target_column)
        if progress is None:
            return engineer_features(frame, config)
        return engineer_features(frame, config, progress)

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

        return import_model(self._store, self._loaded.trust, Path(path))

    def read(self, source: Any, options: ReadOptions | None = None) -> Dataset:
        """Return a table from a path, folder, glob, or anything tabular in memory."""
        from phantom_ml.data.reading import read

        if isinstance(source, Dataset):
            return source
        scratch = self._store.stage()
        try:
            dataset = read(source, options or ReadOptions(), scratch=scratch)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
        # The parsed copy lives as long as the table that reads from it.
        weakref.finalize(dataset, shutil.rmtree, scratch, ignore_errors=True)
        return dataset

    def _frame(self, data: Any, target: str | None = None) -> pl.DataFrame:
        """Return rows in memory; ``target``: raise where there is not one column of this name."""
        from phantom_ml.core.rows import rows

        found = rows(data)
        if found is not None:
            return found
        dataset = self.read(data)
        if target is not None:
            require_target(dataset.columns, target, dataset.report.repeated)
        return dataset.frame()

    def _model(self, model_id: str) -> tuple[Manifest, Pipeline]:
        """Return a kept model with its line of alert; loaded and checked the first time."""
        record = self._record(model_id)
        # What is in the store was checked when it came in; its signer was trusted then.
        manifest, pipeline = self._loaded.get(
            record.id, lambda: self._store.model_folder(record.id), record.signed_by
        )
        if record.threshold is None:
            return manifest, pipeline
        return manifest, pipeline.with_threshold(Threshold.model_validate(record.threshold))

    def _record(self, model_id: str) -> ModelRecord:
        """Return a model's row, asked for at most once a second: a stream of single rows asks often."""
        asked, record = self._records.get(model_id, (-math.inf, None))
        if record is None or time.monotonic() - asked > FRESH_SECONDS:
            record = self._store.model(model_id)
            self._records[model_id] = (time.monotonic(), record)
        return record

    def _pipeline(self, model_id: str) -> Pipeline:
        return self._model(model_id)[1]
