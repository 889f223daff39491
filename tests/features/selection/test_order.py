"""Rows are judged in an order of their own: how a file is sorted within one time changes nothing."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.features.before import Before
from phantom_ml.features.engineer import engineer_features
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.selection.mixing import worth_without_target
from phantom_ml.features.selection.order import order_of
from phantom_ml.features.selection.trees import drawn
from phantom_ml.features.selection.worth import worth

N = 600
RNG = np.random.default_rng(5)
VALUES = RNG.normal(size=(N, 4)).astype(np.float32)
VALUES[::7, 2] = np.nan
ANSWERS = (VALUES[:, 0] + 0.5 * RNG.normal(size=N) > 1.0).astype(np.int64)
HOURS = np.sort(RNG.integers(0, 24, N))
GROUPS = RNG.integers(0, 40, N)
ROWS = Samples(Matrix(VALUES, tuple(Feature(f"f{i}", f"f{i}") for i in range(4))), ANSWERS)
ORDERS = {
    "drawn": Before(),
    "in time": Before(time=HOURS),
    "by group": Before(groups=GROUPS),
}


def question(before: Before) -> Question:
    return Question(ProblemKind.BINARY, 2, before=before)


def within_times(seed: int) -> np.ndarray:
    """Return the rows in the order of time, those of one time shuffled."""
    return np.lexsort((np.random.default_rng(seed).permutation(N), HOURS))


@given(st.integers(0, 999))
@settings(max_examples=20)
def test_the_order_of_rows_hangs_on_what_they_hold(seed):
    turned = np.random.default_rng(seed).permutation(N)
    first = ROWS.rows(order_of(ROWS, question(Before())))
    again = ROWS.rows(turned)
    again = again.rows(order_of(again, question(Before())))
    assert first.matrix.values.tobytes() == again.matrix.values.tobytes()


def test_earlier_rows_come_first():
    time = np.random.default_rng(0).permutation(N)
    assert (np.diff(time[order_of(ROWS, question(Before(time=time)))]) > 0).all()


def test_two_ways_to_write_zero_and_no_number_are_one():
    values = np.array([[0.0, np.nan], [-0.0, -np.nan], [1.0, 2.0]], np.float32)
    features = (Feature("a", "a"), Feature("b", "b"))
    rows = Samples(Matrix(values, features), np.array([0, 0, 1]))
    places = order_of(rows, question(Before())).tolist()
    assert abs(places.index(0) - places.index(1)) == 1


def test_the_same_rows_are_drawn_in_whatever_order_they_come():
    turned = np.random.default_rng(1).permutation(N)
    first, _ = drawn(ROWS, question(Before()), 100, 3)
    again, _ = drawn(ROWS.rows(turned), question(Before()), 100, 3)
    assert first.matrix.values.tobytes() == again.matrix.values.tobytes()


@pytest.mark.parametrize("before", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("seed", range(2))
def test_rows_of_one_time_in_another_order_are_worth_the_same(before, seed):
    asked, turned = question(before), within_times(seed)
    first = worth(ROWS, asked, seed)
    again = worth(ROWS.rows(turned), asked.rows(turned), seed)
    assert (first.share.tolist(), first.above.tolist()) == (
        again.share.tolist(),
        again.above.tolist(),
    )


def test_without_a_target_rows_in_another_order_are_worth_the_same():
    turned = np.random.default_rng(2).permutation(N)
    first = worth_without_target(ROWS.matrix, range(4))
    again = worth_without_target(ROWS.matrix.rows(turned), range(4))
    assert first.share.tolist() == again.share.tolist()


def test_a_log_whose_rows_of_one_time_are_shuffled_keeps_the_same_features():
    frame = pl.DataFrame(
        {
            "time": pl.Series(HOURS * 3_600_000).cast(pl.Datetime("ms")),
            "user": pl.Series(RNG.choice([f"user{i}" for i in range(30)], N)),
            "bytes_out": np.exp(VALUES[:, 0]),
            "noise": VALUES[:, 1],
            "label": ANSWERS,
        }
    )
    asked = {"target_column": "label", "time_column": "time"}
    first, again = (
        engineer_features(rows, asked) for rows in (frame, frame[within_times(4).tolist()])
    )
    assert {f.name: (f.importance, f.selected) for f in first.features} == {
        f.name: (f.importance, f.selected) for f in again.features
    }
