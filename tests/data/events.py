"""What tests of reading share: a table of events, its writings, and a parse in this process."""

import gzip
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import zstandard

from phantom_ml.data.reading.parse_child import parse
from phantom_ml.data.reading.read import ReadOptions

EVENTS = pl.DataFrame(
    {
        "time": [datetime(2024, 5, 1, 12, 0, i) for i in range(4)],
        "user": ["ann", "bob", None, "eve"],
        "bytes": [1, 200, 3, None],
        "rate": [0.5, 1.25, None, 2.0],
        "admin": [True, False, None, True],
        "zip": ["00501", "10001", "02134", None],
    }
)


def parsed(folder: Path, *paths: Path, **options: Any) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Parse in this process, which takes a hundredth of the time of one's own."""
    out = folder / "out"
    out.mkdir()
    given = ReadOptions(**options).model_dump()
    result = parse({"files": [str(p) for p in paths], "options": given, "folder": str(out)})
    return pl.read_parquet(result["rows"]), result


def csv_of(frame: pl.DataFrame) -> bytes:
    return frame.write_csv(datetime_format="%Y-%m-%dT%H:%M:%S").encode()


def json_of(frame: pl.DataFrame) -> bytes:
    rows = frame.with_columns(pl.col("time").dt.strftime("%Y-%m-%d %H:%M:%S")).to_dicts()
    return json.dumps(rows).encode()


def jsonl_of(frame: pl.DataFrame) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in json.loads(json_of(frame)))


def parquet_of(frame: pl.DataFrame) -> bytes:
    import io

    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


Writer = Callable[[pl.DataFrame], bytes]
FORMATS: dict[str, Writer] = {
    "csv": csv_of,
    "json": json_of,
    "jsonl": jsonl_of,
    "parquet": parquet_of,
}
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstandard.compress,
}
