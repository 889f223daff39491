"""Delimited text (CSV, TSV and their relatives), with types that hold every value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

from phantom_ml.data.columns.names import check_width, clean_names, repeated
from phantom_ml.data.columns.streamed_types import ColumnTypes
from phantom_ml.data.files.csv_dialect import DELIMITERS, LINES, Dialect, sniff
from phantom_ml.data.files.csv_faults import is_unclosed, ragged_error, unclosed_error
from phantom_ml.data.files.csv_stream import RaggedCount, RecordTooLongError, text_batches
from phantom_ml.data.files.encoding import TextFile, as_utf8
from phantom_ml.data.files.parts import Part, PartWriter, join_parts
from phantom_ml.data.files.source import DELIMITED_SUFFIXES, ReadOptions, SourceFile
from phantom_ml.data.readers.base import Head, Parsed, Reader, readers
from phantom_ml.errors import SourceEmpty
from phantom_ml.wording import counted

LOOK = 1 << 18
#: A first line longer than this is counted before it is split.
WIDE = 1 << 20
#: A header may be as long as this.
MAX_HEADER = 64 << 20
#: Bytes read at once, then the most that one record may have.
BLOCKS = (8 << 20, 256 << 20)


@dataclass(frozen=True)
class DelimitedFile:
    """A file with all that is needed to read it."""

    text: TextFile
    dialect: Dialect
    columns: tuple[str, ...]
    repeated: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileParts:
    """The rows of one file, and the lines of it that were left out."""

    parts: list[Part]
    skipped: int


@readers.add("csv")
class CsvReader(Reader):
    """Reads delimited text; whatever is text and nothing else is taken for it."""

    name: ClassVar[str] = "csv"

    def recognises(self, head: Head) -> float:
        """Return how sure it is; any text might be delimited."""
        return 0.6 if head.suffix in DELIMITED_SUFFIXES else 0.3

    def is_table(self, head: Head, options: ReadOptions) -> bool:
        """Return whether a delimiter fits; prose has none."""
        return sniff(head.text, options, whole=False).delimiter != LINES

    def parse(self, files: Sequence[SourceFile], options: ReadOptions, folder: Path) -> Parsed:
        """Return the rows of all files."""
        prepared, warnings = _prepare_all(files, options, folder)
        decimal = prepared[0].dialect.decimal
        types = ColumnTypes(decimal, keep_infinite=options.keep_infinite)
        done: dict[int, FileParts] = {}
        while waiting := [i for i in range(len(prepared)) if i not in done]:
            for i in waiting:
                done[i] = _read_file(prepared[i], types, options, folder)
            # A column turned out to be text after its numbers were written: read its text again.
            done = {i: f for i, f in done.items() if all(types.holds(p.schema) for p in f.parts)}
        parts = [part for i in sorted(done) for part in done[i].parts]
        skipped = sum(f.skipped for f in done.values())
        if not parts:
            raise SourceEmpty(
                f"{files[0].name!r} has a header and no row.", "Give a file with rows."
            )
        rows = folder / "rows.parquet"
        n_rows = join_parts(parts, types.schema(), rows)
        warnings += types.warnings() + _told_skipped(skipped, n_rows)
        again = tuple(dict.fromkeys(name for file in prepared for name in file.repeated))
        return Parsed(rows, n_rows, _details(prepared), tuple(warnings), skipped, again)


def _prepare_all(
    files: Sequence[SourceFile], options: ReadOptions, folder: Path
) -> tuple[list[DelimitedFile], list[str]]:
    prepared: list[DelimitedFile] = []
    warnings: list[str] = []
    for file in files:
        delimited, told = _prepare(file, options, folder)
        prepared.append(delimited)
        warnings += [w for w in told if w not in warnings]
        # Files of one table are alike: what was found in the first holds for all.
        options = options.model_copy(
            update={
                "has_header": bool(prepared[0].dialect.names),
                "decimal": prepared[0].dialect.decimal,
            }
        )
    return prepared, warnings


def _prepare(
    file: SourceFile, options: ReadOptions, folder: Path
) -> tuple[DelimitedFile, list[str]]:
    text = as_utf8(file, options.encoding, folder)
    sample, whole = _look(text.path)
    _check_first_line(sample, file.name, options)
    a_table = file.suffix in DELIMITED_SUFFIXES
    dialect = sniff(sample, options, whole=whole, a_table=a_table)
    check_width(dialect.n_columns, options.max_columns, file.name)
    names = dialect.names or tuple(f"column_{i}" for i in range(1, dialect.n_columns + 1))
    columns, warnings = clean_names(names)
    if dialect.delimiter == LINES and not a_table:
        warnings.append(f"No delimiter fits {file.name!r}; each line is one value.")
    found = DelimitedFile(text, dialect, tuple(columns), repeated(names))
    return found, [*text.warnings, *warnings]


def _check_first_line(sample: str, name: str, options: ReadOptions) -> None:
    """Refuse a table that is far too wide before anything looks at each of its fields."""
    end = sample.find("\n")
    if end > WIDE and '"' not in sample[:end]:
        candidates = options.delimiter or DELIMITERS
        n_columns = 1 + max(sample.count(d, 0, end) for d in candidates)
        check_width(n_columns, options.max_columns, name)


def _look(path: Path) -> tuple[str, bool]:
    """Return the beginning of a file, one line at least, and whether it is all."""
    with path.open("rb") as opened:
        head = opened.read(LOOK)
        while b"\n" not in head and len(head) < MAX_HEADER and (more := opened.read(1 << 22)):
            head += more
        whole = not opened.read(1)
    return head.decode("utf-8-sig", errors="ignore"), whole


def _read_file(
    file: DelimitedFile, types: ColumnTypes, options: ReadOptions, folder: Path
) -> FileParts:
    for block in BLOCKS:
        ragged = RaggedCount(file.dialect.comments)
        stem = f"{file.text.path.name[-40:]}-{uuid4().hex}"
        try:
            with PartWriter(folder, stem) as writer:
                last = _copy(file, types, options, writer, ragged, block)
        except RecordTooLongError:
            _remove(writer.parts)
            continue
        n_rows = sum(part.n_rows for part in writer.parts)
        _check(file, last, ragged, n_rows, options.skip_ragged_share)
        return FileParts(writer.parts, ragged.lines)
    raise unclosed_error(file.text.path, file.text.name, file.dialect)


def _copy(
    file: DelimitedFile,
    types: ColumnTypes,
    options: ReadOptions,
    writer: PartWriter,
    ragged: RaggedCount,
    block: int,
) -> tuple[str | None, ...]:
    """Write all records with the types that they have so far; return the last one as text."""
    last: tuple[str | None, ...] = ()
    for batch in text_batches(file.text.path, file.dialect, options.missing_values, ragged, block):
        if batch.height:
            batch.columns = list(file.columns)
            last = batch.row(-1)
            writer.write(types.fit(batch))
    return last


def _remove(parts: Sequence[Part]) -> None:
    for part in parts:
        part.path.unlink()


def _check(
    file: DelimitedFile,
    last: tuple[str | None, ...],
    ragged: RaggedCount,
    n_rows: int,
    share: float,
) -> None:
    text, dialect = file.text, file.dialect
    n_quotes = {'"': text.double_quotes, "'": text.single_quotes}.get(dialect.quote, 1)
    swallowed = ragged.last_lines > 1 or any("\n" in cell for cell in last if cell)
    if dialect.quote and n_quotes % 2 and swallowed and is_unclosed(text.path, dialect):
        raise unclosed_error(text.path, text.name, dialect)
    if ragged.lines > share * (n_rows + ragged.lines):
        raise ragged_error(text.path, text.name, dialect, ragged.lines, share)


def _told_skipped(skipped: int, n_rows: int) -> list[str]:
    if not skipped:
        return []
    share = 100 * skipped / (skipped + n_rows)
    left = "was left out because its" if skipped == 1 else "were left out because their"
    return [f"{counted(skipped, 'line')} ({share:.2g} %) {left} fields do not fit."]


def _details(files: Sequence[DelimitedFile]) -> dict[str, str]:
    dialect = files[0].dialect
    return {
        "delimiter": "none" if dialect.delimiter == LINES else dialect.delimiter,
        "quote": dialect.quote,
        "encoding": files[0].text.encoding,
        "header": "yes" if dialect.names else "no",
        "decimal": dialect.decimal,
    }
