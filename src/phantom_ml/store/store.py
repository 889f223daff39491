"""Store: experiments, trials and models under one home, kept through crashes and full disks."""

from __future__ import annotations

import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from phantom_ml.errors import BundleDamaged, DiskFull, StoreUnusable
from phantom_ml.model.bundle import read_signature
from phantom_ml.model.durable import disk_faults
from phantom_ml.model.manifest import Manifest
from phantom_ml.model.trial import Trial
from phantom_ml.store.files import Files
from phantom_ml.store.lock import experiment_lock, is_held
from phantom_ml.store.records import ExperimentRecord, ModelRecord
from phantom_ml.store.sweep import clear_dead, sweep

if TYPE_CHECKING:
    from phantom_ml.store.ledger import Ledger


@dataclass(frozen=True)
class Store:
    """All that is kept. Methods may be called from any thread, and by several processes at once.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "home") as store:
    ...     experiment = store.create_experiment({}, "events.csv", "5f1e", "log_loss", "binary")
    ...     store.add_trial(experiment.id, Trial(number=0, algorithm="LightGBM", score=0.1))
    ...     [trial.score for trial in store.trials(experiment.id)]
    [0.1]
    """

    home: Path
    ledger: Ledger
    files: Files

    @classmethod
    def open(cls, home: Path, url: str | None = None) -> Store:
        """Return the store under ``home``, made if it is not there.

        Parameters
        ----------
        home : Path
            Private to its owner: made with mode 0700, and refused where others may write.
        url : str or None
            A database of SQLAlchemy's kinds; None: SQLite in ``home/phantom.db``.

        Raises
        ------
        StoreUnusable
            It cannot be read or written, or a newer Phantom ML has changed it.
        """
        from phantom_ml.store.database import Database
        from phantom_ml.store.ledger import Ledger

        home = home.expanduser().absolute()
        with disk_faults(home):
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            _keep_private(home)
            files = Files(home)
            files.make()
            return cls(home, Ledger(Database.open(home, url)), files)

    def create_experiment(
        self, config: dict[str, Any], data_name: str, fingerprint: str, metric: str, kind: str
    ) -> ExperimentRecord:
        """Return a new, running experiment.

        Parameters
        ----------
        config : dict
            The question, as JSON values.
        data_name, fingerprint : str
            What the data is called, and what it is.
        metric : str
        kind : str
            ``binary``, ``multiclass`` or ``regression``.
        """
        values = {
            "config": config,
            "data_name": data_name,
            "fingerprint": fingerprint,
            "metric": metric,
            "kind": kind,
        }
        return self.ledger.add_experiment(values)

    def update_experiment(
        self,
        experiment_id: str,
        *,
        status: Literal["running", "done", "stopped", "failed"],
        result: dict[str, Any] | None,
        seconds_used: float,
    ) -> None:
        """Write how an experiment stands.

        Parameters
        ----------
        experiment_id : str
        status : {"running", "done", "stopped", "failed"}
        result : dict or None
            JSON values; None keeps what is stored.
        seconds_used : float
            Of the budget, over all runs.

        Raises
        ------
        ExperimentNotFound
        """
        self.ledger.update_experiment(experiment_id, status, result, seconds_used)

    def experiment(self, experiment_id: str) -> ExperimentRecord:
        """Return an experiment; raises ExperimentNotFound with the nearest id."""
        return self.ledger.experiment(experiment_id)

    def experiments(self) -> list[ExperimentRecord]:
        """Return all experiments, newest first."""
        return self.ledger.experiments()

    def add_trial(self, experiment_id: str, trial: Trial) -> None:
        """Keep a trial, in place of one that had its number; raises ExperimentNotFound."""
        self.ledger.put_trial(experiment_id, trial)

    def trials(self, experiment_id: str) -> list[Trial]:
        """Return the trials of an experiment by number; raises ExperimentNotFound."""
        return self.ledger.trials(experiment_id)

    def stage(self) -> Path:
        """Return a new, empty folder on the store's disk, to build a bundle in."""
        return self.files.stage()

    def publish(self, staged_folder: Path, experiment_id: str | None, manifest: Manifest) -> str:
        """Return the id of a sealed bundle that is now kept: once this returns, no crash loses it.

        The card gives the row its ``algorithm``, ``metric`` and ``score``. To publish the same
        again is no fault and changes nothing.

        Parameters
        ----------
        staged_folder : Path
            One that ``stage`` gave is moved; one from elsewhere is copied.
        experiment_id : str or None
            None for a model that was made elsewhere.
        manifest : Manifest
            As ``seal`` or ``open_bundle`` returned it.

        Raises
        ------
        ExperimentNotFound
        BundleDamaged
            The folder does not hold what the manifest says.
        DiskFull, StoreUnusable
            Nothing of the model is kept then.
        """
        if experiment_id is not None:
            self.ledger.experiment(experiment_id)
        model_id = model_id_of(manifest)
        source = staged_folder if staged_folder.exists() else self.files.models / model_id
        record = _record(model_id, experiment_id, manifest, read_signature(source).key_id)
        is_new = self.files.publish(staged_folder, manifest, model_id)
        try:
            self.ledger.add_model(record, manifest.digest)
        except (DiskFull, StoreUnusable):
            if is_new:
                self.files.withdraw(model_id, manifest)
            raise
        self.files.reached("committed")
        return model_id

    def model(self, model_id: str) -> ModelRecord:
        """Return what is known of a model; raises ModelNotFound with the nearest id."""
        return self.ledger.model(model_id)

    def models(self) -> list[ModelRecord]:
        """Return all models, newest first."""
        return self.ledger.models()

    def model_folder(self, model_id: str) -> Path:
        """Return the complete bundle of a model, to be checked by ``open_bundle`` on every load.

        Raises
        ------
        ModelNotFound
            No such model.
        BundleDamaged
            Its row is there, its folder is not.
        """
        folder = self.files.models / self.ledger.model(model_id).id
        if not folder.is_dir():
            raise BundleDamaged(
                f"The folder of the model {model_id!r} is gone: {str(folder)!r}.",
                "Put it back from a copy, or train the model again.",
            )
        return folder

    def set_threshold(self, model_id: str, threshold: dict[str, Any] | None) -> None:
        """Keep a threshold beside a model, whose bundle never changes; raises ModelNotFound."""
        self.ledger.set_threshold(model_id, threshold)

    def run_folder(self, experiment_id: str) -> Path:
        """Return the folder for the working files of an experiment, made if absent."""
        folder = self.home / "runs" / self.ledger.experiment(experiment_id).id
        with disk_faults(folder):
            folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def clear_run(self, experiment_id: str) -> None:
        """Remove the working files of an experiment; raises ExperimentNotFound."""
        folder = self.home / "runs" / self.ledger.experiment(experiment_id).id
        shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def lock_experiment(self, experiment_id: str) -> Iterator[None]:
        """Hold an experiment alone; raises ExperimentBusy if another process or thread holds it."""
        known = self.ledger.experiment(experiment_id).id
        with experiment_lock(self.home / "locks" / f"{known}.lock", known):
            yield

    def is_at_work(self, experiment_id: str) -> bool:
        """Return whether a process holds an experiment; raises ExperimentNotFound."""
        return is_held(self.home / "locks" / f"{self.ledger.experiment(experiment_id).id}.lock")

    def clear_dead(self) -> None:
        """Remove what processes that are surely gone left in staging; a fault is left for later."""
        clear_dead(self.files)

    def sweep(self) -> int:
        """Remove what crashes left behind, and return how many folders and files that was."""
        with disk_faults(self.home):
            return sweep(self.files, {model.id for model in self.ledger.models()})

    @property
    def keys_folder(self) -> Path:
        """Return where the signing key of this home lies."""
        return self.home / "keys"

    def close(self) -> None:
        """Close the database; the store is not to be used after."""
        self.ledger.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def model_id_of(manifest: Manifest) -> str:
    """Return the id of a model: its algorithm, and 12 hex digits of its manifest's SHA-256.

    Examples
    --------
    >>> card = {"algorithm": "LightGBM"}
    >>> model_id_of(Manifest(created="2026-01-02", spec={}, card=card, parts={}))
    'lightgbm-...'
    """
    name = re.sub(r"[^a-z0-9]", "", str(manifest.card.get("algorithm", "")).lower())[:24]
    return f"{name or 'm'}-{manifest.digest[:12]}"


def _record(
    model_id: str, experiment_id: str | None, manifest: Manifest, signed_by: str
) -> ModelRecord:
    card = manifest.card
    return ModelRecord(
        id=model_id,
        experiment_id=experiment_id,
        algorithm=str(card.get("algorithm", "")),
        created=datetime.now(UTC),
        metric=str(card.get("metric", "")),
        score=card.get("score"),
        size_bytes=manifest.total_bytes,
        signed_by=signed_by,
    )


def _keep_private(home: Path) -> None:
    if not any(home.iterdir()):
        home.chmod(0o700)
    mode = stat.S_IMODE(home.stat().st_mode)
    if mode & 0o022:
        raise StoreUnusable(
            f"Others may write into the home folder {str(home)!r} (mode {mode:04o}).",
            f"Run: chmod 700 {home}, or use another home folder.",
        )
