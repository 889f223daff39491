"""What a peer is given of series, and how its forecast comes back."""

import datetime as dt

import polars as pl

from benchmarks.series_peer import forecast_of, peer_rows
from phantom_ml.forecasters.series.columns import SeriesColumns
from phantom_ml.forecasters.series.from_frame import series_of

ROWS = pl.DataFrame(
    {"who": ["a"] * 3 + ["b"] * 2, "step": [1, 2, 3, 2, 3], "value": [1.0, 2.0, 3.0, 8.0, 9.0]}
)
TWO = series_of(ROWS, SeriesColumns("step", "value", ("who",)), season=12)


def test_series_stand_below_each_other_in_their_order():
    rows = peer_rows(TWO, "1mo")
    assert rows.select("item_id", "target").rows() == [
        ("000000", 1.0),
        ("000000", 2.0),
        ("000000", 3.0),
        ("000001", 8.0),
        ("000001", 9.0),
    ]


def test_steps_get_dates_one_step_apart():
    dates = peer_rows(TWO, "1mo").filter(item_id="000000")["timestamp"].dt.date().to_list()
    assert dates == [dt.date(2000, 1, 1), dt.date(2000, 2, 1), dt.date(2000, 3, 1)]


def test_a_forecast_is_read_in_the_order_of_the_series_whatever_that_of_its_rows():
    told = pl.DataFrame(
        {
            "item_id": ["000001", "000000", "000001", "000000"],
            "timestamp": [2, 2, 1, 1],
            "mean": [22.0, 12.0, 21.0, 11.0],
            "0.1": [2.0, 1.0, 2.0, 1.0],
            "0.9": [32.0, 22.0, 31.0, 21.0],
        }
    )
    forecast = forecast_of(told, {"horizon": 2, "levels": [0.1, 0.9]})
    assert forecast.mean.tolist() == [[11.0, 12.0], [21.0, 22.0]]
    assert forecast.quantiles[0].tolist() == [[1.0, 21.0], [1.0, 22.0]]
