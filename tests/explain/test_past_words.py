"""What happened before a row counts for whom it is about, and is told in words where it is not usual."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore
from phantom_ml.explain.past_words import Odd, oddest

START = datetime(2026, 3, 2)
ASKED = {
    "task_type": "anomaly_detection",
    "time_column": "when",
    "algorithms_to_try": ["KNN"],
    "max_trials": 1,
    "n_threads": 1,
}


def steady(n: int = 600, seed: int = 0, start: datetime = START) -> pl.DataFrame:
    """Users do one thing after the other, each every few minutes."""
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "when": [
                start + timedelta(seconds=60 * i + int(rng.integers(0, 30))) for i in range(n)
            ],
            "user": [f"user{i}" for i in rng.integers(0, 8, n)],
            "size": rng.normal(size=n).round(2),
        }
    )


def burst() -> pl.DataFrame:
    """Return later rows; the last forty are of one user within a minute."""
    later = steady(60, 1, START + timedelta(days=1))
    times = [later["when"][-1] + timedelta(seconds=90 + i) for i in range(40)]
    rush = later.tail(1).select("user", "size").join(pl.DataFrame({"when": times}), how="cross")
    return pl.concat([later, rush.select(later.columns)])


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The contributions to the last row of the burst, by column."""
    core = PhantomMLCore(home=tmp_path_factory.mktemp("words") / "home")
    model = core.auto_create_model(steady(), ASKED).model_id
    explanation = core.explain_model(model, burst()[-1], before=burst())
    assert explanation.method == "occlusion"
    return {c.column: c for c in explanation.rows[0].contributions}


def test_a_burst_counts_for_whoever_made_it(told):
    assert told["user"].amount == max(c.amount for c in told.values()) > 0


def test_what_happened_before_does_not_count_for_the_time(told):
    assert told["when"].amount == 0


def test_a_burst_is_told_in_words(told):
    said = told["user"].sentence
    assert said.startswith(f"user = {burst()['user'][-1]} raises the score by ")
    assert ", usually " in said


def test_that_time_has_gone_by_is_not_told(told):
    assert "first seen" not in told["user"].sentence


def test_columns_without_a_past_are_told_as_before(told):
    assert ";" not in told["size"].sentence


ODD = {"user.gap": Odd(0.05, "the gap"), "user.events.5m": Odd(0.01, "the events")}


def test_where_nothing_tells_which_feature_moved_the_rarest_is_told():
    assert oddest(ODD, {}, 1.0) == "the events"


def test_the_feature_that_moved_most_is_told():
    assert oddest(ODD, {"user.gap": 0.9, "user.events.5m": 0.1}, 1.0) == "the gap"


def test_a_feature_that_moved_the_other_way_is_not_told():
    assert oddest(ODD, {"user.gap": 0.9, "user.events.5m": 0.1}, -1.0) == ""


def test_a_past_that_is_as_usual_is_not_told():
    assert oddest({}, {}, 1.0) == ""


def test_of_what_no_event_was_like_how_much_came_is_told():
    odd = {"user.gap": Odd(0.01, "the gap"), "user.events.5m": Odd(0.01, "the events", counts=True)}
    assert oddest(odd, {}, 1.0) == "the events"
