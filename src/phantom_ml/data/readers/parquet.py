"""Parquet, tidied and written again so that nothing foreign is parsed a second time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import polars as pl
from polars.exceptions import PolarsError

from phantom_ml.data.columns.names import check_width
from phantom_ml.data.columns.tidy import tidied
from phantom_ml.data.files.parts import Part, common_schema, is_full, join_parts, write_table
from phantom_ml.data.files.source import ReadOptions, SourceFile
from phantom_ml.data.readers.base import Head, Parsed, Reader, readers
from phantom_ml.errors import SourceEmpty, SourceUnreadable


@readers.add("parquet")
class ParquetReader(Reader):
    """Reads Parquet."""

    name: ClassVar[str] = "parquet"

    def recognises(self, head: Head) -> float:
        """Return 1 for its four magic bytes; its suffix alone claims the file too, to refuse it."""
        return 1.0 if head.raw.startswith(b"PAR1") or head.suffix in {".parquet", ".pq"} else 0.0

    def parse(self, files: Sequence[SourceFile], options: ReadOptions, folder: Path) -> Parsed:
        """Return the rows of all files."""
        parts: list[Part] = []
        warnings: list[str] = []
        for i, file in enumerate(files):
            try:
                part, told = _rewrite(file, options, folder / f"part-{i}.parquet")
            except PolarsError as error:
                if is_full(error):
                    raise
                raise SourceUnreadable(
                    f"{file.name!r} is damaged, or no Parquet: {str(error)[:200]}",
                    "Write the file again, or give it as CSV or JSON lines.",
                ) from None
            parts.append(part)
            warnings += [w for w in told if w not in warnings]
        if not any(part.n_rows for part in parts):
            raise SourceEmpty(f"{files[0].name!r} has no row.", "Give a file with rows.")
        rows = folder / "rows.parquet"
        n_rows = join_parts(parts, common_schema(parts), rows)
        return Parsed(rows, n_rows, {}, tuple(warnings))


def _rewrite(file: SourceFile, options: ReadOptions, target: Path) -> tuple[Part, list[str]]:
    source = pl.scan_parquet(file.path, glob=False, hive_partitioning=False)
    check_width(len(source.collect_schema()), options.max_columns, file.name)
    lazy, warnings = tidied(source, keep_infinite=options.keep_infinite)
    check_width(len(lazy.collect_schema()), options.max_columns, file.name)
    write_table(lazy, target)
    written = pl.scan_parquet(target, glob=False)
    n_rows = written.select(pl.len()).collect().item()
    return Part(target, dict(written.collect_schema()), n_rows), warnings
