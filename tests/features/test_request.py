"""What is asked of the making of features: settings are read in every form, and wrong ones refused by name."""

import pytest

from phantom_ml.errors import BadSetting
from phantom_ml.features.request import FeatureRequest


def test_a_setting_that_does_not_exist_suggests_the_nearest():
    with pytest.raises(BadSetting, match="target_column"):
        FeatureRequest.of({"target_colum": "label"})


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_text_that_is_no_object_is_refused(text):
    with pytest.raises(BadSetting, match="feature settings"):
        FeatureRequest.of(text)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (
            {"text": True, "text_features": False},
            "text is True, and text_features is False",
        ),
        ({"text": True, "features": {"text": False}}, "text is True, and features.text is False"),
        (
            {"label_delay": 7, "task_settings": {"label_delay": 0}},
            "task_settings.label_delay is 0",
        ),
    ],
)
def test_one_setting_that_is_given_twice_and_differs_is_refused(settings, told):
    with pytest.raises(BadSetting) as refused:
        FeatureRequest.of(settings)
    assert told in refused.value.message


def test_one_setting_that_is_given_twice_alike_is_taken():
    twice = {
        "label_delay": None,
        "task_settings": {"label_delay": 7},
        "text": False,
        "text_features": False,
    }
    asked = FeatureRequest.of(twice)
    assert (asked.label_delay, asked.text) == (7, False)


@pytest.mark.parametrize("name", ["text", "text_features", "include_text_features"])
def test_a_wrong_switch_is_told_by_the_name_that_was_given(name):
    with pytest.raises(BadSetting, match=f"features.{name} is 'yes': it must be true or false"):
        FeatureRequest.of({name: "yes"})


@pytest.mark.parametrize("name", ["max_features", "max_us_per_row", "label_delay", "seed"])
def test_text_is_no_number_of_a_setting(name):
    with pytest.raises(BadSetting, match=f"features.{name} is '3': it must be a number, not text"):
        FeatureRequest.of({name: "3"})


def test_settings_that_are_no_settings_are_refused():
    with pytest.raises(BadSetting, match="a int"):
        FeatureRequest.of(5)


@pytest.mark.parametrize("name", ["text", "text_features", "include_text_features"])
def test_a_wrong_switch_under_features_is_told_by_its_path(name):
    with pytest.raises(BadSetting) as refused:
        FeatureRequest.of({"features": {name: "yes"}})
    assert refused.value.message.startswith(f"features.{name} is 'yes'")


def test_an_unknown_setting_under_features_is_told_by_its_path():
    with pytest.raises(BadSetting, match=r"no setting 'features\.max_feature'"):
        FeatureRequest.of({"features": {"max_feature": 3}})


@pytest.mark.parametrize("cost", [float("inf"), float("nan")])
def test_a_cost_that_is_no_finite_number_is_refused(cost):
    told = rf"features\.max_us_per_row is {cost}: it must be a finite"
    with pytest.raises(BadSetting, match=told):
        FeatureRequest.of({"max_us_per_row": cost})


@pytest.mark.parametrize("days", [float("inf"), float("nan")])
def test_a_delay_that_is_no_finite_number_is_told_its_range(days):
    with pytest.raises(BadSetting) as refused:
        FeatureRequest.of({"label_delay": days})
    assert "must be a finite number, at least 0 and at most 36525" in refused.value.message


def test_json_text_that_gives_a_setting_twice_is_refused():
    with pytest.raises(BadSetting, match="gives 'seed' twice, as 1 and as 2"):
        FeatureRequest.of('{"seed": 1, "seed": 2}')
