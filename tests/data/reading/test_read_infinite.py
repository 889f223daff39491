"""Infinite numbers: missing, or kept where that is asked for."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pytest

from phantom_ml.data.reading.read import ReadOptions, read, table_of

VALUES = [1.5, float("inf"), None, float("-inf"), 2.5]
KEEP = ReadOptions(keep_infinite=True)


def rows_of_json():
    return "\n".join(json.dumps({"a": v}) for v in [1.5, float("inf"), None, -float("inf"), 2.5])


@pytest.fixture
def files(tmp_path):
    """Return a folder with the values as CSV, JSON lines and Parquet."""
    (tmp_path / "a.csv").write_text("a,b\n1.5,x\ninf,x\nNaN,x\n-inf,x\n2.5,x\n")
    (tmp_path / "a.jsonl").write_text(rows_of_json())
    pl.DataFrame({"a": [1.5, np.inf, np.nan, -np.inf, 2.5]}).write_parquet(tmp_path / "a.parquet")
    return tmp_path


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_infinite_numbers_of_a_file_are_kept_where_asked(files, name):
    dataset = read(files / name, KEEP, scratch=files / "scratch")
    assert dataset.frame()["a"].to_list() == VALUES


def test_infinite_numbers_that_are_kept_need_no_warning(files):
    assert read(files / "a.csv", KEEP, scratch=files / "scratch").report.warnings == ()


def test_infinite_numbers_in_memory_are_kept_where_asked():
    assert table_of(pd.DataFrame({"a": VALUES}), KEEP)["a"].to_list() == VALUES


def test_infinite_numbers_in_memory_are_missing_otherwise():
    assert table_of(pd.DataFrame({"a": VALUES}))["a"].to_list() == [1.5, None, None, None, 2.5]


@pytest.mark.parametrize("nothing", [pd.NA, pd.NaT], ids=repr)
def test_the_missing_values_of_pandas_are_missing_among_others(nothing):
    assert table_of({"a": [1.5, nothing, 2]})["a"].to_list() == [1.5, None, 2.0]
