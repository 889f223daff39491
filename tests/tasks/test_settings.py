"""Settings that mean nothing for a task are refused, each by the same table."""

from itertools import chain

import pytest

from phantom_ml.config import AutoMLConfig, ProblemKind, TaskSettings
from phantom_ml.errors import BadSetting
from phantom_ml.tasks.base import tasks
from phantom_ml.tasks.settings import (
    APART,
    NEEDS,
    OF_SERIES,
    ROLES,
    SAME,
    check_alerts,
    check_settings,
)

#: A value of each setting that not every task reads.
GIVEN = {
    "weight_column": "w",
    "feature_engineering": False,
    "features": {"text": False},
    "tuning": {"method": "grid_search"},
    "constraints": {"explainable": True},
    "positive_class": "bad",
    "threshold": {"top_k": 3},
    "task_settings.prevalence": 0.01,
    "task_settings.type_column": "kind",
    "task_settings.suppress_by": ("host",),
    "task_settings.suppress_hours": 3.0,
    "task_settings.label_delay": 2.0,
    "task_settings.normal_only": True,
    "task_settings.sample_rows": 0,
    "task_settings.horizon": 4,
    "task_settings.quantiles": (0.5,),
    "task_settings.series_columns": ("host",),
    "task_settings.known_ahead": ("plan",),
    "task_settings.past_only": ("load",),
    "task_settings.frequency": "1h",
    "task_settings.season": 24,
    "task_settings.time_zone": "Europe/Berlin",
    "task_settings.n_windows": 2,
}


def asked(task: str, path: str, **beside: object) -> AutoMLConfig:
    *part, name = path.split(".")
    own = {name: GIVEN[path]}
    settings = {part[0]: own} if part else own
    return AutoMLConfig.of({"task_type": task, "target_column": "y", **beside, **settings})


def test_every_setting_of_some_tasks_is_tested():
    assert set(GIVEN) == set().union(*(task.reads for task in tasks))


def test_every_task_setting_is_read_by_some_task():
    assert {f"task_settings.{name}" for name in TaskSettings.model_fields} <= set(GIVEN)


@pytest.mark.parametrize("task", tasks.names())
@pytest.mark.parametrize("path", GIVEN)
def test_a_task_takes_what_it_reads_and_refuses_the_rest(task, path):
    config = asked(task, path, time_column="t")
    if path == "task_settings.suppress_hours":
        both = {"suppress_by": ["host"], "suppress_hours": 3.0}
        config = config.model_copy(update={"task_settings": TaskSettings(**both)})
    if path in tasks.get(task).reads:
        assert check_settings(config) is None
    else:
        with pytest.raises(BadSetting, match=rf"of no use for {task}, but was set to"):
            check_settings(config)


def test_the_refusal_tells_the_value_and_who_reads_it():
    with pytest.raises(BadSetting) as caught:
        check_settings(asked("classification", "task_settings.horizon"))
    assert caught.value.message.startswith("config.task_settings.horizon is of no use")
    assert "was set to 4" in caught.value.message
    assert caught.value.hint == "Leave task_settings.horizon out. Read by: time_series."


def test_all_that_was_given_of_a_part_is_to_be_left_out():
    given = {"max_fpr": 0.01, "confidence": 0.95}
    with pytest.raises(BadSetting, match=r"Leave threshold\.max_fpr and threshold\.confidence out"):
        check_settings(AutoMLConfig.of({"task_type": "regression", "threshold": given}))


def test_a_threshold_of_a_forecast_is_refused_with_what_to_do_instead():
    with pytest.raises(
        BadSetting, match=r"threshold.top_k is .* set to 3\..*band of its quantiles"
    ):
        check_settings(asked("time_series", "threshold"))


@pytest.mark.parametrize(
    ("config", "missing"),
    [
        ({"task_settings": {"label_delay": 1}}, "time_column"),
        ({"time_column": "t", "task_settings": {"suppress_hours": 2}}, "suppress_by"),
        (
            {"task_type": "anomaly_detection", "positive_class": "x", "target_column": None},
            "target_column",
        ),
    ],
)
def test_a_setting_that_needs_another_is_refused_alone(config, missing):
    with pytest.raises(BadSetting, match=f"does nothing without {missing}"):
        check_settings(AutoMLConfig.of({"target_column": "y", **config}))


@pytest.mark.parametrize(
    "config",
    [
        {"time_column": "y"},
        {"group_columns": ["a", "y"]},
        {"weight_column": "y"},
        {"ignored_columns": ["a", "y"]},
        {"ignored_columns": "y", "task_type": "anomaly_detection"},
        {"ignored_columns": "y", "task_type": "time_series", "time_column": "t"},
        {"task_settings": {"type_column": "y"}},
    ],
)
def test_the_target_is_named_by_nothing_else(config):
    with pytest.raises(BadSetting, match=r"The target 'y' is named by \w+ as well"):
        check_settings(AutoMLConfig.of({"target_column": "y", **config}))


@pytest.mark.parametrize("task", ["classification", "anomaly_detection"])
@pytest.mark.parametrize(
    ("config", "roles"),
    [
        ({"time_column": "c", "task_settings": {"type_column": "c"}}, "type_column and by time"),
        (
            {"weight_column": "c", "task_settings": {"type_column": "c"}},
            "type_column and by weight",
        ),
        ({"time_column": "c", "task_settings": {"suppress_by": ["a", "c"]}}, "suppress_by and by"),
    ],
)
def test_a_column_has_no_second_role_that_rules_out_the_first(task, config, roles):
    with pytest.raises(BadSetting, match=f"Column 'c' is named by {roles}"):
        check_settings(AutoMLConfig.of({"task_type": task, "target_column": "y", **config}))


def series(**settings) -> AutoMLConfig:
    own = {"series_columns": ("host",), "known_ahead": ("plan",), "past_only": ("load",)}
    asked_for = {"target_column": "y", "time_column": "t", "task_settings": own} | settings
    return AutoMLConfig.of({"task_type": "time_series", **asked_for})


@pytest.mark.parametrize(
    ("column", "role"),
    [("t", "time"), ("host", "series"), ("plan", "known_ahead"), ("load", "past_only")],
)
def test_a_forecast_cannot_ignore_what_it_reads(column, role):
    with pytest.raises(BadSetting) as caught:
        check_settings(series(ignored_columns=["other", column]))
    told = f"Column {column!r} is named by ignored_columns and by {role}"
    assert caught.value.message.startswith(told)
    assert "A forecast reads it. Take it out of ignored_columns, or" in caught.value.hint


def test_a_forecast_cannot_ignore_the_groups_that_are_its_series():
    with pytest.raises(BadSetting, match="ignored_columns and by group_columns"):
        check_settings(series(task_settings={}, group_columns="host", ignored_columns="host"))


def test_a_forecast_may_ignore_what_it_does_not_read():
    assert check_settings(series(ignored_columns=["other"])) is None


@pytest.mark.parametrize(
    ("own", "roles"),
    [
        ({"series_columns": ("t",)}, "series_columns and by time_column"),
        ({"known_ahead": ("a",), "past_only": ("a",)}, "known_ahead and by past_only"),
    ],
)
def test_a_column_of_a_forecast_has_one_role(own, roles):
    with pytest.raises(BadSetting, match=f"is named by {roles}"):
        check_settings(series(task_settings=own))


@pytest.mark.parametrize("role", ["time_column", "group_columns"])
def test_a_table_may_be_ordered_and_grouped_by_what_is_not_learned_from(role):
    config = {"target_column": "y", role: "c", "ignored_columns": "c"}
    assert check_settings(AutoMLConfig.of(config)) is None


def spaced(*tried: str) -> AutoMLConfig:
    spaces = {"light_gbm": {"num_leaves": [15, 63]}}
    given = {"target_column": "y", "tuning": {"spaces": spaces}}
    return AutoMLConfig.of(given | ({"algorithms_to_try": tried} if tried else {}))


def test_a_space_of_an_algorithm_that_is_not_tried_is_refused():
    with pytest.raises(BadSetting) as caught:
        check_settings(spaced("SVM", "XGBoost"))
    told = "'light_gbm', which is not among algorithms_to_try: 'SVM', 'XGBoost'."
    assert told in caught.value.message
    assert caught.value.hint == "Add light_gbm to algorithms_to_try, or leave its space out."


@pytest.mark.parametrize("tried", [(), ("LightGBM", "SVM")])
def test_a_space_of_an_algorithm_that_may_be_tried_is_taken_in_any_spelling(tried):
    assert check_settings(spaced(*tried)) is None


def test_two_answers_to_what_tells_series_apart_are_refused():
    config = {"task_type": "time_series", "group_columns": "a"}
    with pytest.raises(BadSetting, match="Both tell series apart"):
        check_settings(AutoMLConfig.of(config | {"task_settings": {"series_columns": ["b"]}}))
    check_settings(AutoMLConfig.of(config | {"task_settings": {"series_columns": ["a"]}}))


def test_a_configuration_that_was_written_and_read_is_judged_alike():
    written = AutoMLConfig(target_column="y").model_dump(mode="json")
    assert check_settings(AutoMLConfig.of(written)) is None


@pytest.mark.parametrize("kind", [ProblemKind.MULTICLASS, ProblemKind.REGRESSION])
def test_what_tells_of_alerts_is_refused_where_nothing_is_alerted(kind):
    config = asked("classification", "task_settings.prevalence")
    with pytest.raises(BadSetting, match="'y' has not two classes: nothing is alerted"):
        check_alerts(config, kind)
    assert check_alerts(config, ProblemKind.BINARY) is None


@pytest.mark.parametrize(
    "path",
    [*NEEDS, *NEEDS.values(), *SAME, *SAME.values(), *ROLES, *chain(*APART), *OF_SERIES],
)
def test_the_tables_name_settings_that_there_are(path):
    found = AutoMLConfig()
    for name in path.split("."):
        found = getattr(found, name)
    assert not found or path == "task_settings.suppress_hours"


def test_a_setting_of_a_few_words_is_told_as_a_person_writes_it():
    with pytest.raises(BadSetting, match=r"tuning\.method is of no use.*set to 'grid_search'"):
        check_settings(asked("anomaly_detection", "tuning"))
