"""Moments and clocks on a wall are told apart, however they are written."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from phantom_ml.errors import DataError
from phantom_ml.forecasters.series.zoned import is_zoned, require_same_kind

NOON = datetime(2026, 1, 31, 12)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-01-31T12:00:00Z", "2026-01-31 12:00+02:00", "31/Jan/2026:12:00:00 +0200",
        "[31/Jan/2026:12:00:00 +0200]", "Sat, 31 Jan 2026 12:00:00 GMT", "31.01.2026 12:00 -05:00",
        "01/31/2026 12:00:00 PM UTC", "20260131T120000Z", "20260131T120000+0200",
        "Sat Jan 31 12:00:00 UTC 2026", "2026/01/31 12:00:00.5 +0200", NOON.replace(tzinfo=UTC),
    ],
)  # fmt: skip
def test_a_zone_is_seen(cell):
    assert is_zoned(pl.Series([cell, None])) is True


@pytest.mark.parametrize(
    "cell",
    [
        "2026-01-31T12:00:00", "31/Jan/2026:12:00:00", "Sat, 31 Jan 2026 12:00:00", "31.01.2026 12:00",
        "01/31/2026 12:00:00 PM", "20260131T120000", "Sat Jan 31 12:00:00 2026", "31-01-2026 12:00",
        "Jan 31 12:00:00", "2026-01-31-12.00.00.000", "31.01.2026 12:00 CET", NOON,
    ],
)  # fmt: skip
def test_a_clock_without_a_zone_is_seen(cell):
    assert is_zoned(pl.Series([cell, None])) is False


@pytest.mark.parametrize("cell", ["2026-01-31", "31-01-2026", "20260131", "1769860800", date.max])
def test_a_day_and_a_number_tell_neither(cell):
    assert is_zoned(pl.Series([cell])) is None


def test_some_with_a_zone_and_others_without_tell_neither():
    assert is_zoned(pl.Series(["31.01.2026 12:00", "31.01.2026 12:00 +0200"])) is None


def test_of_a_history_that_does_not_say_it_all_times_are_taken():
    require_same_kind(pl.Series([NOON]), None)


@pytest.mark.parametrize(
    ("cell", "history"), [("31.01.2026 12:00 +0200", False), ("31.01.2026 12:00", True)]
)
def test_the_other_kind_is_refused_by_its_value(cell, history):
    with pytest.raises(DataError, match=r"'time' holds times with.*'31\.01\.2026 12:00"):
        require_same_kind(pl.Series("time", [cell]), history)
