"""What new rows hold in a column of times that is none is told wherever rows are scored."""

import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore, output
from tests.core.tables import FORECAST, OF_EVENTS, START, events

SPOILED = ["25/12/2026 10:00", "soon", None, "-", "03/04/2026 10:00"]
TOLD = "2 of 5 cells of 'when' are no times"


def written(form: str = "%m/%d/%Y %H:%M") -> pl.DataFrame:
    """Events whose times are text."""
    return events().with_columns(pl.col("when").dt.strftime(form))


def spoiled(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.head(5).with_columns(when=pl.Series(SPOILED))


@pytest.fixture(scope="module")
def at(tmp_path_factory):
    return PhantomMLCore(home=tmp_path_factory.mktemp("unread") / "home")


@pytest.fixture(scope="module")
def model(at):
    return at.auto_create_model(written(), OF_EVENTS).model_id


@pytest.fixture(scope="module")
def stored(at):
    """A model of times that were stored as such."""
    return at.auto_create_model(events(), OF_EVENTS).model_id


@pytest.fixture
def warned(warned):
    """Return what is logged while something runs, but that the rows are those of training."""
    return lambda run: [note for note in warned(run) if "until when training saw" not in note]


def test_predicting_warns_once(at, model, warned):
    notes = warned(lambda: at.predict(model, spoiled(written())))
    assert len(notes) == 1
    assert TOLD in notes[0]


def test_the_other_order_of_day_and_month_is_told(at, model, warned):
    notes = warned(lambda: at.predict(model, spoiled(written())))
    assert "took the month to come first; here the day comes first" in notes[0]


def test_text_where_times_were_stored_is_told(at, stored, warned):
    assert TOLD in warned(lambda: at.predict(stored, spoiled(events())))[0]


@pytest.mark.parametrize("cells", [None, "-", "03/04/2026 10:00", "2026-04-03T10:00:00Z"])
def test_what_is_missing_or_a_time_is_not_worth_a_word(at, model, warned, cells):
    rows = written().head(3).with_columns(when=pl.lit(cells, dtype=pl.String))
    assert warned(lambda: at.predict(model, rows)) == []


def test_rows_as_those_of_training_are_not_worth_a_word(at, stored, warned):
    assert warned(lambda: at.predict(stored, events())) == []


def test_one_row_is_told_of(at, model, warned):
    row = spoiled(written()).to_dicts()[0]
    assert "1 of 1 cell of 'when'" in warned(lambda: at.predict(model, row))[0]


def test_blocks_of_a_file_are_counted_together(at, model, warned, tmp_path, monkeypatch):
    monkeypatch.setattr(output, "BLOCK_ROWS", 2)
    notes = warned(lambda: at.predict(model, spoiled(written()), output=tmp_path / "out.csv"))
    assert [TOLD in note for note in notes] == [True]


def test_rows_that_go_on_from_a_state_are_told_of(at, model, warned, tmp_path):
    notes = warned(lambda: at.predict(model, spoiled(written()), state=tmp_path / "state"))
    assert [TOLD in note for note in notes] == [True]


def test_an_evaluation_warns(at, model):
    assert any(TOLD in note for note in at.evaluate(model, spoiled(written())).warnings)


def test_an_explanation_notes_it(at, model):
    assert any(TOLD in note for note in at.explain_model(model, spoiled(written())).notes)


def test_an_explanation_notes_it_of_the_rows_before(at, model):
    rows = written()
    found = at.explain_model(model, rows.head(1), before=spoiled(rows)).notes
    assert [note for note in found if note.startswith("Of the rows before: 2 of 5 cells")]


def test_an_explanation_tells_the_cell_of_a_row_that_is_all_there_is_once(at, model):
    row = spoiled(written()).head(1)
    found = at.explain_model(model, row, before=row).notes
    assert len([note for note in found if "1 of 1 cell of 'when'" in note]) == 1


def test_a_check_of_evasion_notes_it(at, model):
    rows = (
        written()
        .head(40)
        .with_columns(when=pl.when(pl.int_range(40) == 0).then(pl.lit("soon")).otherwise("when"))
    )
    found = at.check_evasion(model, rows, max_attacks=2)
    assert any("1 of 40 cells of 'when'" in note for note in found.notes)


@pytest.fixture(scope="module")
def ruled(at):
    """A model that reads no time but to suppress repeats, and the rows that it learned from."""
    rows = written("%m/%d/%Y 10:00").with_columns(
        when=pl.Series(["03/02/2026 10:00", "03/02/2026 10:30"] * 300)
    )
    asked = {"suppress_by": ["proto"], "suppress_hours": 1.0}
    wanted = {**OF_EVENTS, "features": {"temporal": False}, "task_settings": asked}
    known = at.auto_create_model(rows, wanted).model_id
    at.set_threshold(known, {"top_k": 600})
    return known, rows


def test_a_rule_that_alone_reads_the_time_is_told_of(at, ruled, warned):
    known, rows = ruled
    assert TOLD in warned(lambda: at.predict(known, spoiled(rows)))[0]


def test_an_evaluation_tells_of_a_time_that_the_rule_alone_reads(at, ruled):
    known, rows = ruled
    assert any(TOLD in note for note in at.evaluate(known, spoiled(rows)).warnings)


@pytest.fixture(scope="module")
def series(at):
    """A forecast of a day's hours, and the rows that come next, one of no time."""
    hours = pl.DataFrame(
        {
            "time": pl.datetime_range(START, START.replace(day=12), "1h", eager=True),
        }
    ).with_columns(value=pl.col("time").dt.hour().cast(pl.Float64))
    asked = {**FORECAST, "algorithms_to_try": ["SeasonalNaive"], "max_trials": 1}
    model = at.auto_create_model(hours.head(200), {**asked, "task_settings": {"horizon": 4}})
    ahead = hours.slice(200, 4).with_columns(pl.col("time").dt.to_string("iso"))
    odd = pl.when(pl.int_range(4) == 3).then(pl.lit("soon")).otherwise("time")
    return model.model_id, ahead.with_columns(time=odd)


def test_a_forecast_warns(at, series, warned):
    known, ahead = series
    notes = warned(lambda: at.predict(known, ahead))
    assert ["1 of 4 cells of 'time'" in note for note in notes] == [True]


def test_an_evaluation_of_a_forecast_warns(at, series):
    assert any("1 of 4 cells of 'time'" in note for note in at.evaluate(*series).warnings)


def test_an_explanation_of_a_forecast_notes_it(at, series):
    assert any("1 of 4 cells of 'time'" in note for note in at.explain_model(*series).notes)
