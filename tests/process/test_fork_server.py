"""The fork server: its life, its death, and that of the program it belongs to."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from phantom_ml.process import OutcomeStatus, run_child, shut_down, start_child, warm_up

TARGETS = __name__.rpartition(".")[0] + ".targets"

SCRIPT = """
import os, sys
from pathlib import Path
from phantom_ml.process import run_child
print("the script runs", flush=True)
print(run_child({target!r}, {payload!r}, Path({folder!r})), flush=True)
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """Return a script with no guard for its main module whose child sleeps and tells its id."""
    path = tmp_path / "script.py"
    payload = {"pid_file": str(tmp_path / "pid")}
    target = f"{TARGETS}:sleep_until_told"
    path.write_text(SCRIPT.format(target=target, payload=payload, folder=str(tmp_path / "child")))
    return path


def start(script: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    return subprocess.Popen(
        [sys.executable, str(script)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def read_pid(path: Path) -> int:
    over = time.monotonic() + 20
    while time.monotonic() < over:
        if path.exists() and (text := path.read_text()):
            return int(text)
        time.sleep(0.01)
    raise TimeoutError(path)


def stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def end_of(pid: int, within: float) -> bool:
    over = time.monotonic() + within
    while time.monotonic() < over:
        if (fields := stat(pid)) is None or fields[0] == "Z":
            return True
        time.sleep(0.01)
    return False


def parent_of(pid: int) -> int:
    fields = stat(pid)
    assert fields is not None
    return int(fields[1])


def test_a_script_without_a_guard_runs_once(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text(
        SCRIPT.format(target=f"{TARGETS}:echo", payload={"n": 1}, folder=str(tmp_path / "child"))
    )
    program = start(path)
    out, err = program.communicate(timeout=30)
    assert (out, err) == ("the script runs\n{'n': 1}\n", "")


def test_nothing_outlives_a_program_that_was_killed(tmp_path: Path, script: Path) -> None:
    program = start(script)
    child = read_pid(tmp_path / "pid")
    server = parent_of(child)
    program.kill()
    program.communicate(timeout=10)
    assert end_of(child, within=2)
    assert end_of(server, within=2)


def test_no_grandchild_outlives_a_program_that_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    target, payload = f"{TARGETS}:wait_for_a_grandchild", {"pid_file": str(tmp_path / "pid")}
    path.write_text(SCRIPT.format(target=target, payload=payload, folder=str(tmp_path / "child")))
    program = start(path)
    grandchild = read_pid(tmp_path / "pid")
    program.kill()
    program.communicate(timeout=10)
    assert end_of(grandchild, within=2)


def test_no_grandchild_outlives_the_server(tmp_path: Path) -> None:
    payload = {"pid_file": str(tmp_path / "pid")}
    child = start_child(f"{TARGETS}:wait_for_a_grandchild", payload, tmp_path)
    grandchild = read_pid(tmp_path / "pid")
    os.kill(parent_of(parent_of(grandchild)), signal.SIGKILL)
    child.wait(5)
    assert end_of(grandchild, within=2)


def test_ctrl_c_ends_the_child_and_then_the_program(tmp_path: Path, script: Path) -> None:
    program = start(script)
    child = read_pid(tmp_path / "pid")
    server = parent_of(child)
    os.killpg(program.pid, signal.SIGINT)
    _, err = program.communicate(timeout=10)
    assert err.strip().endswith("KeyboardInterrupt")
    assert end_of(child, within=2)
    assert end_of(server, within=2)


def test_the_server_is_in_another_session_than_the_terminal(tmp_path: Path) -> None:
    server = run_child(f"{TARGETS}:about", {}, tmp_path)["parent"]
    assert os.getsid(server) != os.getsid(0)


def test_the_server_ignores_an_interrupt(tmp_path: Path) -> None:
    server = run_child(f"{TARGETS}:about", {}, tmp_path)["parent"]
    os.kill(server, signal.SIGINT)
    assert run_child(f"{TARGETS}:about", {}, tmp_path)["parent"] == server


def test_children_of_a_server_that_dies_have_crashed(tmp_path: Path) -> None:
    child = start_child(
        f"{TARGETS}:sleep_until_told", {"pid_file": str(tmp_path / "pid")}, tmp_path
    )
    pid = read_pid(tmp_path / "pid")
    os.kill(parent_of(pid), signal.SIGKILL)
    outcome = child.wait(5)
    assert outcome is not None
    assert outcome.status is OutcomeStatus.CRASHED
    assert end_of(pid, within=2)


def test_a_child_dies_with_its_server_even_if_nobody_can_end_it(
    tmp_path: Path, script: Path
) -> None:
    program = start(script)
    child = read_pid(tmp_path / "pid")
    program.send_signal(signal.SIGSTOP)
    os.kill(parent_of(child), signal.SIGKILL)
    assert end_of(child, within=2)
    program.kill()
    program.communicate(timeout=10)


def test_a_server_that_died_is_replaced(tmp_path: Path) -> None:
    first = run_child(f"{TARGETS}:about", {}, tmp_path)["parent"]
    os.kill(first, signal.SIGKILL)
    assert end_of(first, within=2)
    assert run_child(f"{TARGETS}:about", {}, tmp_path)["parent"] != first


def test_shutting_down_stops_the_children(tmp_path: Path) -> None:
    child = start_child(f"{TARGETS}:sleep", {"seconds": 30}, tmp_path)
    shut_down()
    outcome = child.poll()
    assert outcome is not None
    assert outcome.status is OutcomeStatus.STOPPED


def test_a_child_after_the_shutdown_starts_a_new_server(tmp_path: Path) -> None:
    shut_down()
    warm_up(preload=())
    assert run_child(f"{TARGETS}:echo", {"n": 1}, tmp_path) == {"n": 1}


def test_a_module_that_cannot_be_imported_does_no_harm(tmp_path: Path) -> None:
    warm_up(preload=("no_such_module_at_all",))
    assert run_child(f"{TARGETS}:echo", {"n": 1}, tmp_path) == {"n": 1}


def test_a_module_that_kills_the_server_is_not_imported_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deadly.py").write_text("import os; os._exit(1)")
    monkeypatch.syspath_prepend(tmp_path)
    shut_down()
    warm_up(preload=("deadly",))
    outcomes = [start_child(f"{TARGETS}:echo", {}, tmp_path).wait(10) for _ in range(3)]
    assert outcomes[-1] is not None
    assert outcomes[-1].status is OutcomeStatus.OK


def test_warming_up_returns_at_once() -> None:
    shut_down()
    before = time.monotonic()
    warm_up(preload=())
    assert time.monotonic() - before < 0.2


def test_no_zombie_stays(tmp_path: Path) -> None:
    about = run_child(f"{TARGETS}:about", {}, tmp_path)
    assert stat(about["pid"]) is None


def test_the_libraries_start_no_thread_in_the_server(tmp_path: Path) -> None:
    """A fork of a process with threads may inherit a lock that nobody will ever release."""
    from phantom_ml.process import DEFAULT_PRELOAD

    warm_up(DEFAULT_PRELOAD)
    over = time.monotonic() + 60
    while True:
        result = run_child(f"{TARGETS}:loaded", {"modules": DEFAULT_PRELOAD}, tmp_path)
        if result["all"] or time.monotonic() > over:
            break
    assert result["all"]
    assert len(list(Path(f"/proc/{result['server']}/task").iterdir())) == 1
