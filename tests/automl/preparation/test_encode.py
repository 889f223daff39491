"""The matrix of a table, and what the workspace knows of it."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.automl.preparation.encode import encode
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import AutoMLConfig, ProblemKind
from phantom_ml.errors import TargetUnusable
from phantom_ml.features.before import Before
from phantom_ml.features.encoder import Encoder
from tests.automl.asked import ASKED, planned, posed
from tests.core.tables import events


def test_a_table_without_a_usable_column_is_told(tmp_path):
    rows = events(90).select("label", same=pl.lit(1.0))
    with pytest.raises(TargetUnusable, match="No column can be learned from"):
        encode(posed(rows), Workspace(tmp_path), ASKED)


def test_given_rows_teach_the_encoder_nothing(tmp_path):
    strange = events(50, seed=4).with_columns(user=pl.lit("stranger"), proto=pl.lit("sctp"))
    planned(posed(events(200), strange), tmp_path / "a")
    planned(posed(events(200)), tmp_path / "b")
    given, alone = (Encoder.load(tmp_path / x / "encoder") for x in "ab")
    probe = strange.head(1)
    for one, two in zip(given.columns, alone.columns, strict=True):
        assert getattr(one, "levels", None) == getattr(two, "levels", None)
    np.testing.assert_array_equal(given.transform(probe).values, alone.transform(probe).values)


def test_the_matrix_of_the_workspace_is_the_one_that_was_encoded(tmp_path):
    samples, _ = planned(posed(events(120)), tmp_path)
    kept = Workspace(tmp_path).samples()
    np.testing.assert_array_equal(kept.matrix.values, samples.matrix.values)
    np.testing.assert_array_equal(kept.target, samples.target)
    assert kept.matrix.features == samples.matrix.features
    assert (kept.matrix.text != samples.matrix.text).nnz == 0


def test_the_workspace_knows_the_kind_of_problem(tmp_path):
    planned(posed(events(120)), tmp_path)
    facts = Workspace(tmp_path).facts()
    assert (facts.kind, facts.n_classes, facts.metric) == (
        ProblemKind.BINARY,
        2,
        "average_precision",
    )


def test_golden_rows_are_rows_of_the_table(tmp_path):
    planned(posed(events(120)), tmp_path)
    golden = pl.read_parquet(tmp_path / "golden" / "rows.parquet")
    assert golden.join(events(120), on=golden.columns, how="semi").height == golden.height


def test_rows_without_an_answer_are_what_came_before_the_others(tmp_path):
    keep = pl.int_range(pl.len()) % 4 == 0
    frame = events(240).with_columns(label=pl.when(keep).then("label"))
    problem = posed(frame, time_column="when", group_columns="user")
    config = ASKED.model_copy(update={"time_column": "when", "group_columns": ("user",)})
    samples = encode(problem, Workspace(tmp_path), config)
    encoder = Encoder.load(tmp_path / "encoder")
    rows = frame.select(problem.frame.columns)
    ties = posed(events(240), time_column="when", group_columns="user").ties
    whole = encoder.training(rows, Before(ties.time, ties.groups))
    np.testing.assert_array_equal(samples.matrix.values, whole.values[::4])


def test_rows_given_for_validation_see_those_without_an_answer_among_them(tmp_path):
    later = events(80, seed=4).with_columns(pl.col("when").dt.offset_by("5d"))
    keep = pl.int_range(pl.len()) % 4 == 0
    given = later.with_columns(label=pl.when(keep).then("label"))
    problem = posed(events(200), given, time_column="when", group_columns="user")
    config = ASKED.model_copy(update={"time_column": "when", "group_columns": ("user",)})
    samples = encode(problem, Workspace(tmp_path), config)
    whole = Encoder.load(tmp_path / "encoder").transform(later.select(problem.frame.columns))
    np.testing.assert_array_equal(samples.matrix.values[200:], whole.values[::4])


def test_unknown_rows_tell_no_usual_value_of_normal_ones(tmp_path):
    frame = events(400).with_columns(label=pl.when(pl.col("label") == "benign").then(0))
    odd = pl.when(pl.col("label").is_null()).then(pl.lit("rdp")).otherwise("proto")
    asked = {"task_type": "anomaly_detection", "time_column": "when", "group_columns": "user"}
    asked["task_settings"] = {"normal_only": True}
    problem = posed(frame.with_columns(proto=odd), **asked)
    config = AutoMLConfig.of({"target_column": "label"} | asked)
    encode(problem, Workspace(tmp_path), config)
    encoder = Encoder.load(tmp_path / "encoder")
    levels = next(c.levels for c in encoder.columns if c.column == "proto" and c.name == "category")
    assert "rdp" not in levels
