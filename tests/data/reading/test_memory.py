"""Tables in memory: taken as they are, without a copy where that can be."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal

from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.data.reading.read import ReadOptions, read
from phantom_ml.errors import DataError, SourceEmpty, SourceUnreadable, TooManyColumns
from tests.data.events import EVENTS


def small(source: Any, tmp_path: Path, **options: Any) -> Dataset:
    return read(source, ReadOptions(**options), scratch=tmp_path)


IN_MEMORY: dict[str, Any] = {
    "polars": EVENTS,
    "lazy": EVENTS.lazy(),
    "arrow": EVENTS.to_arrow(),
    "batch": EVENTS.to_arrow().to_batches()[0],
    "mapping": EVENTS.to_dict(as_series=False),
    "series": EVENTS.to_dict(),
    "rows": EVENTS.to_dicts(),
}


@pytest.mark.parametrize("source", IN_MEMORY.values(), ids=IN_MEMORY)
def test_tables_in_memory_are_taken_as_they_are(source: Any, tmp_path: Path) -> None:
    dataset = small(source, tmp_path)
    assert_frame_equal(dataset.frame(), EVENTS)
    assert dataset.report.format == "frame"


def test_pandas_is_taken_without_its_index(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "c": pd.Categorical(["x", None, "y"]),
            "d": [date(2024, 1, 1), None, date(2024, 1, 3)],
            "f": [1.5, np.nan, np.inf],
            "o": [1, "two", None],
            "t": pd.to_datetime(["2024-01-01", None, "2024-01-03"], utc=True),
            "n": pd.array([1, None, 3], dtype="Int64"),
        },
        index=[7, 8, 9],
    )
    dataset = small(frame, tmp_path)
    assert dataset.frame().rows() == [
        ("x", datetime(2024, 1, 1), 1.5, "1", datetime(2024, 1, 1, tzinfo=UTC), 1),
        (None, None, None, "two", None, None),
        ("y", datetime(2024, 1, 3), None, None, datetime(2024, 1, 3, tzinfo=UTC), 3),
    ]
    assert "'o' has values of several types" in " ".join(dataset.report.warnings)


def test_pandas_names_are_made_text_and_unique(tmp_path: Path) -> None:
    frame = pd.DataFrame([[1, 2, 3]], columns=pd.Index([0, ("a", "b"), 0], dtype=object))
    assert small(frame, tmp_path).columns == ["0", "a.b", "0_2"]


def test_numbers_of_pandas_are_not_copied(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": np.arange(1000.0)})
    taken = small(frame, tmp_path).frame()["a"].to_numpy()
    assert np.shares_memory(taken, frame["a"].to_numpy())


def test_an_array_has_columns_by_number(tmp_path: Path) -> None:
    dataset = small(np.array([[1.0, 2.0], [3.0, np.nan]]), tmp_path)
    assert dataset.frame().to_dict(as_series=False) == {"c0": [1.0, 3.0], "c1": [2.0, None]}


def test_an_array_with_fields_has_their_names(tmp_path: Path) -> None:
    array = np.array([(1, "x"), (2, "y")], dtype=[("n", "i4"), ("s", "U3")])
    assert small(array, tmp_path).frame().rows() == [(1, "x"), (2, "y")]


def test_masked_values_are_missing(tmp_path: Path) -> None:
    array = np.ma.masked_array([[1, 2], [3, 4]], mask=[[False, True], [False, False]])
    assert small(array, tmp_path).frame()["c1"].to_list() == [None, 4]


LONG, COMPLEX = np.array([0.5, 1.5], np.longdouble), np.array([1 + 2j, 0])


@pytest.mark.parametrize(
    "source",
    [
        LONG[:, None],
        LONG[:, None].astype(object),
        {"c0": LONG},
        [{"c0": LONG[0]}],
        pd.DataFrame({"c0": LONG}),
        np.array([(0.5,)], dtype=[("c0", np.longdouble)]),
        np.ma.masked_array(LONG[:, None], mask=[[True], [False]]),
    ],
    ids=["array", "objects", "mapping", "mappings", "pandas", "fields", "masked"],
)
def test_floats_of_more_than_64_bits_are_refused(source: Any, tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="'c0' holds values of type longdouble"):
        small(source, tmp_path)


@pytest.mark.parametrize(
    "source",
    [
        COMPLEX[:, None].astype(object),
        {"c0": COMPLEX},
        {"c0": ["x", 1j]},
        pd.DataFrame({"c0": COMPLEX}),
        pd.DataFrame({"c0": COMPLEX.astype(object)}),
        pl.DataFrame({"c0": pl.Series([1j], dtype=pl.Object)}),
        [[1j], [2.0]],
        [{"c0": 1j}, {"c0": 2}],
        [{"c0": np.complex64(1)}],
        [{"c0": [1j]}],
    ],
    ids=[
        "objects",
        "mapping",
        "with text",
        "pandas",
        "pandas objects",
        "polars objects",
        "rows",
        "mappings",
        "mappings of numpy",
        "lists in mappings",
    ],
)
def test_complex_numbers_are_refused(source: Any, tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="Complex data not supported: column 'c0'"):
        small(source, tmp_path)


def test_complex_numbers_in_a_mapping_of_mappings_are_refused_by_their_path(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match=re.escape("column 'a.b'")):
        small([{"a": {"b": 1j}}], tmp_path)


def test_arrow_names_may_come_twice(tmp_path: Path) -> None:
    table = pa.table([[1], [2]], names=["a", "a"])
    assert small(table, tmp_path).columns == ["a", "a_2"]


def test_json_text_is_a_table(tmp_path: Path) -> None:
    assert small('[{"a": 1}, {"a": 2}]', tmp_path).n_rows == 2
    assert small('{"a": [1, 2], "b": ["x", "y"]}', tmp_path).columns == ["a", "b"]
    assert small('{"a": 1, "b": {"c": "x"}}', tmp_path).frame().rows() == [(1, "x")]


def test_times_as_text_become_times_in_memory_too(tmp_path: Path) -> None:
    zone = timezone(timedelta(hours=2))
    source = {"t": ["2024-01-01T02:00:00+02:00"], "z": [datetime(2024, 1, 1, 2, tzinfo=zone)]}
    assert small(source, tmp_path).frame().row(0) == (datetime(2024, 1, 1, tzinfo=UTC),) * 2


def test_rows_as_lists_are_a_table(tmp_path: Path) -> None:
    assert small([[1, "a"], [2, "b"]], tmp_path).frame().rows() == [(1, "a"), (2, "b")]


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        (42, SourceUnreadable, "A int cannot be read"),
        (np.zeros((2, 2, 2)), SourceUnreadable, r"shape \(2, 2, 2\)"),
        ({"a": [1, 2], "b": [1]}, SourceUnreadable, "different lengths"),
        (pl.DataFrame({"a": []}), SourceEmpty, "no row"),
        (pl.DataFrame(), SourceEmpty, "no column"),
        ([], SourceEmpty, "no column"),
        ("[{", SourceUnreadable, None),
        ('{"a": 1,}', SourceUnreadable, "not JSON"),
        (np.zeros((1, 30)), TooManyColumns, "30 columns"),
    ],
)
def test_what_is_no_table_is_refused(
    source: Any, error: type[DataError], words: str | None, tmp_path: Path
) -> None:
    with pytest.raises(DataError if words is None else error, match=words):
        small(source, tmp_path, max_columns=20)


def test_reading_twice_gives_the_same_rows(tmp_path: Path) -> None:
    dataset = small(pl.LazyFrame({"a": range(5000)}).select(pl.col("a").shuffle()), tmp_path)
    assert_frame_equal(dataset.frame(), dataset.frame())
