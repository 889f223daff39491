from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from phantom_ml.errors import BundleDamaged, ColumnMissing, DataError
from phantom_ml.streams.scorer import StreamScorer
from phantom_ml.streams.settings import StreamConfig
from tests.streams.made import seasonal

MANY = StreamConfig(time_column="at", series_columns=("host",))


def two_hosts(n=200):
    """Return rows of two hosts by turns, with times."""
    start = datetime(2026, 1, 1)
    rows = [
        pl.DataFrame(
            {
                "at": [start + timedelta(minutes=i) for i in range(n)],
                "host": [name] * n,
                "load": seasonal(n, seed=seed)[:, 0],
            }
        )
        for seed, name in enumerate("ab")
    ]
    return pl.concat(rows).sort("at", maintain_order=True)


def load_of(values):
    return pl.DataFrame({"load": np.asarray(values, float)})


def test_a_spike_is_an_alert_and_its_row_scores_highest():
    values = seasonal(700)[:, 0]
    values[600] = 30.0
    scored = StreamScorer().update(load_of(values))
    assert (scored["alert"][600], scored["score"].arg_max()) == (True, 600)


def test_rows_that_stay_away_are_anomalous_with_few_alerts_and_one_change_point():
    values = np.random.default_rng(0).normal(size=900)
    values[700:] += 6.0
    scored = StreamScorer().fit(load_of(values[:500])).update(load_of(values[500:]))
    told = ((scored["score"][230:] >= 0.5).mean(), scored["change_point"][200:].sum())
    assert (told[0] > 0.9, told[1], scored["alert"][200:].sum() <= 3) == (True, 1, True)


def test_a_wider_spread_that_lasts_is_a_change_point():
    values = np.random.default_rng(0).normal(size=1000)
    values[700:] *= 8.0
    scored = StreamScorer().fit(load_of(values[:500])).update(load_of(values[500:]))
    assert scored["change_point"][200:].sum() >= 1


def test_a_spike_is_no_change_point():
    values = seasonal(700)[:, 0]
    values[600] = 30.0
    scored = StreamScorer().update(load_of(values))
    assert not scored["change_point"][600:].any()


@settings(max_examples=5, deadline=None)
@given(cuts=st.lists(st.integers(0, 400), max_size=4))
def test_any_frames_score_alike(cuts):
    frame = two_hosts()
    whole = StreamScorer(MANY).update(frame)
    scorer, edges = StreamScorer(MANY), [0, *sorted(cuts), frame.height]
    parts = [scorer.update(frame[a:b]) for a, b in pairwise(edges)]
    assert_frame_equal(pl.concat(parts), whole, check_exact=True)


def test_a_series_scores_as_it_would_alone():
    frame = two_hosts()
    among = StreamScorer(MANY).update(frame).filter(frame["host"] == "b")
    alone = StreamScorer(MANY).update(frame.filter(pl.col("host") == "b"))
    assert_frame_equal(among, alone, check_exact=True)


def test_saved_scorer_goes_on_as_before(tmp_path):
    frame, scorer = two_hosts(), StreamScorer(MANY)
    scorer.update(frame[:250])
    scorer.save(tmp_path)
    copy = StreamScorer.load(tmp_path)
    assert_frame_equal(copy.update(frame[250:]), scorer.update(frame[250:]), check_exact=True)


def test_a_scorer_that_saw_nothing_is_saved_too(tmp_path):
    StreamScorer(MANY).save(tmp_path)
    assert StreamScorer.load(tmp_path).names == []


def test_a_damaged_file_is_refused(tmp_path):
    scorer = StreamScorer()
    scorer.update(load_of([1.0, 2.0]))
    scorer.save(tmp_path)
    file = tmp_path / "arrays.safetensors"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(BundleDamaged):
        StreamScorer.load(tmp_path)


def test_a_time_that_goes_back_in_a_frame_is_refused():
    with pytest.raises(DataError, match="Time goes back at row"):
        StreamScorer(MANY).update(two_hosts()[::-1])


def test_a_time_before_the_last_frame_is_refused_and_nothing_is_learned():
    frame, scorer = two_hosts(), StreamScorer(MANY)
    scorer.update(frame[100:200])
    with pytest.raises(DataError, match="before the last one"):
        scorer.update(frame[:100])
    assert_frame_equal(scorer.update(frame[200:]), _after(frame), check_exact=True)


def _after(frame):
    scorer = StreamScorer(MANY)
    scorer.update(frame[100:200])
    return scorer.update(frame[200:])


def test_equal_times_are_taken_in_the_order_of_rows():
    frame = two_hosts().with_columns(at=pl.lit(datetime(2026, 1, 1)))
    assert StreamScorer(MANY).update(frame).height == frame.height


def test_a_missing_time_is_refused():
    frame = two_hosts(3).with_columns(at=pl.lit(None, pl.Datetime))
    with pytest.raises(DataError, match="6 rows have no time"):
        StreamScorer(MANY).update(frame)


def test_the_series_seen_least_lately_is_forgotten():
    scorer = StreamScorer(MANY.model_copy(update={"max_series": 1}))
    scorer.update(two_hosts(5))
    assert (scorer.names, scorer.n_forgotten) == ([("b",)], 1)


def test_words_are_not_watched():
    with pytest.raises(DataError, match="no numeric column"):
        StreamScorer().update(pl.DataFrame({"a": ["x"]}))


def test_a_column_that_was_watched_is_missed():
    scorer = StreamScorer()
    scorer.update(load_of([1.0]))
    with pytest.raises(ColumnMissing, match="load"):
        scorer.update(pl.DataFrame({"other": [1.0]}))


@pytest.mark.parametrize(
    "values",
    [[1.0], [2.0] * 300, [None] * 300, [float("inf")] * 200, [1e308, -1e308] * 100],
    ids=["one row", "constant", "missing", "infinite", "huge"],
)
def test_hard_values_are_no_anomaly_by_themselves(values):
    scored = StreamScorer().update(pl.DataFrame({"load": pl.Series(values, dtype=pl.Float64)}))
    assert (scored.height, scored["alert"].sum()) == (len(values), 0)


def test_an_infinite_value_among_usual_ones_is_an_alert():
    values = seasonal(400)[:, 0]
    values[350] = np.inf
    assert StreamScorer().update(load_of(values))["alert"][350]


def test_an_empty_frame_gives_an_empty_answer():
    told = StreamScorer().update(load_of([]))
    assert (told.height, told.columns) == (0, ["score", "alert", "change_point"])


def test_details_tell_the_surprise_of_each_detector():
    told = StreamScorer().update(load_of(seasonal(100)[:, 0]), details=True)
    assert {"event", "SeasonalForecast", "LevelShift"} <= set(told.columns)


def test_an_unknown_detector_is_refused_with_the_nearest():
    from phantom_ml.errors import UnknownName

    with pytest.raises(UnknownName, match="Did you mean 'LevelShift'"):
        StreamConfig(detectors=("LevelShifts",))
