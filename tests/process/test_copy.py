"""A copy of this process: it gives its steps, and whatever becomes of it is told."""

import os
import signal
import time

import numpy as np
import pytest

from phantom_ml.errors import ChildCrashed, ChildFailed, ChildOutOfMemory, ChildTimeout
from phantom_ml.process import Copy, Deadline, Here, Limits

NO_LIMITS = Limits()


def test_steps_come_one_by_one_and_then_none():
    with Copy(lambda: iter([{"n": 1}, {"n": 2}]), NO_LIMITS) as copy:
        assert [copy.step() for _ in range(3)] == [{"n": 1}, {"n": 2}, None]


def test_a_step_is_not_taken_before_it_is_asked_for(tmp_path):
    def steps():
        yield {}
        (tmp_path / "second").touch()
        yield {}

    with Copy(steps, NO_LIMITS) as copy:
        copy.step()
        time.sleep(0.2)
        assert not (tmp_path / "second").exists()


def test_what_the_copy_changes_stays_there():
    here = []

    def steps():
        here.append(1)
        yield {"n": len(here)}

    with Copy(steps, NO_LIMITS) as copy:
        assert copy.step() == {"n": 1}
    assert here == []


def test_an_answer_longer_than_a_pipe_holds_comes_whole():
    with Copy(lambda: iter([{"text": "x" * 500_000}]), NO_LIMITS) as copy:
        assert len(copy.step()["text"]) == 500_000


def test_an_error_is_told():
    def steps():
        raise KeyError("nothing")
        yield

    with Copy(steps, NO_LIMITS) as copy, pytest.raises(ChildFailed, match="KeyError: 'nothing'"):
        copy.step()


class Wordless(Exception):
    def __str__(self):
        raise RuntimeError("no words")


@pytest.mark.parametrize("way", [lambda steps: Copy(steps, NO_LIMITS), Here])
def test_an_error_that_cannot_be_read_is_told_by_its_class(way):
    def steps():
        raise Wordless
        yield

    with way(steps) as copy, pytest.raises(ChildFailed, match=r"^Wordless: it has no text$"):
        copy.step()


def test_what_hangs_is_ended():
    def steps():
        time.sleep(60)
        yield {}

    started = time.monotonic()
    with Copy(steps, Limits(Deadline.after(0.3))) as copy, pytest.raises(ChildTimeout):
        copy.step()
    assert time.monotonic() - started < 10


def test_what_grows_too_large_is_ended():
    def steps():
        rows = [np.ones(10_000_000) for _ in range(10)]
        time.sleep(60)
        yield {"n": len(rows)}

    with Copy(steps, Limits(memory_mb=400)) as copy, pytest.raises(ChildOutOfMemory, match="400"):
        copy.step()


@pytest.mark.parametrize(
    ("number", "error"), [(signal.SIGABRT, ChildCrashed), (signal.SIGKILL, ChildOutOfMemory)]
)
def test_a_signal_is_told(number, error):
    def steps():
        os.kill(os.getpid(), number)
        yield {}

    with Copy(steps, NO_LIMITS) as copy, pytest.raises(error):
        copy.step()


def test_nothing_of_it_is_left_behind(tmp_path):
    def steps():
        pid = os.fork()
        if pid == 0:
            time.sleep(60)
        (tmp_path / "child").write_text(str(pid))
        yield {}

    with Copy(steps, NO_LIMITS) as copy:
        copy.step()
        child = int((tmp_path / "child").read_text())
    end = time.monotonic() + 5
    while _lives(child) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _lives(child)


def _lives(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
