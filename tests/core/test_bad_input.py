"""What becomes of bad input, task by task: each line of docs/bad_input.md is run through the public face."""

import json
from datetime import UTC

import pandas as pd
import polars as pl
import pytest

from phantom_ml import PhantomAnomalyDetector, PhantomForecaster, PhantomMLCore, StreamScorer
from phantom_ml.errors import PhantomError
from tests.cli.conftest import run_once
from tests.core.spoiled import (
    ASKED,
    LATER,
    SPOIL,
    asked,
    base,
    history,
    later,
    lines,
    logged,
    rows,
    told_by,
    trained_on,
)

TRAINED, SCORED, MEASURED = "In training", "In rows to score", "In rows to measure"


def cases(title):
    found = lines(title)
    return pytest.mark.parametrize("line", found, ids=[f"{i.task}-{i.case}" for i in found])


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return PhantomMLCore(home=tmp_path_factory.mktemp("bad") / "home")


@pytest.fixture(scope="module")
def models(home):
    """A model of each task, of rows whose entities or series are named."""
    of_users = {"group_columns": ["user"]}
    tables = {
        "anomalies": rows(),
        "forecast": history().with_columns(user=pl.lit("ann")),
        "threats": rows(),
    }
    return {
        task: home.auto_create_model(table, asked(task, "") | of_users).model_id
        for task, table in tables.items()
    }


@pytest.fixture
def scorer():
    """A stream that has seen its usual rows."""
    found = StreamScorer({**ASKED["stream"], "series_columns": ["user"]})
    found.update(history().with_columns(user=pl.lit("ann")))
    return found


@pytest.fixture
def files(tmp_path, monkeypatch):
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "header.csv").write_text("time,value,port,user,is_odd\n")
    monkeypatch.chdir(tmp_path)


def ahead(task, case):
    table = later(task)
    named = table if "user" in table.columns else table.with_columns(user=pl.lit("ann"))
    return LATER[case](named)


def check(line, told):
    assert (told.outcome, [part for part in line.said if part not in told.said]) == (
        line.outcome,
        [],
    ), told


@cases(TRAINED)
def test_a_training_ends_as_the_page_says(home, files, line):
    table = SPOIL[line.case](base(line.task))
    check(line, told_by(lambda: trained_on(home, table, line.task, line.case), "goes on"))


@cases(SCORED)
def test_rows_are_scored_as_the_page_says(home, models, scorer, caplog, line):
    def score():
        rows_given = ahead(line.task, line.case)
        if line.task == "stream":
            scorer.update(rows_given)
        else:
            home.predict(models[line.task], rows_given)
        yield from logged(caplog)

    check(line, told_by(score, "scored"))


@cases(MEASURED)
def test_rows_are_measured_as_the_page_says(home, models, line):
    def measure():
        # Nobody told the model of anomalies where its answers are: it looks for this name.
        names = {"is_odd": "anomaly"} if line.task == "anomalies" else {}
        given = ahead(line.task, line.case).rename(names, strict=False)
        yield str(home.evaluate(models[line.task], given))

    check(line, told_by(measure, "measured"))


def test_the_page_tells_of_training_on_every_bad_table():
    assert {line.case for line in lines(TRAINED)} == set(SPOIL)


@pytest.mark.parametrize("case", ["rows in no order", "times in two zones"])
def test_a_forecast_is_that_of_rows_in_order(home, case):
    tables = (history(), SPOIL[case](history()))
    told = [home.predict(home.auto_create_model(t, ASKED["forecast"]).model_id) for t in tables]
    assert told[0]["prediction"].equals(told[1]["prediction"])


def test_few_rows_alert_where_all_are_far_out(home):
    table = SPOIL["all rows far out"](rows())
    model = home.auto_create_model(table, asked("anomalies", "")).model_id
    assert home.predict(model, table)["alert"].sum() <= 2


def test_one_row_is_forecast_to_stay_as_it_is(home):
    model = home.auto_create_model(history(1), ASKED["forecast"]).model_id
    assert home.predict(model)["prediction"].to_list() == [20.0] * 6


@pytest.mark.parametrize("case", ["one row", "constant columns", "no value but the time"])
def test_a_stream_that_has_nothing_to_compare_with_scores_0(case):
    assert StreamScorer(ASKED["stream"]).update(SPOIL[case](history()))["score"].max() == 0.0


@pytest.mark.parametrize(
    "case", ["an entity or series never seen", "a time that is none", "no time"]
)
def test_rows_of_no_known_step_have_no_forecast(home, models, case):
    found = home.predict(models["forecast"], ahead("forecast", case))
    assert found["prediction"].null_count() == 2
    assert not found["alert"].any()


def test_an_infinite_value_is_an_alert_of_a_forecast(home, models):
    assert home.predict(models["forecast"], ahead("forecast", "an infinite value"))["alert"].all()


def test_an_infinite_value_is_an_alert_of_a_stream(scorer):
    assert scorer.update(ahead("stream", "an infinite value"))["alert"][0]


def test_a_series_never_seen_begins_with_a_score_of_0(scorer):
    assert scorer.update(ahead("stream", "an entity or series never seen"))["score"].max() == 0.0


@pytest.mark.parametrize(
    ("case", "error"),
    [
        ("one row", "Found array with 1 sample"),
        ("a table without rows", "Found array with 0 sample"),
        ("a time column of words", "None of 240 rows has a readable time"),
        ("seconds among milliseconds", "120 of 240 times of 'time' count seconds"),
        ("all rows anomalous", "All 240 rows are known anomalies"),
    ],
)
def test_the_detector_says_what_is_wrong(case, error):
    detector = PhantomAnomalyDetector(time_column="time", target_column="is_odd", max_trials=1)
    with pytest.raises(PhantomError, match=error):
        detector.fit(SPOIL[case](rows()).to_pandas())


@pytest.mark.parametrize(
    ("case", "error"),
    [
        ("every row twice", "120 rows repeat a time"),
        ("a table without rows", "The table has no row"),
        ("seconds among milliseconds", "60 of 120 times of 'time' count seconds"),
        ("no value but the time", "The series has no known value"),
    ],
)
def test_the_forecaster_says_what_is_wrong(case, error):
    with pytest.raises(PhantomError, match=error):
        PhantomForecaster(horizon=6, max_trials=1).fit(SPOIL[case](history()))


@pytest.fixture
def terminal(files, tmp_path):
    """Run ``phantom train`` on a file of a bad table, for one task."""

    def run(task, case, *words):
        table = SPOIL[case](base(task))
        file = table if isinstance(table, str) else "bad.csv"
        if file == "bad.csv":
            table.write_csv(tmp_path / file)
        named = ("--task", ASKED[task]["task_type"], "--time-column", "time", "--max-trials", "1")
        return run_once("train", file, *named, *words, "--home", "home", folder=tmp_path)

    return run


@pytest.mark.parametrize(
    ("task", "case", "words", "error"),
    [
        ("anomalies", "an empty file", (), "'empty.csv' is empty"),
        ("anomalies", "seconds among milliseconds", (), "120 of 240 times of 'time' count seconds"),
        (
            "forecast",
            "every row twice",
            ("--target", "value"),
            "120 rows repeat a time of a series",
        ),
        (
            "threats",
            "all rows normal",
            ("--target", "is_odd"),
            "The target 'is_odd' is 'False' in all 240 rows",
        ),
    ],
)
def test_the_terminal_says_what_is_wrong(terminal, task, case, words, error):
    told = terminal(task, case, *words)
    assert (told.code, told.err.count("hint: ")) == (2, 1)
    assert f"error: {error}" in " ".join(told.err.split())


def test_the_terminal_notes_times_without_a_zone_among_others(terminal):
    words = ("--target", "value", "--horizon", "6", "--algorithms", "SeasonalNaive", "--json")
    told = json.loads(terminal("forecast", "some times with a zone", *words).out)["warnings"]
    assert any("those without are taken for UTC" in note for note in told)


def test_datetimes_of_which_some_name_a_zone_are_no_clock_times(home):
    zoned = [time.replace(tzinfo=UTC) if i % 2 else time for i, time in enumerate(rows()["time"])]
    table = rows().to_pandas().assign(time=pd.Series(zoned, dtype=object))
    told = home.auto_create_model(table, asked("anomalies", "")).notes()
    assert any("those without are taken for UTC" in note for note in told)
