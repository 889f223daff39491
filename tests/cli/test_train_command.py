import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from phantom_ml.cli.alerts import Alerts
from phantom_ml.cli.options import seconds
from phantom_ml.cli.train import Question
from phantom_ml.config import ThresholdPolicy
from phantom_ml.core import PhantomMLCore
from phantom_ml.core.core import train_since
from phantom_ml.errors import BadSetting, SourceUnreadable
from tests.cli.conftest import run_once


def _noisy():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 600))
    return pl.DataFrame({"a": a, "b": b, "y": (a + rng.normal(size=600) > 1).astype(int)})


QUICK = ("--max-trials", "1", "--algorithms", "LogisticRegression")


def write_table(folder: Path) -> str:
    """Write a small table with semicolons, and two classes told by words."""
    lines = [f"{i % 7};{i % 3};{'bad' if i % 7 > 3 else 'good'}" for i in range(400)]
    file = folder / "table.csv"
    file.write_text("\n".join(["a;b;verdict", *lines]) + "\n")
    return str(file)


@pytest.fixture
def table(folder):
    return write_table(folder)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the table and the home of ``run``."""
    return tmp_path_factory.mktemp("place")


@pytest.fixture(scope="module")
def run(place):
    """What a training told, with its home named."""
    words = ("train", write_table(place), "--target", "verdict", *QUICK)
    return run_once(*words, "--home", place / "home", folder=place)


@pytest.fixture(scope="module")
def run_elsewhere(tmp_path_factory):
    """What a training told where the program is not on the path and the environment names the home."""
    folder = tmp_path_factory.mktemp("elsewhere")
    words = ("train", write_table(folder), "--target", "verdict", *QUICK)
    return run_once(*words, folder=folder, PATH="/usr/bin", PHANTOM_HOME=folder / "home")


@pytest.mark.parametrize("names", [",,", "", " , "])
def test_algorithms_without_a_name_are_refused(phantom, table, names):
    told = phantom("train", table, "--target", "verdict", "--algorithms", names)
    assert (told.code, "names none" in told.err) == (2, True)


def test_training_shows_all_that_it_came_to(run):
    assert run.code == 0
    for title in ("Best model", "Leaderboard", "Thresholds", "What it looks at", "Next"):
        assert f"\n{title}" in f"\n{run.out}"


def test_output_fits_into_eighty_columns(run):
    shown = run.out.split("\nNext\n")[0]
    assert [line for line in shown.splitlines() if len(line.rstrip()) > 80] == []


def test_next_commands_name_the_model_and_the_home(run, place):
    (model, *_) = PhantomMLCore(home=place / "home").list_models()
    file = place / "table.csv"
    line = f"  phantom explain {model.id} {file} --row 1 --home {place / 'home'}"
    assert line in run.out.splitlines()


@pytest.fixture(scope="module")
def run_in_time(tmp_path_factory):
    """What a training told whose model counts what users did before."""
    folder = tmp_path_factory.mktemp("in_time")
    rng = np.random.default_rng(0)
    when = pl.datetime_range(
        pl.datetime(2026, 1, 1), pl.datetime(2026, 1, 3), "5m", closed="left", eager=True
    )
    n = len(when)
    events = {"when": when, "user": rng.choice(["ann", "bob", "cy"], n), "size": rng.normal(size=n)}
    pl.DataFrame(events).write_csv(folder / "events.csv")
    words = ("--task", "anomaly_detection", "--time-column", "when", "--group-column", "user")
    asked = ("train", "events.csv", *words, "--algorithms", "HBOS", "--max-trials", "1")
    return run_once(*asked, "--home", folder / "home", folder=folder)


def test_next_commands_of_a_model_that_counts_the_past_name_later_rows(run_in_time):
    assert " NEW_EVENTS.csv --output scores.csv" in run_in_time.out.split("\nNext\n")[1]


def test_a_precision_is_kept_at_the_prevalence_that_is_given():
    rule = Alerts(prevalence=0.001).in_the_field(ThresholdPolicy(min_precision=0.9))
    assert rule == {"min_precision": 0.9, "prevalence": 0.001}


def test_other_rules_know_no_prevalence():
    rule = ThresholdPolicy(max_fpr=0.01)
    assert Alerts(prevalence=0.001).in_the_field(rule) == rule


def test_next_commands_name_the_program_where_it_is_not_on_the_path(run_elsewhere):
    own = Path(sys.executable).with_name("phantom")
    assert f"  {own} explain " in run_elsewhere.out


def test_home_of_the_environment_is_not_repeated(run_elsewhere):
    assert "Next" in run_elsewhere.out
    assert "--home" not in run_elsewhere.out


def test_progress_is_told_in_plain_lines_on_standard_error(run):
    assert "s] Encoding columns" in run.err
    assert "s] Done: " in run.err


def test_json_is_alone_on_standard_output(phantom, table, folder):
    home = folder / "home"
    run = phantom("train", table, "--target", "verdict", *QUICK, "--home", home, "--json")
    assert (run.err, run.json["best_algorithm"]) == ("", "LogisticRegression")


def test_options_reach_the_configuration(phantom, table, folder):
    words = ("--positive-class", "bad", "--ignore", "b", "--seed", "3", "--max-fpr", "0.05")
    home = folder / "home"
    phantom("train", table, "--target", "verdict", *QUICK, *words, "--home", home)
    config = PhantomMLCore(home=home).list_experiments()[0].config
    told = (config["positive_class"], config["ignored_columns"], config["seed"])
    assert told == ("bad", ["b"], 3)
    assert config["threshold"]["max_fpr"] == 0.05


def test_file_is_read_as_told(phantom, table, folder):
    words = ("--delimiter", ";", "--encoding", "utf-8", "--home", folder / "home")
    assert phantom("train", table, "--target", "verdict", *QUICK, *words).code == 0


def test_regression_has_no_thresholds(phantom, folder):
    _noisy().write_csv("noisy.csv")
    words = ("--task", "Regression", "--max-trials", "1", "--algorithms", "ElasticNet")
    run = phantom("train", "noisy.csv", "--target", "b", *words, "--home", folder / "home")
    assert run.code == 0
    assert "Thresholds" not in run.out


def test_settings_of_a_file_give_way_to_options(folder):
    settings = {"time_budget_minutes": 5, "seed": 1, "ignored_columns": ["c"]}
    (folder / "settings.json").write_text(json.dumps(settings))
    given = Question(config="settings.json", time_budget=60.0, seed=2).settings()
    assert given == {"time_budget_seconds": 60.0, "seed": 2, "ignored_columns": ("c",)}


def test_unknown_setting_of_a_file_is_refused(folder):
    (folder / "settings.json").write_text('{"target_colunm": "y"}')
    with pytest.raises(BadSetting, match="Did you mean 'target_column'"):
        Question(config="settings.json").settings()


def test_setting_that_a_file_gives_twice_is_refused(folder):
    (folder / "settings.json").write_text('{"seed": 1, "seed": 2}')
    with pytest.raises(BadSetting, match="gives 'seed' twice"):
        Question(config="settings.json").settings()


def test_settings_that_are_no_text_are_refused(folder):
    (folder / "settings.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(SourceUnreadable, match="not text in UTF-8"):
        Question(config="settings.json").settings()


@pytest.mark.parametrize(("text", "value"), [("60", 60), ("10m", 600), ("2H", 7200), ("1.5s", 1.5)])
def test_duration_is_read(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_signal_that_ends_a_training_keeps_the_best_so_far(folder, ending):
    _noisy().write_csv("noisy.csv")
    words = ["train", "noisy.csv", "--target", "y", "--max-trials", "500", "--home", "home"]
    code = "import sys; from phantom_ml.cli import main; main(sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # As in a terminal, the whole group hears of Ctrl-C.
    )
    for line in process.stderr:
        if "] Training: " in line:
            break
    os.killpg(process.pid, ending)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "The search was interrupted; the best so far was kept." in " ".join(out.split())


def test_interrupt_before_a_first_model_ends_with_130(phantom, table, folder, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("phantom_ml.core.core.train_since", interrupt)
    run = phantom("train", table, "--target", "verdict", "--home", folder / "home")
    assert (run.code, run.err) == (130, "Stopped before a first model stood; nothing was kept.\n")


def test_interrupt_before_a_first_model_is_one_line_of_json_where_that_was_asked_for(
    phantom, table, folder, monkeypatch
):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("phantom_ml.core.core.train_since", interrupt)
    run = phantom("train", table, "--target", "verdict", "--home", folder / "home", "--json")
    assert json.loads(run.err)["code"] == "interrupted"


def test_interrupt_after_a_first_model_tells_where_it_is(phantom, table, folder, monkeypatch):
    def interrupt(*asked, **told):
        train_since(*asked, **told)
        raise KeyboardInterrupt

    monkeypatch.setattr("phantom_ml.core.core.train_since", interrupt)
    words = ("--target", "verdict", *QUICK, "--home", folder / "home", "--json")
    run = phantom("train", table, *words)
    assert (run.code, run.out) == (130, "")
    assert "trained so far and kept" in run.err
    assert "phantom leaderboard exp-" in run.err


def test_experiment_that_is_over_is_not_resumed(phantom, trained):
    over = PhantomMLCore(home=trained.home).list_experiments()[0].id
    run = phantom("resume", over, "--home", trained.home)
    assert run.code == 2
    assert "has nothing to go on with" in run.err


def test_resume_says_that_nothing_has_stopped(phantom, trained):
    run = phantom("resume", "--home", trained.home)
    assert run.code == 2
    assert "No experiment has stopped with anything to go on with." in run.err


@pytest.fixture
def stopped(table, folder):
    """A home in which a training was stopped before a model stood."""

    def interrupt(now):
        if now.stage == "encoding":
            raise KeyboardInterrupt

    core = PhantomMLCore(home=folder / "home")
    config = {"target_column": "verdict", "data_path": table, "max_trials": 1}
    with pytest.raises(KeyboardInterrupt):
        core.auto_train_model(
            config | {"algorithms_to_try": ["LogisticRegression"]}, progress=interrupt
        )
    return core


def test_experiment_that_was_stopped_is_listed_as_one_to_go_on_with(phantom, stopped):
    assert "stopped (resume)" in phantom("experiments", "--home", stopped.home).out


def test_resume_without_a_name_goes_on_with_what_stopped(phantom, stopped):
    run = phantom("resume", "--home", stopped.home)
    (record,) = stopped.list_experiments()
    assert (run.code, record.status.value, record.resumable) == (0, "done", False)
    assert f"Going on with {record.id}, on table.csv." in run.err
