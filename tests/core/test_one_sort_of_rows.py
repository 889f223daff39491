"""An anomaly model measured on rows that are all normal or all anomalous, as those of a quiet week are."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore
from tests.core.test_anomaly import SINGLE, flows

TRAINED_UNTIL = datetime(2026, 1, 12)


def timed(frame: pl.DataFrame, begin: datetime) -> pl.DataFrame:
    """One row every twenty minutes."""
    times = [begin + timedelta(minutes=20 * i) for i in range(frame.height)]
    return frame.with_columns(time=pl.Series(times))


def later(n: int, odd: int, answers: object = None) -> pl.DataFrame:
    """Rows that came after training; ``answers`` stand in their target, where any are given."""
    rows = timed(flows(n, odd=odd, seed=4), TRAINED_UNTIL)
    return rows if answers is None else rows.with_columns(is_odd=pl.lit(answers))


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    home = PhantomMLCore(home=tmp_path_factory.mktemp("quiet"))
    asked = {"target_column": "is_odd", "time_column": "time", "threshold": {"alerts_per_day": 3}}
    rows = timed(flows(800, odd=40), datetime(2026, 1, 1))
    model_id = home.auto_create_model(rows, {**SINGLE, **asked}).model_id
    return lambda frame: home.evaluate(model_id, frame)


def test_a_quiet_week_tells_whether_a_budget_was_kept(measured):
    assert measured(later(504, 0)).promise.kept


def test_normal_rows_alone_tell_the_rate_of_false_alarms_and_no_recall(measured):
    line = measured(later(504, 0)).threshold
    assert line.fpr is not None
    assert line.recall is None


def test_anomalies_alone_tell_the_recall_and_no_rate_of_false_alarms(measured):
    line = measured(later(60, 60)).threshold
    assert line.recall is not None
    assert line.fpr is None


def test_figures_that_need_both_sorts_are_left_out(measured):
    assert measured(later(504, 0)).figures == {}


def test_a_single_anomaly_among_normal_rows_is_measured(measured):
    line = measured(later(504, 1)).threshold
    assert (line.n_positives, line.n_negatives) == (1, 503)


@pytest.mark.parametrize(
    ("answer", "n_positives"), [(0, 0), ("0", 0), (1.0, 60), ("True", 60), ("benign", 0)]
)
def test_the_only_answer_is_taken_for_what_it_is_called(measured, answer, n_positives):
    assert measured(later(60, 0, answer)).threshold.n_positives == n_positives


def test_it_is_said_what_the_only_word_was_taken_for(measured):
    told = measured(later(60, 0, "benign")).warnings
    assert any("'benign', and were taken for normal rows, as training called" in w for w in told)


def test_of_a_plain_answer_nothing_is_said(measured):
    assert not any("taken for" in w for w in measured(later(60, 0, 0)).warnings)


def test_rows_without_an_answer_are_not_counted_among_normal_ones(measured):
    some = later(60, 0).with_columns(is_odd=pl.when(pl.int_range(60) < 50).then("is_odd"))
    assert measured(some).n_rows == 50
