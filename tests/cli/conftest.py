import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

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


@pytest.fixture
def phantom(capsys, monkeypatch):
    """Run a command line as a program whose output is no terminal, 80 characters wide."""
    monkeypatch.setenv("COLUMNS", "80")
    programs = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", os.pathsep.join([programs, os.environ["PATH"]]))
    monkeypatch.delenv("PHANTOM_HOME", raising=False)

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
def trained(logs, tmp_path_factory):
    """A home in which a model was trained by the command line."""
    home = str(tmp_path_factory.mktemp("home"))
    words = ["train", logs, "--target", "is_threat", "--max-trials", "2", "--home", home]
    with pytest.raises(SystemExit) as end:
        main([*words, "--algorithms", ALGORITHMS])
    assert end.value.code == 0
    return Trained(home, logs)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return Path(tmp_path)
