"""A training that is killed goes on where it was; one that is interrupted hands over what it has."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from phantom_ml.core import PhantomMLCore
from phantom_ml.errors import BadSetting, ExperimentBusy, ExperimentNotFound, StoreError
from phantom_ml.store import Store
from tests.core.scripts import begin, descendants
from tests.core.tables import numbers

CONFIG = {
    "target_column": "y",
    "algorithms_to_try": ["LightGBM", "SVM"],
    "max_trials": 4,
    "n_threads": 2,
}
# Stops, as if it hung, as soon as two trials are kept.
STOPPING = """
import json, os, signal, sys
from phantom_ml.core import PhantomMLCore
from tests.core.tables import numbers

def progress(now):
    if now.trials_done == 2 and now.stage == "training":
        os.kill(os.getpid(), signal.SIGSTOP)

def f1(truth, prediction):
    return ((prediction > 0.5) == truth).mean()

config = json.loads(sys.argv[2])
if sys.argv[3:] == ["own"]:
    config["optimization_metric"] = f1
PhantomMLCore(home=sys.argv[1]).auto_create_model(numbers(n=150), config, progress=progress)
"""
INTERRUPTED = """
import json, sys
from phantom_ml.core import PhantomMLCore
from tests.core.tables import numbers

def progress(now):
    print(now.stage, now.trials_done, flush=True)

core = PhantomMLCore(home=sys.argv[1])
config = {"target_column": "y", "time_budget_seconds": 40, "n_threads": 2}
result = core.auto_create_model(numbers(n=150), config, progress=progress)
print("predicts", core.predict(result.model_id, numbers(n=9)).height)
print(json.dumps(result.warnings))
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A home in which a training was stopped, asked for by another program, and killed."""
    home = tmp_path_factory.mktemp("killed") / "home"
    with begin(STOPPING, str(home), json.dumps(CONFIG)) as program:
        _, status = os.waitpid(program.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), program.stderr.read()
        core = PhantomMLCore(home=home)
        stopped = core.list_experiments()
        experiment = stopped[0].id
        with pytest.raises(ExperimentBusy) as busy:
            core.resume(experiment)
        pid = program.pid
        program.kill()
    stopped.append(core.list_experiments()[0])
    with Store.open(home) as store:
        kept = {t.number: t for t in store.trials(experiment)}
    return core, experiment, kept, f"{pid}" in str(busy.value), stopped


@pytest.fixture(scope="module")
def resumed(killed):
    core, experiment, *_ = killed
    return core.resume(experiment)


def test_a_second_program_is_told_who_is_at_work(killed):
    assert killed[3]


def test_an_experiment_runs_until_its_process_is_gone(killed):
    during, after = killed[4]
    assert (during.status.value, during.resumable) == ("running", False)
    assert (after.status.value, after.resumable) == ("stopped", True)


def test_the_best_score_of_a_killed_training_is_told(killed):
    best = max(trial.score for trial in killed[2].values())
    assert killed[4][1].best_score == best


def test_the_leaderboard_of_a_killed_training_can_be_read(killed):
    core, experiment, kept, *_ = killed
    assert len(core.get_model_leaderboard(experiment)) >= len(kept) == 2


def test_finished_trials_are_not_run_again(killed, resumed):
    ids = {row.number: row.model_id for row in resumed.leaderboard}
    assert {n: ids[n] for n in killed[2]} == {n: t.model_id for n, t in killed[2].items()}


def test_a_resumed_run_ends_as_if_nothing_had_happened(core, resumed):
    whole = core.auto_create_model(numbers(n=150), CONFIG)
    scores = [{r.number: r.score for r in found.leaderboard} for found in (whole, resumed)]
    assert scores[0] == scores[1]


def test_a_resumed_experiment_is_done(killed, resumed):
    core, experiment, *_ = killed
    assert [(r.id, r.status.value) for r in core.list_experiments()] == [(experiment, "done")]
    assert core.get_model_leaderboard(experiment) == resumed.leaderboard


def test_a_resumed_model_predicts(killed, resumed):
    assert killed[0].predict(resumed.model_id, numbers(n=9)).height == 9


def test_working_files_are_gone_after_the_end(killed, resumed):
    assert list((killed[0].home / "runs").iterdir()) == []


def f1(truth, prediction):
    """Not what the metric of this name measures."""
    return ((prediction > 0.5) == truth).mean()


def other(truth, prediction):
    return 0.5


@pytest.fixture(scope="module")
def own_metric(tmp_path_factory):
    """A home in which a training by a user's own function was killed after two trials."""
    home = tmp_path_factory.mktemp("own") / "home"
    with begin(STOPPING, str(home), json.dumps(CONFIG), "own") as program:
        _, status = os.waitpid(program.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), program.stderr.read()
        program.kill()
    core = PhantomMLCore(home=home)
    return core, core.list_experiments()[0].id


def test_a_function_of_ones_own_has_to_be_given_again(own_metric):
    core, experiment = own_metric
    with pytest.raises(BadSetting) as error:
        core.resume(experiment)
    assert error.value.message == (
        f"The experiment {experiment!r} is ranked by the function 'f1', which was not kept."
    )
    assert "optimization_metric=f1" in error.value.hint


def test_another_function_is_refused(own_metric):
    core, experiment = own_metric
    with pytest.raises(BadSetting, match="'f1', not by 'other'"):
        core.resume(experiment, optimization_metric=other)


def test_with_its_function_a_training_goes_on(own_metric):
    core, experiment = own_metric
    result = core.resume(experiment, optimization_metric=f1)
    assert result.metric == "f1"
    truth = numbers(n=150)["y"].to_numpy()
    scores = [row.score for row in result.leaderboard]
    # Shares of 150 rows: those of the own function, not of the metric of its name.
    assert all(round(score * len(truth), 6).is_integer() for score in scores)


def test_a_function_that_is_not_needed_is_refused(core, tmp_path):
    home = tmp_path / "home"
    with begin(STOPPING, str(home), json.dumps(CONFIG)) as program:
        os.waitpid(program.pid, os.WUNTRACED)
        program.kill()
    core = PhantomMLCore(home=home)
    with pytest.raises(BadSetting, match="ranked by 'average_precision'"):
        core.resume(core.list_experiments()[0].id, optimization_metric=f1)


def test_what_is_done_cannot_go_on(core, small):
    with pytest.raises(StoreError, match="is done"):
        core.resume(small.experiment_id)


@pytest.mark.parametrize("given", ["exp-nowhere", None, 3], ids=str)
def test_what_never_was_cannot_go_on(core, given):
    with pytest.raises(ExperimentNotFound):
        core.resume(given)


EARLY = """
import os, signal, sys
from phantom_ml.core import PhantomMLCore
from tests.core.tables import numbers

def progress(now):
    if now.stage == "encoding":
        os.kill(os.getpid(), signal.SIGKILL)

config = {"target_column": "y", "time_budget_seconds": 20, "algorithms_to_try": ["ElasticNet"]}
PhantomMLCore(home=sys.argv[1]).auto_create_model(numbers(n=300), config, progress=progress)
"""


def test_a_first_model_is_not_trained_again(tmp_path):
    with begin(EARLY, str(tmp_path / "home")) as program:
        program.wait(60)
    core = PhantomMLCore(home=tmp_path / "home")
    (first,) = core.list_models()
    result = core.resume("latest")
    assert [r.model_id for r in result.leaderboard if r.number == 0] == [first.id]


def test_what_a_killed_program_staged_is_removed(tmp_path):
    with begin(EARLY, str(tmp_path / "home")) as program:
        program.wait(60)
    assert list((tmp_path / "home" / "staging").iterdir()) != []
    PhantomMLCore(home=tmp_path / "home")
    assert list((tmp_path / "home" / "staging").iterdir()) == []


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    """What a program said that got Ctrl-C after three trials, and what was left of its children."""
    home = tmp_path_factory.mktemp("interrupted") / "home"
    with begin(INTERRUPTED, str(home)) as program:
        for line in program.stdout:
            if line == "training 3\n":
                break
        children = descendants(program.pid)
        started = time.monotonic()
        program.send_signal(signal.SIGINT)
        lines, errors = program.communicate(timeout=60)
    assert (program.returncode, errors) == (0, "")
    end = time.monotonic() + 3.0
    while (left := {pid for pid in children if _alive(pid)}) and time.monotonic() < end:
        time.sleep(0.05)
    return lines.splitlines(), left, time.monotonic() - started


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_an_interrupted_training_returns_its_best(interrupted):
    assert interrupted[0][-2] == "predicts 9"


def test_an_interrupted_training_says_so(interrupted):
    warnings = json.loads(interrupted[0][-1])
    assert any("was interrupted" in warning for warning in warnings)


def test_an_interrupted_training_does_not_wait_for_its_budget(interrupted):
    assert interrupted[2] < 25


def test_an_interrupted_training_leaves_no_child(interrupted):
    assert interrupted[1] == set()
