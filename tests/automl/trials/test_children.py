"""What came of a child, as a trial: done, given up, or failed with its reason."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from phantom_ml.automl.preparation.quick import seconds_per_fit
from phantom_ml.automl.trials.children import Running, collect
from phantom_ml.automl.trials.fit_child import FoldResult, _falls_behind, fit_trial
from phantom_ml.automl.trials.fit_child import Work as WorkOrder
from phantom_ml.automl.trials.workspace import Facts, Fold, Workspace
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.features.fold_fitted import FoldFitted
from phantom_ml.process.outcome import Outcome, OutcomeStatus
from tests.automl.made import finished

RESULT = {
    "folds": 3,
    "losses": [0.1, 0.2, 0.3],
    "n_rounds": [10, 20, 60],
    "is_cut_short": False,
    "n_trees": 90,
    "fit_seconds": 1.5,
    "n_rows": 40,
    "n_fitted": 90,
    "predict_us": 2.0,
}


def ended(folder, result=RESULT, status=OutcomeStatus.OK, reason="", forward=False, prediction=0.5):
    np.save(folder / "prediction.npy", np.full((6, 1), prediction))
    order = replace(finished(4).order, forward=forward)
    outcome = Outcome(status, result, reason, "", "", 2.5, 80.0)
    return collect(Running(order, SimpleNamespace(folder=folder)), outcome)


def test_a_trial_that_ended_well_is_done_and_complete(tmp_path):
    found = ended(tmp_path)
    assert (found.trial.status.value, found.complete, found.losses) == (
        "done",
        True,
        (0.1, 0.2, 0.3),
    )


def test_rounds_are_the_mean_of_the_folds(tmp_path):
    assert ended(tmp_path).trial.n_rounds == 30


def test_forward_in_time_the_last_fold_tells_the_rounds_and_serves(tmp_path):
    found = ended(tmp_path, forward=True)
    assert (found.trial.n_rounds, found.serving) == (60, ("2",))


def test_a_row_costs_what_all_serving_learners_take(tmp_path):
    bag, last = (ended(tmp_path, forward=f).trial.predict_us_per_row for f in (False, True))
    assert (bag, last) == (6.0, 2.0)


def test_a_trial_that_fell_behind_is_pruned(tmp_path):
    found = ended(tmp_path, RESULT | {"folds": 1, "losses": [0.9], "n_rounds": [10]})
    assert (found.trial.status.value, found.complete) == ("pruned", False)
    assert found.trial.reason


@pytest.mark.parametrize("is_cut_short", [True, False])
def test_a_trial_tells_whether_the_time_cut_a_fit_of_it_short(tmp_path, is_cut_short):
    assert ended(tmp_path, RESULT | {"is_cut_short": is_cut_short}).is_cut_short == is_cut_short


def test_a_child_that_failed_is_a_failed_trial_with_its_reason(tmp_path):
    found = ended(tmp_path, {}, OutcomeStatus.OUT_OF_MEMORY, "It took more than 200 MB.")
    assert (found.trial.status.value, found.trial.reason) == ("failed", "It took more than 200 MB.")
    assert found.prediction is None


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_prediction_that_is_no_number_is_a_failure(tmp_path, value):
    found = ended(tmp_path, prediction=value)
    assert (found.trial.status.value, found.prediction) == ("failed", None)


def results(*losses: float) -> list[FoldResult]:
    nothing = np.empty((0, 0))
    return [FoldResult(None, nothing, loss, nothing, 0.0, 0.0, 0) for loss in losses]


def test_a_mean_loss_above_the_line_falls_behind():
    assert _falls_behind((0.3, 0.25), results(0.31))
    assert _falls_behind((0.3, 0.25), results(0.1, 0.5))


def test_a_mean_loss_on_the_line_goes_on():
    assert not _falls_behind((0.3, 0.25), results(0.3))
    assert not _falls_behind((0.3, 0.25), results(0.4, 0.1))


def test_without_a_line_nobody_falls_behind():
    assert not _falls_behind((), results(9e9))


@pytest.fixture
def workspace(tmp_path):
    """Two folds of forty rows whose truth is their first number."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(40, 2)).astype(np.float32)
    matrix = Matrix(values, (Feature("a", "a"), Feature("b", "b")))
    samples = Samples(matrix, (values[:, 0] > 0).astype(np.int64), np.ones(40))
    workspace = Workspace(tmp_path / "run")
    workspace.folder.mkdir()
    workspace.save_facts(Facts(ProblemKind.BINARY, 2, "log_loss"))
    workspace.save_samples(samples)
    workspace.save_samples(samples.rows(np.arange(5)), "golden")
    for name, start in (("0", 0), ("1", 1)):
        valid = np.arange(start, 40, 2)
        train = np.setdiff1d(np.arange(40), valid)
        workspace.save_fold(Fold(name, train, valid, None, None))
        workspace.save_side(name, FoldFitted(), np.empty((0, 0), np.float32))
    return workspace


def payload(workspace, **changes):
    return {
        "workspace": str(workspace.folder),
        "out": str(workspace.trial_folder(0)),
        "algorithm": "LogisticRegression",
        "settings": {},
        "folds": ["0", "1"],
        "seed": 0,
        "n_threads": 1,
        "deadline": None,
    } | changes


def test_a_trial_tells_of_every_fold(workspace):
    found = fit_trial(payload(workspace))
    assert (found["folds"], len(found["losses"]), found["n_rows"]) == (2, 2, 20)


def test_held_out_rows_are_predicted_in_the_order_of_the_folds(workspace):
    fit_trial(payload(workspace))
    prediction = np.load(workspace.trial_folder(0) / "prediction.npy")
    truth = workspace.samples().target[np.r_[0:40:2, 1:40:2]]
    assert ((prediction[:, 0] > 0.5) == truth).mean() > 0.8


def test_a_trial_behind_the_line_does_no_second_fold(workspace):
    assert fit_trial(payload(workspace, race=[-1.0]))["folds"] == 1


def test_only_so_many_rows_are_fitted_as_were_allowed(workspace):
    assert fit_trial(payload(workspace, max_rows=15))["n_rows"] == 15


def test_a_fit_on_all_rows_predicts_nothing_but_the_golden_ones(workspace):
    rows = np.arange(40)
    workspace.save_fold(Fold("all", rows, rows[:0], None, None))
    workspace.save_side("all", FoldFitted(), np.empty((0, 0), np.float32))
    found = fit_trial(payload(workspace, folds=["all"]))
    assert (found["predict_us"], found["n_rows"]) == (None, 40)
    assert np.load(workspace.trial_folder(0) / "golden.npy").shape == (1, 5, 1)


def test_time_is_shared_among_the_folds_to_come(workspace):
    from phantom_ml.automl.trials.enough import FIT_SHARE
    from phantom_ml.automl.trials.fit_child import _share
    from tests.automl.made import Clock

    work = replace(WorkOrder.of(payload(workspace)), deadline=Clock().deadline(10.0))
    assert [_share(work, i).left() for i in (0, 1)] == pytest.approx(
        [FIT_SHARE * 5.0, FIT_SHARE * 10.0]
    )


def test_of_the_time_that_is_left_the_folds_take_the_share_of_the_order_at_first(workspace):
    from phantom_ml.automl.trials.enough import FIT_SHARE
    from phantom_ml.automl.trials.fit_child import _share
    from tests.automl.made import Clock

    work = WorkOrder.of(payload(workspace) | {"share": 0.1})
    work = replace(work, deadline=Clock().deadline(10.0))
    assert _share(work, 0).left() == pytest.approx(FIT_SHARE * 0.5)


def test_a_fit_takes_longer_the_more_rows_there_are():
    quick = finished(0)
    trial = quick.trial.model_copy(update={"n_rounds": 60, "n_rows": 1_000})
    quick = replace(quick, trial=trial)
    few, many = (seconds_per_fit(quick, n) for n in (1_000, 10_000))
    assert many == pytest.approx(10 * few)


def test_a_first_model_that_failed_tells_no_speed():
    assert seconds_per_fit(finished(0), 1_000) is None


def test_what_an_algorithm_itself_advises_is_kept(tmp_path):
    order = finished(4).order
    outcome = Outcome(
        OutcomeStatus.ERROR, {}, "No GPU.", "config.bad-setting", "Use 'auto'.", 2.5, 80.0
    )
    found = collect(Running(order, SimpleNamespace(folder=tmp_path)), outcome)
    assert found.hint == "Use 'auto'."
