"""Forecasts of which no error can be told: what stands, and why it has no score."""

import polars as pl
import pytest

from tests.core.tables import FORECAST

ASKED = {**FORECAST, "task_settings": {"horizon": 3}}
FLAT = pl.DataFrame({"time": range(40), "value": [7.0] * 40})
SHORT = pl.DataFrame({"time": range(5), "value": [1.0, 2.0, 3.0, 2.0, 1.0]})


@pytest.mark.parametrize(
    ("rows", "changed"),
    [(FLAT, {}), (FLAT, {"ensemble_methods": False}), (SHORT, {})],
    ids=["a blend", "one alone", "no back-test"],
)
def test_the_best_without_a_score_is_the_model_that_the_result_serves(core, rows, changed):
    found = core.auto_create_model(rows, {**ASKED, **changed})
    board = core.get_model_leaderboard(found.experiment_id)
    assert (board.best.score, board.best.model_id) == (None, found.model_id)
    assert core.predict(board.best.model_id).height == 3


def test_a_printed_result_tells_the_whole_reason_once(core):
    text = " ".join(str(core.auto_create_model(FLAT, ASKED)).split())
    assert "Ensemble, SeasonalNaive and LagLightGBM have no score: No mase can be told" in text
    assert text.count("rmse or mae may tell more.") == 1
    assert "LagLightGBM: Constant or too short to learn from: 1 of 1 series is forecast" in text
