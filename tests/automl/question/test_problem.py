"""From a table and a question to the problem, its folds and its matrix: nothing looks ahead."""

import dataclasses
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.automl.preparation.encode import encode
from phantom_ml.automl.preparation.folds import n_folds_for, plan_splits
from phantom_ml.automl.question.problem import pose
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import AutoMLConfig, ProblemKind
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.data.reading.read import read
from phantom_ml.errors import BadSetting, ColumnMissing, TargetMissing, TargetUnusable, UnknownName
from phantom_ml.features.encoder import Encoder
from tests.core.tables import events, numbers

ASKED = AutoMLConfig(target_column="label")


def dataset(frame: pl.DataFrame) -> Dataset:
    return Dataset(frame.lazy(), frame.height)


def posed(frame: pl.DataFrame, validation: pl.DataFrame | None = None, **settings: object):
    given = None if validation is None else dataset(validation)
    return pose(dataset(frame), AutoMLConfig.of({"target_column": "label"} | settings), given)


def off(row: int) -> pl.Expr:
    """The times, that of one row decades ahead."""
    return pl.when(pl.int_range(pl.len()) == row).then(datetime(2099, 1, 1)).otherwise("when")


def planned(problem, folder, n_folds: int = 3):
    folder.mkdir(exist_ok=True)
    samples = encode(problem, Workspace(folder), ASKED)
    return samples, plan_splits(problem, samples.matrix, n_folds, 0)


def test_the_target_is_no_input():
    assert "label" not in posed(events(90)).inputs.names()


@pytest.mark.parametrize("role", ["weight_column", "ignored_columns"])
def test_a_column_with_another_part_is_no_input(role):
    assert (
        "size"
        not in posed(events(90).with_columns(size=pl.lit(2.0)), **{role: "size"}).inputs.names()
    )


def test_weights_have_a_mean_of_one():
    problem = posed(events(90).with_columns(w=pl.int_range(pl.len())), weight_column="w")
    assert problem.weight.mean() == pytest.approx(1.0)


@pytest.mark.parametrize("bad", [None, -1.0, float("inf"), float("nan")])
def test_a_weight_that_is_none_is_refused(bad):
    rows = events(90).with_columns(w=pl.when(pl.int_range(pl.len()) == 7).then(bad).otherwise(1.0))
    with pytest.raises(BadSetting, match="'w'"):
        posed(rows, weight_column="w")


def test_rows_without_an_answer_are_left_out():
    rows = events(90).with_columns(
        label=pl.when(pl.int_range(pl.len()) % 3 == 0).then(None).otherwise("label")
    )
    problem = posed(rows)
    assert (problem.n_rows, len(problem.target.values)) == (60, 60)


def test_cells_that_are_no_numbers_are_told():
    frame = events(90).with_columns(pl.col("size").cast(pl.String))
    frame[7, "size"] = "err"
    told = "1 of 90 cells of 'size' holds no number, 'err': it is missing."
    assert told in posed(frame).warnings


def test_numbers_that_are_no_ports_are_told():
    frame = events(90).with_columns(dst_port=pl.Series([443, 22, -1] * 30))
    told = "30 of 90 cells of 'dst_port' hold no port from 0 to 65535, -1 for one"
    settings = {"features": {"kinds": {"dst_port": "port"}}}
    assert told in " ".join(posed(frame, **settings).warnings)


def test_the_metric_is_the_task_s_where_none_is_named():
    assert posed(events(90)).metric.name == "average_precision"
    assert posed(events(90), optimization_metric="AUC").metric.name == "roc_auc"


def test_a_time_column_of_words_has_no_readable_time():
    rows = events(90).with_columns(when=pl.lit("soon"))
    with pytest.raises(
        BadSetting, match="None of 90 rows has a readable time in the time column 'when'"
    ):
        posed(rows, time_column="when")


def test_a_time_column_of_placeholders_says_how_many_times_are_in_range():
    rows = events(90).with_columns(when=pl.Series(["0001-01-01", "9999-12-31", "2026-03-02"] * 30))
    with pytest.raises(BadSetting, match="Only 30 of 90 rows have a readable time from 1678"):
        posed(rows, time_column="when")


def test_a_table_of_ignored_columns_says_that_they_are():
    others = events(90).drop("label").columns
    with pytest.raises(TargetUnusable, match="All columns beside the target are left out"):
        posed(events(90), ignored_columns=others)


def test_a_metric_that_is_unknown_is_told():
    with pytest.raises(UnknownName, match="metric"):
        posed(events(90), optimization_metric="beauty")


def test_a_metric_of_another_kind_of_problem_is_told():
    with pytest.raises(BadSetting, match="'rmse'"):
        posed(events(90), optimization_metric="rmse")


def test_an_algorithm_that_does_not_solve_the_problem_is_refused_before_any_work():
    rows = events(90).with_columns(label=pl.int_range(90).cast(pl.Float64))
    with pytest.raises(BadSetting, match="solves no regression problem"):
        posed(rows, task_type="regression", algorithms_to_try=["LogisticRegression"])


def test_a_question_without_a_target_is_told():
    with pytest.raises(BadSetting, match="target_column"):
        pose(dataset(events(90)), AutoMLConfig())


def test_a_misspelt_target_is_answered_by_the_nearest():
    with pytest.raises(TargetMissing, match="Did you mean 'label'"):
        pose(dataset(events(90)), AutoMLConfig(target_column="labels"))


def test_a_column_that_varies_only_outside_the_sample_is_seen(monkeypatch):
    monkeypatch.setattr("phantom_ml.data.recognise.SAMPLE_ROWS", 20)
    rows = events(200).with_columns(rare=(pl.int_range(pl.len()) == 3).cast(pl.Float64) * 7.5)
    assert posed(rows).inputs.column("rare").kind.value != "constant"


def test_a_plain_number_as_time_is_no_input():
    rows = events(90).with_columns(step=pl.int_range(pl.len()))
    problem = posed(rows, time_column="step")
    assert "step" not in problem.inputs.names()
    assert problem.ties.time is not None


def test_days_are_those_between_the_first_row_and_the_last():
    problem = posed(events(90), time_column="when")
    rows = np.array([3, 0, 1])
    assert problem.days(rows) == pytest.approx(21.0 / (24 * 60))


def test_a_clock_that_is_years_ahead_does_not_stretch_the_days():
    rows = events(90).with_columns(when=off(row=5))
    assert posed(rows, time_column="when").days(np.arange(90)) == pytest.approx(89 * 7 / (24 * 60))


def test_a_clock_that_is_years_ahead_is_told():
    rows = events(90).with_columns(when=off(row=5))
    told = posed(rows, time_column="when").warnings
    assert any("1 row lies far from all others in 'when', 2099-01-01" in note for note in told)


def test_known_anomalies_of_another_year_are_not_told_as_stray():
    rows = events(90).with_columns(when=off(row=5), label=pl.lit("benign"))
    odd = pl.when(pl.int_range(pl.len()).is_in([*range(5, 90, 8)])).then(pl.lit("attack"))
    asked = {"task_type": "anomaly_detection", "time_column": "when"}
    told = posed(rows.with_columns(label=odd.otherwise("label")), **asked).warnings
    assert not any("far from all others" in note for note in told)


@pytest.mark.parametrize("task", ["classification", "anomaly_detection"])
def test_alerts_a_day_of_rows_that_mostly_have_no_time_are_refused(task):
    told = pl.when(pl.int_range(pl.len()) % 3 == 0).then("when")
    asked = {"task_type": task, "time_column": "when", "threshold": {"alerts_per_day": 5}}
    asked |= {"target_column": None} if task == "anomaly_detection" else {}
    with pytest.raises(
        BadSetting, match=r"allows 5 alerts a day, but \d+ of \d+ rows have no time"
    ):
        posed(events(90).with_columns(when=told), **asked)


def test_made_rows_are_not_counted_where_times_are_missing():
    told = pl.when(pl.int_range(pl.len()) % 3 == 0).then("when")
    asked = {"task_type": "anomaly_detection", "time_column": "when", "target_column": None}
    with pytest.raises(BadSetting, match="60 of 90 rows have no time"):
        posed(events(90).with_columns(when=told), **asked, threshold={"alerts_per_day": 5})


def test_made_rows_are_not_counted_where_no_time_can_be_read():
    asked = {"task_type": "anomaly_detection", "time_column": "when", "target_column": None}
    with pytest.raises(BadSetting, match="None of 90 rows has a readable time"):
        posed(events(90).with_columns(when=pl.lit("soon")), **asked)


def test_alerts_a_day_of_rows_of_one_moment_beside_a_stray_one_are_refused():
    rows = events(90).with_columns(when=pl.lit(datetime(2026, 3, 2))).with_columns(when=off(row=5))
    with pytest.raises(BadSetting, match="all rows have the same time in 'when'"):
        posed(rows, time_column="when", threshold={"alerts_per_day": 5})


@pytest.mark.parametrize("delay", [0.5, 400.0])
def test_a_delay_after_which_no_label_is_known_is_refused(delay):
    # Ninety rows, seven minutes apart, are less than half a day.
    told = f"label_delay is {delay:g} days, and the rows to learn from span 0.433: no label"
    with pytest.raises(BadSetting, match=told):
        posed(events(90), time_column="when", task_settings={"label_delay": delay})


def test_a_delay_that_leaves_rows_to_learn_from_and_to_measure_on_is_taken():
    problem = posed(events(90), time_column="when", task_settings={"label_delay": 0.29})
    assert problem.n_rows == 90


def test_a_delay_that_leaves_too_few_of_them_is_refused_with_the_longest_that_does():
    told = "are so much older than enough rows to measure on. These rows allow a delay below 0.296 days"
    with pytest.raises(BadSetting, match=told):
        posed(events(90), time_column="when", task_settings={"label_delay": 0.4})


def test_a_refused_delay_of_a_regression_speaks_of_no_class():
    settings = {"task_type": "regression", "target_column": "load", "time_column": "when"}
    rows = events(90).with_columns(load=pl.int_range(90) * 0.5)
    with pytest.raises(BadSetting, match="no rows are so much older") as refused:
        posed(rows, **settings, task_settings={"label_delay": 0.43})
    assert "class" not in f"{refused.value.message} {refused.value.hint}"


def test_a_delay_counts_only_the_rows_to_learn_from():
    later = events(90).with_columns(pl.col("when") + timedelta(days=30))
    settings = {"time_column": "when", "task_settings": {"label_delay": 2.0}}
    with pytest.raises(BadSetting, match="label_delay is 2 days"):
        posed(events(90), later, **settings)


def test_a_space_of_an_algorithm_that_cannot_solve_the_problem_is_refused():
    told = r"tuning\.spaces has one of HBOS, which is of no use.*solves no binary problem"
    with pytest.raises(BadSetting, match=told):
        posed(events(90), tuning={"spaces": {"HBOS": {"n_bins": [5, 9]}}})


def test_a_space_of_an_algorithm_without_settings_is_told_as_of_no_use():
    with pytest.raises(BadSetting, match=r"one of ECOD.*solves no binary problem"):
        posed(events(90), tuning={"spaces": {"ecod": {"n_bins": [5]}}})


def test_without_a_time_there_are_no_days():
    assert posed(events(90)).days(np.array([0, 1])) is None


def test_rows_of_one_entity_never_part(tmp_path):
    problem = posed(events(400), group_columns=["user"])
    _, plan = planned(problem, tmp_path)
    users = events(400)["user"].to_numpy()
    assert plan.scheme == "grouped"
    for split in plan.splits:
        assert not set(users[split.train]) & set(users[split.valid])


def test_rows_are_measured_later_than_those_that_taught(tmp_path):
    shuffled = events(400).sample(fraction=1.0, shuffle=True, seed=1)
    _, plan = planned(posed(shuffled, time_column="when"), tmp_path)
    times = shuffled["when"].to_numpy()
    assert plan.scheme == "forward"
    for split in plan.splits:
        assert times[split.train].max() < times[split.valid].min()


def test_rows_whose_answer_was_not_known_by_then_teach_nothing(tmp_path):
    delay = {"label_delay": 0.25}
    _, plan = planned(posed(events(400), time_column="when", task_settings=delay), tmp_path)
    times = events(400)["when"].to_numpy()
    gaps = [times[split.valid].min() - times[split.train].max() for split in plan.splits]
    assert plan.scheme == "forward"
    # A quarter of a day, and up to the seven minutes from row to row.
    assert all(360 < gap / np.timedelta64(1, "m") <= 367 for gap in gaps)


def test_time_and_entities_are_both_heeded(tmp_path):
    problem = posed(events(600), time_column="when", group_columns=["user"])
    _, plan = planned(problem, tmp_path)
    rows = events(600)
    times, users = rows["when"].to_numpy(), rows["user"].to_numpy()
    for split in plan.splits:
        assert times[split.train].max() <= times[split.valid].min()
        if plan.scheme == "forward_grouped":
            assert not set(users[split.train]) & set(users[split.valid])


def test_every_class_is_in_every_fold(tmp_path):
    problem = posed(numbers("multiclass").rename({"y": "label"}))
    _, plan = planned(problem, tmp_path)
    for split in plan.splits:
        assert set(problem.target.values[split.valid]) == {0, 1, 2}


def test_each_row_is_held_out_once(tmp_path):
    _, plan = planned(posed(events(300)), tmp_path, 5)
    assert sorted(plan.held_out.tolist()) == list(range(300))


def test_given_rows_are_the_only_ones_held_out(tmp_path):
    problem = posed(events(200), events(50, seed=4))
    _, plan = planned(problem, tmp_path)
    assert (problem.n_validation, plan.scheme) == (50, "given")
    assert plan.splits[0].valid.tolist() == list(range(200, 250))


def test_given_rows_teach_the_encoder_nothing(tmp_path):
    strange = events(50, seed=4).with_columns(user=pl.lit("stranger"), proto=pl.lit("sctp"))
    planned(posed(events(200), strange), tmp_path / "a")
    planned(posed(events(200)), tmp_path / "b")
    given, alone = (Encoder.load(tmp_path / x / "encoder") for x in "ab")
    probe = strange.head(1)
    for one, two in zip(given.columns, alone.columns, strict=True):
        assert getattr(one, "levels", None) == getattr(two, "levels", None)
    np.testing.assert_array_equal(given.transform(probe).values, alone.transform(probe).values)


def test_later_folds_are_few():
    later = posed(events(400), time_column="when")
    assert n_folds_for(later, None, None) <= 3 < n_folds_for(posed(events(400)), None, None)


def test_no_time_left_means_one_fold():
    assert n_folds_for(posed(events(600)), 100.0, 10.0) == 1


def test_a_table_without_a_usable_column_is_told(tmp_path):
    rows = events(90).select("label", same=pl.lit(1.0))
    with pytest.raises(TargetUnusable, match="No column can be learned from"):
        encode(posed(rows), Workspace(tmp_path), ASKED)


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


def test_a_problem_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        posed(events(90)).weight = None


def test_the_same_question_is_posed_the_same():
    one, two = posed(events(90)), posed(events(90))
    assert one.inputs == two.inputs
    assert one.target.classes == two.target.classes


def test_times_as_text_are_times():
    start = datetime(2026, 3, 2)
    rows = events(90).with_columns(
        when=pl.Series(
            [(start + timedelta(hours=i)).strftime("%d/%b/%Y:%H:%M:%S +0000") for i in range(90)]
        )
    )
    assert posed(rows, time_column="when").days(np.arange(90)) == pytest.approx(89 / 24)


@pytest.mark.parametrize("role", ["group_columns", "time_column", "weight_column"])
def test_the_target_has_no_other_role(role):
    with pytest.raises(BadSetting, match=f"named by {role} as well"):
        posed(events(90), **{role: "label"})


def test_a_kind_of_a_column_that_is_not_there_is_refused():
    with pytest.raises(ColumnMissing, match="bites"):
        posed(events(90), features={"kinds": {"bites": "ip"}})


def test_rows_without_a_time_are_told(tmp_path):
    when = pl.datetime_range(pl.datetime(2026, 1, 1), pl.datetime(2026, 1, 3), "29m", eager=True)
    frame = pl.DataFrame({"when": [None, *when[1:60]], "a": range(60), "y": ["a", "b"] * 30})
    config = AutoMLConfig(target_column="y", time_column="when")
    told = pose(read(frame, scratch=tmp_path), config).warnings
    assert any("1 row has no time in 'when'" in warning for warning in told)
