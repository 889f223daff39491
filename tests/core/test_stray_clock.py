"""One row whose clock is decades ahead: alerts a day are counted by the days of the others."""

from datetime import datetime

import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore
from tests.core.tables import OF_EVENTS, events

TOLD = "1 row lies far from all others in 'when', 2099-01-01"
AHEAD = datetime(2099, 1, 1)


def stray(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows, the clock of the one before the last decades ahead."""
    is_off = pl.int_range(pl.len()) == rows.height - 2
    return rows.with_columns(when=pl.when(is_off).then(AHEAD).otherwise("when"))


@pytest.fixture(scope="module")
def at(tmp_path_factory):
    return PhantomMLCore(home=tmp_path_factory.mktemp("stray") / "home")


@pytest.fixture(scope="module")
def found(at):
    asked = {"task_type": "security_threat_detection", "threshold": {"alerts_per_day": 20}}
    return at.auto_create_model(stray(events()), OF_EVENTS | asked)


@pytest.fixture(scope="module")
def measured(at, found):
    return at.evaluate(found.model_id, stray(events(seed=1)))


def test_alerts_a_day_are_those_of_the_days_of_the_others(found):
    # 600 rows, seven minutes apart: the newest quarter.
    assert found.threat.days == pytest.approx(149 * 7 / (24 * 60), rel=0.02)


def test_recall_over_time_is_told_of_periods_of_the_others(found):
    told = [recall for recall in found.threat.recall_by_period if recall is not None]
    assert len(told) > 4


def test_a_training_tells_the_stray_row(found):
    assert [TOLD in note for note in found.warnings].count(True) == 1


def test_an_evaluation_counts_the_days_of_the_others(measured):
    assert measured.promise.days == pytest.approx(599 * 7 / (24 * 60))


def test_an_evaluation_tells_the_stray_row(measured):
    assert [TOLD in note for note in measured.warnings].count(True) == 1
