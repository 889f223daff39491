"""A child that ends badly, in every way there is."""

import os
import signal
import time
from pathlib import Path

import pytest

from phantom_ml.errors import ChildCrashed, ChildOutOfMemory, ChildStopped, ChildTimeout
from phantom_ml.process import Deadline, Limits, Outcome, OutcomeStatus, run_child, start_child

TARGETS = __name__.rpartition(".")[0] + ".targets"


def outcome_of(
    target: str, folder: Path, limits: Limits | None = None, **payload: object
) -> Outcome:
    outcome = start_child(f"{TARGETS}:{target}", payload, folder, limits or Limits()).wait(30)
    assert outcome is not None
    return outcome


def gone(pid: int, within: float = 2.0) -> bool:
    over = time.monotonic() + within
    while time.monotonic() < over:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("segfault", "SIGSEGV"),
        ("abort", "SIGABRT"),
        ("kill_itself", "SIGKILL"),
        ("exit_three", "exit status 3 and without a result"),
        ("exit_zero", "exit status 0 and without a result"),
    ],
)
def test_a_crash_is_told_by_its_name(tmp_path: Path, target: str, words: str) -> None:
    outcome = outcome_of(target, tmp_path)
    assert outcome.status is OutcomeStatus.CRASHED
    assert words in outcome.reason


def test_a_crash_raises_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(ChildCrashed, match="SIGSEGV"):
        run_child(f"{TARGETS}:segfault", {}, tmp_path)


def test_a_crash_in_native_code_leaves_the_python_lines_in_the_log(tmp_path: Path) -> None:
    outcome_of("segfault", tmp_path)
    assert "in segfault" in (tmp_path / "log.txt").read_text()


def test_the_deadline_ends_a_child(tmp_path: Path) -> None:
    before = time.monotonic()
    with pytest.raises(ChildTimeout, match="deadline"):
        run_child(
            f"{TARGETS}:sleep", {"seconds": 30}, tmp_path, Limits(deadline=Deadline.after(0.3))
        )
    assert time.monotonic() - before < 0.6


def test_the_deadline_ends_a_child_that_is_deaf_to_sigterm(tmp_path: Path) -> None:
    before = time.monotonic()
    outcome = outcome_of("loop_deaf", tmp_path, Limits(deadline=Deadline.after(0.3)))
    assert outcome.status is OutcomeStatus.TIMEOUT
    assert 0.75 < time.monotonic() - before < 1.3


def test_a_deadline_in_the_past_ends_a_child_at_once(tmp_path: Path) -> None:
    outcome = outcome_of("sleep", tmp_path, Limits(deadline=Deadline.after(-1)), seconds=30)
    assert outcome.status is OutcomeStatus.TIMEOUT
    assert outcome.seconds < 0.5


def test_a_child_that_passes_its_memory_cap_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ChildOutOfMemory, match="cap is 200 MB"):
        run_child(f"{TARGETS}:hog", {}, tmp_path, Limits(memory_mb=200))


def test_the_memory_of_grandchildren_counts(tmp_path: Path) -> None:
    outcome = outcome_of("hold_in_a_grandchild", tmp_path, Limits(memory_mb=150), mb=250)
    assert outcome.status is OutcomeStatus.OUT_OF_MEMORY


def test_a_file_that_two_children_map_is_counted_once(tmp_path: Path) -> None:
    path = tmp_path / "shared.bin"
    path.write_bytes(bytes(60 << 20))
    payload = {"path": str(path), "seconds": 0.8}
    children = [start_child(f"{TARGETS}:map_a_file", payload, tmp_path / str(i)) for i in range(2)]
    outcomes = [child.wait() for child in children]
    assert sum(outcome.peak_memory_mb for outcome in outcomes if outcome) < 180


def test_a_memory_error_is_out_of_memory(tmp_path: Path) -> None:
    assert outcome_of("memory_error", tmp_path).status is OutcomeStatus.OUT_OF_MEMORY


def test_a_stopped_child_is_gone(tmp_path: Path) -> None:
    child = start_child(
        f"{TARGETS}:sleep_until_told", {"pid_file": str(tmp_path / "pid")}, tmp_path
    )
    pid = pid_told_in(tmp_path / "pid")
    child.stop()
    outcome = child.poll()
    assert outcome is not None
    assert outcome.status is OutcomeStatus.STOPPED
    assert gone(pid, within=0.2)


def test_a_child_can_be_stopped_before_it_runs(tmp_path: Path) -> None:
    child = start_child(f"{TARGETS}:sleep", {"seconds": 30}, tmp_path)
    child.stop()
    outcome = child.poll()
    assert outcome is not None
    assert outcome.status is OutcomeStatus.STOPPED


def test_stopping_a_child_that_has_ended_changes_nothing(tmp_path: Path) -> None:
    child = start_child(f"{TARGETS}:echo", {"n": 1}, tmp_path)
    outcome = child.wait()
    child.stop()
    assert child.poll() is outcome


def test_a_stopped_child_raises_an_error_of_ours(tmp_path: Path) -> None:
    child = start_child(f"{TARGETS}:sleep", {"seconds": 30}, tmp_path)
    child.stop()
    outcome = child.poll()
    assert outcome is not None
    assert outcome.error_code == ChildStopped.code


def test_what_a_child_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    outcome = outcome_of("leave_a_grandchild", tmp_path)
    assert gone(outcome.result["pid"])


def test_an_interrupt_does_not_reach_a_child(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    child = start_child(f"{TARGETS}:sleep_until_told", {"pid_file": str(pid_file)}, tmp_path)
    os.killpg(pid_told_in(pid_file), signal.SIGINT)
    assert child.wait(0.2) is None
    child.stop()


def pid_told_in(path: Path) -> int:
    over = time.monotonic() + 10
    while time.monotonic() < over:
        if path.exists() and (text := path.read_text()):
            return int(text)
        time.sleep(0.01)
    raise TimeoutError(path)


def test_an_error_that_cannot_be_read_is_told_by_its_class(tmp_path: Path) -> None:
    outcome = outcome_of("wordless", tmp_path)
    assert (outcome.status, outcome.reason) == (OutcomeStatus.ERROR, "Wordless: it has no text")
