"""Settings of a scorer, and what is said of those that cannot be."""

import pytest

from phantom_ml.errors import BadSetting
from phantom_ml.streams.scorer import StreamScorer
from phantom_ml.streams.settings import StreamConfig


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"line": 0}, r"streams\.line is 0: it must be greater than 0"),
        ({"line": "high"}, r"streams\.line is 'high'"),
        ({"lines": 5}, r"There is no setting 'streams\.lines'.* 'line'"),
        ({"line": "5"}, "it must be a number, not text"),
        ({"time_column": ""}, "a column has a name"),
        ({"value_columns": ("v", "v")}, "the column 'v' is named twice"),
        ({"value_columns": ()}, "leave it out to watch every number"),
        ({"detectors": ()}, "at least one detector is needed"),
        ({"max_series": 0}, r"streams\.max_series is 0"),
        ({"time_column": "t", "value_columns": ("t",)}, "the column 't' can be the time"),
        ({"time_column": "t", "series_columns": ("t",)}, "the column 't' can be the time"),
        ({"series_columns": ("h",), "value_columns": ("n", "h")}, "the column 'h' can be"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_in_words(setting, told):
    with pytest.raises(BadSetting, match=told):
        StreamConfig(**setting)


def test_a_scorer_takes_its_settings_as_a_mapping():
    assert StreamScorer({"line": 6.0}).config == StreamConfig(line=6.0)


def test_a_scorer_refuses_what_is_no_configuration():
    with pytest.raises(BadSetting):
        StreamScorer("minute")


def test_one_name_stands_for_a_list_of_one():
    assert StreamConfig(series_columns="host").series_columns == ("host",)
