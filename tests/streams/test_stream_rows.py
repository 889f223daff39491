"""Tables that a scorer takes, and times that it refuses."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from phantom_ml.errors import DataError
from phantom_ml.streams.base import LARGEST
from phantom_ml.streams.scorer import StreamScorer
from phantom_ml.streams.settings import StreamConfig

TIMED = StreamConfig(time_column="at", value_columns=("load",))
START = datetime(2026, 1, 1)


def timed(n=100, times=None):
    load = np.random.default_rng(0).poisson(20, n).astype(float)
    return pl.DataFrame({"at": range(n) if times is None else times, "load": load})


def hours(n=100, zone=None):
    return [(START + timedelta(hours=h)).replace(tzinfo=zone) for h in range(n)]


forms = pytest.mark.parametrize(
    "form",
    [
        pl.DataFrame.lazy,
        pl.DataFrame.to_pandas,
        pl.DataFrame.to_arrow,
        pl.DataFrame.to_dicts,
        lambda frame: frame.to_dict(as_series=False),
        lambda frame: frame.to_numpy(structured=True),
    ],
    ids=["lazy", "pandas", "Arrow", "list of mappings", "mapping of columns", "structured NumPy"],
)


@forms
def test_any_table_scores_as_one_of_polars(form):
    frame = timed()
    told = StreamScorer(TIMED).update(form(frame))
    assert_frame_equal(told, StreamScorer(TIMED).update(frame), check_exact=True)


def test_a_mapping_of_one_row_scores_as_that_row():
    frame, scorer = timed(60), StreamScorer(TIMED)
    told = pl.concat([scorer.update(row) for row in frame.to_dicts()])
    assert_frame_equal(told, StreamScorer(TIMED).update(frame), check_exact=True)


def test_every_column_of_an_array_is_watched():
    scorer = StreamScorer()
    scorer.update(np.zeros((5, 3)))
    assert scorer.columns == ("c0", "c1", "c2")


def test_a_scorer_is_fitted_on_any_table():
    frame = timed()
    told = [
        StreamScorer(TIMED).fit(part).update(frame[60:])
        for part in (frame[:60], frame[:60].to_pandas())
    ]
    assert_frame_equal(*told, check_exact=True)


def test_a_missing_cell_of_pandas_is_a_missing_cell():
    told = StreamScorer().update(pd.DataFrame({"load": [1.0, None, 2.0]}))
    assert told.height == 3


@forms
@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_an_infinite_value_of_any_table_is_a_very_great_one(form, value):
    frame = timed(100).with_columns(
        load=pl.when(pl.int_range(100) == 90).then(value).otherwise("load")
    )
    great = frame.with_columns(pl.col("load").clip(-LARGEST, LARGEST))
    told = StreamScorer(TIMED).update(form(frame))
    assert_frame_equal(told, StreamScorer(TIMED).update(great), check_exact=True)


def test_an_infinite_value_of_an_array_is_an_alert():
    values = np.random.default_rng(0).normal(size=(100, 2))
    values[90, 0] = np.inf
    assert StreamScorer().update(values)["alert"][90]


MISSING = {
    "mapping": {"at": 60, "load": None},
    "mapping of lists": {"at": [60], "load": [None]},
    "list of mappings": [{"at": 60, "load": None}],
    "mapping with NA": {"at": 60, "load": pd.NA},
    "mapping with NaN": {"at": 60, "load": float("nan")},
    "pandas": pd.DataFrame({"at": [60], "load": [None]}),
    "pandas with NA": pd.DataFrame({"at": [60], "load": [pd.NA]}),
    "polars": pl.DataFrame({"at": [60], "load": [None]}),
    "polars, text": pl.DataFrame({"at": [60], "load": [None]}, {"at": int, "load": str}),
}


@pytest.mark.parametrize("row", MISSING.values(), ids=MISSING)
def test_a_cell_that_is_missing_in_a_single_row_is_missing(row):
    frame = timed().with_columns(load=pl.when(pl.int_range(100) != 60).then("load"))
    scorer = StreamScorer(TIMED)
    told = pl.concat([scorer.update(part) for part in (frame[:60], row, frame[61:])])
    assert_frame_equal(told, StreamScorer(TIMED).update(frame), check_exact=True)


def test_a_first_row_of_missing_cells_begins_a_series_where_the_columns_are_named():
    scorer, frame = StreamScorer(TIMED), timed(60)
    scorer.update({"at": 0, "load": None})
    assert (scorer.update(frame).height, scorer.columns) == (60, ("load",))


def test_a_word_among_missing_cells_is_refused():
    scorer = StreamScorer(TIMED)
    scorer.update(timed())
    with pytest.raises(DataError, match="not numeric: 'load'"):
        scorer.update([{"at": 200, "load": None}, {"at": 201, "load": "much"}])


@pytest.mark.parametrize("time", [None, pd.NaT, pd.NA, float("nan")], ids=repr)
def test_a_row_without_a_time_is_told_as_that(time):
    scorer = StreamScorer(TIMED)
    scorer.update(timed(times=hours()))
    with pytest.raises(DataError, match="1 row has no time in 'at', row 0 of the table"):
        scorer.update({"at": time, "load": 20.0})


def test_the_first_row_without_a_time_is_named():
    rows = [{"at": hours()[i] if i != 3 else pd.NaT, "load": 20.0} for i in range(5)]
    with pytest.raises(DataError, match="row 3 of the table"):
        StreamScorer(TIMED).update(rows)


@pytest.mark.parametrize("data", [5, None, "nothing.csv", np.zeros(3), [1, 2]])
def test_what_is_no_table_is_refused_in_words(data):
    with pytest.raises(DataError):
        StreamScorer().update(data)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (range(100), hours(), "times without a zone; the rows before had whole numbers"),
        (hours(), range(100), "whole numbers; the rows before had times without a zone"),
        (hours(), hours(zone=UTC), "times with a zone; the rows before had times without"),
        (hours(zone=UTC), hours(), "times without a zone; the rows before had times with a zone"),
    ],
)
def test_times_of_another_kind_are_refused(before, after, told):
    scorer = StreamScorer(TIMED)
    scorer.update(timed(times=before)[:50])
    with pytest.raises(DataError, match=told):
        scorer.update(timed(times=after)[50:])


def test_a_refused_time_teaches_nothing():
    frame, scorer, other = timed(), StreamScorer(TIMED), StreamScorer(TIMED)
    for each in (scorer, other):
        each.update(frame[:50])
    with pytest.raises(DataError):
        scorer.update(timed(times=hours())[50:])
    assert_frame_equal(scorer.update(frame[50:]), other.update(frame[50:]), check_exact=True)


def test_the_kind_of_time_is_remembered_in_a_file(tmp_path):
    scorer = StreamScorer(TIMED)
    scorer.update(timed()[:50])
    scorer.save(tmp_path)
    with pytest.raises(DataError, match="rows before had whole numbers"):
        StreamScorer.load(tmp_path).update(timed(times=hours())[50:])


def test_a_table_without_rows_has_no_kind_of_time():
    scorer = StreamScorer(TIMED)
    scorer.update(timed(times=hours())[:0])
    assert scorer.update(timed()).height == 100


def test_one_moment_told_in_two_zones_is_one():
    scorer, frame = StreamScorer(TIMED), timed(times=hours(zone=UTC))
    scorer.update(frame[:50])
    moved = frame[50:].with_columns(pl.col("at").dt.convert_time_zone("Europe/Berlin"))
    assert scorer.update(moved).height == 50


def test_a_date_is_a_time_without_a_zone():
    scorer = StreamScorer(TIMED)
    scorer.update(timed(times=hours()))
    assert scorer.update({"at": [date(2026, 3, 1)], "load": [20.0]}).height == 1


MIXED = pl.DataFrame({"bytes": ["1", "2", "n/k"], "host": ["a", "b", "c"], "n": [1, 2, 3]})


def test_a_column_of_numbers_and_a_word_that_is_not_watched_is_told(caplog):
    StreamScorer().update(MIXED)
    assert "'bytes' is not watched: 'bytes' holds 'n/k'" in caplog.text
    assert "and 2 of 3 cells are numbers" in caplog.text


def test_it_is_told_once(caplog):
    scorer = StreamScorer()
    scorer.update(MIXED)
    scorer.update(MIXED)
    assert caplog.text.count("is not watched") == 1


def test_columns_of_words_are_nothing_to_tell(caplog):
    StreamScorer().update(MIXED.drop("bytes"))
    assert "is not watched" not in caplog.text


def test_what_is_named_to_be_watched_is_all_that_is_wanted(caplog):
    StreamScorer({"value_columns": ["n"]}).update(MIXED)
    assert "is not watched" not in caplog.text


def test_the_row_of_the_first_word_is_told(caplog):
    StreamScorer().update(MIXED)
    assert "holds 'n/k' in row 2 of the table (counted from 0)" in caplog.text


def test_the_time_and_what_names_a_series_are_nothing_to_tell(caplog):
    table = pl.DataFrame({"at": [1, 2, 3], "port": ["22", "53", "any"], "n": [1, 2, 3]})
    StreamScorer({"time_column": "at", "series_columns": "port"}).update(table)
    assert "is not watched" not in caplog.text


def test_a_watched_column_that_comes_as_text_later_is_refused_with_its_row():
    scorer = StreamScorer(TIMED)
    scorer.update(timed())
    later = pl.DataFrame({"at": [200, 201], "load": ["20", "much"]})
    with pytest.raises(DataError, match=r"'load' holds 'much' in row 1 .* \(counted from 0\)"):
        scorer.update(later)


@pytest.mark.parametrize(("first_row", "row"), [(0, 2), (1, 3)])
def test_rows_are_counted_from_where_the_scorer_is_told(first_row, row):
    scorer = StreamScorer(TIMED)
    scorer.first_row = first_row
    told = rf"goes back at row {row} of the table \(counted from {first_row}\)"
    with pytest.raises(DataError, match=told):
        scorer.update(timed(4, times=[1, 5, 3, 6]))
