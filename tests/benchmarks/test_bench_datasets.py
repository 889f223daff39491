import json

import numpy as np
import polars as pl
import pytest

from benchmarks.datasets import folders, load
from tests.benchmarks.folders import made


@pytest.fixture
def folder(tmp_path):
    return made(tmp_path / "tiny")


def test_label_and_id_columns_are_no_features(folder):
    assert load(folder).features == ["x0", "x1", "x2"]


def test_positive_class_has_code_one(folder):
    assert load(folder).classes == ("normal", "attack")


def test_class_that_training_never_saw_has_code_minus_one(folder):
    test = pl.read_parquet(folder / "test.parquet")
    test[0, "label"] = "probe"
    test.write_parquet(folder / "test.parquet")
    assert load(folder).truth[0] == -1


def test_rows_without_a_target_are_left_out(folder):
    train = pl.read_parquet(folder / "train.parquet")
    train[0, "label"] = None
    train.write_parquet(folder / "train.parquet")
    assert load(folder).train.num_rows == 399


def test_dates_become_timestamps(folder):
    for part in ("train", "test"):
        frame = pl.read_parquet(folder / f"{part}.parquet")
        day = pl.lit("2026-03-02").str.to_date().alias("day")
        frame.with_columns(day).write_parquet(folder / f"{part}.parquet")
    assert str(load(folder).train.schema.field("day").type) == "timestamp[us]"


def test_values_of_a_regression_stay_values(tmp_path):
    data = load(made(tmp_path / "values", task="regression", target="x0"))
    assert data.truth.dtype == np.float64


def test_whole_floats_are_the_same_classes_as_whole_numbers(tmp_path):
    folder = made(tmp_path / "codes", target="difficulty", positive_class=1)
    test = pl.read_parquet(folder / "test.parquet")
    test.with_columns(pl.col("difficulty").cast(float)).write_parquet(folder / "test.parquet")
    assert set(load(folder).truth) == {0, 1}


def test_folder_of_folders_gives_those_of_a_known_task(tmp_path):
    made(tmp_path / "b"), made(tmp_path / "a")
    made(tmp_path / "other", task="forecast")
    assert [folder.name for folder in folders(tmp_path, None)] == ["a", "b"]


def test_named_sets_are_given_in_their_order(tmp_path):
    made(tmp_path / "b"), made(tmp_path / "a")
    assert [folder.name for folder in folders(tmp_path, "b,a")] == ["b", "a"]


def test_one_data_folder_is_itself(folder):
    assert json.loads((folders(folder, None)[0] / "meta.json").read_text())["target"] == "label"


def test_set_for_another_task_is_refused(tmp_path):
    folder = made(tmp_path / "series", task="forecast")
    with pytest.raises(ValueError, match="forecast"):
        load(folder)
