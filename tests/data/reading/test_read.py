"""Every format, packed or not, gives the same table; what is found by looking is told."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from phantom_ml.data.reading.read import read
from tests.data.events import EVENTS, FORMATS, PACKERS, csv_of, parsed


@pytest.mark.parametrize("packed", PACKERS)
@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_gives_the_same_table(suffix: str, packed: str, tmp_path: Path) -> None:
    path = tmp_path / f"events.{suffix}{packed}"
    path.write_bytes(PACKERS[packed](FORMATS[suffix](EVENTS)))
    frame, _ = parsed(tmp_path, path)
    assert_frame_equal(frame, EVENTS)


@pytest.mark.parametrize("suffix", FORMATS)
def test_content_speaks_before_the_name(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / "events.log"
    path.write_bytes(FORMATS[suffix](EVENTS))
    assert_frame_equal(parsed(tmp_path, path)[0], EVENTS)


def test_a_file_is_read_through_the_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(csv_of(EVENTS))
    dataset = read(path, scratch=tmp_path / "scratch")
    assert (dataset.n_rows, dataset.name, dataset.report.format) == (4, "events.csv", "csv")
    assert_frame_equal(dataset.frame(), EVENTS)


def test_what_was_found_by_looking_is_told(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes("größe;n\n1,5;2\n2,5;3\n".encode("cp1252"))
    frame, result = parsed(tmp_path, path)
    assert frame.to_dicts() == [{"größe": 1.5, "n": 2}, {"größe": 2.5, "n": 3}]
    assert result["details"] == {
        "delimiter": ";",
        "quote": '"',
        "encoding": "cp1252",
        "header": "yes",
        "decimal": ",",
    }


def test_numbers_that_begin_with_zero_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_bytes(b"code,n\n007,0\n100,0.5\n042,-0.25\n")
    frame, _ = parsed(tmp_path, path)
    assert frame["code"].to_list() == ["007", "100", "042"]
    assert frame["n"].to_list() == [0.0, 0.5, -0.25]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-01T12:00:00Z", datetime(2024, 5, 1, 12, tzinfo=UTC)),
        ("2024-05-01T14:00:00.500+02:00", datetime(2024, 5, 1, 12, 0, 0, 500_000, tzinfo=UTC)),
        ("2024-05-01 12:00:00", datetime(2024, 5, 1, 12)),
        ("2024-05-01", datetime(2024, 5, 1)),
        ("2024-05-01 12:00", datetime(2024, 5, 1, 12)),
    ],
)
def test_iso_times_become_utc_where_they_name_a_zone(
    text: str, expected: datetime, tmp_path: Path
) -> None:
    path = tmp_path / "times.csv"
    path.write_text(f"t,n\n{text},1\n{text},2\n")
    assert parsed(tmp_path, path)[0]["t"].to_list() == [expected] * 2


def test_times_of_which_some_name_a_zone_are_in_utc(tmp_path: Path) -> None:
    path = tmp_path / "times.csv"
    path.write_text("t,n\n2024-05-01 12:00:00,1\n2024-05-01T12:00:00Z,2\n")
    assert parsed(tmp_path, path)[0]["t"].to_list() == [datetime(2024, 5, 1, 12, tzinfo=UTC)] * 2


def test_a_zone_that_comes_late_in_a_file_counts_for_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "times.csv"
    path.write_text("t\n" + "2024-05-01 12:00:00\n" * 200_000 + "2024-05-01T12:00:00Z\n")
    found = parsed(tmp_path, path)[0]["t"]
    assert found.dtype == pl.Datetime("us", "UTC")
    assert found.null_count() == 0


def test_a_date_that_is_none_leaves_the_column_text(tmp_path: Path) -> None:
    path = tmp_path / "times.csv"
    path.write_text("t,n\n2024-05-01,1\n2024-13-01,2\n")
    assert parsed(tmp_path, path)[0]["t"].to_list() == ["2024-05-01", "2024-13-01"]


def test_integers_too_large_for_64_bits_become_floats(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text("n,m\n1,1\n18446744073709551615,2\n")
    assert parsed(tmp_path, path)[0].schema["n"] == pl.Float64


def test_padding_is_taken_off(tmp_path: Path) -> None:
    path = tmp_path / "padded.csv"
    path.write_text("a, b, c\n1, 2, x\n3, ?, y\n")
    frame, _ = parsed(tmp_path, path, has_header=False)
    assert frame.row(2) == ("3", None, "y")


def test_spellings_of_missing_may_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "missing.csv"
    path.write_text("label,n\nNone,1\nn.k.,2\n")
    frame, _ = parsed(tmp_path, path, missing_values=("n.k.",))
    assert frame["label"].to_list() == ["None", None]
