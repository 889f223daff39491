"""What one cell of a column of times cannot tell: the order of its parts, and what its numbers count."""

import datetime as dt

import polars as pl
import pytest

from phantom_ml.data.recognise import recognise, recognise_sampled
from phantom_ml.data.times.form import in_two_orders, time_form
from phantom_ml.data.times.parse import to_datetime

MOMENTS = [dt.datetime(2023, 1, 5, 1, 2, 3) + dt.timedelta(hours=7 * i) for i in range(1500)]
DAYS = (
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d/%m/%y",
    "%m/%d/%Y",
    "%m-%d-%Y",
    "%m/%d/%y",
    "%y/%m/%d",
    "%y-%m-%d",
)
CLOCKS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
NAMED = (
    "%b %d, %Y %I:%M:%S %p",
    "%b %d, %Y %H:%M",
    "%d %b %Y %I:%M:%S %p",
    "%d-%b-%Y %H:%M:%S",
    "%d.%m.%Y, %H:%M",
    "%m/%d/%Y, %I:%M:%S %p",
    "%d/%m/%Y, %H:%M:%S",
    "%d-%m-%YT%H:%M:%SZ",
    "%Y-%m-%d %I:%M %p",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%b %d %H:%M",
    "%Y-%m-%d %I:%M %p UTC",
    "%d/%b/%y %H:%M:%S",
    "%H:%M:%S",
)
FORMATS = (*DAYS, *(f"{day} {clock}" for day in DAYS for clock in CLOCKS), *NAMED)


def written(form: str) -> pl.Series:
    return pl.Series("ts", [moment.strftime(form) for moment in MOMENTS])


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_recognised_as_a_time_is_read_as_it_was_written(form):
    column = written(form)
    schema = recognise(column.to_frame()).columns[0]
    found = to_datetime(column, schema.time_form)
    right = sum(
        moment is not None and moment.strftime(form) == text
        for moment, text in zip(found, column, strict=True)
    )
    assert schema.kind.value != "timestamp" or right >= 0.9 * len(column)


@pytest.mark.parametrize("form", [f for f in FORMATS if f not in NAMED[-4:]])
def test_a_column_of_times_is_recognised(form):
    assert recognise(written(form).to_frame()).columns[0].kind.value == "timestamp"


@pytest.mark.parametrize("cell", ["5/1/2023", "05-01-2023 10:00"])
def test_an_order_that_nothing_proves_is_month_first(cell):
    assert time_form(pl.Series([cell])) == "month first"


def test_most_cells_decide_the_order():
    assert time_form(pl.Series(["22/01/2023", "23/01/2023", "01/24/2023"])) == "day first"


def test_one_row_beyond_the_sample_proves_the_order():
    cells = ["05/01/2023"] * 30_000 + ["06/01/2023"] * 30_000
    cells[17] = "22/01/2023"
    schema = recognise_sampled(pl.DataFrame({"ts": cells}), {"ts": "timestamp"})
    assert schema.column("ts").time_form == "day first"


def test_the_part_that_varies_least_is_the_year():
    days = pl.Series([f"11/03/{day:02}" for day in range(1, 13)])
    assert time_form(days) == "year first"


@pytest.mark.parametrize(
    ("number", "form"),
    [
        (20_240_301, "days"),
        (1_709_251_200, "recent s"),
        (1_709_251_200_000, "recent ms"),
        (1_709_251_200_000_000, "recent us"),
        (1_709_251_200_000_000_000, "recent ns"),
        (133_537_248_000_000_000, "filetimes"),
    ],
)
@pytest.mark.parametrize("kind", [pl.Int64, pl.String])
def test_the_size_of_numbers_tells_what_they_count(number, form, kind):
    assert time_form(pl.Series([number]).cast(kind)) == form


@pytest.mark.parametrize("nothing", [0, -1, -9])
@pytest.mark.parametrize("unit", [1, 10**3, 10**6, 10**9])
@pytest.mark.parametrize("kind", [pl.Int64, pl.String])
def test_what_is_not_above_0_is_no_time_among_recent_ones(nothing, unit, kind):
    cells = pl.Series([1_709_251_200 * unit, nothing * unit]).cast(kind)
    assert to_datetime(cells, time_form(cells)).is_null().to_list() == [False, True]


def test_what_is_not_above_0_is_no_time_alone_as_beside_others():
    form = time_form(pl.Series([1_709_251_200, 1_709_251_260]))
    assert to_datetime(pl.Series([0]), form).to_list() == [None]


def test_most_cells_may_stand_for_no_time():
    cells = pl.Series([0, 0, 0, 1_709_251_200_000])
    assert to_datetime(cells, time_form(cells)).dt.year().to_list() == [None, None, None, 2024]


@pytest.mark.parametrize("cells", [[0, 1, 2], [-1, 0, 1], [0, 300_000_000, 1_709_251_200]])
def test_0_is_a_time_where_others_lie_near_it(cells):
    assert to_datetime(pl.Series(cells), time_form(pl.Series(cells)))[cells.index(0)].year == 1970


@pytest.mark.parametrize("cells", [["22/01/2023", "05/01/2023"], ["5/5/2023"], ["2023-05-01"], []])
def test_an_order_that_is_proved_or_does_not_matter_is_in_no_doubt(cells):
    assert in_two_orders(pl.Series(cells, dtype=pl.String)) is None
