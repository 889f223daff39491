"""How alike two fits rank the same rows."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.automl.question.pose import pose
from phantom_ml.automl.trials.scoring import stability, validation_of
from phantom_ml.config import AutoMLConfig
from phantom_ml.data.reading.dataset import Dataset

ROWS = np.tile(np.arange(4), 2)


def test_two_fits_that_rank_alike_are_stable():
    told = np.array([[0.1], [0.2], [0.3], [0.4], [1.0], [2.0], [3.0], [4.0]])
    assert stability(ROWS, told) == pytest.approx({"stability": 1.0})


@pytest.mark.parametrize("flat", [slice(0, 4), slice(4, 8), slice(0, 8)])
def test_a_fit_that_ranks_nothing_has_no_stability_and_raises_no_warning(flat):
    told = np.random.default_rng(0).normal(size=(8, 1))
    told[flat] = 1.0
    assert stability(ROWS, told) == {}


def test_fits_of_other_rows_are_not_compared():
    assert stability(np.arange(8), np.random.default_rng(0).normal(size=(8, 1))) == {}


def measured_hours(n_usual: int = 200, n_odd: int = 20):
    """Scores of the newest quarter of some hours, and of known anomalies of the first of them."""
    start, n = datetime(2026, 3, 1), n_usual + n_odd
    rows = pl.DataFrame(
        {
            "when": [start + timedelta(hours=h) for h in range(n)],
            "size": np.random.default_rng(0).normal(size=n),
            "label": ["odd" if h < n_odd else None for h in range(n)],
        }
    )
    asked = {"task_type": "anomaly_detection", "target_column": "label", "time_column": "when"}
    problem = pose(Dataset(rows.lazy(), n), AutoMLConfig.of({**asked, "positive_class": "odd"}))
    once = np.arange(n_usual * 3 // 4, n)
    held = np.concatenate([once, once])
    return validation_of(problem, held, np.arange(float(len(held)))[:, None])


def test_known_anomalies_count_by_their_share_of_the_table():
    found = measured_hours()
    assert found.weight[found.truth == 1].sum() / 50 == pytest.approx(20 / 200)
    assert set(found.weight[found.truth == 0]) == {1.0}


def test_days_are_those_of_the_rows_held_out_whenever_anomalies_were():
    assert measured_hours().days == pytest.approx(49 / 24)
