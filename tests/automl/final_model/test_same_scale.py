"""The line of alert of detectors is cut on scores as the served model would tell them."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from phantom_ml.automl.final_model import same_scale
from phantom_ml.automl.final_model.same_scale import equated
from phantom_ml.core import PhantomMLCore

NATS = arrays(np.float64, 30, elements=st.floats(0.0, 20.0))
ASKED = {
    "task_type": "anomaly_detection",
    "algorithms_to_try": ["HBOS", "PCA"],
    "max_trials": 2,
    "n_threads": 1,
    "time_column": "time",
    "features": {"temporal": False},
    "threshold": {"max_fpr": 0.02},
}


def rows(n: int, seed: int, n_odd: int = 0) -> pl.DataFrame:
    """Rows a minute apart, of which some early ones in a row are far out."""
    values = np.random.default_rng(seed).normal(size=(n, 3))
    values[n // 10 : n // 10 + n_odd] += 40.0
    time = [datetime(2026, 3, 2) + timedelta(minutes=i) for i in range(n)]
    return pl.DataFrame(values, schema=["a", "b", "c"]).with_columns(time=pl.Series(time))


@given(NATS)
def test_where_both_say_the_same_nothing_changes(nats):
    np.testing.assert_allclose(equated(nats, nats, nats), nats)


@given(NATS, NATS, NATS)
def test_a_higher_score_is_never_told_lower(scores, own, other):
    told = equated(np.sort(scores), own, other)
    assert (np.diff(told) >= 0).all()


def test_a_score_is_told_as_the_other_tells_the_same_share_of_rows():
    own = np.arange(100.0)
    np.testing.assert_allclose(equated(np.array([10.0, 98.5]), own, 2.0 * own + 1.0), [21.0, 198.0])


def test_beyond_all_rows_the_distance_stays():
    own = np.arange(10.0)
    np.testing.assert_allclose(equated(np.array([12.0]), own, own + 5.0), [17.0])


def test_rows_that_tie_are_told_as_the_mean_of_them():
    own, other = np.array([1.0, 1.0, 1.0, 2.0]), np.array([0.1, 0.2, 0.3, 4.0])
    np.testing.assert_allclose(equated(np.array([1.0]), own, other), [0.2])


def test_a_burst_in_the_older_part_does_not_lower_the_line(tmp_path):
    core = PhantomMLCore(home=tmp_path)
    found = core.auto_create_model(rows(4_000, 0, n_odd=180), ASKED)
    alerted = core.predict(found.model_id, rows(4_000, 1).drop("time").with_columns(later()))
    assert alerted["alert"].mean() < 0.03


def later() -> pl.Series:
    """Return minutes of the days after the training rows."""
    start = datetime(2026, 3, 2) + timedelta(minutes=4_000)
    return pl.Series("time", [start + timedelta(minutes=i) for i in range(4_000)])


def test_a_comparison_that_fails_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(same_scale, "COMPARE", "phantom_ml.automl.final_model.nowhere:compare")
    found = PhantomMLCore(home=tmp_path).auto_create_model(rows(400, 0), ASKED)
    assert any("how the served model scores the same rows" in told for told in found.warnings)
