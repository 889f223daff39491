"""What is read, and how: a file with its name, and the options of reading."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

from pydantic import Field

from phantom_ml.config import Settings

MISSING_VALUES = (
    "", "NA", "N/A", "n/a", "NaN", "nan", "NAN", "-nan", "null", "NULL", "Null", "None", "<NA>",
    "NaT", "#N/A", "#NA", "#NULL!", "-", "?", "(empty)", "(null)", "\\N",
)  # fmt: skip
"""Spellings of "missing" in delimited text; words that may be values (none, unset) are not here."""

#: Names of delimited text.
DELIMITED_SUFFIXES = {".csv", ".tsv", ".tab", ".psv"}
#: Names of data: where a folder holds any of them, nothing else in it is read.
DATA_SUFFIXES = DELIMITED_SUFFIXES | {".json", ".jsonl", ".ndjson", ".parquet", ".pq"}
PACKED_SUFFIXES = {".gz", ".zst", ".zstd"}


class ReadOptions(Settings):
    """How a source is read. ``None`` means: found by looking, and told in the report.

    Examples
    --------
    >>> ReadOptions(delimiter=";").max_columns
    20000
    """

    delimiter: str | None = Field(None, min_length=1, max_length=1)
    quote: str | None = Field(None, max_length=1, description="Empty: quotes are plain characters.")
    encoding: str | None = Field(None, description="A name that Python's codecs know.")
    has_header: bool | None = None
    decimal: Literal[".", ","] | None = None
    skip_ragged_share: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Share of lines that may be left out because their fields do not fit.",
    )
    missing_values: tuple[str, ...] = Field(
        MISSING_VALUES, description="Spellings of a missing value in delimited text."
    )
    keep_infinite: bool = Field(
        False, description="Whether infinite numbers stay; else they are missing."
    )
    max_columns: int = Field(20_000, ge=1)
    memory_mb: int | None = Field(4096, ge=256, description="Cap of the process that parses.")


@dataclass(frozen=True)
class SourceFile:
    """A file that is not compressed, and what a person calls it.

    Examples
    --------
    >>> SourceFile(Path("unpacked"), "events.CSV.gz").suffix
    '.csv'
    """

    path: Path
    name: str

    @property
    def suffix(self) -> str:
        """Return the name's suffix without that of a compression, lower case."""
        name = PurePath(self.name)
        packed = name.suffix.lower() in PACKED_SUFFIXES
        return PurePath(name.stem if packed else name.name).suffix.lower()
