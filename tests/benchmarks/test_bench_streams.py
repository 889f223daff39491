import json

import numpy as np
import polars as pl
import pytest

from benchmarks.__main__ import main
from benchmarks.stream_figures import Worth, nab_at, nab_best, pooled, probation
from benchmarks.streams import alarm_figures, rested

INSIDE = np.isin(np.arange(200), np.arange(100, 120))


def score_of(*alerts):
    made = np.zeros(200, bool)
    made[list(alerts)] = True
    return nab_at([Worth.of(INSIDE)], [made])


def test_silence_scores_nothing():
    assert score_of() == 0.0


def test_an_alert_at_the_left_edge_of_the_only_window_is_perfect():
    assert score_of(100) == pytest.approx(100.0)


def test_an_alert_at_the_right_edge_earns_little_more_than_half():
    assert 50.0 < score_of(119) < 60.0


def test_of_two_alerts_in_a_window_the_earlier_counts():
    assert score_of(105, 118) == score_of(105)


def test_an_alert_far_from_windows_costs_the_weight_of_a_false_one():
    assert score_of(100) - score_of(60, 100) == pytest.approx(100 * 0.11 / 2)


def test_an_alert_just_after_a_window_costs_less_than_one_far_off():
    assert score_of(100, 121) > score_of(100, 190)


def test_the_probation_part_is_not_scored():
    assert score_of(*range(probation(200))) == 0.0


def test_the_best_threshold_leaves_false_alerts_out():
    scores = np.where(np.arange(200) == 105, 9.0, np.where(np.arange(200) < 100, 1.0, 0.0))
    assert nab_best([Worth.of(INSIDE)], [scores])[1] == 9.0


def test_a_threshold_is_chosen_on_the_other_series():
    noise = np.where(np.arange(200) % 7 == 0, 5.0, 0.0)
    scores = [np.where(np.arange(200) == 105, 9.0, noise), np.where(INSIDE, 3.0, 0.0)]
    figures = alarm_figures([Worth.of(INSIDE)] * 2, scores)
    assert figures["left_out"] < figures["rested"]


def test_an_alert_makes_the_next_points_quiet():
    assert np.flatnonzero(rested(np.ones(250, bool))).tolist() == [0, 101, 202]


def test_points_of_all_series_are_pooled():
    found = pooled([np.array([1, 1, 0, 0])], [np.array([1, 0, 1, 0])])
    assert found == {"f1": 0.5, "far": 50.0, "mar": 50.0}


@pytest.fixture
def lines(tmp_path):
    """Measure a baseline and ours on a made series and a made experiment."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=600)
    values[400:420] += 9.0
    inside = ((np.arange(600) >= 390) & (np.arange(600) < 430)).astype(int)
    told = {"series_id": "a", "value": values, "in_anomaly_window": inside}
    (tmp_path / "nab_dev").mkdir()
    pl.DataFrame(told).write_parquet(tmp_path / "nab_dev" / "train.parquet")
    truth = (np.arange(600) >= 500).astype(int)
    sensors = pl.DataFrame(
        {
            "datetime": np.arange(600),
            "x": rng.normal(size=600) + 9.0 * truth,
            "y": rng.normal(size=600),
            "anomaly": truth,
            "changepoint": 0 * truth,
            "experiment": "e",
        }
    )
    (tmp_path / "skab_dev").mkdir()
    sensors[:400].write_parquet(tmp_path / "skab_dev" / "train.parquet")
    sensors[400:].write_parquet(tmp_path / "skab_dev" / "test.parquet")
    out = tmp_path / "out.jsonl"
    chosen = ["--systems", "phantom,windowed Gaussian", "--out", str(out)]
    assert main(["streams", "--data", str(tmp_path), *chosen]) == 0
    return [json.loads(line) for line in out.read_text().splitlines()]


def test_each_system_has_a_line_a_set(lines):
    assert [(ln["data"], ln["system"]) for ln in lines] == [
        (data, name)
        for data in ("nab_dev", "skab_dev")
        for name in ("phantom", "windowed Gaussian")
    ]


def test_a_plain_anomaly_is_found(lines):
    told = [line for line in lines if line["system"] == "phantom"]
    assert (told[0]["own"] > 50.0, told[1]["f1"] > 0.8) == (True, True)
