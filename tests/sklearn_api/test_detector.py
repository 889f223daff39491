"""PhantomAnomalyDetector: its line of alert, its answers and its entities, by the configuration's names."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone

from phantom_ml.errors import BadSetting, ColumnMissing
from phantom_ml.sklearn_api import PhantomAnomalyDetector

N = 300


def flows(n_odd: int = 0) -> pl.DataFrame:
    """Flows of a few users, of which the last ones are large and are said to be odd."""
    rng = np.random.default_rng(0)
    size = rng.normal(size=N)
    size[N - n_odd :] += 9.0
    return pl.DataFrame(
        {
            "size": size,
            "noise": rng.normal(size=N),
            "user": [f"u{i}" for i in rng.integers(0, 5, N)],
            "when": [datetime(2026, 3, 1) + timedelta(hours=i) for i in range(N)],
            "label": ["odd" if i >= N - n_odd else "usual" for i in range(N)],
        }
    )


def detector(**settings) -> PhantomAnomalyDetector:
    given = {"max_trials": 1, "algorithms_to_try": ["HBOS"], "n_threads": 1}
    return PhantomAnomalyDetector(**(given | settings))


X = flows().select("size", "noise", "when")
ANSWERED = flows(30).select("size", "noise", "label")


def test_a_rate_of_false_alarms_sets_the_line():
    rows = np.random.default_rng(0).normal(size=(5_000, 2))
    found = detector(threshold={"max_fpr": 0.1}).fit(rows[:3_000])
    assert 0.05 < (found.predict(rows[3_000:]) == -1).mean() < 0.15


def test_the_highest_rows_are_counted_among_those_held_out_not_among_those_at_hand():
    rows = X.drop("when")
    found = detector(threshold={"top_k": 10}).fit(rows)
    score, alert = found.score_samples(rows), found.predict(rows) == -1
    assert alert.sum() > 10
    assert sorted(score.argsort()[: alert.sum()]) == np.flatnonzero(alert).tolist()


def test_alerts_a_day_need_the_time():
    found = detector(threshold={"alerts_per_day": 2}, time_column="when").fit(X)
    assert np.isfinite(found.offset_)
    with pytest.raises(BadSetting, match="no time_column is named"):
        detector(threshold={"alerts_per_day": 2}).fit(X)


def test_the_column_of_answers_is_no_feature_and_need_not_be_there_later():
    named = {"target_column": "label", "positive_class": "odd"}
    found = detector(**named, threshold={"min_precision": 0.9}).fit(ANSWERED)
    assert found.n_features_in_ == 2
    told = found.predict(ANSWERED)
    assert told.tolist() == found.predict(ANSWERED.drop("label")).tolist()
    assert (told[-30:] == -1).mean() > 10 * (told[:-30] == -1).mean()


def test_normal_rows_alone_are_learned_from_in_any_table():
    rows = ANSWERED.to_pandas()
    named = {"target_column": "label", "positive_class": "odd", "normal_only": True}
    score = detector(**named).fit(rows).score_samples(rows)
    assert score[-30:].max() < np.median(score)


def test_normal_rows_need_a_column_that_tells_them():
    with pytest.raises(BadSetting, match="no row says that it is normal"):
        detector(normal_only=True).fit(X)


def test_a_column_of_answers_that_is_not_there_is_told():
    with pytest.raises(ColumnMissing, match="labels"):
        detector(target_column="labels").fit(ANSWERED)


def test_rows_are_measured_by_their_own_entity():
    rows = flows().select("size", "user")
    found = detector(group_columns="user", algorithms_to_try=["EntityBaseline"]).fit(rows)
    strange = rows.with_columns(pl.lit("nobody").alias("user"))
    assert not np.array_equal(found.score_samples(rows), found.score_samples(strange))


def test_all_settings_are_parameters():
    given = detector(threshold={"top_k": 3}, group_columns=["user"], normal_only=True)
    assert clone(given).get_params() == given.get_params()


def test_a_fitted_detector_lists_what_it_has():
    assert "score_samples" in dir(detector().fit(X))


@pytest.mark.parametrize("kind", [np.asarray, pl.DataFrame], ids=["array", "frame"])
def test_rows_without_any_value_are_refused(kind):
    with pytest.raises(ValueError, match="All 300 cells of X are missing"):
        detector().fit(kind(np.full((100, 3), np.nan)))
