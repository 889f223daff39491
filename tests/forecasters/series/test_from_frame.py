from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from phantom_ml.errors import ColumnMissing, DataError, TargetUnusable
from phantom_ml.forecasters.series.columns import SeriesColumns, read_numbers
from phantom_ml.forecasters.series.from_frame import known_ahead_of, series_of
from tests.forecasters.made import COLUMNS, long_frame, seasonal_values

ONE = SeriesColumns("t", "y")


def frame(times, values, **beside):
    return pl.DataFrame({"t": times, "y": values, **beside})


def test_rows_out_of_order_are_sorted():
    assert series_of(frame([2, 0, 1], [3.0, 1.0, 2.0]), ONE).values.tolist() == [1, 2, 3]


def test_a_missing_row_is_a_gap():
    values = series_of(frame([0, 1, 3], [1.0, 2.0, 4.0]), ONE).values
    assert np.isnan(values).tolist() == [False, False, True, False]


def test_a_missing_month_is_a_gap():
    days = [date(2026, m, 1) for m in (1, 2, 3, 5)]
    assert len(series_of(frame(days, [1.0, 2.0, 3.0, 5.0]), ONE).values) == 5


def test_declared_months_that_begin_in_february_go_on_by_their_day():
    days = [date(2026, 2, 28), date(2026, 3, 30), date(2026, 4, 30)]
    series = series_of(frame(days, [1.0, 2.0, 3.0]), ONE, "1mo")
    assert series.future_frame(1)["t"].to_list() == [date(2026, 5, 30)]


def test_a_time_that_occurs_twice_is_refused():
    with pytest.raises(DataError, match="repeats a time"):
        series_of(frame([0, 1, 1], [1.0, 2.0, 3.0]), ONE)


def test_the_refusal_names_the_series():
    columns = SeriesColumns("t", "y", ("host",))
    with pytest.raises(DataError, match="'web'"):
        series_of(frame([0, 1, 1], [1.0, 2.0, 3.0], host=["db", "web", "web"]), columns)


def test_the_same_time_in_two_series_is_allowed():
    columns = SeriesColumns("t", "y", ("host",))
    assert series_of(frame([0, 0], [1.0, 2.0], host=["a", "b"]), columns).n_series == 2


def test_a_series_without_a_name_is_a_series():
    columns = SeriesColumns("t", "y", ("host",))
    told = frame([0, 1, 0], [1.0, 2.0, 3.0], host=["a", "a", None])
    assert series_of(told, columns).lengths.tolist() == [2, 1]


def test_a_row_without_a_time_is_refused():
    with pytest.raises(DataError, match="1 of 2 rows has no readable time"):
        series_of(frame([0, None], [1.0, 2.0]), ONE)


def test_a_missing_column_is_named():
    with pytest.raises(ColumnMissing, match="'z'"):
        series_of(frame([0], [1.0]), SeriesColumns("t", "z"))


def test_values_that_are_text_are_refused():
    with pytest.raises(TargetUnusable):
        series_of(frame([0], ["much"]), ONE)


def test_text_in_place_of_a_number_is_told_by_its_words():
    with pytest.raises(TargetUnusable, match="1 row holds text such as 'error'"):
        series_of(frame([0, 1], ["20.1", "error"]), ONE)


def test_numbers_written_as_text_are_read():
    assert series_of(frame([0, 1], ["20.1", " 3 "]), ONE).values.tolist() == [20.1, 3.0]


def test_a_series_without_a_value_is_refused_by_name():
    columns = SeriesColumns("t", "y", ("host",))
    with pytest.raises(TargetUnusable, match="'b'"):
        series_of(frame([0, 0], [1.0, None], host=["a", "b"]), columns)


def test_a_table_without_rows_is_refused():
    with pytest.raises(DataError):
        series_of(frame([], []), ONE)


def test_rows_after_the_last_value_are_the_future():
    series = series_of(frame([0, 1, 2], [1.0, 2.0, None]), ONE)
    assert series.values.tolist() == [1, 2]


def test_wide_columns_are_series_by_their_names():
    wide = pl.DataFrame({"t": [0, 1], "a": [1, 2], "b": [3, 4]})
    series = series_of(wide, SeriesColumns("t", ("a", "b")))
    assert series.ids["series"].to_list() == ["a", "b"]


def test_a_wide_column_called_series_is_kept():
    wide = pl.DataFrame({"t": [0, 1], "series": [1, 2], "value": [3, 4]})
    assert series_of(wide, SeriesColumns("t", ("series", "value"))).n_series == 2


def test_several_rows_of_an_irregular_step_are_averaged():
    moments = [datetime(2026, 1, 1) + timedelta(minutes=m) for m in (0, 10, 70, 120)]
    series = series_of(frame(moments, [1.0, 3.0, 5.0, 7.0]), ONE, frequency="1h")
    assert series.values.tolist() == [2, 5, 7]


def test_a_declared_span_does_not_fit_whole_numbers():
    with pytest.raises(DataError, match="does not fit"):
        series_of(frame([0, 1], [1.0, 2.0]), ONE, frequency="1h")


def test_a_step_far_too_small_is_refused():
    moments = [datetime(2000, 1, 1), datetime(2026, 1, 1)]
    with pytest.raises(DataError, match="rows lie on"):
        series_of(frame(moments, [1.0, 2.0]), ONE, frequency="1s")


def stray(n=300, **names):
    hours = [datetime(2026, 1, 1) + timedelta(hours=h) for h in range(n)]
    return frame([*hours, datetime(2099, 1, 1)], [1.0 * k for k in range(n + 1)], **names)


def test_a_row_of_a_far_year_is_named_where_it_stretches_the_series():
    told = (
        "1 row lies far from all others, 2099-01-01 00:00:00; these are of 2026-01-01 00:00:00 to"
    )
    with pytest.raises(DataError, match=told):
        series_of(stray(), ONE)


def test_it_is_said_to_leave_out_a_row_of_a_far_year():
    with pytest.raises(DataError) as refused:
        series_of(stray(), ONE)
    assert refused.value.hint == "Leave the row out, or mend its time where its clock was wrong."


def test_the_series_of_a_row_of_a_far_year_is_named():
    both = pl.concat([stray(host="web"), stray(host="mail")[:-1]])
    with pytest.raises(DataError, match="1 row of series 'web' lies far"):
        series_of(both, SeriesColumns("t", "y", ("host",)))


def test_a_number_of_a_step_far_from_all_others_is_named():
    with pytest.raises(DataError, match="1 row lies far from all others, 5000000; these are of 0"):
        series_of(frame([*range(100), 5_000_000], [1.0] * 101), ONE)


def test_of_a_few_rows_the_first_and_the_last_are_named():
    told = "those are of 2026-01-01 00:00:00 to 2099-01-01 00:00:00"
    with pytest.raises(DataError, match=told):
        series_of(stray(5), ONE)


def test_text_that_tells_times_is_read():
    series = series_of(frame(["2026-01-01", "2026-01-02"], [1.0, 2.0]), ONE)
    assert series.future_frame(1)["t"].to_list() == [datetime(2026, 1, 3)]


def test_future_times_are_of_the_columns_own_type():
    days = [date(2026, 1, 31), date(2026, 2, 28)]
    assert series_of(frame(days, [1.0, 2.0]), ONE).future_frame(1)["t"].to_list() == [
        date(2026, 3, 31)
    ]


def test_future_times_keep_their_time_zone():
    moments = pl.Series([datetime(2026, 1, 1, h) for h in range(3)]).dt.replace_time_zone(
        "Europe/Paris"
    )
    told = series_of(frame(moments, [1.0, 2.0, 3.0]), ONE).future_frame(1)["t"]
    assert told.dtype == moments.dtype
    assert told.dt.hour().to_list() == [3]


def test_a_value_whose_square_is_not_finite_is_refused():
    with pytest.raises(TargetUnusable, match=r"1 row holds a number beyond 1e\+100"):
        series_of(frame([0, 1, 2], [1.0, 1e300, 2.0]), ONE)


def test_a_number_beside_a_series_ends_at_the_largest_float32():
    beside = pl.DataFrame({"plan": [-1e300, 1.0]})
    assert read_numbers(beside, ["plan"])[:, 0].tolist() == [-np.finfo(np.float32).max, 1.0]


def test_infinite_values_are_gaps():
    assert np.isnan(series_of(frame([0, 1, 2], [1.0, np.inf, 2.0]), ONE).values[1])


def test_known_ahead_is_read_for_the_next_steps():
    columns = SeriesColumns("t", "y", known_ahead=("sale",))
    series = series_of(frame([0, 1], [1.0, 2.0], sale=[0, 1]), columns)
    after = pl.DataFrame({"t": [3, 2, 9], "sale": [1, 0, 7]})
    assert known_ahead_of(series, after, 2).tolist() == [[[0.0], [1.0]]]


def test_steps_of_which_nothing_is_told_are_nan():
    columns = SeriesColumns("t", "y", known_ahead=("sale",))
    series = series_of(frame([0, 1], [1.0, 2.0], sale=[0, 1]), columns)
    told = known_ahead_of(series, pl.DataFrame({"t": [3], "sale": [1]}), 2)
    assert np.isnan(told[0, 0, 0])


def test_known_ahead_of_another_series_is_left_alone():
    columns = SeriesColumns("t", "y", ("host",), known_ahead=("sale",))
    series = series_of(frame([0, 1], [1.0, 2.0], sale=[0, 1], host=["a", "a"]), columns)
    after = pl.DataFrame({"t": [2, 2], "sale": [5, 6], "host": ["b", "a"]})
    assert known_ahead_of(series, after, 1).tolist() == [[[6.0]]]


@pytest.mark.parametrize("kind", [pl.Null, pl.String])
def test_a_column_known_ahead_of_which_nothing_is_known_yet_is_nan(kind):
    cells = pl.DataFrame({"promo": pl.Series([None, None], dtype=kind)})
    assert np.isnan(read_numbers(cells, ["promo"])).all()


def test_text_beside_a_series_is_refused():
    columns = SeriesColumns("t", "y", known_ahead=("mood",))
    with pytest.raises(DataError, match="'mood'"):
        series_of(frame([0, 1], [1.0, 2.0], mood=["good", "bad"]), columns)


@settings(deadline=None)
@example([("a", 0, 7.8e-235), ("a", 7, 0.0)])
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(-50, 50), st.floats(-1e9, 1e9)),
        min_size=1,
        max_size=40,
        unique_by=lambda row: row[:2],
    )
)
def test_every_row_is_found_again_at_its_time(rows):
    told = pl.DataFrame(rows, schema=["name", "step", "value"], orient="row")
    series = series_of(told, COLUMNS, frequency="1")
    names = series.ids["name"].to_numpy()[series.codes]
    found = dict(zip(zip(names, series.times(), strict=True), series.values, strict=True))
    assert all(found[(name, step)] == value for name, step, value in rows)


def test_season_of_whole_numbers_is_found():
    assert series_of(long_frame({"a": seasonal_values(n=140)}), COLUMNS).season == 7


def test_noise_has_no_season():
    random = np.random.default_rng(0)
    assert series_of(long_frame({"a": random.normal(size=300)}), COLUMNS).season == 1


def test_hours_have_the_season_of_a_day():
    moments = [datetime(2026, 1, 1) + timedelta(hours=k) for k in range(24 * 21)]
    values = [10 + 5 * np.sin(2 * np.pi * m.hour / 24) + (m.weekday() > 4) for m in moments]
    assert series_of(frame(moments, values), ONE).season == 24
