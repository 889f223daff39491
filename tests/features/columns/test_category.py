"""Categories are codes of frequent values; a tie for the last place gives none of them one."""

import polars as pl
import pytest

from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.columns.category import MAX_LEVELS, CategoryEncoder


def fitted(cells: list[str]) -> CategoryEncoder | None:
    schema = ColumnSchema(name="code", dtype="String", kind=ColumnKind.CATEGORY)
    return CategoryEncoder.fit(pl.Series(cells), schema)


@pytest.fixture
def once():
    return [f"{i:05d}" for i in range(2 * MAX_LEVELS)]


def test_values_that_all_come_once_are_no_levels_where_there_are_too_many(once):
    assert fitted(once) is None


def test_frequent_values_are_levels_and_those_tied_at_the_limit_are_not(once):
    assert fitted([*once, "b", "b", "a", "a", "a"]).levels == ("a", "b")


def test_as_many_values_as_there_may_be_are_all_levels(once):
    assert len(fitted(once[:MAX_LEVELS]).levels) == MAX_LEVELS
