import json
import subprocess
import sys
from pathlib import Path

import pytest

PHANTOM = [sys.executable, "-c", "from phantom_ml.cli import main; main()"]
FULL = Path("/dev/full")
pytestmark = pytest.mark.skipif(not FULL.exists(), reason="No device that is always full.")


@pytest.fixture
def run(folder, monkeypatch):
    """Run a command line whose output goes to a disk that is full."""
    monkeypatch.setenv("HOME", str(folder))

    def run(*words, **streams):
        with FULL.open("wb") as full:
            given = {"stdout": full, "stderr": subprocess.PIPE} | {k: full for k in streams}
            return subprocess.run([*PHANTOM, *words], **given, check=False)

    return run


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "words", [("--help",), ("train", "--help"), ("--version",), (), ("models",), ("experiments",)]
)
def test_output_to_a_full_disk_ends_with_2_an_error_and_a_hint(run, monkeypatch, words, unbuffered):
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    done = run(*words)
    first, second = done.stderr.decode().splitlines()
    assert done.returncode == 2
    assert first == "error: The output cannot be written: No space left on device."
    assert second.startswith("hint: Free some space there")


def test_a_machine_reads_as_json_that_its_output_found_no_space(run):
    done = run("models", "--json")
    told = json.loads(done.stderr)
    assert (done.returncode, told["code"]) == (2, "store.disk-full")


def test_output_that_cannot_be_written_is_no_fault_of_the_program(run, folder):
    run("models")
    assert not (folder / ".phantom" / "logs").exists()


def test_what_can_be_told_nowhere_is_told_by_the_exit_code(run, folder):
    done = run("models", stderr=True)
    assert done.returncode != 0
    assert not (folder / ".phantom" / "logs").exists()


def test_output_that_may_only_be_read_is_told_in_words(folder):
    command = ["sh", "-c", 'exec "$@" 1</dev/null', "sh", *PHANTOM, "--help"]
    done = subprocess.run(command, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: The output cannot be written: Bad file descriptor.\n")


def test_output_that_can_be_written_is_as_it_was(folder):
    done = subprocess.run([*PHANTOM, "--help"], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"Usage: phantom [OPTIONS] COMMAND")
