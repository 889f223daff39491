"""JSON: one object a line, an array of objects, or an object that holds such a list."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import polars as pl

from phantom_ml.data.columns.names import check_width
from phantom_ml.data.columns.tidy import tidied
from phantom_ml.data.columns.values import frame_of_rows, told_odd
from phantom_ml.data.files.encoding import TextFile, as_utf8
from phantom_ml.data.files.json_stream import (
    LIST_BEGINS,
    JsonDocument,
    line_blocks,
    objects_of_lines,
)
from phantom_ml.data.files.parts import PartWriter, common_schema, join_parts, write_table
from phantom_ml.data.files.source import ReadOptions, SourceFile
from phantom_ml.data.readers.base import Head, Parsed, Reader, readers
from phantom_ml.errors import SourceEmpty, SourceUnreadable
from phantom_ml.wording import counted

Rows = Sequence[dict[str, Any]]
SHOWN = 5


@dataclass
class Notes:
    """What a reader notices on the way.

    Attributes
    ----------
    skipped : int
        Lines that were left out.
    warnings : list of str
    """

    skipped: int = 0
    warnings: list[str] = field(default_factory=list)


class JsonReader(Reader):
    """What both forms have in common: rows come in batches, and become one table."""

    def parse(self, files: Sequence[SourceFile], options: ReadOptions, folder: Path) -> Parsed:
        """Return the rows of all files."""
        odd: dict[str, str] = {}
        notes = Notes()
        texts = [as_utf8(file, options.encoding, folder) for file in files]
        with PartWriter(folder, "part") as writer:
            for text in texts:
                for rows in self.rows_of(text, options, notes):
                    frame, examples = frame_of_rows(rows)
                    check_width(frame.width, options.max_columns, text.name)
                    odd |= {n: v for n, v in examples.items() if n not in odd}
                    if frame.width:
                        writer.write(frame)
        if not writer.parts:
            raise SourceEmpty(
                f"{files[0].name!r} has no object with a value.", "Give a file with rows."
            )
        joined, rows_file = folder / "joined.parquet", folder / "rows.parquet"
        n_rows = join_parts(writer.parts, common_schema(writer.parts), joined)
        whole = pl.scan_parquet(joined, glob=False)
        lazy, told = tidied(whole, keep_infinite=options.keep_infinite)
        write_table(lazy, rows_file)
        joined.unlink()
        warnings = [w for text in texts for w in text.warnings] + notes.warnings
        warnings += told + told_odd(odd)
        details = {"encoding": texts[0].encoding}
        return Parsed(rows_file, n_rows, details, tuple(warnings), notes.skipped)

    @abstractmethod
    def rows_of(self, text: TextFile, options: ReadOptions, notes: Notes) -> Iterator[Rows]:
        """Yield the objects of a file; what a person should know goes to ``notes``."""


@readers.add("json_lines")
class JsonLinesReader(JsonReader):
    """Reads one object a line."""

    name: ClassVar[str] = "json_lines"

    def recognises(self, head: Head) -> float:
        """Return how sure it is, by the first line, or by the suffix."""
        if head.suffix in {".jsonl", ".ndjson"}:
            return 0.95
        first, _, rest = head.text.lstrip().partition("\n")
        return 0.9 if rest.strip() and _is_object(first) else 0.0

    def rows_of(self, text: TextFile, options: ReadOptions, notes: Notes) -> Iterator[Rows]:
        """Yield the objects of a file."""
        faults: list[tuple[int, str]] = []
        n_lines = 0
        with text.path.open("rb") as opened:
            for lines in line_blocks(opened):
                objects, found = objects_of_lines(lines)
                faults += found
                n_lines += len(lines)
                yield objects
        if len(faults) > options.skip_ragged_share * n_lines:
            told = ", ".join(f"line {n:,}: {why}" for n, why in faults[:SHOWN])
            raise SourceUnreadable(
                f"{len(faults):,} of {counted(n_lines, 'line')} of {text.name!r} "
                f"{'is no JSON object' if len(faults) == 1 else 'are no JSON objects'} ({told}).",
                "Mend them, or set skip_ragged_share to leave out such lines up to that share.",
            )
        if faults:
            left = "was left out: it is no JSON object"
            several = "were left out: they are no JSON objects"
            n_faults = counted(len(faults), "line")
            told = f"{n_faults} of {text.name!r} {left if len(faults) == 1 else several}."
            notes.skipped += len(faults)
            notes.warnings.append(told)


@readers.add("json")
class JsonDocumentReader(JsonReader):
    """Reads an array of objects, an object that holds one, or objects one after another."""

    name: ClassVar[str] = "json"

    def recognises(self, head: Head) -> float:
        """Return how sure it is, by the first brackets."""
        text = head.text.lstrip()
        if LIST_BEGINS.match(text):
            return 0.85
        opens = text[:1] == "{" and text[1:].lstrip()[:1] in {'"', "}"}
        return 0.8 if opens else 0.7 * (head.suffix == ".json")

    def rows_of(self, text: TextFile, options: ReadOptions, notes: Notes) -> Iterator[Rows]:
        """Yield the objects of a file."""
        waiting: Rows | None = None
        document = JsonDocument(text.path, text.name)
        for values in document.batches():
            if waiting is not None:
                yield waiting
            waiting = [_object(value, text.name) for value in values]
        key, rows = _unwrapped(waiting or [])
        yield rows
        if key := (document.key or key)[:60]:
            told = f"Of the object in {text.name!r} the list {key!r} was read."
            notes.warnings.append(told)


def _object(value: Any, name: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise SourceUnreadable(
        f"{name!r} holds a list of {type(value).__name__}, not of objects.",
        'Give objects, one a row: [{"column": value, ...}, ...].',
    )


def _unwrapped(rows: Rows) -> tuple[str, Rows]:
    """Return the list of objects inside, with its key, where one object holds just one."""
    if len(rows) != 1:
        return "", rows
    lists = {key: value for key, value in rows[0].items() if _is_list_of_objects(value)}
    return next(iter(lists.items())) if len(lists) == 1 else ("", rows)


def _is_list_of_objects(value: Any) -> bool:
    listed = isinstance(value, list) and bool(value)
    return listed and all(isinstance(item, dict) for item in value)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
