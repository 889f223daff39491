"""The tables of the store. JSON is kept as text, alike on SQLite and PostgreSQL, NaN included."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

#: Raised with every change of a table; a reader older than ``minimum_reader`` must stay away.
SCHEMA_VERSION = 1
MINIMUM_READER = 1

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

schema = Table(
    "schema",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("minimum_reader", Integer, nullable=False),
)

experiments = Table(
    "experiments",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("created", String(40), nullable=False),
    Column("status", String(16), nullable=False),
    Column("config", Text, nullable=False),
    Column("data_name", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("metric", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("result", Text),
    Column("seconds_used", Float, nullable=False),
    Index(None, "created"),
)

trials = Table(
    "trials",
    metadata,
    Column("experiment_id", String(40), ForeignKey("experiments.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("trial", Text, nullable=False),
    PrimaryKeyConstraint("experiment_id", "number"),
)

models = Table(
    "models",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("experiment_id", String(40), ForeignKey("experiments.id")),
    Column("algorithm", Text, nullable=False),
    Column("created", String(40), nullable=False),
    Column("metric", Text, nullable=False),
    Column("score", Float),
    Column("threshold", Text),
    Column("size_bytes", BigInteger, nullable=False),
    Column("signed_by", String(64), nullable=False),
    Index(None, "created"),
)
