"""Cells that hold something and no time: which count, and what is said of them."""

from datetime import datetime

import polars as pl
import pytest

from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.data.times.form import other_order
from phantom_ml.data.times.unread import UnreadTimes, unread_cells


def column(form: str, dtype: str = "String") -> ColumnSchema:
    return ColumnSchema(name="when", dtype=dtype, kind=ColumnKind.TIMESTAMP, time_form=form)


def told(cells: list[str | None], form: str = "month first", dtype: str = "String") -> str:
    found = UnreadTimes(len(cells))
    found.add(column(form, dtype), pl.Series("when", cells))
    return " ".join(found.notes())


@pytest.mark.parametrize("cell", [None, "", "-", " N/A ", "01/31/2026", "2026-01-31T10:00:00Z"])
def test_what_is_missing_or_a_time_is_not_unread(cell):
    assert unread_cells(pl.Series([cell], dtype=pl.String), "month first").is_empty()


def test_a_number_that_is_missing_is_not_unread():
    assert unread_cells(pl.Series([float("nan"), None]), "s").is_empty()


def test_0_among_recent_seconds_is_unread():
    assert unread_cells(pl.Series([0, 1_709_251_200]), "recent s").to_list() == ["0"]


def test_stored_times_are_not_unread():
    assert unread_cells(pl.Series([datetime(2026, 1, 31), None]), "month first").is_empty()


def test_how_many_of_how_many_are_told():
    assert "2 of 4 cells of 'when'" in told(["soon", "01/31/2026", None, "later"])


def test_the_first_such_cell_is_shown():
    assert "'soon' for one: they are missing" in told(["01/31/2026", "soon", "later"])


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("month first", "the month first, 01/31/2026"),
        ("days", "days as one number, 20260131"),
        ("s", "seconds since 1970"),
        ("recent ms", "milliseconds since 1970 above 0"),
    ],
)
def test_the_form_of_training_is_told(form, words):
    assert f"Training read {words}." in told(["soon"], form)


def test_of_stored_times_iso_8601_is_told():
    assert "Training read ISO 8601" in told(["soon"], dtype="Datetime(time_unit='us')")


def test_text_may_be_written_in_iso_8601():
    assert "or in ISO 8601" in told(["soon"])


def test_numbers_may_not_be_written_in_iso_8601():
    assert "ISO 8601" not in told(["soon"], "s")


@pytest.mark.parametrize(
    ("form", "cell", "words"),
    [
        ("month first", "25/12/2026", "took the month to come first; here the day comes first"),
        ("day first", "12/25/2026", "took the day to come first; here the month comes first"),
        ("month first", "99/12/31", "took the month to come first; here the year comes first"),
    ],
)
def test_another_order_of_day_and_month_is_told(form, cell, words):
    assert words in told([cell, "03/04/2026"], form)


def test_nonsense_proves_no_other_order():
    assert other_order(pl.Series(["soon", "03/04/2026 25:00"]), "month first") is None


def test_cells_of_several_blocks_are_counted_together():
    found = UnreadTimes()
    for cells in (["soon", "01/31/2026"], ["01/31/2026"], ["25/12/2026"]):
        found.n_rows += len(cells)
        found.add(column("month first"), pl.Series("when", cells))
    assert "2 of 4 cells" in found.notes()[0]


def test_a_later_block_may_prove_another_order():
    found = UnreadTimes(2)
    for cell in ("soon", "25/12/2026"):
        found.add(column("month first"), pl.Series("when", [cell]))
    assert "the day comes first" in found.notes()[0]
