"""The search for a forecast: a fault is a row, an end at any time leaves a model, nothing is done twice."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from phantom_ml.automl.budget import Budget
from phantom_ml.automl.forecast.problem import pose_series
from phantom_ml.automl.forecast.search import ORDER, Run, _names, run_forecast
from phantom_ml.automl.forecast.trials import Running, collect
from phantom_ml.automl.listener import Listener
from phantom_ml.automl.trials.room import Room
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import AutoMLConfig
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.errors import ColumnMissing
from phantom_ml.forecasters.base import forecasters
from phantom_ml.model.trial import TrialStatus
from phantom_ml.process.deadline import Deadline
from phantom_ml.process.outcome import Outcome, OutcomeStatus

ASKED = {
    "task_type": "time_series",
    "target_column": "y",
    "time_column": "t",
    "algorithms_to_try": ["LagLightGBM", "SeasonalNaive"],
    "n_threads": 2,
    "max_trials": 9,
    "task_settings": {"horizon": 12, "season": 12, "n_windows": 2},
}


def config(**changed):
    return AutoMLConfig.of({**ASKED, **changed})


def problem(n: int = 240, **changed):
    step = np.arange(n)
    noise = np.random.default_rng(0).normal(size=n) * 0.3
    frame = pl.DataFrame({"t": step, "y": 3 * np.sin(step * 2 * np.pi / 12) + noise})
    return pose_series(Dataset(frame.lazy(), n, "made"), config(**changed))


def searched(asked, folder: Path, listener: Listener | None = None, **changed):
    settings = config(**changed)
    budget = Budget.of(settings, Deadline.after(0.0))
    return run_forecast(asked, settings, Workspace(folder), budget, listener or Listener())


def test_the_blend_is_told_with_its_members(tmp_path):
    found = searched(problem(), tmp_path)
    assert {t.algorithm for t in found.trials} >= {"LagLightGBM", "SeasonalNaive"}
    assert sum(m.weight for m in found.draft.spec.members) == pytest.approx(1.0)


def test_series_too_short_for_a_back_test_are_forecast_plainly(tmp_path):
    found = searched(problem(n=6), tmp_path)
    assert (found.best.algorithm, found.best.score) == ("SeasonalNaive", None)
    assert "No series is long enough" in found.warnings[-1]


def test_quantiles_on_one_side_are_warned_of():
    settings = {**ASKED["task_settings"], "quantiles": [0.7, 0.9]}
    told = " ".join(problem(task_settings=settings).warnings)
    assert "80% lie outside the band" in told


def test_columns_without_a_role_are_named():
    frame = pl.DataFrame({"t": range(40), "y": np.arange(40.0) % 7, "load": 1, "note": "a"})
    told = pose_series(Dataset(frame.lazy(), 40, "made"), config(ignored_columns=["note"])).warnings
    assert [w for w in told if w.startswith("'load' is not read")]


def test_quantiles_that_the_back_test_does_not_tell_are_warned_of(tmp_path):
    settings = {**ASKED["task_settings"], "quantiles": [0.001, 0.5, 0.999]}
    found = searched(problem(task_settings=settings), tmp_path)
    assert "24 values of the back-test" in " ".join(found.warnings)


def test_quantiles_on_both_sides_need_no_word():
    assert not [w for w in problem().warnings if "quantile" in w]


def test_a_single_name_of_a_column_is_a_list_of_one():
    settings = {**ASKED["task_settings"], "series_columns": "host", "past_only": "load"}
    asked = config(task_settings=settings).task_settings
    assert (asked.series_columns, asked.past_only) == (("host",), ("load",))


def test_an_ignored_column_that_is_not_there_is_told_with_the_nearest():
    with pytest.raises(ColumnMissing, match=r"Columns missing: 'yy'\. Did you mean 'y'"):
        problem(ignored_columns=["yy"])


def test_only_so_many_are_tried_as_were_allowed(tmp_path):
    found = searched(problem(), tmp_path, max_trials=1)
    assert [t.algorithm for t in found.trials] == ["SeasonalNaive"]


def test_without_time_one_model_stands_all_the_same(tmp_path):
    found = searched(problem(), tmp_path, max_trials=None, time_budget_seconds=1e-6)
    assert found.best.algorithm == "SeasonalNaive"
    assert "before LagLightGBM had a turn" in found.warnings[0]


def test_a_person_who_interrupts_keeps_what_stands(tmp_path):
    def interrupt(trial):
        raise KeyboardInterrupt

    found = searched(problem(), tmp_path, Listener(on_trial=once(interrupt)), n_threads=1)
    assert found.best.algorithm == "SeasonalNaive"
    assert "interrupted" in found.warnings[-1]


def once(act):
    """Return a function that acts the first time only."""
    left = [act]
    return lambda *given: left.pop()(*given) if left else None


def test_a_run_goes_on_with_what_an_earlier_one_finished(tmp_path):
    searched(problem(), tmp_path, max_trials=1)
    before = {f: f.stat().st_mtime_ns for f in (tmp_path / "trials" / "00000").rglob("*.npz")}
    found = searched(problem(), tmp_path)
    assert {t.algorithm for t in found.trials} >= {"LagLightGBM", "SeasonalNaive"}
    assert {f: f.stat().st_mtime_ns for f in before} == before


def test_a_forecaster_that_was_ended_is_a_failed_row(tmp_path):
    class Ended:
        folder = tmp_path

    late = Outcome(OutcomeStatus.TIMEOUT, {}, "It was ended.", "", "", 3.0, 80.0)
    found = collect(Running(1, "Theta", Ended()), late, problem(), [])  # type: ignore[arg-type]
    assert (found.trial.status, found.trial.reason) == (TrialStatus.FAILED, "It was ended.")


def test_networks_are_tried_where_time_lets_them_pay(tmp_path):
    def tried(seconds):
        asked = config(algorithms_to_try=None, max_trials=None, time_budget_seconds=seconds)
        budget = Budget.of(asked, Deadline.after(0.0))
        question = problem(algorithms_to_try=None)
        run = Run(question, Workspace(tmp_path), budget, Room(2, 1, 1000), Listener())
        return {"LSTM", "Transformer"} & set(_names(run))

    assert [tried(s) for s in (60, 300, 900)] == [set(), {"LSTM"}, {"LSTM", "Transformer"}]


def test_every_forecaster_has_a_place_in_the_order():
    assert set(ORDER) == set(forecasters.names())


def flat(folder: Path, **changed):
    """A search over a history of which no scaled error can be told."""
    frame = pl.DataFrame({"t": range(60), "y": [7.0] * 60})
    asked = pose_series(Dataset(frame.lazy(), 60, "flat"), config(**changed))
    return searched(asked, folder, **changed)


def test_an_ensemble_took_what_it_added_to_its_members(tmp_path):
    took = {t.algorithm: t.seconds for t in flat(tmp_path).trials}
    assert 0.0 < took["Ensemble"] < took["LagLightGBM"] + took["SeasonalNaive"]


def test_which_forecaster_ended_first_does_not_choose_where_none_has_a_score(tmp_path):
    found = flat(tmp_path, ensemble_methods=False)
    assert found.best.score is None
    assert found.best.number == min(t.number for t in found.trials)
