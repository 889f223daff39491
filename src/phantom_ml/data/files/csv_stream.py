"""Delimited text as a stream of frames of text, a few megabytes each, by Arrow's CSV reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from phantom_ml.data.files.csv_dialect import Dialect


class RecordTooLongError(Exception):
    """A record is longer than the block that is read at once."""


@dataclass
class RaggedCount:
    """How many lines were left out because their fields do not fit.

    Attributes
    ----------
    comments : bool
        Whether a line that begins with a hash is a comment, and not counted.
    lines : int
    last_lines : int
        Of the last such record.
    """

    comments: bool
    lines: int = 0
    last_lines: int = 0

    def __call__(self, row: Any) -> str:
        """Count a record that Arrow cannot use, and let it be left out."""
        if not (self.comments and row.text.startswith("#")):
            self.last_lines = 1 + row.text.rstrip("\r\n").count("\n")
            self.lines += self.last_lines
        return "skip"


def text_batches(
    path: Path, dialect: Dialect, missing: tuple[str, ...], ragged: RaggedCount, block: int
) -> Iterator[pl.DataFrame]:
    """Yield the records in order as text; the columns are called ``"0"``, ``"1"``, ...

    Parameters
    ----------
    path : Path
        UTF-8.
    dialect : Dialect
    missing : tuple of str
    ragged : RaggedCount
        Records with too few or too many fields are left out and counted here.
    block : int
        Bytes that are read at once; a record must fit in.

    Raises
    ------
    RecordTooLongError
    """
    from pyarrow import ArrowInvalid

    try:
        for batch in _arrow_reader(path, dialect, missing, ragged, block):
            frame = pl.DataFrame(batch)
            yield _trimmed(frame, missing) if dialect.padded else frame
    except ArrowInvalid as error:
        if "straddl" in str(error) or "block size" in str(error):
            raise RecordTooLongError from None
        if "Empty CSV file" not in str(error):
            raise


def _arrow_reader(
    path: Path, dialect: Dialect, missing: tuple[str, ...], ragged: RaggedCount, block: int
) -> Any:
    import pyarrow as pa
    from pyarrow import csv

    names = [str(i) for i in range(dialect.n_columns)]
    # By a path alone, Arrow would believe a suffix that speaks of compression.
    return csv.open_csv(
        pa.OSFile(str(path)),
        csv.ReadOptions(column_names=names, skip_rows=dialect.skip_lines, block_size=block),
        csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote or False,
            newlines_in_values=bool(dialect.quote),
            invalid_row_handler=ragged,
        ),
        csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()),
            null_values=list(missing),
            strings_can_be_null=True,
        ),
    )


def _trimmed(frame: pl.DataFrame, missing: tuple[str, ...]) -> pl.DataFrame:
    stripped = frame.select(pl.all().str.strip_chars())
    return stripped.select(pl.when(~pl.all().is_in(missing)).then(pl.all()))
