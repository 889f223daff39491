"""Times of which some name a zone and others none: they are taken for UTC, and it is said."""

from datetime import UTC, datetime, timedelta, timezone

import pandas as pd
import pytest

from phantom_ml.data.reading.read import read

MIXED = ["2026-03-02T01:00:00+01:00", "2026-03-02T00:10:00"]
OBJECTS = [
    datetime(2026, 3, 2, 1, tzinfo=timezone(timedelta(hours=1))),
    datetime(2026, 3, 2, 0, 10),
]
MOMENTS = [datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 2, 0, 10, tzinfo=UTC)]


@pytest.fixture(params=["file", "zone later", "text", "objects", "pandas"])
def source(request, tmp_path):
    lines = MIXED if request.param == "file" else MIXED[::-1]
    file = tmp_path / "t.csv"
    file.write_text("\n".join(["when", *lines]) + "\n")
    return {
        "file": file,
        "zone later": file,
        "text": {"when": MIXED},
        "objects": {"when": OBJECTS},
        "pandas": pd.DataFrame({"when": pd.Series(OBJECTS, dtype=object)}),
    }[request.param]


def test_times_without_a_zone_among_others_are_taken_for_utc(source, tmp_path):
    found = read(source, scratch=tmp_path / "scratch")
    assert found.frame()["when"].sort().to_list() == MOMENTS


def test_times_without_a_zone_among_others_are_told(source, tmp_path):
    told = read(source, scratch=tmp_path / "scratch").report.warnings
    assert len(told) == 1
    assert "00:10:00' for one: those without are taken for UTC" in told[0]


@pytest.mark.parametrize("values", [MIXED[:1] * 2, MIXED[1:] * 2, ["2026-03-02", "2026-03-03"]])
def test_times_that_all_name_a_zone_or_none_are_not_worth_a_word(values, tmp_path):
    (tmp_path / "t.csv").write_text("\n".join(["when", *values]) + "\n")
    assert read(tmp_path / "t.csv", scratch=tmp_path / "scratch").report.warnings == ()
