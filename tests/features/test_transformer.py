import re
from datetime import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from phantom_ml.errors import BadSetting, ColumnMissing, SourceEmpty, TargetUnusable
from phantom_ml.features.engineer import engineer_features
from phantom_ml.features.transformer import AutoFeatureEngineer
from tests.features.test_engineer import EVENTS, PLAIN, N

INPUTS = EVENTS.drop("label")
LABEL = EVENTS["label"].to_numpy()
#: Enough rows where what is asked is not how well the truth is found.
FEW = INPUTS[:90]


@pytest.fixture(scope="module")
def fitted():
    return AutoFeatureEngineer().fit(INPUTS)


def test_pandas_and_polars_give_the_same():
    found = AutoFeatureEngineer().fit_transform(INPUTS[:300])
    pandas = AutoFeatureEngineer().fit_transform(INPUTS[:300].to_pandas())
    np.testing.assert_array_equal(found, pandas)


def test_names_match_the_columns(fitted):
    assert len(fitted.get_feature_names_out()) == fitted.transform(INPUTS).shape[1]


def test_a_clone_has_the_same_settings():
    assert clone(AutoFeatureEngineer(text_features=False)).text_features is False


def test_output_is_a_frame_where_asked():
    found = AutoFeatureEngineer().set_output(transform="pandas").fit_transform(FEW)
    assert isinstance(found, pd.DataFrame)
    assert "bytes" in found.columns


def test_output_is_a_polars_frame_where_asked():
    found = AutoFeatureEngineer().set_output(transform="polars").fit(FEW).transform(FEW)
    assert isinstance(found, pl.DataFrame)


def test_without_text_features_text_gives_none():
    names = AutoFeatureEngineer(text_features=False).fit(FEW, LABEL[:90]).get_feature_names_out()
    assert not {"text.score", "query.token_count"} & set(names)


def test_a_kind_may_be_named():
    named = AutoFeatureEngineer(kinds={"port": "category"}).fit(
        pl.DataFrame({"port": [22, 80] * 30})
    )
    guessed = AutoFeatureEngineer().fit(pl.DataFrame({"port": [22, 80] * 30}))
    assert "port.is_admin" in {*guessed.get_feature_names_out()} - {*named.get_feature_names_out()}


@pytest.mark.parametrize(
    "settings",
    [
        {"kinds": "ip"},
        {"kinds": ["ip"]},
        {"kinds": 5},
        {"text_features": "maybe"},
        {"text_features": "yes"},
        {"temporal_features": "no"},
        {"statistical_features": 1},
        {"security_features": 0.0},
        {"text_features": None},
        {"time_zone": "Mars/Olympus"},
    ],
    ids=str,
)
def test_a_setting_is_refused_at_fit_as_in_the_configuration(settings):
    with pytest.raises(BadSetting) as known:
        engineer_features(FEW, settings)
    with pytest.raises(BadSetting, match=re.escape(known.value.message)):
        AutoFeatureEngineer(**settings).fit(FEW)


def test_a_wrong_switch_is_told_by_its_name():
    with pytest.raises(BadSetting, match="text_features is 'yes': it must be true or false"):
        AutoFeatureEngineer(text_features="yes").fit(FEW)


def test_a_truth_value_of_numpy_switches_a_family_off():
    names = (
        AutoFeatureEngineer(text_features=np.False_).fit(FEW, LABEL[:90]).get_feature_names_out()
    )
    assert "text.score" not in names


def test_a_kind_of_a_column_that_is_not_there_is_refused():
    with pytest.raises(ColumnMissing, match="prot"):
        AutoFeatureEngineer(kinds={"prot": "port"}).fit(FEW)


def test_hours_are_told_in_the_zone_that_is_named():
    span = datetime(2026, 1, 1), datetime(2026, 1, 20)
    hours = pl.datetime_range(*span, "5h", time_zone="UTC", eager=True)
    found = [
        AutoFeatureEngineer(time_zone=zone)
        .set_output(transform="polars")
        .fit_transform({"t": hours})
        for zone in (None, "Asia/Tokyo")
    ]
    assert not found[0]["t.hour"].equals(found[1]["t.hour"])


def test_a_pipeline_learns_the_planted_truth():
    model = make_pipeline(AutoFeatureEngineer(), HistGradientBoostingClassifier(max_iter=20))
    scores = cross_val_score(model, INPUTS.drop("src", "query").to_pandas(), LABEL, cv=2)
    assert scores.mean() > 0.95


def test_an_answer_adds_the_score_of_the_text():
    names = AutoFeatureEngineer().fit(FEW, LABEL[:90]).get_feature_names_out()
    assert "text.score" in names


def test_no_row_sees_its_own_answer_through_the_text():
    rng = np.random.default_rng(0)
    words = pl.DataFrame({"q": [f"{a} word {b}" for a, b in rng.integers(0, 10**9, (N, 2))]})
    answers = rng.integers(0, 2, N)
    engineer = AutoFeatureEngineer()
    honest = engineer.fit_transform(words, answers)[:, -1]
    seen = engineer.transform(words)[:, -1]
    assert abs(np.corrcoef(honest, answers)[0, 1]) < 0.15
    assert np.corrcoef(seen, answers)[0, 1] > 0.5


def test_numbers_as_answers_are_scored_as_numbers():
    engineer = AutoFeatureEngineer().fit(FEW, np.linspace(0.1, 9.9, 90))
    assert "text.score" in engineer.get_feature_names_out()


def test_an_array_has_columns_too():
    found = AutoFeatureEngineer().fit_transform(np.arange(12.0).reshape(6, 2))
    assert found.shape == (6, 2)


def test_a_column_that_is_gone_is_named(fitted):
    with pytest.raises(ColumnMissing, match="proto"):
        fitted.transform(INPUTS.drop("proto"))


def test_too_few_answers_are_refused():
    with pytest.raises(BadSetting, match="3 answers for 90 rows"):
        AutoFeatureEngineer().fit(FEW, [0, 1, 0])


def test_generated_features_are_described():
    found = AutoFeatureEngineer().generate_features(PLAIN, target_column="label")
    assert "bytes" in found.features[0].name


def test_names_of_other_columns_are_refused(fitted):
    assert len(fitted.get_feature_names_out(INPUTS.columns)) > 0
    with pytest.raises(BadSetting, match="sorted"):
        fitted.get_feature_names_out(["sorted"])


@pytest.mark.parametrize("y", [[None, "a", "b"] * 30, [np.nan, 1.5, 2.5] * 30])
def test_missing_answers_are_refused(y):
    with pytest.raises(TargetUnusable, match="30 of 90 answers"):
        AutoFeatureEngineer().fit(FEW, y)


def test_a_table_without_rows_is_refused():
    with pytest.raises(SourceEmpty):
        AutoFeatureEngineer().fit(INPUTS.clear())


def test_half_a_character_is_scored(fitted):
    odd = INPUTS[:2].to_pandas()
    odd["query"] = ["\udc80bad", "good"]
    assert fitted.transform(odd).shape[0] == 2
