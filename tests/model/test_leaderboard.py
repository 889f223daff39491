import json
import math
import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.config import ProblemKind
from phantom_ml.errors import NoTrialSucceeded
from phantom_ml.metrics.base import Metric
from phantom_ml.model.leaderboard import Leaderboard
from phantom_ml.model.trial import Trial, TrialStatus


def metric(name: str = "average_precision", *, greater: bool = True) -> Metric:
    kinds = frozenset({ProblemKind.BINARY})
    return Metric(name, lambda t, p, w: 0.0, greater, (0.0, 1.0), "probability", kinds)


TRIALS = [
    Trial(number=0, algorithm="LogisticRegression", score=0.71, fold_scores=(0.7, 0.72)),
    Trial(
        number=1, algorithm="LightGBM", score=0.93, fold_scores=(0.91, 0.95), n_rounds=120,
        seconds=4.2, predict_us_per_row=1.5, peak_memory_mb=210.4, model_id="lightgbm-3f9a2c1b04de",
        settings={"num_leaves": 31}, other_scores={"roc_auc": 0.99},
    ),
    Trial(number=2, algorithm="LSTM", status=TrialStatus.FAILED, reason="It ran out of memory."),
    Trial(number=3, algorithm="XGBoost", status=TrialStatus.PRUNED, score=0.5, reason="Behind."),
    Trial(
        number=4, algorithm="Ensemble", score=0.95, seconds=0.3, model_id="ensemble-aa",
        members=("LightGBM", "XGBoost"), other_scores={"roc_auc": 0.995},
    ),
]  # fmt: skip


@pytest.fixture
def board() -> Leaderboard:
    return Leaderboard.of(TRIALS, metric(), "exp-20260102-abcdef")


def test_the_best_score_comes_first_and_failures_last(board: Leaderboard) -> None:
    order = [(row.rank, row.algorithm) for row in board]
    assert order == [
        (1, "Ensemble"), (2, "LightGBM"), (3, "LogisticRegression"),
        (None, "XGBoost"), (None, "LSTM"),
    ]  # fmt: skip


def test_less_is_better_turns_the_order() -> None:
    board = Leaderboard.of(TRIALS, metric("log_loss", greater=False), "e")
    assert board.best.algorithm == "LogisticRegression"


def test_ties_go_to_the_faster_then_to_the_earlier() -> None:
    tied = [
        Trial(number=5, algorithm="a", score=0.5),
        Trial(number=3, algorithm="b", score=0.5, predict_us_per_row=2.0),
        Trial(number=4, algorithm="c", score=0.5, predict_us_per_row=1.0),
        Trial(number=1, algorithm="d", score=0.5),
    ]
    assert [row.number for row in Leaderboard.of(tied, metric(), "e")] == [4, 3, 1, 5]


def test_a_score_that_is_no_number_has_no_rank() -> None:
    board = Leaderboard.of(
        [Trial(number=0, algorithm="a", score=math.nan), TRIALS[0]], metric(), "e"
    )
    assert [row.rank for row in board] == [1, None]
    assert board[1].score is None


def test_the_best_is_the_first_row(board: Leaderboard) -> None:
    assert board.best is board[0]


def test_without_a_score_the_reasons_are_told() -> None:
    with pytest.raises(NoTrialSucceeded, match=r"LSTM failed: It ran out of memory\."):
        _ = Leaderboard.of([TRIALS[2]], metric(), "e").best


def test_a_model_without_a_score_is_shown_with_the_reason() -> None:
    reason = "It was not tested."
    trials = [Trial(number=0, algorithm="SeasonalNaive", model_id="seasonalnaive-1", reason=reason)]
    text = Leaderboard.of(trials, metric("mase", greater=False), "e").text()
    assert "1 trial, none with a score" in text
    assert "seasonalnaive-1" in text
    assert "SeasonalNaive has no score: It was not tested." in text


def test_an_empty_leaderboard_still_prints() -> None:
    board = Leaderboard.of([], metric(), "e")
    assert "0 trials" in str(board)
    assert board.frame().height == len(board) == 0


def test_the_spread_is_that_of_the_folds(board: Leaderboard) -> None:
    assert board[1].fold_std == pytest.approx(0.0282843, abs=1e-6)


def test_json_comes_back_as_it_was(board: Leaderboard) -> None:
    assert Leaderboard.model_validate_json(board.model_dump_json()) == board


def test_the_text_is_aligned_and_no_wider_than_a_terminal(board: Leaderboard) -> None:
    title, header, *rows = repr(board).splitlines()
    assert "by average_precision (more is better): 4 trials, 1 of them failed" in title
    assert all(len(line) <= 100 for line in [title, header, *rows])
    assert {
        row.index(score) for row, score in zip(rows, ("0.95", "0.93", "0.71"), strict=False)
    } == {header.index("score") + len("score") - len("0.9500")}


def test_members_and_reasons_stand_below_the_table(board: Leaderboard) -> None:
    assert str(board).splitlines()[-3:] == [
        "   1  Ensemble of LightGBM, XGBoost.",
        "   -  XGBoost pruned: Behind.",
        "   -  LSTM failed: It ran out of memory.",
    ]


@given(
    reason=st.text(max_size=300),
    model_id=st.none() | st.text(max_size=80),
    width=st.integers(60, 140),
)
@settings(max_examples=50, deadline=None)
def test_whatever_the_cells_hold_the_width_is_kept(
    reason: str, model_id: str | None, width: int
) -> None:
    odd = [
        Trial(number=8, algorithm="x" * 90, score=0.1, model_id=model_id),
        Trial(number=9, algorithm="x" * 90, status="failed", reason=reason),
    ]
    lines = Leaderboard.of([*TRIALS, *odd], metric("m" * 90), "e" * 90).text(width).split("\n")
    assert all(len(line) <= width and line.isprintable() for line in lines)


def test_a_reason_cannot_steer_the_terminal() -> None:
    hostile = Trial(number=0, algorithm="a", status="failed", reason="\x1b[2J\nrank 1")
    assert "\x1b" not in str(Leaderboard.of([hostile], metric(), "e"))


def test_html_is_escaped() -> None:
    hostile = Trial(number=0, algorithm="<script>", status="failed", reason="<img onerror=1>")
    page = Leaderboard.of([hostile], metric("<b>"), "<i>")._repr_html_()
    assert not any(tag in page for tag in ("<script>", "<img", "<b>", "<i>"))


def test_the_frame_has_a_column_for_each_score(board: Leaderboard) -> None:
    frame = board.frame()
    assert frame["rank"].to_list() == [1, 2, 3, None, None]
    assert frame["roc_auc"].to_list() == [0.995, 0.99, None, None, None]
    assert json.loads(frame["settings"][1]) == {"num_leaves": 31}
    assert frame.schema["members"] == pl.List(pl.String)


def test_a_score_named_like_a_column_keeps_both() -> None:
    trial = Trial(number=0, algorithm="a", score=0.5, other_scores={"score": 0.1})
    frame = Leaderboard.of([trial], metric(), "e").frame()
    assert (frame["score"][0], frame["other_score"][0]) == (0.5, 0.1)


def test_the_order_of_the_trials_does_not_matter(board: Leaderboard) -> None:
    shuffled = random.Random(7).sample(TRIALS, len(TRIALS))
    assert Leaderboard.of(shuffled, metric(), board.experiment_id) == board


LONG = "It was not tested, for its history is too short: " + "give a longer one, " * 12 + "please."


def unscored(*names: str, reason: str = LONG) -> list[Trial]:
    return [
        Trial(number=i, algorithm=name, model_id=f"{name.lower()}-{i}", reason=reason)
        for i, name in enumerate(names)
    ]


def test_the_best_where_nothing_has_a_score_is_the_model_that_stands() -> None:
    assert Leaderboard.of(unscored("Theta"), metric(), "e").best.model_id == "theta-0"


def test_of_models_without_a_score_the_ensemble_is_the_best() -> None:
    ensemble = Trial(number=9, algorithm="Ensemble", model_id="ensemble-9", members=("Theta",))
    board = Leaderboard.of([*unscored("Theta", "CES"), ensemble], metric(), "e")
    assert [row.number for row in board] == [9, 0, 1]
    assert board.best.algorithm == "Ensemble"


def test_a_long_reason_is_told_whole_and_once_with_the_names_it_applies_to() -> None:
    told = " ".join(Leaderboard.of(unscored("Theta", "CES", "CES"), metric(), "e").text(60).split())
    assert told.count(f"Theta and CES (2 trials) have no score: {LONG}") == 1
    assert told.count("please.") == 1


def test_the_members_of_an_ensemble_are_told_whole() -> None:
    names = tuple(f"GradientBoosting #{i}" for i in range(9))
    ensemble = Trial(number=9, algorithm="Ensemble", score=0.5, members=names)
    told = " ".join(Leaderboard.of([ensemble], metric(), "e").text(60).split())
    assert f"1 Ensemble of {', '.join(names)}." in told
