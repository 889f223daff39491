"""Rows from before the end of training are told of wherever a model scores them that counts the past."""

from datetime import timedelta

import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore, output
from tests.core.tables import OF_EVENTS, events

TOLD = "until when training saw almost all of its rows"


def later(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as they would come after all of them."""
    when = pl.col("when")
    return rows.with_columns(when + (when.max() - when.min()) + timedelta(seconds=1))


@pytest.fixture(scope="module")
def at(tmp_path_factory):
    return PhantomMLCore(home=tmp_path_factory.mktemp("known") / "home")


@pytest.fixture(scope="module")
def model(at):
    return at.auto_create_model(events(), OF_EVENTS).model_id


@pytest.fixture(scope="module")
def timeless(at):
    """A model that counts nothing of what happened before."""
    return at.auto_create_model(events(), {**OF_EVENTS, "features": {"temporal": False}}).model_id


def test_predicting_the_rows_of_training_warns_once(at, model, warned):
    notes = warned(lambda: at.predict(model, events()))
    assert [TOLD in note for note in notes] == [True]


def test_one_row_of_training_is_told_of(at, model, warned):
    notes = warned(lambda: at.predict(model, events().sort("when").head(1)))
    assert notes[0].startswith("1 of 1 row is not after ")


def test_blocks_of_a_file_are_counted_together(at, model, warned, tmp_path, monkeypatch):
    monkeypatch.setattr(output, "BLOCK_ROWS", 20)
    notes = warned(lambda: at.predict(model, events(), output=tmp_path / "out.csv"))
    assert f"of {events().height} rows" in notes[0]


def test_rows_that_came_later_are_not_worth_a_word(at, model, warned):
    assert warned(lambda: at.predict(model, later(events()))) == []


def test_a_state_that_moved_on_makes_no_row_old(at, model, warned, tmp_path):
    rows = later(events())
    at.predict(model, rows, state=tmp_path / "state")
    assert warned(lambda: at.predict(model, rows, state=tmp_path / "state")) == []


def test_a_model_that_counts_no_past_has_nothing_to_say(at, timeless, warned):
    assert warned(lambda: at.predict(timeless, events())) == []


def test_an_evaluation_warns(at, model):
    assert any(TOLD in note for note in at.evaluate(model, events()).warnings)


def test_an_explanation_notes_it(at, model):
    assert any(TOLD in note for note in at.explain_model(model, events().head(5)).notes)


def test_an_explanation_of_later_rows_among_themselves_does_not(at, model):
    rows = later(events())
    found = at.explain_model(model, rows.head(1), before=rows)
    assert not any(TOLD in note for note in found.notes)


def test_a_check_of_evasion_notes_it(at, model):
    assert any(TOLD in note for note in at.check_evasion(model, events()).notes)
