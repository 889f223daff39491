import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.results import Kept, read
from benchmarks.standing import mean_ranks, rows_of, systems_of, without_failures
from benchmarks.table import markdown


def line(system, data, seed, predictions=None, **figures):
    record = {"system": system, "data": data, "budget": 60, "seed": seed, "figures": figures}
    return json.dumps(record | ({"predictions": predictions} if predictions else {}))


@pytest.fixture
def results(tmp_path):
    """Return a file: Phantom is best on a, worse on b, and a peer has no model on c."""
    path = tmp_path / "results.jsonl"
    lines = [
        line("phantom", "a", 1, pr_auc=0.8, fit_s=60.5),
        line("phantom", "a", 2, pr_auc=0.9, fit_s=60.1),
        line("h2o", "a", 1, pr_auc=0.7, fit_s=66.0),
        line("flaml", "a", 1, pr_auc=0.6, fit_s=61.0),
        line("phantom", "b", 1, rmse=12.0, fit_s=59.0),
        line("h2o", "b", 1, rmse=11.0, fit_s=64.0),
        line("flaml", "b", 1, rmse=13.0, fit_s=62.0),
        line("phantom", "c", 1, logloss=0.2, fit_s=59.0),
        line("h2o", "c", 1, logloss=0.3, fit_s=64.0),
        line("flaml", "c", 1, failed="It ended without a word."),
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def rows(results):
    return rows_of(read([results]))


def kept(folder: Path, name: str, error: float) -> None:
    rng = np.random.default_rng(3)
    truth = rng.normal(size=400)
    noise = rng.normal(size=400) if error < 0.5 else np.random.default_rng(9).normal(size=400)
    folder.mkdir(exist_ok=True)
    np.savez(folder / name, truth=truth, prediction=truth + error * noise, task="regression")


def test_value_is_the_mean_of_the_seeds(rows):
    assert rows[0].value("phantom") == pytest.approx(0.85)


def test_ours_stands_first(rows):
    assert systems_of(rows) == ["phantom", "flaml", "h2o"]


def test_less_is_better_where_an_error_is_measured(rows):
    assert rows[1].ranks(["phantom", "flaml", "h2o"]) == {"phantom": 2, "flaml": 3, "h2o": 1}


def test_failed_run_ranks_last(rows):
    assert rows[2].ranks(["phantom", "flaml", "h2o"])["flaml"] == 3


def test_two_without_a_model_share_the_last_place(rows):
    assert rows[2].ranks(["phantom", "flaml", "autogluon"])["flaml"] == 2.5


def test_mean_rank_is_over_all_sets(rows):
    assert mean_ranks(rows, ["phantom", "h2o"]) == {"phantom": 4 / 3, "h2o": 5 / 3}


def test_sets_on_which_a_peer_failed_can_be_left_out(rows):
    assert [row.data for row in without_failures(rows, ["phantom", "flaml", "h2o"])] == ["a", "b"]


def test_wins_and_losses_follow_the_direction_of_the_figure(rows):
    assert [row.against("h2o") for row in rows] == ["win", "loss", "win"]


def test_model_beats_no_model(rows):
    assert rows[2].against("flaml") == "win"


@pytest.mark.parametrize(("error", "outcome"), [(0.21, "win"), (0.2, "tie"), (0.1, "loss")])
def test_difference_inside_the_bootstrap_interval_is_a_tie(tmp_path, error, outcome):
    folder = tmp_path / "r-predictions"
    kept(folder, "ours.npz", 0.2)
    kept(folder, "theirs.npz", error)
    (tmp_path / "r.jsonl").write_text(
        line("phantom", "b", 1, "ours.npz", rmse=0.2)
        + "\n"
        + line("flaml", "b", 1, "theirs.npz", rmse=error)
    )
    assert rows_of(read([tmp_path / "r.jsonl"]))[0].against("flaml") == outcome


def test_later_line_replaces_an_equal_run(results):
    with results.open("a") as file:
        file.write(line("h2o", "a", 1, pr_auc=0.75) + "\n")
    assert rows_of(read([results]))[0].value("h2o") == 0.75


def test_kept_prediction_comes_back(tmp_path):
    kept(tmp_path / "r-predictions", "one.npz", 0.2)
    (tmp_path / "r.jsonl").write_text(line("phantom", "b", 1, "one.npz", rmse=0.2))
    found = read([tmp_path / "r.jsonl"])[0].kept()
    assert isinstance(found, Kept)
    assert found.prediction.shape == (400,)


def test_primary_table_in_markdown(results):
    text = markdown(read([results]), primary_only=True)
    assert text.splitlines()[:7] == [
        "## 60 seconds",
        "",
        "| set | figure | phantom | flaml | h2o |",
        "| --- | --- | --- | --- | --- |",
        "| a | average precision | **0.8500** | 0.6000 | 0.7000 |",
        "| b | RMSE | 12.00 | 13.00 | **11.00** |",
        "| c | log loss | **0.2000** | failed | 0.3000 |",
    ]


def test_summary_tells_ranks_wins_and_seconds(results):
    text = markdown(read([results]), primary_only=True)
    assert text.splitlines()[-6:] == [
        "|  | phantom | flaml | h2o |",
        "| --- | --- | --- | --- |",
        "| mean rank (3 sets) | 1.33 | 3.00 | 1.67 |",
        "| mean rank, sets with all models (2) | 1.50 | 3.00 | 1.50 |",
        "| Phantom's wins, ties, losses | - | 3, 0, 0 | 2, 0, 1 |",
        "| longest fit, s | 60.5 | 62.0 | 66.0 |",
    ]


def test_all_figures_follow_unless_left_out(results):
    assert "| set | system | roc_auc |" in markdown(read([results]), primary_only=False)
