"""Anomaly detection with time and users: what is odd only by how much of it comes at once."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore

ASKED = {
    "task_type": "anomaly_detection",
    "time_column": "time",
    "group_columns": ["user"],
    "algorithms_to_try": ["HBOS", "ECOD", "KNN"],
    "max_trials": 3,
    "n_threads": 1,
}
START = datetime(2026, 3, 2)


def flows(n, days, first=0.0, seed=0):
    """Return flows of 20 users, spread evenly over days from the first one on."""
    rng = np.random.default_rng(seed)
    seconds = np.sort(rng.uniform(first, first + days, n)) * 86_400
    return pl.DataFrame(
        {
            "time": [START + timedelta(seconds=float(s)) for s in seconds],
            "user": [f"u{i}" for i in rng.integers(0, 20, n)],
            "bytes": rng.lognormal(6.0, 0.5, n),
            "port": rng.choice([53, 80, 443], n),
        }
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return PhantomMLCore(home=tmp_path_factory.mktemp("floods"))


@pytest.fixture(scope="module")
def model(home):
    return home.auto_create_model(flows(2_000, 7), ASKED).model_id


def test_usual_rows_of_one_user_are_alerts_where_hundreds_come_within_a_minute(home, model):
    flood = flows(400, 1 / 1_440, first=8.0, seed=1).with_columns(user=pl.lit("u3"))
    alerts = home.predict(model, flood)["alert"]
    assert alerts[100:].mean() > 0.9


def test_as_many_rows_of_all_users_over_a_day_are_none(home, model):
    alerts = home.predict(model, flows(300, 1, first=8.0, seed=1))["alert"]
    assert alerts.mean() < 0.02
