import json
from datetime import date

import numpy as np
import polars as pl
import pytest

from phantom_ml.errors import BundleDamaged
from phantom_ml.forecasters.series.columns import SeriesColumns
from phantom_ml.forecasters.series.frequency import Frequency
from phantom_ml.forecasters.series.from_frame import rows_ahead, series_of
from phantom_ml.forecasters.series.gaps import filled
from phantom_ml.forecasters.series.grid import SeriesSet
from tests.forecasters.made import series_set


@pytest.fixture
def beside():
    frame = pl.DataFrame(
        {
            "t": pl.datetime_range(
                pl.datetime(2026, 1, 1), pl.datetime(2026, 1, 5), "1d", eager=True
            ),
            "y": [1.0, None, 3.0, 4.0, 5.0],
            "sale": [0, 1, 0, 1, 0],
            "load": [0.5, 0.1, 0.2, 0.3, 0.4],
        }
    )
    return series_of(frame, SeriesColumns("t", "y", (), ("sale",), ("load",)))


def test_saved_series_are_loaded_as_they_were(beside, tmp_path):
    beside.save(tmp_path)
    loaded = SeriesSet.load(tmp_path)
    for name in ("origins", "bounds", "values", "known", "past"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(beside, name))


def test_loaded_series_go_on_at_the_same_times(beside, tmp_path):
    beside.save(tmp_path)
    assert SeriesSet.load(tmp_path).future_frame(3).equals(beside.future_frame(3))


def test_names_of_series_are_loaded(tmp_path):
    series = series_set()
    series.save(tmp_path)
    assert SeriesSet.load(tmp_path).ids.equals(series.ids)


@pytest.mark.parametrize("name", ["history.parquet", "series.parquet", "history.json"])
def test_a_missing_part_is_told(beside, tmp_path, name):
    beside.save(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(BundleDamaged):
        SeriesSet.load(tmp_path)


def test_a_season_that_cannot_be_is_refused(beside, tmp_path):
    beside.save(tmp_path)
    facts = json.loads((tmp_path / "history.json").read_text())
    (tmp_path / "history.json").write_text(json.dumps(facts | {"season": 0}))
    with pytest.raises(BundleDamaged):
        SeriesSet.load(tmp_path)


@pytest.mark.parametrize(
    "frequency",
    [
        {"unit": "moon"},
        {"unit": "ns", "size": 0},
        {"unit": "ns", "size": "x"},
        {"unit": "month", "size": 1, "month_day": 32},
    ],
)
def test_a_frequency_that_cannot_be_is_refused(beside, tmp_path, frequency):
    beside.save(tmp_path)
    facts = json.loads((tmp_path / "history.json").read_text())
    (tmp_path / "history.json").write_text(json.dumps(facts | {"frequency": frequency}))
    with pytest.raises(BundleDamaged):
        SeriesSet.load(tmp_path)


def test_an_earlier_file_tells_the_last_day_of_months(beside, tmp_path):
    beside.save(tmp_path)
    facts = json.loads((tmp_path / "history.json").read_text())
    facts["frequency"] = {"unit": "month", "size": 1, "month_end": True}
    (tmp_path / "history.json").write_text(json.dumps(facts))
    assert SeriesSet.load(tmp_path).frequency == Frequency("month", 1, 31)


def test_rows_of_no_series_are_refused(tmp_path):
    series_set().save(tmp_path)
    rows = pl.read_parquet(tmp_path / "history.parquet")
    rows.with_columns(pl.col("code") + 5).write_parquet(tmp_path / "history.parquet")
    with pytest.raises(BundleDamaged):
        SeriesSet.load(tmp_path)


def test_taken_series_keep_their_values():
    series = series_set({"a": [1.0, 2.0], "b": [3.0], "c": [4.0, 5.0]})
    assert series.take(np.array([2, 0])).values.tolist() == [4, 5, 1, 2]


def test_cut_series_lose_their_last_steps():
    cut, chosen = series_set({"a": [1.0, 2.0, 3.0], "b": [4.0]}).until(1)
    assert (cut.values.tolist(), chosen.tolist()) == ([1, 2], [0])


def test_a_gap_is_filled_by_the_season_before():
    values = np.array([1.0, 5.0, 1.0, np.nan, 1.0])
    assert filled(values, np.array([0, 5]), 2)[3] == 5.0


def test_a_gap_is_not_filled_from_another_series():
    values = np.array([9.0, 9.0, 1.0, np.nan])
    assert filled(values, np.array([0, 2, 4]), 2)[3] == 1.0


def test_rows_ahead_are_read_in_the_order_of_the_history_after_a_reading_back(tmp_path):
    days = pl.date_range(date(2023, 1, 1), date(2023, 2, 4), "1d", eager=True)
    history = pl.DataFrame({"t": days.dt.to_string("%d/%m/%Y"), "y": range(len(days))})
    series_of(history, SeriesColumns("t", "y")).save(tmp_path)
    found = rows_ahead(SeriesSet.load(tmp_path), pl.DataFrame({"t": ["05/02/2023"]}))
    assert found.steps.tolist() == [0]


ZONES = {"clock": ("05.01.2026 10:00", False), "moment": ("05.01.2026 10:00 +0200", True)}


@pytest.mark.parametrize("name", ZONES)
def test_whether_text_named_a_zone_is_loaded(tmp_path, name):
    written, zoned = ZONES[name]
    series_of(pl.DataFrame({"t": [written], "y": [1.0]}), SeriesColumns("t", "y")).save(tmp_path)
    assert SeriesSet.load(tmp_path).zoned is zoned


@pytest.mark.parametrize(("form", "zoned"), [(None, False), ("day first", None)])
def test_earlier_files_tell_a_zone_by_the_type_of_their_times(beside, tmp_path, form, zoned):
    beside.save(tmp_path)
    facts = json.loads((tmp_path / "history.json").read_text())
    del facts["zoned"]
    (tmp_path / "history.json").write_text(json.dumps(facts | {"time_form": form}))
    assert SeriesSet.load(tmp_path).zoned is zoned


def test_a_kind_of_times_that_cannot_be_is_refused(beside, tmp_path):
    beside.save(tmp_path)
    facts = json.loads((tmp_path / "history.json").read_text())
    (tmp_path / "history.json").write_text(json.dumps(facts | {"zoned": "maybe"}))
    with pytest.raises(BundleDamaged, match="kind of times"):
        SeriesSet.load(tmp_path)
