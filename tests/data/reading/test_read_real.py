"""Real logs and tables are understood as they come."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.data.events import PACKERS, parsed

SHARED = Path(__file__).parents[3].parent / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data sets are not here")


@needs_shared
def test_a_file_without_a_header_is_understood(tmp_path: Path) -> None:
    path = SHARED / "nsl_kdd" / "raw_KDDTrain_first2000_noheader.csv"
    frame, result = parsed(tmp_path, path)
    assert (frame.shape, result["details"]["header"]) == ((2000, 43), "no")
    assert frame.row(0)[:5] == (0, "tcp", "ftp_data", "SF", 491)


@needs_shared
def test_a_zeek_log_is_understood(tmp_path: Path) -> None:
    frame, _ = parsed(tmp_path, SHARED / "zeek_conn_mixed" / "raw_conn.log.labeled")
    assert (frame.width, frame.schema["orig_bytes"]) == (23, pl.Int64)
    assert frame.columns[:3] == ["ts", "uid", "id.orig_h"]


@needs_shared
def test_windows_events_are_understood(tmp_path: Path) -> None:
    frame, _ = parsed(tmp_path, SHARED / "raw_samples" / "windows_events_security_sysmon.jsonl")
    assert frame.height == 600
    assert frame.schema["EventTime"] == pl.Datetime("us")


@needs_shared
@pytest.mark.parametrize("name", ["HDFS_2k.log", "Linux_2k.log"])
def test_free_text_becomes_lines(name: str, tmp_path: Path) -> None:
    frame, result = parsed(tmp_path, SHARED / "raw_samples" / name)
    assert frame.shape == (2000, 1)
    assert result["warnings"] == [f"No delimiter fits {name!r}; each line is one value."]


@needs_shared
@pytest.mark.parametrize("packed", ["", ".zst"])
@pytest.mark.parametrize("name", ["adult_income", "cowrie_honeypot_json", "zeek_conn_mixed"])
def test_parquet_written_as_csv_reads_the_same(name: str, packed: str, tmp_path: Path) -> None:
    source = SHARED / name / "train.parquet"
    original, _ = parsed(tmp_path, source)
    (tmp_path / "out").rename(tmp_path / "first")
    path = tmp_path / f"a.csv{packed}"
    path.write_bytes(PACKERS[packed](original.write_csv(null_value="NULL").encode()))
    again, _ = parsed(tmp_path, path)
    assert again.shape == original.shape
    numeric = [n for n, t in original.schema.items() if t.is_numeric()]
    assert_frame_equal(again.select(numeric), original.select(numeric), check_dtypes=False)
