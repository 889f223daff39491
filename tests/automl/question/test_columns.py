"""What each column of a table is for, and what is said of its cells."""

import polars as pl
import pytest

from phantom_ml.errors import BadSetting, ColumnMissing, TargetUnusable
from tests.automl.asked import posed
from tests.core.tables import events


def test_the_target_is_no_input():
    assert "label" not in posed(events(90)).inputs.names()


@pytest.mark.parametrize("role", ["weight_column", "ignored_columns"])
def test_a_column_with_another_part_is_no_input(role):
    assert (
        "size"
        not in posed(events(90).with_columns(size=pl.lit(2.0)), **{role: "size"}).inputs.names()
    )


def test_a_plain_number_as_time_is_no_input():
    rows = events(90).with_columns(step=pl.int_range(pl.len()))
    problem = posed(rows, time_column="step")
    assert "step" not in problem.inputs.names()
    assert problem.ties.time is not None


def test_a_column_that_varies_only_outside_the_sample_is_seen(monkeypatch):
    monkeypatch.setattr("phantom_ml.data.recognise.SAMPLE_ROWS", 20)
    rows = events(200).with_columns(rare=(pl.int_range(pl.len()) == 3).cast(pl.Float64) * 7.5)
    assert posed(rows).inputs.column("rare").kind.value != "constant"


def test_a_table_of_ignored_columns_says_that_they_are():
    others = events(90).drop("label").columns
    with pytest.raises(TargetUnusable, match="All columns beside the target are left out"):
        posed(events(90), ignored_columns=others)


@pytest.mark.parametrize("role", ["group_columns", "time_column", "weight_column"])
def test_the_target_has_no_other_role(role):
    with pytest.raises(BadSetting, match=f"named by {role} as well"):
        posed(events(90), **{role: "label"})


def test_a_kind_of_a_column_that_is_not_there_is_refused():
    with pytest.raises(ColumnMissing, match="bites"):
        posed(events(90), features={"kinds": {"bites": "ip"}})


def test_weights_have_a_mean_of_one():
    problem = posed(events(90).with_columns(w=pl.int_range(pl.len())), weight_column="w")
    assert problem.weight.mean() == pytest.approx(1.0)


@pytest.mark.parametrize("bad", [None, -1.0, float("inf"), float("nan")])
def test_a_weight_that_is_none_is_refused(bad):
    rows = events(90).with_columns(w=pl.when(pl.int_range(pl.len()) == 7).then(bad).otherwise(1.0))
    with pytest.raises(BadSetting, match="'w'"):
        posed(rows, weight_column="w")


def test_cells_that_are_no_numbers_are_told():
    frame = events(120).with_columns(pl.col("size").cast(pl.String))
    frame[7, "size"] = "err"
    told = "1 of 120 cells of 'size' holds no number, 'err': it is missing."
    assert told in posed(frame).warnings


def test_numbers_that_are_no_ports_are_told():
    frame = events(90).with_columns(dst_port=pl.Series([443, 22, -1] * 30))
    told = "30 of 90 cells of 'dst_port' hold no port from 0 to 65535, -1 for one"
    settings = {"features": {"kinds": {"dst_port": "port"}}}
    assert told in " ".join(posed(frame, **settings).warnings)
