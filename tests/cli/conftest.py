import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import polars as pl
import pytest

from phantom_ml.cli import main
from phantom_ml.simulation import simulate_security_logs

ALGORITHMS = "LogisticRegression,LightGBM"


@dataclass(frozen=True)
class Run:
    """How a command line ended."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@dataclass(frozen=True)
class Trained:
    """A home with one experiment, and the file that it was trained on."""

    home: str
    file: str


def as_program(patch):
    """Set what a program sees: 80 characters, itself on the path, no home."""
    patch.setenv("COLUMNS", "80")
    programs = str(Path(sys.executable).parent)
    patch.setenv("PATH", os.pathsep.join([programs, os.environ["PATH"]]))
    patch.delenv("PHANTOM_HOME", raising=False)


def run_once(*words, folder=".", **environment):
    """Run a command line as ``phantom`` does, for all tests of a module that read what it told."""
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        as_program(patch)
        patch.chdir(folder)
        for name, value in environment.items():
            patch.setenv(name, str(value))
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
    return Run(end.value.code, out.getvalue(), err.getvalue())


@pytest.fixture
def phantom(capsys, monkeypatch):
    """Run a command line as a program whose output is no terminal, 80 characters wide."""
    as_program(monkeypatch)

    def run(*words):
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        told = capsys.readouterr()
        return Run(end.value.code, told.out, told.err)

    return run


@pytest.fixture(scope="session")
def logs(tmp_path_factory):
    """A file of simulated events."""
    file = tmp_path_factory.mktemp("logs") / "events.csv"
    simulate_security_logs(seed=7, n_events=2_000).drop("url", "command_line").write_csv(file)
    return str(file)


@pytest.fixture(scope="session")
def few(logs, tmp_path_factory):
    """A file of all threats among them and a quarter of the others, of few columns."""
    file = tmp_path_factory.mktemp("few") / "events.csv"
    columns = ["timestamp", "event_type", "user", "bytes_out", "is_threat"]
    rows = pl.read_csv(logs, columns=columns, infer_schema=False)
    quarter = pl.int_range(pl.len()) % 4 == 0
    rows.filter((pl.col("is_threat") == "1") | quarter).write_csv(file)
    return str(file)


@pytest.fixture(scope="session")
def trained(logs, tmp_path_factory):
    """A home in which a model was trained by the command line."""
    home = str(tmp_path_factory.mktemp("home"))
    words = ["train", logs, "--target", "is_threat", "--max-trials", "2", "--home", home]
    with pytest.raises(SystemExit) as end:
        main([*words, "--algorithms", ALGORITHMS])
    assert end.value.code == 0
    return Trained(home, logs)


@pytest.fixture
def at(phantom, trained):
    """Run a command in the home where a model is."""
    return lambda *words: phantom(*words, "--home", trained.home)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return Path(tmp_path)
