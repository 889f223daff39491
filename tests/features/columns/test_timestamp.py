from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.columns.timestamp import PARTS, TimestampEncoder
from tests.features.columns.made import fitted, parts_of

ANY_YEAR = [datetime(2024, 1, 1) + timedelta(hours=31 * i) for i in range(600)]
SUMMER_NIGHT = datetime(2026, 7, 1, 23, 30)


def whole(time_zone: str | None = None) -> TimestampEncoder:
    return TimestampEncoder(column="t", parts=tuple(PARTS), time_zone=time_zone)


def of(values: list, time_zone: str | None = None) -> dict[str, float]:
    return parts_of(whole(time_zone), values).row(0, named=True)


def test_every_part_of_a_friday_evening_is_told():
    found = of([datetime(2026, 3, 6, 17, 30)])
    assert {p: round(v, 4) for p, v in found.items()} == {
        "minute_of_day": 1050,
        "hour": 17,
        "weekday": 5,
        "day": 6,
        "month": 3,
        "business_hours": 1,
        "is_weekend": 0,
        "is_night": 0,
        "hour.sin": -0.9914,
        "hour.cos": -0.1305,
        "weekday.sin": -0.4339,
        "weekday.cos": -0.901,
    }


def test_times_that_vary_give_every_part():
    assert fitted("timestamp", ANY_YEAR, ColumnKind.TIMESTAMP).parts == tuple(PARTS)


def test_a_part_that_is_constant_in_training_is_dropped():
    days = [date(2026, 3, d) for d in range(1, 32)]
    kept = fitted("timestamp", days, ColumnKind.TIMESTAMP).parts
    assert kept == ("weekday", "day", "is_weekend", "weekday.sin", "weekday.cos")


def kept_of(days: int) -> tuple[str, ...]:
    values = [datetime(2026, 3, 2) + timedelta(hours=7 * i) for i in range(days * 24 // 7)]
    return fitted("timestamp", values, ColumnKind.TIMESTAMP).parts


def test_less_than_a_day_tells_no_hour():
    values = [datetime(2026, 3, 2, 9) + timedelta(minutes=i) for i in range(600)]
    assert fitted("timestamp", values, ColumnKind.TIMESTAMP) is None


def test_less_than_a_week_tells_nothing_of_the_week():
    assert kept_of(5) == ("minute_of_day", "hour", "is_night", "hour.sin", "hour.cos")


def test_less_than_a_month_tells_no_day_of_the_month():
    assert (
        {"weekday", "is_weekend", "business_hours"} <= {*kept_of(20)} <= {*PARTS} - {"day", "month"}
    )


def test_less_than_a_year_tells_no_month():
    assert "day" in kept_of(200)
    assert "month" not in kept_of(200)


def test_a_wrong_time_far_away_makes_no_month():
    values = [datetime(2026, 3, 2) + timedelta(hours=i) for i in range(200)]
    assert (
        "day"
        not in fitted("timestamp", [*values, datetime(1970, 1, 1)], ColumnKind.TIMESTAMP).parts
    )


def test_times_without_a_year_tell_no_day_of_the_week():
    values = [f"Mar {1 + i % 20:2d} {i % 24:02d}:00:00" for i in range(300)]
    kept = fitted("timestamp", values, ColumnKind.TIMESTAMP).parts
    assert kept == ("minute_of_day", "hour", "is_night", "hour.sin", "hour.cos")


@pytest.mark.parametrize("values", [[None, None], ["tomorrow"], [SUMMER_NIGHT] * 3], ids=str)
def test_a_column_without_two_times_gives_nothing(values):
    assert fitted("timestamp", values, ColumnKind.TIMESTAMP) is None


def test_a_missing_time_is_missing_in_every_part():
    assert parts_of(whole(), [None, SUMMER_NIGHT])[0].null_count().sum_horizontal()[0] == len(PARTS)


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)))
@settings(max_examples=40, deadline=None)
def test_the_calendar_is_that_of_the_standard_library(moment):
    found = of([moment])
    parts = ("minute_of_day", "hour", "weekday", "day", "month")
    assert [found[p] for p in parts] == [
        moment.hour * 60 + moment.minute,
        moment.hour,
        moment.isoweekday(),
        moment.day,
        moment.month,
    ]


@pytest.mark.parametrize(
    ("moment", "is_business"),
    [
        (datetime(2026, 3, 6, 7, 59), 0),
        (datetime(2026, 3, 6, 8, 0), 1),
        (datetime(2026, 3, 6, 17, 59), 1),
        (datetime(2026, 3, 6, 18, 0), 0),
        (datetime(2026, 3, 7, 12, 0), 0),
    ],
    ids=str,
)
def test_business_hours_are_eight_to_eighteen_on_working_days(moment, is_business):
    assert of([moment])["business_hours"] == is_business


@pytest.mark.parametrize(("hour", "is_night"), [(21, 0), (22, 1), (0, 1), (5, 1), (6, 0)])
def test_night_is_from_twenty_two_to_six(hour, is_night):
    assert of([datetime(2026, 3, 6, hour)])["is_night"] == is_night


def test_the_minutes_around_midnight_are_close_on_the_circle():
    found = parts_of(whole(), [datetime(2026, 1, 1, 23, 59), datetime(2026, 1, 2, 0, 0)])
    assert np.abs(found["hour.sin"].diff()[1]) + np.abs(found["hour.cos"].diff()[1]) < 0.01


IN_ZONE = {
    "naive": ([SUMMER_NIGHT], 23),
    "naive text": (["2026-07-01T23:30:00"], 23),
    "aware": ([SUMMER_NIGHT.replace(tzinfo=UTC)], 1),
    "aware elsewhere": ([SUMMER_NIGHT.replace(tzinfo=timezone(timedelta(hours=-5)))], 6),
    "text in UTC": (["2026-07-01T23:30:00Z"], 1),
    "text with an offset": (["2026-07-01T23:30:00.25-0500"], 6),
    "web log": (["01/Jul/2026:23:30:00 -0500"], 6),
    "epoch": ([1782948600], 1),
    "epoch as text": (["1782948600"], 1),
    "day as a number": ([20260701], 0),
    "day as text": (["20260701"], 0),
    "day": ([date(2026, 7, 1)], 0),
    "winter": (["2026-01-01T23:30:00Z"], 0),
}


@pytest.mark.parametrize(("values", "hour"), IN_ZONE.values(), ids=IN_ZONE)
def test_a_moment_is_read_on_the_clock_of_the_declared_zone(values, hour):
    assert of(values, "Europe/Berlin")["hour"] == hour


def test_the_zone_is_kept_by_the_fitted_encoder():
    schema = ColumnSchema(name="t", dtype="", kind=ColumnKind.TIMESTAMP)
    encoder = TimestampEncoder.fit_in_zone(pl.Series("t", ANY_YEAR), schema, "Asia/Tokyo")
    again = TimestampEncoder.model_validate_json(encoder.model_dump_json())
    assert again.time_zone == "Asia/Tokyo"
    assert again == encoder


def test_every_feature_is_told_in_words():
    assert all(f.words for f in whole().features)


DAY_FIRST = pl.Series([moment.strftime("%d/%m/%Y %H:%M") for moment in ANY_YEAR])


def test_a_day_alone_is_read_in_the_order_of_training():
    encoder = fitted("timestamp", DAY_FIRST, ColumnKind.TIMESTAMP)
    found = parts_of(encoder, ["05/01/2024 10:00"]).row(0, named=True)
    assert (found["day"], found["month"]) == (5, 1)


def test_the_order_that_the_schema_tells_counts_for_part_of_the_rows():
    schema = ColumnSchema(
        name="t", dtype="String", kind=ColumnKind.TIMESTAMP, time_form="day first"
    )
    early = DAY_FIRST.filter(DAY_FIRST.str.slice(0, 2).cast(pl.Int8) <= 12)
    assert TimestampEncoder.fit(early, schema).form == "day first"


def test_a_small_number_is_read_in_the_unit_of_training():
    numbers = pl.Series([1_700_000_000_000 + 40_000_000 * i for i in range(60)])
    encoder = fitted("timestamp", numbers, ColumnKind.TIMESTAMP)
    assert parts_of(encoder, [3_600_000]).row(0, named=True)["hour"] == 1
