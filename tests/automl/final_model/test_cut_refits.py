"""A training whose fits on all rows have no time serves what it measured: the fits of its folds."""

from dataclasses import replace
from types import SimpleNamespace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from phantom_ml.automl.ensemble import on_all_rows
from phantom_ml.automl.final_model import finish, fit_again
from phantom_ml.automl.trials.children import start
from phantom_ml.automl.trials.room import Room
from phantom_ml.core import PhantomMLCore
from phantom_ml.process.deadline import Deadline
from tests.core.tables import OF_EVENTS, events

#: Of both kinds: those that end where they converge, and those that end after so many trees.
NAMED = ["LogisticRegression", "ElasticNet", "SVM", "RandomForest"]
#: In seconds. Long enough for a fit that is cut short to be handed over by a busy machine.
GRACE = 60.0


@pytest.fixture
def told(tmp_path):
    """Trains forward in time, and returns what the model says of later rows."""

    def train(name: str) -> pl.DataFrame:
        core = PhantomMLCore(home=tmp_path / name)
        found = core.auto_create_model(
            events(300), OF_EVENTS | {"algorithms_to_try": NAMED, "max_trials": len(NAMED)}
        )
        return core.predict(found.model_id, events(200, seed=1))

    return train


def cut_short(order, workspace):
    """Start a fit whose deadline has passed; it is not ended from outside."""
    return start(replace(order, deadline=Deadline.after(0.0)), workspace, GRACE)


def test_refits_that_were_cut_short_are_not_served(told, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(finish, "fit_on_all", lambda members, where: {})
        by_folds = told("folds")
    monkeypatch.setattr(on_all_rows, "start", cut_short)
    assert_frame_equal(told("cut"), by_folds, check_exact=True)


def test_refits_with_time_are_served(told, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(finish, "fit_on_all", lambda members, where: {})
        by_folds = told("folds")
    assert not told("whole").equals(by_folds)


def test_a_model_that_is_fitted_again_has_no_deadline(monkeypatch):
    begun = []

    def begin(order, workspace):
        begun.append(order.deadline.left())
        raise InterruptedError

    monkeypatch.setattr(fit_again, "start", begin)
    spec = SimpleNamespace(members=[SimpleNamespace(name="00001", algorithm="ElasticNet")])
    recipes = {"00001": {"settings": {}, "n_rounds": None, "seed": 0}}
    again = fit_again.Again(None, spec, recipes, None, None, Room(1, 1, 500), 0)
    with pytest.raises(InterruptedError):
        fit_again.fit_again(again, ("0",))
    assert begun == [float("inf")]
