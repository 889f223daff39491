"""Times that tell no year, and what they span."""

import polars as pl

from phantom_ml.data.times.years import days_spanned, spans_new_year


def test_times_without_a_year_that_span_new_year_are_known():
    days = [f"{m} {d:2d} 10:00:00" for m, d in [("Dec", 28), ("Dec", 31), ("Jan", 1), ("Jan", 5)]]
    assert spans_new_year(pl.Series(days))
    assert days_spanned(pl.Series(days)) == 8


def test_times_without_a_year_within_one_span_no_new_year():
    assert not spans_new_year(pl.Series(["Mar  1 10:00:00", "Apr 30 10:00:00"]))
