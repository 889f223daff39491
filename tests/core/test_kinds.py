"""Every kind of problem, and every column with a part to play."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.errors import (
    BadSetting,
    ColumnMissing,
    NoTrialSucceeded,
    PhantomError,
    TypeUnsafe,
    UnknownName,
)
from tests.core.conftest import FAST
from tests.core.tables import events, numbers

PICKY = {"target_column": "label", "algorithms_to_try": "LightGBM", "max_trials": 1}


def test_three_classes_have_three_probabilities_that_sum_to_one(core, multiclass):
    found = core.predict(multiclass.model_id, numbers("multiclass"))
    chances = found.select(pl.selectors.starts_with("probability_"))
    assert chances.width == 3
    np.testing.assert_allclose(chances.sum_horizontal().to_numpy(), 1.0)


def test_of_three_classes_the_most_probable_is_predicted(core, multiclass):
    found = core.predict(multiclass.model_id, numbers("multiclass"))
    names = [c for c in found.columns if c.startswith("probability_")]
    most = found.select(names).to_numpy().argmax(axis=1)
    assert found["prediction"].to_list() == [names[i].removeprefix("probability_") for i in most]


def test_three_classes_are_ranked_by_log_loss(multiclass):
    assert (multiclass.metric, multiclass.thresholds) == ("log_loss", None)


def test_a_regression_predicts_numbers_near_the_truth(core, regression):
    rows = numbers("regression", seed=5)
    error = core.predict(regression.model_id, rows)["prediction"] - rows["y"]
    assert error.abs().mean() < 0.6 * (rows["y"] - rows["y"].mean()).abs().mean()


def test_a_regression_is_ranked_by_rmse(regression):
    assert (regression.metric, regression.leaderboard.greater_is_better) == ("rmse", False)


def test_classes_keep_the_type_of_the_target(core, small):
    assert core.predict(small.model_id, numbers())["prediction"].dtype == pl.Int64


def test_true_and_false_stay_true_and_false(core):
    rows = numbers().with_columns(pl.col("y").cast(pl.Boolean))
    model = core.auto_create_model(rows, FAST).model_id
    assert core.predict(model, rows)["prediction"].dtype == pl.Boolean
    assert core.evaluate(model, rows).n_rows == rows.height


def test_the_class_that_is_named_is_the_alert(core):
    found = core.auto_create_model(numbers(), FAST | {"positive_class": 0})
    assert core.predict(found.model_id, numbers()).columns[2] == "probability_0"


def test_a_weight_shifts_what_is_learned(core, regression):
    rows = numbers("regression").with_columns(w=pl.when(pl.col("y") > 0).then(20.0).otherwise(1.0))
    config = FAST | {"task_type": "regression", "weight_column": "w"}
    model = core.auto_create_model(rows, config).model_id
    heavy, even = (core.predict(m, rows)["prediction"] for m in (model, regression.model_id))
    assert heavy.mean() > even.mean()


def test_the_weight_is_no_input(core):
    rows = numbers().with_columns(w=pl.lit(2.0))
    model = core.auto_create_model(rows, FAST | {"weight_column": "w"}).model_id
    assert core.predict(model, numbers()).height == rows.height


def test_a_negative_weight_is_refused(core):
    rows = numbers().with_columns(w=pl.lit(-1.0))
    with pytest.raises(BadSetting, match="weight column 'w'"):
        core.auto_create_model(rows, FAST | {"weight_column": "w"})


def test_a_search_space_of_an_algorithm_that_had_no_turn_is_told(core):
    spaces = {"Transformer": {"learning_rate": [0.001]}}
    asked = {"target_column": "y", "max_trials": 1, "tuning": {"spaces": spaces}}
    found = core.auto_create_model(numbers(), asked)
    assert any("The search space of Transformer was not used" in w for w in found.warnings)


def test_an_ignored_column_is_no_input(core):
    found = core.auto_create_model(numbers(), FAST | {"ignored_columns": ["a"]})
    assert set(found.feature_importance) == {"b", "c", "d"}
    assert core.predict(found.model_id, numbers().drop("a")).height == 300


def test_rows_given_for_validation_replace_the_folds(core):
    given = numbers(n=90, seed=9)
    found = core.auto_create_model(numbers(), FAST | {"validation_data": given})
    table = found.thresholds.current
    assert table.n_positives + table.n_negatives == 90


def test_validation_rows_of_another_type_are_refused(core):
    given = numbers(n=90).with_columns(a=pl.lit("many"))
    with pytest.raises(TypeUnsafe, match=r"Column 'a'.*String in validation_data"):
        core.auto_create_model(numbers(), FAST | {"validation_data": given})


@pytest.mark.parametrize("task", ["classification", "security_threat_detection"])
def test_validation_rows_of_one_class_are_refused(core, task):
    given = numbers(n=90).filter(pl.col("y") == 0)
    with pytest.raises(BadSetting, match="one class only: 'y' is 0 in all") as caught:
        core.auto_create_model(numbers(), FAST | {"task_type": task, "validation_data": given})
    assert "leave validation_data out" in caught.value.hint


def test_validation_rows_without_an_answer_are_refused(core):
    given = numbers(n=90).with_columns(y=pl.lit(None, pl.Int64))
    with pytest.raises(BadSetting, match="No row of validation_data"):
        core.auto_create_model(numbers(), FAST | {"validation_data": given})


def test_a_time_column_validates_forward(core):
    found = core.auto_create_model(events(300), PICKY | {"time_column": "when"})
    assert found.validation.startswith("Forward in time")


def test_a_column_that_tells_no_time_is_refused(core):
    with pytest.raises(BadSetting, match="time column 'proto'"):
        core.auto_create_model(events(100), PICKY | {"time_column": "proto"})


def test_rows_without_an_answer_are_left_out_and_told(core):
    rows = numbers().with_columns(
        y=pl.when(pl.int_range(pl.len()) < 30).then(None).otherwise(pl.col("y"))
    )
    found = core.auto_create_model(rows, FAST)
    assert any("30 of 300 rows" in warning for warning in found.warnings)


def caught(truth, prediction):
    return float((prediction[truth == 1] > 0.5).mean())


def test_a_function_of_the_user_is_the_metric(core):
    found = core.auto_create_model(numbers(), FAST | {"optimization_metric": caught})
    assert (found.metric, found.leaderboard.greater_is_better) == ("caught", True)
    assert core.get_model_leaderboard(found.experiment_id).metric == "caught"


def test_each_algorithm_that_is_named_is_tried_even_in_little_time(core):
    config = {"target_column": "y", "algorithms_to_try": ["SVM", "ExtraTrees"]}
    found = core.auto_create_model(numbers(), config | {"time_budget_seconds": 3})
    assert {"SVM", "ExtraTrees"} <= {row.algorithm for row in found.leaderboard}


def test_an_unknown_algorithm_is_answered_by_the_nearest(core):
    with pytest.raises(UnknownName, match="Did you mean 'LightGBM'"):
        core.auto_create_model(numbers(), FAST | {"algorithms_to_try": ["LightGMB"]})


def test_an_unknown_algorithm_begins_no_experiment(core):
    before = len(core.list_experiments())
    with pytest.raises(UnknownName):
        core.auto_create_model(numbers(), FAST | {"algorithms_to_try": ["LightGMB"]})
    assert len(core.list_experiments()) == before


def test_one_model_is_best_where_ensembles_are_off(core):
    config = FAST | {"algorithms_to_try": ["LightGBM", "SVM"], "max_trials": 2}
    found = core.auto_create_model(numbers(n=150), config | {"ensemble_methods": False})
    assert (found.members, len(found.leaderboard)) == ((), 2)
    assert found.model_id in {row.model_id for row in found.leaderboard}


def test_a_nested_table_is_scored_as_it_was_learned(core):
    rows = numbers().select(pl.struct("a", "b").alias("flow"), "c", "d", "y")
    model = core.auto_create_model(rows, FAST).model_id
    by_frame = core.predict(model, rows.head(1))
    assert by_frame.equals(core.predict(model, rows.row(0, named=True)))


BAD_TABLES = {
    "a constant target": numbers().with_columns(y=pl.lit(1)),
    "an empty target": numbers().with_columns(y=pl.lit(None, pl.Int64)),
    "a target of free text": events(200).rename({"query": "y"}),
    "nothing beside the target": numbers().select("y"),
    "constant columns only": numbers().select("y", a=pl.lit(1.0)),
    "no row": numbers().head(0),
    "two rows": numbers().head(2),
    "one row of a class": numbers().with_columns(y=(pl.int_range(pl.len()) == 0).cast(pl.Int64)),
}


@pytest.mark.parametrize("rows", BAD_TABLES.values(), ids=BAD_TABLES)
def test_what_cannot_be_learned_is_told_in_words(core, rows):
    with pytest.raises(PhantomError) as told:
        core.auto_create_model(rows, FAST)
    assert told.value.hint


@pytest.mark.parametrize("role", ["time_column", "group_columns", "weight_column"])
def test_a_column_with_a_part_to_play_must_be_there(core, role):
    with pytest.raises(ColumnMissing, match="nowhere"):
        core.auto_create_model(numbers(), FAST | {role: "nowhere"})


def test_a_threshold_needs_two_classes(core):
    config = FAST | {"task_type": "regression", "threshold": {"top_k": 5}}
    with pytest.raises(BadSetting, match="top_k"):
        core.auto_create_model(numbers("regression"), config)


def test_alerts_per_day_need_a_time_column(core):
    with pytest.raises(BadSetting, match="no time_column"):
        core.auto_create_model(numbers(), FAST | {"threshold": {"alerts_per_day": 5}})


def test_what_is_printed_holds_leaderboard_and_thresholds(binary):
    assert binary.leaderboard.text() in str(binary)
    assert binary.thresholds.text() in str(binary)


def test_a_single_model_is_not_called_an_ensemble(binary):
    alone = binary.model_copy(update={"model_id": "another", "members": ()})
    assert not any("ensemble" in note for note in alone.notes())


def test_a_metric_that_the_target_has_no_values_for_is_refused_before_any_work(core):
    config = {"target_column": "y", "task_type": "regression", "optimization_metric": "rmsle"}
    with pytest.raises(
        BadSetting, match="'rmsle' needs values of at least 0, and 'y' goes down to"
    ):
        core.auto_create_model(numbers("regression"), config)


def test_a_score_that_is_no_number_is_a_failed_row(core):
    def nothing(truth, prediction):
        return float("nan")

    config = FAST | {"optimization_metric": nothing}
    with pytest.raises(NoTrialSucceeded, match="Its nothing on held-out rows is nan"):
        core.auto_create_model(numbers(), config)
