from datetime import UTC, datetime

import polars as pl
import pytest

from phantom_ml.data.recognise import recognise
from phantom_ml.errors import ColumnMissing, TypeUnsafe
from phantom_ml.model.align import LEAST_JUNK, align

TRAINED = pl.DataFrame(
    {"when": [datetime(2026, 3, d) for d in range(1, 9)], "n": range(8), "note": list("abcdefgh")}
)
INPUTS = recognise(TRAINED)


def test_columns_come_in_the_order_of_training():
    rows = TRAINED.select("note", "n", extra=pl.lit(1), when="when")
    assert align(rows, INPUTS, ["when", "n"]).columns == ["when", "n"]


def test_what_is_missing_is_named_with_what_is_there():
    with pytest.raises(ColumnMissing, match=r"'when'.*has 'n'"):
        align(TRAINED.select("n"), INPUTS, ["when", "n"])


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T10:00:00",
        "2026-03-02 10:00:00",
        "2026-03-02T10:00:00.000000",
    ],
)
def test_written_times_are_times_again(text):
    found = align(pl.DataFrame({"when": [text, None]}), INPUTS, ["when"])["when"]
    assert found.to_list() == [datetime(2026, 3, 2, 10), None]


@pytest.mark.parametrize(
    "text",
    ["2026-03-02T10:00:00Z", "2026-03-02T12:00:00+02:00", "02/Mar/2026:10:00:00 +0000"],
)
def test_written_times_that_name_a_zone_are_in_utc(text):
    found = align(pl.DataFrame({"when": [text, None]}), INPUTS, ["when"])["when"]
    assert found.to_list() == [datetime(2026, 3, 2, 10, tzinfo=UTC), None]


def test_times_without_a_zone_are_in_utc_where_those_of_training_named_one():
    zoned = recognise(TRAINED.with_columns(pl.col("when").dt.replace_time_zone("UTC")))
    found = align(TRAINED.head(1), zoned, ["when"])["when"]
    assert found.to_list() == [datetime(2026, 3, 1, tzinfo=UTC)]


def test_one_time_that_cannot_be_read_spoils_no_other():
    texts = ["2026-03-02T12:00:00+02:00", "soon"]
    found = align(pl.DataFrame({"when": texts}), INPUTS, ["when"])["when"]
    assert found.to_list() == [datetime(2026, 3, 2, 10, tzinfo=UTC), None]


def test_text_stays_text():
    found = align(pl.DataFrame({"note": ["2026-03-02"]}), INPUTS, ["note"])
    assert found["note"].to_list() == ["2026-03-02"]


def test_many_words_where_times_were_are_refused():
    rows = pl.DataFrame({"when": ["soon"] * LEAST_JUNK})
    with pytest.raises(TypeUnsafe, match=r"'when' held times.*'soon'"):
        align(rows, INPUTS, ["when"])


@pytest.mark.parametrize("cell", ["", "-", "N/A", "soon", "5", "45000"])
def test_a_cell_that_is_no_time_is_missing_alone_too(cell):
    assert align(pl.DataFrame({"when": [cell]}), INPUTS, ["when"])["when"].to_list() == [None]


def test_many_marks_for_no_time_are_missing():
    rows = pl.DataFrame({"when": ["-", ""] * LEAST_JUNK})
    assert align(rows, INPUTS, ["when"])["when"].null_count() == len(rows)


@pytest.mark.parametrize("cell", ["1709251200", "1709251200000", "20240301", "133537248000000000"])
@pytest.mark.parametrize("beside", [[], ["2024-03-01T00:00:00Z"], ["-", "soon"]])
def test_a_number_where_times_were_is_read_by_itself(cell, beside):
    found = align(pl.DataFrame({"when": [cell, *beside]}), INPUTS, ["when"])["when"]
    assert found[0].replace(tzinfo=None) == datetime(2024, 3, 1)


def test_an_unreadable_cell_gives_local_times_no_zone():
    rows = pl.DataFrame({"when": ["2026-03-02T10:00:00", "soon"]})
    found = align(rows, INPUTS, ["when"])["when"]
    assert found.to_list() == [datetime(2026, 3, 2, 10), None]
