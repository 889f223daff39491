"""Nested JSON and Parquet: flattened, found within objects, streamed."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.data.events import parsed


def test_nested_json_is_flattened_and_lists_are_text(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text('{"a": {"b": {"c": 1}}, "l": [1, {"x": "é"}]}\n{"a": {"b": null}, "d": true}\n')
    frame, _ = parsed(tmp_path, path)
    assert frame.to_dicts() == [
        {"a.b.c": 1, "l": '[1, {"x": "é"}]', "a.b": None, "d": None},
        {"a.b.c": None, "l": None, "a.b": None, "d": True},
    ]


def test_records_within_an_object_are_read(tmp_path: Path) -> None:
    path = tmp_path / "trail.json"
    path.write_text('{"Records": [{"a": 1},\n {"a": 2}]}')
    frame, result = parsed(tmp_path, path)
    assert frame["a"].to_list() == [1, 2]
    assert result["warnings"] == ["Of the object in 'trail.json' the list 'Records' was read."]


def test_objects_over_several_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "pretty.json"
    path.write_text("\n".join(json.dumps({"a": i, "b": {"c": "x"}}, indent=2) for i in range(3)))
    assert parsed(tmp_path, path)[0]["a"].to_list() == [0, 1, 2]


@pytest.mark.parametrize("key", ["", "Records"])
def test_json_longer_than_a_block_is_streamed(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phantom_ml.data.files.json_stream.BLOCK", 1000)
    rows = [{"a": i, "b": "x" * (i % 50), "c": {"d": [i]}} for i in range(500)]
    path = tmp_path / "long.json"
    path.write_text(json.dumps({key: rows} if key else rows, indent=1))
    frame, _ = parsed(tmp_path, path)
    assert frame["a"].to_list() == list(range(500))


def test_nested_parquet_is_flattened(tmp_path: Path) -> None:
    path = tmp_path / "n.parquet"
    frame = pl.DataFrame(
        {
            "s": [{"x": 1, "y": {"z": "a"}}, None],
            "l": [[1, 2], None],
            "c": pl.Series(["p", "q"], dtype=pl.Categorical),
            "d": [date(2024, 1, 1), None],
            "t": pl.Series([timedelta(seconds=1.5), None]),
            "b": [b"\x01\xff", None],
            "f": [float("inf"), float("nan")],
            "z": pl.Series([datetime(2024, 1, 1), None]).dt.replace_time_zone("Europe/Berlin"),
        }
    )
    frame.write_parquet(path)
    read_back, result = parsed(tmp_path, path)
    assert read_back.row(0, named=True) == {
        "s.x": 1,
        "s.y.z": "a",
        "l": "[1,2]",
        "c": "p",
        "d": datetime(2024, 1, 1),
        "t": 1.5,
        "b": "01ff",
        "f": None,
        "z": datetime(2023, 12, 31, 23, tzinfo=UTC),
    }
    assert set(read_back.drop("c").row(1)) == {None}
    assert result["warnings"] == ["Column 'f' had 1 infinite value; it is missing now."]
