import json
import os
import subprocess
import sys

import pytest

from phantom_ml.core import PhantomMLCore

PHANTOM = [sys.executable, "-c", "from phantom_ml.cli import main; main()"]


@pytest.mark.parametrize(
    ("words", "error", "hint"),
    [
        (("trian",), "No such command 'trian'. Did you mean 'train'?", "phantom --help"),
        (("train", "x.csv", "--tarket", "y"), "No such option: --tarket", "--target"),
        (("train",), "Missing argument 'FILE'.", "phantom train --help"),
        (("train", "x.csv", "--task", "clasification"), "--task", "phantom train --help"),
        (("train", "x.csv", "--time-budget", "10x"), "'10x' is no duration", "train --help"),
        (("features", "x.csv", "--max-features", "x"), "--max-features is 'x':", "features --help"),
        (
            ("features", "x.csv", "--max-features=1.5"),
            "--max-features is '1.5':",
            "features --help",
        ),
        (("explain", "latest", "x.csv", "--row", "0"), "--row", "phantom explain --help"),
    ],
)
def test_faulty_command_line_is_told_with_a_hint(phantom, words, error, hint):
    run = phantom(*words)
    first, second = run.err.splitlines()
    assert (run.code, run.out) == (2, "")
    assert first.startswith("error: ")
    assert error in first
    assert second.startswith("hint: ")
    assert hint in second


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("train", "nofile.csv", "--target", "y"), "data.source-not-found"),
        (("train", "x.csv", "--tarket", "y"), "usage"),
    ],
)
def test_a_machine_reads_an_error_as_json(phantom, words, code):
    run = phantom(*words, "--json")
    told = json.loads(run.err)
    assert (run.code, run.out, told["code"]) == (2, "", code)
    assert told["error"]
    assert told["hint"]


def test_a_hint_names_the_option_that_mends(phantom, tmp_path):
    file = tmp_path / "empty.csv"
    file.write_text("only,y\n" + "1,a\n1,b\n" * 30)
    run = phantom("train", file, "--target", "y", "--max-trials", "1", "--home", tmp_path)
    assert "say what a column is under --kind" in run.err


def _two_lines(run):
    return [line.split(":")[0] for line in run.err.splitlines()]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("train", "nofile.csv", "--target", "y"), "There is no file 'nofile.csv'."),
        (("train", "events.csv"), "Which column is to be predicted?"),
        (("train", "events.csv", "--target", "b", "--config", "no.json"), "'no.json'"),
        (("train", "events.csv", "--target", "b", "--threads", "0"), "--threads is 0:"),
        (
            ("train", "events.csv", "--target", "b", "--max-fpr", "5"),
            "--max-fpr is 5.0: it must be",
        ),
        (("train", "events.csv", "--target", "b", "--delimiter", "ab"), "--delimiter is 'ab'"),
        (("predict", "none", "events.csv"), "No model is called 'none'."),
        (("evaluate", "latest", "events.csv"), "No model is called 'latest'."),
        (("leaderboard", "none"), "No experiment is called 'none'."),
        (("resume", "none"), "No experiment is called 'none'."),
        (("import", "none.phantom"), "There is no model at 'none.phantom'."),
        (("threshold", "latest"), "No rule of alert was given."),
        (("threshold", "latest", "--top-k", "0"), "--top-k is 0:"),
        (
            ("train", "events.csv", "--target", "b", "--cost", "1,0"),
            "--cost.false_negative is 0.0: it must be",
        ),
        (("features", "none.csv"), "There is no file 'none.csv'."),
    ],
)
def test_mistake_of_the_user_ends_with_2_an_error_and_a_hint(phantom, folder, words, error):
    (folder / "events.csv").write_text("a,b\n1,2\n")
    run = phantom(*words, "--home", folder / "home")
    assert (run.code, run.out) == (2, "")
    assert _two_lines(run) == ["error", "hint"]
    assert error in run.err


def test_wrong_target_suggests_the_nearest_column(phantom, trained):
    run = phantom("train", trained.file, "--target", "is_thread", "--home", trained.home)
    assert "Did you mean 'is_threat'?" in run.err


def test_two_rules_of_alert_exclude_each_other(phantom, logs, folder):
    rules = ("--max-fpr", "0.01", "--top-k", "5")
    run = phantom("train", logs, "--target", "is_threat", *rules, "--home", folder)
    assert "--max-fpr and --top-k exclude each other." in run.err


def test_a_setting_that_is_missing_is_called_by_its_option(phantom, logs, folder):
    words = ("train", logs, "--target", "is_threat", "--alerts-per-day", "5", "--home", folder)
    run = phantom(*words)
    assert "but no --time-column is named." in run.err
    assert "by another rule: --max-fpr, --top-k." in run.err


@pytest.mark.parametrize(
    "words",
    [
        ("--max-fpr", "0.01"),
        ("--alerts-per-day", "5"),
        ("--min-precision", "0.9"),
        ("--top-k", "20"),
        ("--prevalence", "0.01"),
        ("--type-column", "b"),
        ("--suppress-by", "b"),
        ("--suppress-hours", "3"),
    ],
    ids=lambda words: words[0],
)
@pytest.mark.parametrize("task", ["regression", "time_series"])
def test_an_option_of_alerts_is_called_so_where_nothing_is_alerted(phantom, folder, task, words):
    (folder / "events.csv").write_text("t,a,b\n2026-01-01,1,2\n")
    asked = ("train", "events.csv", "--target", "a", "--time-column", "t", "--task", task, *words)
    run = phantom(*asked, "--home", folder / "home")
    assert run.code == 2
    assert f"error: {words[0]} is of no use for {task}, but was set to" in run.err
    assert f"hint: Leave {words[0]} out." in run.err
    assert "threshold" not in run.err


def test_an_option_of_alerts_is_called_so_where_there_are_not_two_classes(phantom, folder):
    lines = [f"{i % 7},{'abc'[i % 3]}" for i in range(60)]
    (folder / "events.csv").write_text("\n".join(["a,y", *lines]) + "\n")
    words = ("train", "events.csv", "--target", "y", "--top-k", "20", "--home", folder / "home")
    run = phantom(*words)
    assert "error: --top-k is 20, but 'y' has not two classes" in run.err
    assert "hint: Leave --top-k out, or make two classes" in run.err


def test_two_options_of_one_part_are_both_to_be_left_out(phantom, folder):
    (folder / "events.csv").write_text("t,a,b\n2026-01-01,1,2\n")
    words = ("--task", "time_series", "--max-cost", "9", "--max-features", "3")
    asked = ("train", "events.csv", "--target", "a", "--time-column", "t", *words)
    run = phantom(*asked, "--home", folder / "home")
    assert "error: --max-features is of no use for time_series" in run.err
    assert "hint: Leave --max-features and --max-cost out." in run.err


def test_options_that_rule_each_other_out_are_both_named(phantom, folder):
    (folder / "events.csv").write_text("t,a,b\n2026-01-01,1,2\n")
    words = ("--time-column", "t", "--type-column", "t", "--home", folder / "home")
    run = phantom("train", "events.csv", "--target", "a", *words)
    assert "error: Column 't' is named by --type-column and by --time-column." in run.err
    assert "Take it out of --type-column, or name another column in --time-column." in run.err


def test_a_column_that_is_called_like_a_setting_keeps_its_name(phantom, folder):
    (folder / "events.csv").write_text("a,b\n1,2\n")
    words = ("train", "events.csv", "--target", "time_column", "--home", folder / "home")
    assert "Columns missing: 'time_column'." in phantom(*words).err


def test_a_setting_of_a_file_keeps_its_name(phantom, folder):
    (folder / "events.csv").write_text("a,b\n1,2\n")
    (folder / "config.json").write_text('{"n_threads": 0}')
    words = ("train", "events.csv", "--target", "b", "--config", "config.json")
    assert "config.n_threads is 0:" in phantom(*words, "--home", folder / "home").err


def test_an_unknown_setting_of_a_file_is_told_beside_the_settings_of_files(phantom, folder):
    (folder / "config.json").write_text('{"target_colum": "b"}')
    run = phantom("train", "events.csv", "--config", "config.json", "--home", folder / "home")
    assert "There is no setting 'config.target_colum'. Did you mean 'target_column'?" in run.err
    assert "The settings are: data_path, target_column," in run.err


def test_an_option_replaces_the_setting_of_a_file_even_a_wrong_one(phantom, folder):
    (folder / "config.json").write_text('{"n_threads": 0, "seed": -1}')
    words = ("train", "events.csv", "--target", "b", "--config", "config.json", "--threads", "1")
    run = phantom(*words, "--home", folder / "home")
    assert "config.seed is -1:" in run.err


def test_what_a_terminal_would_obey_is_made_harmless(phantom, folder):
    run = phantom("predict", "\x1b[31mred", "events.csv", "--home", folder / "home")
    assert "\x1b" not in run.err


@pytest.fixture
def broken(monkeypatch):
    def fail(self):
        raise ZeroDivisionError("a wheel came off")

    monkeypatch.setattr(PhantomMLCore, "list_models", fail)


def test_own_fault_is_called_one_and_ends_with_1(phantom, folder, broken):
    run = phantom("models", "--home", folder / "home")
    assert run.code == 1
    assert "ZeroDivisionError: a wheel came off (a fault of Phantom ML)" in run.err
    assert "Traceback" not in run.err


def test_own_fault_is_written_to_a_log(phantom, folder, broken):
    phantom("models", "--home", folder / "home")
    (log,) = (folder / "home" / "logs").iterdir()
    assert "Traceback" in log.read_text()


def test_interrupted_command_ends_with_130(phantom, folder, monkeypatch):
    def interrupt(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(PhantomMLCore, "list_models", interrupt)
    run = phantom("models", "--home", folder / "home")
    assert (run.code, run.err) == (130, "Stopped.\n")


def test_output_that_was_closed_is_no_error(folder):
    command = [*PHANTOM, "models", "--home", str(folder / "home")]
    closed = ["sh", "-c", 'exec "$@" >&-', "sh", *command]
    done = subprocess.run(closed, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_reader_that_went_away_is_no_error(folder):
    read, write = os.pipe()
    os.close(read)
    command = [*PHANTOM, "models", "--json", "--home", str(folder / "home")]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")
