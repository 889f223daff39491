"""An algorithm that reads an entity's last events says so where the rows have none."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml import AlgorithmClassifier, PhantomMLCore
from phantom_ml.algorithms.lstm import LSTM
from phantom_ml.sklearn_api.algorithm_bench import AlgorithmBench
from phantom_ml.tuning.bench import Bench
from phantom_ml.tuning.scoring import scoring_for
from phantom_ml.tuning.study import splitter_for

N = 300
ROWS = np.random.default_rng(0)
START = datetime(2026, 1, 1)
TABLE = pl.DataFrame(
    {
        "time": [START + timedelta(minutes=i) for i in range(N)],
        "user": [f"u{u}" for u in ROWS.integers(0, 8, N)],
        "action": ROWS.choice(["open", "read", "mask"], N),
        "size": ROWS.normal(size=N),
    }
)
Y = ROWS.integers(0, 2, N)
TOLD = "LSTM looked at each row alone: "


def bench(algorithm, table):
    """Return where an algorithm's settings are measured; nothing is fitted."""
    model = AlgorithmClassifier(algorithm)
    splits = splitter_for(model, Y, 2, 0)
    return AlgorithmBench(Bench(model, table, Y, scoring_for(model, None, Y), splits))


@pytest.mark.parametrize("column", ["time", "user", "action"])
def test_a_search_says_that_the_rows_have_no_history(column):
    assert bench("LSTM", TABLE.drop(column)).notes[0].startswith(TOLD)


@pytest.mark.parametrize("algorithm", ["LSTM", "LightGBM"])
def test_a_search_says_nothing_where_nothing_lacks(algorithm):
    table = TABLE if algorithm == "LSTM" else TABLE.drop("time")
    assert bench(algorithm, table).notes == ()


def test_a_training_says_it_among_its_warnings(tmp_path):
    pytest.importorskip("torch", reason="the extra 'deep' is not installed")
    table = TABLE.drop("time").with_columns(pl.Series("label", Y))[:60]
    found = PhantomMLCore(tmp_path).auto_create_model(
        table,
        {"target_column": "label", "algorithms_to_try": ["LSTM"], "max_trials": 1, "n_threads": 1},
    )
    assert [w for w in found.warnings if w.startswith("LSTM can only look at each row alone: ")]


def test_an_estimator_reads_the_events_that_came_before():
    pytest.importorskip("torch", reason="the extra 'deep' is not installed")
    before = pl.col("action").shift(1).over("user").fill_null("")
    y = TABLE.select(before == "mask").to_series().to_numpy().astype(int)
    settings = LSTM(n_epochs=30, width=16, batch_size=64).model_dump(exclude_unset=True)
    model = AlgorithmClassifier("LSTM", **settings).fit(TABLE[:200], y[:200])
    assert model.score(TABLE[200:], y[200:]) > 0.9
