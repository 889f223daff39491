"""The budget of a command counts from its call, imports included, and its end is no longer than it must be."""

import contextvars
import subprocess
import sys
import time

import pytest

from phantom_ml.cli.began import began, begin
from phantom_ml.cli.train import trained
from phantom_ml.config import AutoMLConfig


class Listening:
    """A core that keeps what it was told of the beginning."""

    told = 0.0

    def list_models(self):
        return []

    def auto_train_model(self, _, *, progress, began):
        self.told = began


def told_by(*steps):
    """Return what a core hears after some steps, which no other test sees."""
    core, config = Listening(), AutoMLConfig.of({"target_column": "y", "data_path": "x.csv"})

    def run():
        for step in steps:
            step()
        trained(core, config, quiet=True)

    contextvars.copy_context().run(run)
    return core.told


def test_a_training_is_told_when_its_command_was_called():
    before = time.monotonic()
    assert before <= told_by(begin) <= time.monotonic()


def test_where_no_program_was_called_a_training_begins_when_it_is_asked_for():
    assert (told_by(), began()) == (None, None)


@pytest.mark.parametrize(("words", "code"), [(["--version"], 0), (["nonsense"], 2)])
def test_a_program_ends_with_its_code_and_all_that_it_said(words, code):
    called = "from phantom_ml.cli import main; main()"
    command = [sys.executable, "-c", called, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert "phantom" in done.stdout + done.stderr
