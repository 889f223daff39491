"""What a killed run left is read back as it was, and nothing half written is taken for whole."""

import numpy as np
import pytest

from phantom_ml.automl.trials.checkpoint import load_finished, load_plan, save_finished, save_plan
from phantom_ml.automl.trials.workspace import Fold, Workspace
from phantom_ml.data.splits import Split, SplitPlan
from tests.automl.made import failed, finished

PLAN = SplitPlan(
    (Split(np.array([0, 1]), np.array([2, 3])), Split(np.array([2, 3]), np.array([0, 1]))),
    "stratified",
    "Rows were dealt to 2 folds.",
)


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


def kept(workspace, number: int, **changes):
    folder = workspace.trial_folder(number)
    done = finished(number, folder=folder, **changes)
    np.save(folder / "prediction.npy", done.prediction)
    save_finished(done, done.trial.model_copy(update={"model_id": f"model-{number}"}))
    return done


def test_without_a_plan_nothing_can_be_taken_up(workspace):
    assert load_plan(workspace) is None


def test_a_plan_is_read_back_with_its_rows(workspace):
    for i, split in enumerate(PLAN.splits):
        workspace.save_fold(Fold(str(i), split.train, split.valid, None, None))
    save_plan(workspace, PLAN)
    found = load_plan(workspace)
    assert (found.scheme, found.reason, found.n_splits) == ("stratified", PLAN.reason, 2)
    for one, two in zip(found.splits, PLAN.splits, strict=True):
        np.testing.assert_array_equal(one.valid, two.valid)


def test_a_finished_trial_is_read_back(workspace):
    done = kept(workspace, 3, settings={"num_leaves": 8})
    (found, trial), *others = load_finished(workspace)
    assert others == []
    assert (trial.model_id, trial.settings) == ("model-3", {"num_leaves": 8})
    np.testing.assert_array_equal(found.prediction, done.prediction)
    fields = ("folds_done", "losses", "n_trees", "fit_seconds", "n_fitted", "complete", "serving")
    assert [getattr(found, f) for f in fields] == [getattr(done, f) for f in fields]


def test_a_failed_trial_is_read_back_without_a_prediction(workspace):
    lost = failed(1)
    folder = workspace.trial_folder(1)
    save_finished(type(lost)(lost.trial, lost.order, folder), lost.trial)
    found, trial = load_finished(workspace)[0]
    assert (found.prediction, found.complete, trial.reason) == (None, False, "No luck.")


def test_trials_come_back_in_their_order(workspace):
    for number in (2, 0, 11):
        kept(workspace, number)
    assert [t.number for _, t in load_finished(workspace)] == [0, 2, 11]


def test_a_trial_that_was_not_written_whole_is_run_again(workspace):
    (workspace.trial_folder(4) / "finished.draft").write_text("{")
    assert load_finished(workspace) == []


def test_a_fold_keeps_its_weights(workspace):
    fold = Fold("0", np.array([0, 2]), np.array([1]), np.array([1.0, 3.0]), None)
    workspace.save_fold(fold)
    np.testing.assert_array_equal(workspace.fold("0").weight, fold.weight)
    assert workspace.fold("0").side is None
