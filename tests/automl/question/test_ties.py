"""When rows were: clocks that are years ahead, and rows without a time, are told."""

import polars as pl

from phantom_ml.automl.question.pose import pose
from phantom_ml.config import AutoMLConfig
from phantom_ml.data.reading.read import read
from tests.automl.asked import off, posed
from tests.core.tables import events


def test_a_clock_that_is_years_ahead_is_told():
    rows = events(90).with_columns(when=off(row=5))
    told = posed(rows, time_column="when").warnings
    assert any("1 row lies far from all others in 'when', 2099-01-01" in note for note in told)


def test_known_anomalies_of_another_year_are_not_told_as_stray():
    rows = events(90).with_columns(when=off(row=5), label=pl.lit("benign"))
    odd = pl.when(pl.int_range(pl.len()).is_in([*range(5, 90, 8)])).then(pl.lit("attack"))
    asked = {"task_type": "anomaly_detection", "time_column": "when"}
    told = posed(rows.with_columns(label=odd.otherwise("label")), **asked).warnings
    assert not any("far from all others" in note for note in told)


def test_rows_without_a_time_are_told(tmp_path):
    when = pl.datetime_range(pl.datetime(2026, 1, 1), pl.datetime(2026, 1, 3), "29m", eager=True)
    frame = pl.DataFrame({"when": [None, *when[1:60]], "a": range(60), "y": ["a", "b"] * 30})
    config = AutoMLConfig(target_column="y", time_column="when")
    told = pose(read(frame, scratch=tmp_path), config).warnings
    assert any("1 row has no time in 'when'" in warning for warning in told)
