import json
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from phantom_ml.config import (
    SUPERVISED,
    AutoMLConfig,
    AutoMLTaskType,
    Constraints,
    OptimizationMethod,
    ProblemKind,
    ThresholdPolicy,
)
from phantom_ml.errors import BadSetting

FULL = {
    "data_path": "events.csv",
    "target_column": "is_threat",
    "task_type": "SecurityThreatDetection",
    "optimization_metric": "recall_at_fpr_0.001",
    "time_budget_seconds": 30,
    "max_trials": 5,
    "algorithms_to_try": ["LightGBM", "SVM"],
    "feature_engineering": False,
    "ensemble_methods": False,
    "time_column": "when",
    "group_columns": ["user"],
    "weight_column": "w",
    "ignored_columns": ["id"],
    "positive_class": 1,
    "memory_limit_mb": 512,
    "n_threads": 2,
    "seed": 7,
    "features": {"text": False, "kinds": {"src": "ip"}},
    "tuning": {"method": "BayesianOptimization"},
    "threshold": {"cost": {"false_positive": 1, "false_negative": 100}},
    "constraints": {"predict_us_per_row": 50, "max_bytes": 10**6, "explainable": True},
    "task_settings": {"horizon": 12, "quantiles": [0.1, 0.9], "prevalence": 0.01},
}


def test_every_setting_survives_the_way_to_json():
    config = AutoMLConfig.of(FULL)
    assert AutoMLConfig.of(config.model_dump_json()) == config


def test_a_mapping_its_json_text_and_the_object_are_the_same():
    config = AutoMLConfig.of(FULL)
    assert config == AutoMLConfig.of(json.dumps(FULL)) == AutoMLConfig.of(config)


@pytest.mark.parametrize(
    ("spelling", "task"),
    [
        ("Classification", AutoMLTaskType.CLASSIFICATION),
        ("AnomalyDetection", AutoMLTaskType.ANOMALY_DETECTION),
        ("TimeSeries", AutoMLTaskType.TIME_SERIES),
        ("time series", AutoMLTaskType.TIME_SERIES),
        ("SecurityThreatDetection", AutoMLTaskType.SECURITY_THREAT_DETECTION),
        ("security-threat-detection", AutoMLTaskType.SECURITY_THREAT_DETECTION),
    ],
)
def test_a_task_is_known_in_any_spelling(spelling, task):
    assert AutoMLConfig.of({"task_type": spelling}).task_type is task


@pytest.mark.parametrize(
    ("spelling", "method"),
    [
        ("BayesianOptimization", OptimizationMethod.BAYESIAN_OPTIMIZATION),
        ("RandomSearch", OptimizationMethod.RANDOM_SEARCH),
        ("grid_search", OptimizationMethod.GRID_SEARCH),
        ("HYPERBAND", OptimizationMethod.HYPERBAND),
    ],
)
def test_a_method_is_known_in_any_spelling(spelling, method):
    assert AutoMLConfig.of({"tuning": {"method": spelling}}).tuning.method is method


def test_minutes_are_seconds():
    assert AutoMLConfig.of({"time_budget_minutes": 0.5}).budget_seconds == 30.0


def test_minutes_survive_the_way_to_json_as_seconds():
    config = AutoMLConfig.of({"time_budget_minutes": 0.5})
    assert AutoMLConfig.of(config.model_dump(mode="json")).budget_seconds == 30.0


def test_ten_minutes_are_the_budget_where_none_is_given():
    assert AutoMLConfig().budget_seconds == 600.0


def test_counted_trials_have_no_clock():
    assert AutoMLConfig(max_trials=3).budget_seconds is None


def test_one_name_is_a_list_of_one():
    assert AutoMLConfig.of({"group_columns": "user"}).group_columns == ("user",)


def area(truth, prediction):
    return 0.0


def test_a_function_is_written_by_its_name():
    dumped = AutoMLConfig(optimization_metric=area).model_dump(mode="json")
    assert dumped["optimization_metric"] == "area"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"target_colum": "y"}, "no setting 'config.target_colum'. Did you mean 'target_column'"),
        ({"threshold": {"max_fp": 1}}, "'config.threshold.max_fp'. Did you mean 'max_fpr'?"),
        ({"time_budget_seconds": -1}, "config.time_budget_seconds is -1: it must be greater"),
        ({"time_budget_seconds": 0}, "config.time_budget_seconds is 0"),
        ({"max_trials": 0}, "config.max_trials is 0"),
        ({"seed": -1}, "config.seed is -1"),
        ({"seed": True}, "config.seed is True: it must be a number, not true or false"),
        ({"features": {"text": "yes"}}, "config.features.text is 'yes': it must be true or false"),
        ({"features": {"temporal": "false"}}, "config.features.temporal is 'false'"),
        ({"features": {"statistical": 1}}, "config.features.statistical is 1"),
        ({"features": {"security": None}}, "config.features.security is None"),
        ({"features": {"text": np.array([True])}}, "config.features.text is array([ True])"),
        (
            {"feature_engineering": "no"},
            "config.feature_engineering is 'no': it must be true or false",
        ),
        ({"feature_engineering": 1}, "config.feature_engineering is 1: it must be true or false"),
        ({"ensemble_methods": "off"}, "config.ensemble_methods is 'off'"),
        ({"constraints": {"explainable": "yes"}}, "config.constraints.explainable is 'yes'"),
        ({"task_settings": {"normal_only": 0}}, "config.task_settings.normal_only is 0"),
        ({"seed": "3"}, "config.seed is '3': it must be a number, not text"),
        ({"n_threads": "2"}, "config.n_threads is '2': it must be a number, not text"),
        ({"time_budget_minutes": "3"}, "config.time_budget_minutes is '3': it must be a number"),
        ('{"time_budget_seconds": "3"}', "config.time_budget_seconds is '3': it must be a number"),
        ({"features": {"max_us_per_row": "5"}}, "config.features.max_us_per_row is '5'"),
        ({"task_settings": {"label_delay": "3"}}, "config.task_settings.label_delay is '3'"),
        ({"task_settings": {"quantiles": [0.1, ".5"]}}, "each must be a number, which '.5' is not"),
        ({"task_settings": {"quantiles": [True]}}, "each must be a number, which True is not"),
        ({"time_budget_minutes": -1}, "config.time_budget_minutes is -1: it must be greater"),
        ({"task_settings": {"label_delay": float("inf")}}, "label_delay is inf"),
        (
            {"time_budget_seconds": float("inf")},
            "config.time_budget_seconds is inf: it must be a finite number, greater than 0",
        ),
        ({"time_budget_minutes": float("inf")}, "config.time_budget_minutes is inf"),
        ({"time_budget_minutes": 1e308}, "config.time_budget_seconds is inf"),
        ({"time_budget_seconds": float("nan")}, "config.time_budget_seconds is nan"),
        ('{"time_budget_seconds": Infinity}', "config.time_budget_seconds is inf"),
        ({"features": {"max_us_per_row": float("inf")}}, "config.features.max_us_per_row is inf"),
        (
            {"constraints": {"predict_us_per_row": float("inf")}},
            "config.constraints.predict_us_per_row is inf",
        ),
        ('{"seed": 1, "seed": 2}', "gives 'seed' twice, as 1 and as 2"),
        ('{"threshold": {"top_k": 1, "top_k": 1}}', "gives 'top_k' twice, as 1 and as 1"),
        ({"task_settings": {"horizon": True}}, "config.task_settings.horizon is True"),
        ({"task_settings": {"horizon": "6"}}, "horizon is '6': it must be a whole number"),
        ({"task_settings": {"horizon": 7.0}}, "horizon is 7.0: it must be a whole number"),
        ({"task_settings": {"horizon": 1_000_000}}, "it must be less than or equal to 100000"),
        ({"memory_limit_mb": 1}, "config.memory_limit_mb is 1"),
        ({"task_type": "clasification"}, "config.task_type is 'clasification'"),
        ({"threshold": {"max_fpr": 2}}, "config.threshold.max_fpr is 2"),
        ({"threshold": {}}, "exactly one of"),
        ({"threshold": {"top_k": 1, "max_fpr": 0.1}}, "exactly one of"),
        ({"threshold": {"top_k": 1, "prevalence": 0.1}}, "prevalence goes with min_precision"),
        ({"time_budget_seconds": 1, "time_budget_minutes": 1}, "not both"),
        ({"constraints": {"explain": True}}, "'config.constraints.explain'"),
        ("{", "is not JSON"),
        ("[1]", "is JSON, but a list"),
    ],
)
def test_a_setting_that_cannot_be_is_told_in_one_sentence(values, sentence):
    with pytest.raises(BadSetting) as told:
        AutoMLConfig.of(values)
    assert sentence in told.value.message
    assert "\n" not in told.value.message


def test_a_share_of_anomalies_is_said_not_to_be_asked_for():
    with pytest.raises(BadSetting) as refused:
        AutoMLConfig.of({"task_settings": {"contamination": 0.1}})
    assert "No share of anomalies is to be guessed" in refused.value.hint


def test_an_unknown_setting_of_a_part_is_told_with_that_parts_settings():
    with pytest.raises(BadSetting) as told:
        AutoMLConfig.of({"tuning": {"n_trials": 1}})
    assert told.value.hint == "The settings are: method, spaces."


@pytest.mark.parametrize("names", [[], ()])
def test_a_list_of_no_algorithms_is_refused(names):
    with pytest.raises(BadSetting, match="it names no algorithm") as told:
        AutoMLConfig.of({"algorithms_to_try": names})
    assert told.value.message.startswith(f"config.algorithms_to_try is {names!r}: ")


@pytest.mark.parametrize("given", [["log"], [1, "log"], ["a", "b", "log"]])
def test_a_list_may_hold_the_word_log(given):
    spaces = {"spaces": {"SVM": {"kernel": given}}}
    assert AutoMLConfig.of({"tuning": spaces}).tuning.spaces["SVM"]["kernel"] == given


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"low": 5}, "is {'low': 5}: a range has numbers as low and high"),
        ({"low": "10", "high": "50"}, "no text"),
        ({"low": 1, "high": True}, "a range has numbers as low and high"),
        ({"low": 1, "high": 2, "log": "yes"}, "log: true or false"),
        (7, "is 7: it must be a list of values, or a range"),
        ([[1], 2], "is [[1], 2]: a list holds numbers, words, true or false"),
        ([1, 10, "log"], 'a range is written as {"low": 1, "high": 10, "log": true}'),
        (
            [0.1, 1, 10, "log"],
            'a range is written as {"low": 0.1, "high": 10, "log": true}, and a list',
        ),
        ((1, 2, "lin"), 'a range is (low, high) or (low, high, "log")'),
    ],
)
def test_what_cannot_be_searched_is_told_where_it_stands(given, why):
    with pytest.raises(BadSetting) as told:
        AutoMLConfig.of({"tuning": {"spaces": {"LightGBM": {"num_leaves": given}}}})
    assert told.value.message.startswith("config.tuning.spaces.LightGBM.num_leaves is ")
    assert why in told.value.message


@pytest.mark.parametrize(
    ("given", "same"),
    [
        ((0.1, 10.0), {"low": 0.1, "high": 10.0}),
        ((1, 10, "log"), {"low": 1, "high": 10, "log": True}),
    ],
)
def test_a_tuple_is_a_range_as_it_is_to_the_optimizer(given, same):
    of_tuple, of_mapping = (
        AutoMLConfig.of({"tuning": {"spaces": {"SVM": {"C": space}}}}).tuning
        for space in (given, same)
    )
    assert of_tuple == of_mapping


@pytest.mark.parametrize("given", [np.True_, np.bool_(False)])
def test_a_truth_value_of_numpy_is_one(given):
    assert AutoMLConfig.of({"features": {"text": given}}).features.text is bool(given)


@pytest.mark.parametrize("minutes", [np.int64(2), np.float32(2), 2])
def test_a_number_of_numpy_is_a_budget(minutes):
    assert AutoMLConfig(time_budget_minutes=minutes).time_budget_seconds == 120


def test_values_of_numpy_are_searched_as_those_of_python():
    space = {"LightGBM": {"num_leaves": [np.int64(15), np.int64(63)]}}
    assert AutoMLConfig.of({"tuning": {"spaces": space}}).tuning.spaces == {
        "LightGBM": {"num_leaves": [15, 63]}
    }


def test_a_long_value_is_shortened_in_the_sentence():
    with pytest.raises(BadSetting) as told:
        AutoMLConfig.of({"max_trials": "x" * 9_999})
    assert len(told.value.message) < 300


def test_a_configuration_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        AutoMLConfig().seed = 3


@given(st.text() | st.binary().map(lambda b: b.decode("latin-1")))
@settings(max_examples=60, deadline=None)
def test_any_text_is_a_configuration_or_a_bad_setting(text):
    with suppress(BadSetting):
        assert isinstance(AutoMLConfig.of(text), AutoMLConfig)


@pytest.mark.parametrize("rule", ["max_fpr", "alerts_per_day", "min_precision", "top_k"])
def test_a_policy_knows_its_rule(rule):
    assert ThresholdPolicy.model_validate({rule: 0.5 if rule != "top_k" else 5}).rule == rule


def test_no_constraint_is_set_by_itself():
    assert Constraints() == Constraints(predict_us_per_row=None, max_bytes=None, explainable=False)


def test_only_a_regression_is_no_classification():
    assert [k for k in SUPERVISED if not k.is_classification] == [ProblemKind.REGRESSION]


@pytest.mark.parametrize(
    ("config", "meant"),
    [
        ({"tuning": {"method": "grdi"}}, "grid_search"),
        ({"task_type": "regresion"}, "regression"),
    ],
)
def test_a_word_that_is_none_of_a_list_is_told_the_nearest_one(config, meant):
    with pytest.raises(BadSetting, match=f"Did you mean '{meant}'"):
        AutoMLConfig.of({"target_column": "y", **config})
