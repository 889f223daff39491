"""Where exactly delimited text is broken: a slow second look, taken only to write an error."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from phantom_ml.data.files.csv_dialect import Dialect, csv_reader
from phantom_ml.errors import RowsRagged
from phantom_ml.wording import counted

SHOWN = 5


@dataclass(frozen=True)
class RaggedRecord:
    """A record with too few or too many fields, and the line where it begins."""

    line: int
    n_fields: int


def first_ragged(path: Path, dialect: Dialect, limit: int = SHOWN) -> list[RaggedRecord]:
    """Return the first records whose fields do not fit the header."""
    found: list[RaggedRecord] = []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        skipped = sum(1 for _ in islice(lines, dialect.skip_lines))
        reader = csv_reader(lines, dialect.delimiter, dialect.quote)
        begin = 1
        for row in reader:
            comment = dialect.comments and row and row[0].startswith("#")
            if row and len(row) != dialect.n_columns and not comment:
                found.append(RaggedRecord(skipped + begin, len(row)))
            begin = reader.line_num + 1
            if len(found) >= limit:
                break
    return found


def last_record_line(path: Path, dialect: Dialect) -> int:
    """Return the line where the last record begins."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv_reader(lines, dialect.delimiter, dialect.quote)
        begin = line = 1
        for row in reader:
            line, begin = (begin if row else line), reader.line_num + 1
    return line


def is_unclosed(path: Path, dialect: Dialect) -> bool:
    """Return whether the last record ends inside a quote."""
    end = "end"
    last: list[str] = []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        # A line set below the last one is a record of its own, unless a quote swallows it.
        for row in csv_reader(chain(lines, ["\n", end]), dialect.delimiter, dialect.quote):
            last = row
    return last != [end]


def ragged_error(path: Path, name: str, dialect: Dialect, n_lines: int, share: float) -> RowsRagged:
    """Return the error that tells how many lines do not fit, and which are the first.

    Parameters
    ----------
    path : Path
    name : str
        What a person calls the file.
    dialect : Dialect
    n_lines : int
        How many do not fit.
    share : float
        The share of lines that might have been left out.
    """
    first = first_ragged(path, dialect)
    told = ", ".join(f"line {r.line:,} has {r.n_fields}" for r in first)
    more = f", and {n_lines - len(first):,} more" if n_lines > len(first) else ""
    allowed = f" (skip_ragged_share is {share})" if share else ""
    return RowsRagged(
        f"{counted(n_lines, 'line')} of {name!r} {'does' if n_lines == 1 else 'do'} not have "
        f"{counted(dialect.n_columns, 'field')} as the first has: "
        f"{told}{more}{allowed}.",
        f"Mend them, name another delimiter than {dialect.delimiter!r}, or set skip_ragged_share "
        "to leave out such lines up to that share.",
    )


def unclosed_error(path: Path, name: str, dialect: Dialect) -> RowsRagged:
    """Return the error that tells where the quote was opened that is never closed."""
    return RowsRagged(
        f"A quote that is opened in the record at line {last_record_line(path, dialect):,} of "
        f"{name!r} is never closed.",
        'Close it, or set quote="" to read quotes as plain characters.',
    )
