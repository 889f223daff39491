"""What is told of a configuration before any row is read."""

import pytest

from phantom_ml import PhantomMLCore
from phantom_ml.automl.question.ahead import check_settings
from phantom_ml.automl.question.spaces import given_spaces
from phantom_ml.config import AutoMLConfig
from phantom_ml.errors import BadSetting, PhantomError, UnknownName

BAD = [
    ({"LightGMB": {"num_leaves": [3]}}, UnknownName, "Did you mean 'LightGBM'"),
    ({"LightGBM": {"num_leafs": [3]}}, UnknownName, "Did you mean 'num_leaves'"),
    ({"LightGBM": {}}, BadSetting, "space of LightGBM is empty"),
    ({"LightGBM": {"num_leaves": []}}, BadSetting, "list of values is empty"),
    ({"LightGBM": {"num_leaves": [-3]}}, BadSetting, "num_leaves = -3"),
]


def asked(spaces, **given):
    return AutoMLConfig.of({"target_column": "y", "tuning": {"spaces": spaces}, **given})


def named(name, task):
    return AutoMLConfig.of({"algorithms_to_try": [name], "task_type": task})


@pytest.mark.parametrize(("spaces", "error", "why"), BAD)
def test_a_space_that_cannot_be_searched_is_told(spaces, error, why):
    with pytest.raises(error, match=why):
        check_settings(asked(spaces))


@pytest.mark.parametrize("spaces", [spaces for spaces, _, _ in BAD])
def test_it_is_told_in_the_words_of_the_training_itself(spaces):
    config = asked(spaces)
    with pytest.raises(PhantomError) as ahead:
        check_settings(config)
    with pytest.raises(PhantomError) as later:
        given_spaces(config.tuning)
    assert str(ahead.value) == str(later.value)


@pytest.mark.parametrize(
    ("task", "other"),
    [("regression", "LogisticRegression"), ("security_threat_detection", "IsolationForest")],
)
def test_an_algorithm_of_no_use_is_told_where_the_task_decides_it(task, other):
    with pytest.raises(BadSetting, match=f"has one of {other}, which is of no use for {task}"):
        check_settings(asked({other: {}}, task_type=task))


def test_what_a_task_does_not_read_is_told_still():
    with pytest.raises(BadSetting, match="tuning"):
        check_settings(asked({"LightGBM": {"num_leaves": [3]}}, task_type="anomaly_detection"))


def test_nothing_is_said_of_a_space_that_can_be_searched():
    assert check_settings(asked({"LightGBM": {"num_leaves": [3, 5]}})) is None


@pytest.mark.parametrize(
    ("task", "name", "meant"),
    [
        ("classification", "LightGMB", "LightGBM"),
        ("regression", "ElasticNett", "ElasticNet"),
        ("security_threat_detection", "LightGMB", "LightGBM"),
        ("anomaly_detection", "HBSO", "HBOS"),
        ("time_series", "Thetta", "Theta"),
    ],
)
def test_an_unknown_algorithm_is_told_with_the_nearest_that_there_is(task, name, meant):
    with pytest.raises(UnknownName, match=f"Did you mean '{meant}'"):
        check_settings(named(name, task))


def test_the_names_that_it_is_told_with_solve_a_problem_of_the_task():
    with pytest.raises(UnknownName) as caught:
        check_settings(named("nothing_like_it", "classification"))
    assert "HBOS" not in str(caught.value)


def test_a_named_algorithm_of_no_use_is_told_where_the_task_decides_it():
    with pytest.raises(BadSetting, match="HBOS is of no use for regression"):
        check_settings(named("HBOS", "regression"))


@pytest.mark.parametrize(
    ("name", "task"),
    [("lightgbm", "classification"), ("hbos", "anomaly_detection"), ("theta", "time_series")],
)
def test_nothing_is_said_of_an_algorithm_that_there_is(name, task):
    assert check_settings(named(name, task)) is None


def test_an_unknown_algorithm_is_told_before_the_data_is_read(tmp_path):
    config = {"target_column": "y", "algorithms_to_try": ["LightGMB"]}
    with pytest.raises(UnknownName, match="LightGMB"):
        PhantomMLCore(tmp_path).auto_create_model(tmp_path / "missing.csv", config)
