"""Whether later rows are of another kind: told by what lasts, not by whom they are of or when they came."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.automl.preparation.holdout import Holdout
from phantom_ml.automl.question.pose import pose
from phantom_ml.config import AutoMLConfig
from phantom_ml.core.drift import Drift, drift, names_units
from phantom_ml.data.reading.read import read

N = 1_600


def rows(n_hosts: int, seed: int = 0) -> pl.DataFrame:
    """Rows of hosts that each have a name, a port and a habit of their own, and nothing that changes."""
    rng = np.random.default_rng(seed)
    host, threat = rng.integers(0, n_hosts, N), rng.random(N) < 0.1
    habit = 0.3 * rng.normal(size=n_hosts)
    return pl.DataFrame(
        {
            "when": np.arange(N) * 60 + 1_800_000_000,
            "host": [f"pc{h}" for h in host],
            "port": [f"p{7 * h}" for h in host],
            "session": [f"s{i // 10}" for i in range(N)],
            "size": (rng.normal(size=N) + habit[host] + 2.0 * threat).round(3),
            "is_threat": threat,
        }
    )


def parts(tmp_path, frame: pl.DataFrame, **ties) -> Holdout:
    asked = {"task_type": "security_threat_detection", "target_column": "is_threat", **ties}
    return Holdout.of(pose(read(frame, scratch=tmp_path), AutoMLConfig.of(asked)), 0)


TIES = [
    {"group_columns": "host"},
    {"time_column": "when"},
    {"time_column": "when", "group_columns": "host"},
    {},
]


@pytest.mark.parametrize("ties", TIES)
def test_parts_of_one_steady_world_are_not_told_apart(tmp_path, ties):
    found = parts(tmp_path, rows(80), **ties)
    told = drift(found.development, found.test)
    assert told.low < 0.5 < told.high
    assert not told.is_beyond_chance


@pytest.mark.parametrize("ties", TIES)
def test_a_real_shift_is_told_however_the_parts_were_drawn(tmp_path, ties):
    frame = rows(80)
    later = np.zeros(N)
    later[parts(tmp_path, frame, **ties).test.target.keep] = 2.5
    found = parts(tmp_path, frame.with_columns(pl.col("size") + later), **ties)
    assert drift(found.development, found.test).is_beyond_chance


def test_a_name_hides_no_shift(tmp_path):
    names = [f"pc{i % 80}" for i in range(N)]
    frame = rows(80).with_columns(host=pl.Series(names))
    later = np.zeros(N)
    later[parts(tmp_path, frame, group_columns="host").test.target.keep] = 1.5
    found = parts(tmp_path, frame.with_columns(pl.col("size") + later), group_columns="host")
    assert drift(found.development, found.test).is_beyond_chance


def test_a_value_that_returns_in_one_unit_alone_names_it():
    unit = np.repeat(np.arange(8), 5)
    rng = np.random.default_rng(0)
    told = [unit, unit % 4, rng.normal(size=40), np.full(40, np.nan)]
    assert [names_units(v.astype(np.float32), unit) for v in told] == [True, False, False, False]


def test_too_few_entities_tell_nothing_of_others(tmp_path):
    found = parts(tmp_path, rows(12), group_columns="host")
    assert drift(found.development, found.test) is None


def test_too_few_benign_rows_tell_nothing(tmp_path):
    found = parts(tmp_path, rows(80))
    few = found.test.rows(np.arange(90))
    assert drift(found.development, few) is None


def test_features_that_do_not_count_leave_nothing_to_tell(tmp_path):
    found = parts(tmp_path, rows(80))
    assert drift(found.development, found.test, names=()) is None


@pytest.mark.parametrize(
    ("auc", "low", "is_drift"), [(0.8, 0.7, True), (0.8, 0.45, False), (0.6, 0.55, False)]
)
def test_drift_is_named_where_it_is_great_and_beyond_chance(auc, low, is_drift):
    assert Drift(auc=auc, low=low, high=0.9).is_beyond_chance == is_drift
