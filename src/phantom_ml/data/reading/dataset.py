"""Dataset: a table nobody changes, where it came from, and its fingerprint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True)
class ReadReport:
    """What happened while a source was read.

    Attributes
    ----------
    format : str
        ``csv``, ``parquet``, ``json_lines``, ``json``, ``frame``.
    details : dict
        What was found by looking: delimiter, quote, encoding, header, decimal.
    warnings : tuple of str
        One sentence each, for a person.
    skipped_lines : int
        Ragged lines that were left out on request.
    repeated : tuple of str
        Names that more than one column bore; all but the first have others now.
    """

    format: str
    details: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    skipped_lines: int = 0
    repeated: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """A table that may be larger than memory.

    Attributes
    ----------
    lazy : polars.LazyFrame
        The rows; collecting it twice gives the same rows in the same order.
    n_rows : int
    name : str
        Where it came from, for people.
    report : ReadReport
    """

    lazy: pl.LazyFrame
    n_rows: int
    name: str = "frame"
    report: ReadReport = field(default_factory=lambda: ReadReport("frame"))

    @property
    def columns(self) -> list[str]:
        """Return the column names, in order."""
        return self.lazy.collect_schema().names()

    def frame(self, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Return the rows in memory, all columns or those named."""
        lazy = self.lazy if columns is None else self.lazy.select(columns)
        return lazy.collect()

    def head(self, n: int) -> pl.DataFrame:
        """Return the first ``n`` rows in memory."""
        return self.lazy.head(n).collect()
