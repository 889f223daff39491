"""Algorithms that read events in their order: told, or refused, where a table has none."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.automl.question.in_order import events_in_order
from phantom_ml.config import AutoMLConfig
from phantom_ml.data.recognise import recognise
from phantom_ml.errors import BadSetting

N = 200


def events() -> pl.DataFrame:
    rng = np.random.default_rng(0)
    return pl.DataFrame(
        {
            "when": [datetime(2026, 3, 1) + timedelta(minutes=7 * i) for i in range(N)],
            "step": range(N),
            "user": [f"user{i}" for i in rng.integers(0, 9, N)],
            "action": rng.choice(["login", "read", "logout"], N),
            "size": rng.normal(size=N),
        }
    )


def told(frame: pl.DataFrame, task: str = "anomaly_detection", **settings) -> tuple[str, ...]:
    asked = {"algorithms_to_try": ["HBOS", "DeepLog"], "task_type": task, **settings}
    return events_in_order(frame, recognise(frame), AutoMLConfig.of(asked))


def test_events_in_the_order_that_was_named_need_no_word():
    assert told(events(), time_column="when", group_columns=["user"]) == ()


def test_it_is_said_whose_events_are_read_where_nobody_named_them():
    (note,) = told(events())
    assert "DeepLog read the events of each 'user' in the order of 'when'" in note


def test_other_algorithms_read_no_order():
    assert told(events().select("size"), algorithms_to_try=["HBOS"]) == ()


@pytest.mark.parametrize(
    ("frame", "settings", "missing"),
    [
        (events().drop("when"), {"group_columns": ["user"]}, "no time_column is named"),
        (events().drop("user"), {"time_column": "when"}, "no group_columns are named"),
        (
            events().drop("action"),
            {"time_column": "when", "group_columns": ["user"]},
            "no column of categories",
        ),
    ],
)
def test_a_detector_of_sequences_is_refused_without_them(frame, settings, missing):
    with pytest.raises(BadSetting, match=rf"DeepLog foretells .*{missing}"):
        told(frame, **settings)


def test_a_time_that_is_no_date_is_told():
    rows = events().drop("when")
    config = AutoMLConfig.of(
        {
            "task_type": "anomaly_detection",
            "algorithms_to_try": "DeepLog",
            "time_column": "step",
            "group_columns": "user",
        }
    )
    with pytest.raises(BadSetting, match="'step' holds no dates or times"):
        events_in_order(rows, recognise(rows.drop("step")), config)


def test_of_a_classifier_without_an_order_it_is_said_what_it_can_do_before_it_had_its_turn():
    (note,) = told(events().drop("when"), "classification", algorithms_to_try=["LSTM"])
    assert note == "LSTM can only look at each row alone: no time_column is named."
