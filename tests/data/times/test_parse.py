"""Times in the forms in which logs write them, read to the microsecond."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.data.times.form import ORDERS
from phantom_ml.data.times.parse import NO_TIME, nanoseconds, to_datetime

WHEN = dt.datetime(2024, 3, 1, 10, 0, 5)
FINE = WHEN.replace(microsecond=675_872)
DAY = dt.datetime(2024, 3, 1)
WRITTEN = {
    "2024-03-01T10:00:05Z": WHEN,
    "2024-03-01T12:00:05+02:00": WHEN,
    "2024-03-01 04:30:05 -0530": WHEN,
    "2024-03-01 10:00:05.675872": FINE,
    "2024-03-01 10:00:05,675": FINE.replace(microsecond=675_000),
    "2024-03-01 10:00:05 UTC": WHEN,
    "2024/03/01 10:00:05": WHEN,
    "2024-03-01-10.00.05.675872": FINE,
    "20240301T100005Z": WHEN,
    "20240301_100005": WHEN,
    "2024.03.01": DAY,
    "20240301": DAY,
    "01/Mar/2024:10:00:05 +0000": WHEN,
    "[01/Mar/2024:11:00:05 +0100]": WHEN,
    "Mar  1 10:00:05": WHEN.replace(year=2000),
    "<34>Mar 1 10:00:05": WHEN.replace(year=2000),
    "Feb 29 10:00:05": dt.datetime(2000, 2, 29, 10, 0, 5),
    "Fri, 01 Mar 2024 11:00:05 +0100": WHEN,
    "Fri Mar  1 10:00:05 2024": WHEN,
    "Fri Mar  1 10:00:05 UTC 2024": WHEN,
    "1 March 2024": DAY,
    "01-Mar-2024 10:00:05": WHEN,
    "3/1/2024 10:00:05 AM": WHEN,
    "3/1/24 10:00": WHEN.replace(second=0),
    "3/1/2024, 10:00:05 AM": WHEN,
    "3/1/2024 10:00AM": WHEN.replace(second=0),
    "03-01-2024 10:00:05": WHEN,
    "03-01-2024T10:00:05Z": WHEN,
    "13/03/2024": DAY.replace(day=13),
    "24/03/01 10:00:05": dt.datetime(2001, 3, 24, 10, 0, 5),
    "2024-03-01 10:00:05 AM": WHEN,
    "2024-03-01 10.00.05": WHEN,
    "Mar 01, 2024 10:00:05 AM": WHEN,
    "Mar 1, 2024 10:00": WHEN.replace(second=0),
    "01 Mar 2024 10:00 AM": WHEN.replace(second=0),
    "01.03.2024 10:00:05": WHEN,
    "1709287205": WHEN,
    "1709287205.675872": FINE,
    "1709287205675": FINE.replace(microsecond=675_000),
    "1709287205675872": FINE,
    "1709287205675872000": FINE,
    "133537608056758720": FINE,
}
HOSTILE = [
    "",
    "-",
    "N/A",
    "soon",
    "5",
    "0",
    "1e9",
    "9" * 25,
    "0" * 40,
    "45000",
    "inf",
    "nan",
    "10.0.0.1",
]
NUMBERS = [0.0, 5.0, -1.5, 20_240_301.0, 1.7e9, 1.7e12, 1.7e15, 1.7e18, 1.33e17, 9e30, float("inf")]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_time_is_read_in_the_form_of_its_log(text):
    assert to_datetime(pl.Series([text, None])).to_list() == [WRITTEN[text], None]


def test_what_a_cell_says_hangs_on_no_other_cell():
    texts = list(WRITTEN)
    together = to_datetime(pl.Series(texts), "month first").to_list()
    assert together == [to_datetime(pl.Series([text]), "month first")[0] for text in texts]


@pytest.mark.parametrize(
    "form", [*ORDERS, "days", "filetimes", "s", "ms", "us", "ns", "recent s", "recent ms"]
)
@given(cells=st.lists(st.sampled_from([*WRITTEN, *HOSTILE]), min_size=1, max_size=12))
@settings(max_examples=15, deadline=None)
def test_a_cell_is_read_alone_as_it_is_beside_others(form, cells):
    together = to_datetime(pl.Series(cells), form).to_list()
    assert together == [to_datetime(pl.Series([cell]), form)[0] for cell in cells]


@pytest.mark.parametrize(
    "form", [*ORDERS, "days", "filetimes", "s", "ms", "us", "ns", "recent s", "recent ms"]
)
@given(cells=st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=8))
@settings(max_examples=10, deadline=None)
def test_a_number_is_read_alone_as_it_is_beside_others(form, cells):
    together = to_datetime(pl.Series(cells), form).to_list()
    assert together == [to_datetime(pl.Series([cell]), form)[0] for cell in cells]


def test_0_has_no_time_where_training_saw_recent_ones():
    assert nanoseconds(pl.Series([0, 1_709_251_200]), "recent s").tolist()[0] == NO_TIME


def test_numbers_that_count_from_another_day_order_as_themselves():
    assert nanoseconds(pl.Series([3, 1, 2])).argsort().tolist() == [1, 2, 0]


@pytest.mark.parametrize("text", ["", "-", "unknown", "31/Feb/2024:10:00:05 +0000", "10.0.0.1"])
def test_what_is_no_time_is_missing(text):
    assert to_datetime(pl.Series([text, "2024-03-01"])).to_list() == [None, DAY]


def test_a_missing_time_is_no_time():
    assert nanoseconds(pl.Series([dt.date(2026, 1, 1), None])).tolist()[1] == NO_TIME
