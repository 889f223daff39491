"""Every row that the store writes and reads, in plain SQLAlchemy Core."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, select

from phantom_ml.errors import ExperimentNotFound, ModelNotFound, StoreError, listed, nearest
from phantom_ml.model.trial import Trial
from phantom_ml.store.database import Database
from phantom_ml.store.meant import meant
from phantom_ml.store.records import ExperimentRecord, ExperimentStatus, ModelRecord
from phantom_ml.store.tables import experiments, models, trials


@dataclass(frozen=True)
class Ledger:
    """The rows of a store; a row that is asked for may be named by the beginning of its id, or ``latest``."""

    database: Database

    def add_experiment(self, values: dict[str, Any]) -> ExperimentRecord:
        """Write a running experiment with an id of its own and return it.

        Parameters
        ----------
        values : dict
            ``config``, ``data_name``, ``fingerprint``, ``metric`` and ``kind``.
        """
        now = datetime.now(UTC)
        record = ExperimentRecord(
            id=f"exp-{now:%Y%m%d}-{secrets.token_hex(3)}",
            created=now,
            status=ExperimentStatus.RUNNING,
            **values,
        )
        row = record.model_dump() | {
            "created": now.isoformat(timespec="microseconds"),
            "config": json.dumps(record.config),
            "result": None,
        }
        with self.database.writing() as connection:
            connection.execute(experiments.insert().values(row))
        return record

    def update_experiment(
        self, experiment_id: str, status: str, result: dict[str, Any] | None, seconds_used: float
    ) -> None:
        """Write how an experiment stands, a result of None not; raises ExperimentNotFound."""
        values: dict[str, Any] = {"status": ExperimentStatus(status), "seconds_used": seconds_used}
        if result is not None:
            values["result"] = json.dumps(result)
        with self.database.writing() as connection:
            known = self._need_experiment(connection, experiment_id)["id"]
            change = experiments.update().where(experiments.c.id == known)
            connection.execute(change.values(values))

    def experiment(self, experiment_id: str) -> ExperimentRecord:
        """Return an experiment; raises ExperimentNotFound with the nearest id."""
        with self.database.reading() as connection:
            return _experiment(self._need_experiment(connection, experiment_id))

    def experiments(self) -> list[ExperimentRecord]:
        """Return all experiments, newest first."""
        with self.database.reading() as connection:
            return [_experiment(row) for row in _newest(connection, experiments)]

    def put_trial(self, experiment_id: str, trial: Trial) -> None:
        """Write a trial in place of the one that had its number; raises ExperimentNotFound."""
        # Not model_dump_json, which writes NaN as null and could not be read again.
        text = json.dumps(trial.model_dump(mode="json"))
        with self.database.writing() as connection:
            known = self._need_experiment(connection, experiment_id)["id"]
            same = (trials.c.experiment_id == known) & (trials.c.number == trial.number)
            row = {"experiment_id": known, "number": trial.number, "trial": text}
            connection.execute(trials.delete().where(same))
            connection.execute(trials.insert().values(row))

    def trials(self, experiment_id: str) -> list[Trial]:
        """Return the trials of an experiment by number; raises ExperimentNotFound."""
        with self.database.reading() as connection:
            known = self._need_experiment(connection, experiment_id)["id"]
            wanted = select(trials.c.trial).where(trials.c.experiment_id == known)
            texts = connection.execute(wanted.order_by(trials.c.number)).scalars().all()
        return [Trial.model_validate(json.loads(text)) for text in texts]

    def add_model(self, record: ModelRecord, digest: str) -> None:
        """Write a model unless it is there; raises StoreError if another one has its id."""
        row = record.model_dump() | {"created": record.created.isoformat(), "digest": digest}
        with self.database.writing() as connection:
            known = _exact(connection, models, record.id)
            if known is None:
                connection.execute(models.insert().values(row))
            elif known["digest"] != digest:
                raise StoreError(
                    f"Another model has the id {record.id!r} already.",
                    "Train again: the id follows from the content, and will differ.",
                )

    def set_threshold(self, model_id: str, threshold: dict[str, Any] | None) -> None:
        """Change the threshold of a model; raises ModelNotFound."""
        with self.database.writing() as connection:
            known = self._need_model(connection, model_id)["id"]
            change = models.update().where(models.c.id == known)
            connection.execute(change.values(threshold=json.dumps(threshold)))

    def model(self, model_id: str) -> ModelRecord:
        """Return a model; raises ModelNotFound with the nearest id."""
        with self.database.reading() as connection:
            return _model(self._need_model(connection, model_id))

    def models(self) -> list[ModelRecord]:
        """Return all models, newest first."""
        with self.database.reading() as connection:
            return [_model(row) for row in _newest(connection, models)]

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def _need_experiment(self, connection: Connection, given: str) -> RowMapping:
        row = _row(connection, experiments, given, "experiment")
        if row is None:
            known = _ids(connection, experiments)
            raise ExperimentNotFound(
                _no_such("experiment", given, known), _choices("experiments", known)
            )
        return row

    def _need_model(self, connection: Connection, given: str) -> RowMapping:
        row = _row(connection, models, given, "model")
        if row is None:
            known = _ids(connection, models)
            raise ModelNotFound(_no_such("model", given, known), _choices("models", known))
        return row


def _row(connection: Connection, table: Table, given: object, kind: str) -> RowMapping | None:
    """Return the row that is meant by an id, its beginning or ``latest``; none by what is no text."""
    if not isinstance(given, str):
        return None
    row = _exact(connection, table, given)
    identity = None if row is not None else meant(given, _ids(connection, table), kind)
    return row if identity is None else _exact(connection, table, identity)


def _no_such(kind: str, given: object, known: list[str]) -> str:
    if isinstance(given, str):
        return f"No {kind} is called {given[:200]!r}.{nearest(given, known)}"
    return f"No {kind} is called {repr(given)[:200]}: an id is text."


def _exact(connection: Connection, table: Table, identity: str) -> RowMapping | None:
    return connection.execute(select(table).where(table.c.id == identity)).mappings().one_or_none()


def _newest(connection: Connection, table: Table) -> list[RowMapping]:
    order = (table.c.created.desc(), table.c.id)
    return list(connection.execute(select(table).order_by(*order)).mappings())


def _ids(connection: Connection, table: Table) -> list[str]:
    return list(connection.execute(select(table.c.id).order_by(table.c.created.desc())).scalars())


def _choices(what: str, known: list[str]) -> str:
    return f"The {what} are: {listed(known)}." if known else f"There are no {what} here yet."


def _loaded(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def _experiment(row: RowMapping) -> ExperimentRecord:
    texts = {name: _loaded(row[name]) for name in ("config", "result")}
    values = {name: row[name] for name in ExperimentRecord.model_fields}
    return ExperimentRecord.model_validate(values | texts)


def _model(row: RowMapping) -> ModelRecord:
    values = {name: row[name] for name in ModelRecord.model_fields}
    return ModelRecord.model_validate(values | {"threshold": _loaded(row["threshold"])})
