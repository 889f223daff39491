"""Settings made by hand: as strict as a mapping, and as clear about what is wrong."""

import copy
import pickle

import pytest
from pydantic import ValidationError

from phantom_ml.config import (
    AutoMLConfig,
    Constraints,
    CostSettings,
    FeatureSettings,
    RangeSettings,
    TaskSettings,
    ThresholdPolicy,
    TuningSettings,
)
from phantom_ml.errors import BadSetting
from phantom_ml.features.request import FeatureRequest

#: Of each class a setting misspelled, how it is spelled, and a value out of bounds.
WRONG = {
    AutoMLConfig: ("target_colum", "target_column", {"time_budget_seconds": -1}),
    Constraints: ("max_byte", "max_bytes", {"max_bytes": -1}),
    CostSettings: ("false_positiv", "false_positive", {"false_negative": -1}),
    FeatureRequest: ("target_colum", "target_column", {"seed": -1}),
    FeatureSettings: ("txt", "text", {"max_features": -1}),
    RangeSettings: ("hig", "high", {"low": "few", "high": 1}),
    TaskSettings: ("label_dela", "label_delay", {"label_delay": -1}),
    ThresholdPolicy: ("max_fp", "max_fpr", {"max_fpr": -1}),
    TuningSettings: ("metho", "method", {"method": "guess"}),
}
NEEDED = {CostSettings: {"false_negative": 1}, RangeSettings: {"low": 1, "high": 2}}


@pytest.mark.parametrize("kind", WRONG, ids=lambda kind: kind.__name__)
def test_a_misspelled_setting_is_told_with_the_nearest_name(kind):
    misspelled, right, _ = WRONG[kind]
    given = {**NEEDED.get(kind, {}), misspelled: 1}
    with pytest.raises(BadSetting, match=f"{misspelled}'. Did you mean '{right}'?"):
        kind(**given)


@pytest.mark.parametrize("kind", WRONG, ids=lambda kind: kind.__name__)
def test_a_value_out_of_bounds_is_told(kind):
    value = next(iter(WRONG[kind][2].values()))
    with pytest.raises(BadSetting, match=f" is {value!r}: "):
        kind(**WRONG[kind][2])


@pytest.mark.parametrize("given", [{"target_colum": "x"}, {"features": {"txt": True}}], ids=str)
def test_an_object_and_a_mapping_tell_the_same(given):
    with pytest.raises(BadSetting) as by_hand:
        AutoMLConfig(**given)
    with pytest.raises(BadSetting) as of_mapping:
        AutoMLConfig.of(given)
    assert str(by_hand.value) == str(of_mapping.value)


def test_a_fault_further_down_is_told_with_its_whole_path():
    with pytest.raises(BadSetting, match=r"config\.threshold\.cost\.false_negativ'"):
        AutoMLConfig(threshold={"cost": {"false_negative": 1, "false_negativ": 1}})


def test_pydantic_asked_itself_raises_its_own_error():
    with pytest.raises(ValidationError, match="target_colum"):
        AutoMLConfig.model_validate({"target_colum": "x"})


CONFIG = AutoMLConfig(target_column="y", features=FeatureSettings(text=False))


@pytest.mark.parametrize(
    "again",
    [
        copy.deepcopy,
        AutoMLConfig.of,
        lambda config: pickle.loads(pickle.dumps(config)),
        lambda config: config.model_copy(update={"seed": 0}),
        lambda config: AutoMLConfig.model_validate(config.model_dump()),
        lambda config: AutoMLConfig.model_validate_json(config.model_dump_json()),
    ],
)
def test_settings_made_again_are_the_same(again):
    assert again(CONFIG) == CONFIG


def test_the_schema_names_every_setting():
    names = set(AutoMLConfig.model_json_schema()["properties"])
    assert names == {*AutoMLConfig.model_fields}
