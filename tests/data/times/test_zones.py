"""Times with a zone among a model that knows none: told, and the other way round."""

from datetime import UTC, datetime

import polars as pl
import pytest

from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.data.times.unread import UnreadTimes
from phantom_ml.data.times.zones import names_zone

NAIVE, ZONED = (str(pl.Datetime("us", zone)) for zone in (None, "UTC"))
NOON = datetime(2026, 1, 31, 12)


def told(dtype, cells):
    found = UnreadTimes(len(cells))
    column = ColumnSchema(name="when", dtype=dtype, kind=ColumnKind.TIMESTAMP, time_form=None)
    found.add_zone(column, pl.Series("when", cells))
    return " ".join(found.notes())


@pytest.mark.parametrize("cells", [["2026-01-31T12:00:00+02:00"], [NOON.replace(tzinfo=UTC)]])
def test_a_zone_where_training_had_none_is_told(cells):
    assert told(NAIVE, cells).startswith("The times of 'when' name a zone, '2026-01-31")


@pytest.mark.parametrize("cells", [["2026-01-31T12:00:00"], [NOON]])
def test_no_zone_where_training_had_one_is_told(cells):
    assert told(ZONED, cells).startswith("The times of 'when' name no zone, '2026-01-31")


@pytest.mark.parametrize(
    ("dtype", "cells"),
    [(NAIVE, [NOON]), (ZONED, [NOON.replace(tzinfo=UTC)]), ("String", ["2026-01-31T12:00:00Z"])],
)
def test_times_as_training_had_them_are_nothing_to_tell(dtype, cells):
    assert told(dtype, cells) == ""


def test_some_with_a_zone_and_others_without_tell_nothing():
    assert names_zone(pl.Series(["2026-01-31T12:00:00Z", "2026-01-31T12:00:00"])) is None
