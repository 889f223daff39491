"""One database by SQLAlchemy: connections, transactions, the schema's version, faults in words."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc, inspect, make_url, select

from phantom_ml.errors import BadSetting, DiskFull, StoreUnusable
from phantom_ml.store import sqlite
from phantom_ml.store.tables import MINIMUM_READER, SCHEMA_VERSION, metadata, schema


@dataclass(frozen=True)
class Database:
    """Transactions on the store's tables; ``name`` is how a person is told of it."""

    engine: Engine
    name: str

    @classmethod
    def open(cls, home: Path, url: str | None) -> Database:
        """Return the database of a store, its tables made if it is new.

        Parameters
        ----------
        home : Path
            Holds ``phantom.db`` where no URL is given.
        url : str or None
            As SQLAlchemy reads it.

        Raises
        ------
        StoreUnusable
            It cannot be opened, or a newer version of Phantom ML has changed it.
        BadSetting
            The URL names no database.
        """
        try:
            place = make_url(url or f"sqlite:///{home / 'phantom.db'}")
            is_sqlite = place.get_backend_name() == "sqlite"
            engine = _sqlite(place, home) if is_sqlite else create_engine(place)
        except (exc.ArgumentError, exc.NoSuchModuleError, ImportError) as error:
            raise BadSetting(
                f"The store's URL names no database that can be used: {error}.",
                "Leave it out, or give one such as postgresql+psycopg://user@host/name.",
            ) from None
        database = cls(engine, place.render_as_string(hide_password=True))
        with _alone(home):
            database._make_tables()
        return database

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a transaction that sees one moment of the database."""
        with self._faults(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that holds the writer's lock from its start; its end is synced."""
        engine = self.engine.execution_options(phantom_writes=True)
        with self._faults(), engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _make_tables(self) -> None:
        with self.writing() as connection:
            if not inspect(connection).has_table(schema.name):
                metadata.create_all(connection)
                now = {"version": SCHEMA_VERSION, "minimum_reader": MINIMUM_READER}
                connection.execute(schema.insert().values(now))
            needed = connection.execute(select(schema.c.minimum_reader)).scalar_one()
        if needed > SCHEMA_VERSION:
            raise StoreUnusable(
                f"{self.name} was changed by a newer Phantom ML: it asks for schema {needed}, and "
                f"this version knows {SCHEMA_VERSION}.",
                "Run: pip install --upgrade phantom-ml, or use another home folder.",
            )

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except exc.DBAPIError as error:
            text = str(error.orig)
            if "disk is full" in text or "No space left" in text:
                raise DiskFull(
                    f"No space is left for {self.name} ({text}).",
                    "Free some space, or use a home folder on another disk, and run again.",
                ) from error
            raise StoreUnusable(
                f"{self.name} cannot be used: {text}.",
                "Check that it is yours, can be written and is a database of Phantom ML; if it is "
                "damaged, put back a copy or use another home folder.",
            ) from error


def _sqlite(place: Any, home: Path) -> Engine:
    module = sqlite.sqlite_module()
    mode = sqlite.journal_mode(module, home)
    engine = create_engine(place, module=module)

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        sqlite.prepare(connection, mode)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("phantom_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Let one process at a time make tables: changing the journal's mode does not wait its turn."""
    descriptor = os.open(home / "phantom.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
