"""What the columns of a table are: their semantic kinds, with the evidence for each."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from phantom_ml.config import Settings


class ColumnKind(StrEnum):
    """What a column's values mean, whatever type they are stored in."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    TEXT = "text"
    TIMESTAMP = "timestamp"
    IP = "ip"
    CIDR = "cidr"
    MAC = "mac"
    HASH = "hash"
    EMAIL = "email"
    URL = "url"
    USER_AGENT = "user_agent"
    HTTP_PAYLOAD = "http_payload"
    REGISTRY_PATH = "registry_path"
    PATH = "path"
    COMMAND_LINE = "command_line"
    DOMAIN = "domain"
    PORT = "port"
    BYTES = "bytes"
    DURATION = "duration"
    ENTITY = "entity"
    LOG_MESSAGE = "log_message"
    IDENTIFIER = "identifier"
    CONSTANT = "constant"
    COPY = "copy"
    EMPTY = "empty"


#: Kinds whose strings are read by hashed character n-grams.
TEXT_KINDS = frozenset(
    {
        ColumnKind.TEXT,
        ColumnKind.URL,
        ColumnKind.USER_AGENT,
        ColumnKind.HTTP_PAYLOAD,
        ColumnKind.REGISTRY_PATH,
        ColumnKind.PATH,
        ColumnKind.COMMAND_LINE,
        ColumnKind.DOMAIN,
        ColumnKind.EMAIL,
        ColumnKind.LOG_MESSAGE,
    }
)
#: Kinds that are stored as numbers and used as they are.
NUMBER_KINDS = frozenset(
    {
        ColumnKind.NUMBER,
        ColumnKind.BOOLEAN,
        ColumnKind.PORT,
        ColumnKind.BYTES,
        ColumnKind.DURATION,
    }
)
#: Kinds that carry nothing a model may learn from.
UNUSED_KINDS = frozenset(
    {ColumnKind.IDENTIFIER, ColumnKind.CONSTANT, ColumnKind.COPY, ColumnKind.EMPTY}
)


class ColumnSchema(Settings):
    """One column: what it is, and why we think so."""

    name: str
    dtype: str = Field(description="The polars type, as text.")
    kind: ColumnKind
    match_rate: float = Field(
        1.0, ge=0, le=1, description="Share of sampled values that fit the kind."
    )
    evidence: str = Field("", description="One sentence.")
    alternatives: tuple[ColumnKind, ...] = ()
    overridden: bool = False
    missing_share: float = Field(0.0, ge=0, le=1)
    n_distinct: int = Field(0, ge=0, description="In the rows that were looked at.")
    time_form: str | None = Field(None, description="How times are written, as ``time_form`` says.")


class TableSchema(Settings):
    """All columns of a table, in its order."""

    columns: tuple[ColumnSchema, ...]

    def names(self) -> list[str]:
        """Return the column names."""
        return [c.name for c in self.columns]

    def column(self, name: str) -> ColumnSchema:
        """Return the column called ``name``; raises KeyError."""
        for c in self.columns:
            if c.name == name:
                return c
        raise KeyError(name)

    def of_kind(self, *kinds: ColumnKind) -> list[str]:
        """Return the names of the columns of these kinds."""
        return [c.name for c in self.columns if c.kind in kinds]
