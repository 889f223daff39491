"""What a training does whose time is over before its search has begun."""

import time

import pytest

from phantom_ml.automl.preparation import quick
from phantom_ml.core import PhantomMLCore
from phantom_ml.core.core import train_since
from tests.core.tables import numbers


@pytest.fixture
def late(tmp_path):
    """Trains with a budget of seconds that was over long ago."""

    def train(**settings):
        asked = {"target_column": "y", "time_budget_seconds": 6, "n_threads": 1} | settings
        core = PhantomMLCore(home=tmp_path / "home")
        return train_since(core, time.monotonic() - 1_000.0, numbers(n=300), asked)

    return train


def test_what_was_named_has_its_turn(late):
    assert late(algorithms_to_try=["RandomForest"]).best_algorithm == "RandomForest"


def test_where_none_was_named_the_first_model_is_served(late):
    assert [row.number for row in late().leaderboard] == [0]


def test_a_first_model_that_failed_is_followed_by_another(late, monkeypatch):
    monkeypatch.setattr(quick, "QUICK_SETTINGS", {"num_leaves": 0})
    result = late()
    assert [row.status.value for row in result.leaderboard] == ["done", "failed"]
    assert "A fifth" in result.validation
