"""The budget of a command counts from its call, imports included, and its end is no longer than it must be."""

import contextvars
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from phantom_ml.cli.began import began, begin
from phantom_ml.cli.train import resume, trained
from phantom_ml.config import AutoMLConfig


class Core:
    def list_models(self):
        return []

    def list_experiments(self):
        return []


@pytest.fixture
def told_by(monkeypatch):
    """What a training hears of its beginning after some steps, which no other test sees."""

    def of(*steps):
        told = []
        monkeypatch.setattr(
            "phantom_ml.core.core.train_since", lambda _, began, *__, **___: told.append(began)
        )
        config = AutoMLConfig.of({"target_column": "y", "data_path": "x.csv"})

        def run():
            for step in steps:
                step()
            trained(Core(), config, quiet=True)

        contextvars.Context().run(run)
        return told[0]

    return of


def test_a_training_is_told_when_its_command_was_called(told_by):
    before = time.monotonic()
    assert before <= told_by(begin) <= time.monotonic()


def test_what_is_gone_on_with_is_told_when_its_command_was_called(monkeypatch):
    told, common = [], SimpleNamespace(core=Core, json=True)
    result = SimpleNamespace(to_dict=dict)

    def resumed(_, began, *__, **___):
        told.append(began)
        return result

    monkeypatch.setattr("phantom_ml.core.core.resume_since", resumed)
    before = time.monotonic()
    contextvars.Context().run(lambda: (begin(), resume(common)))
    assert before <= told[0] <= time.monotonic()


def test_where_no_program_was_called_a_training_begins_when_it_is_asked_for(told_by):
    assert (told_by(), contextvars.Context().run(began)) == (None, None)


@pytest.mark.parametrize(("words", "code"), [(["--version"], 0), (["nonsense"], 2)])
def test_a_program_ends_with_its_code_and_all_that_it_said(words, code):
    called = "from phantom_ml.cli import main; main()"
    command = [sys.executable, "-c", called, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert "phantom" in done.stdout + done.stderr
