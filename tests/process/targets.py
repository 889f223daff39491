"""What the children of these tests run."""

import ctypes
import mmap
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from phantom_ml.errors import BadSetting, ColumnMissing

Payload = dict[str, Any]


class Wordless(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def echo(payload: Payload) -> Payload:
    return payload


def about(payload: Payload) -> Payload:
    mask = os.umask(0)
    return {
        "argv": sys.argv,
        "cwd": str(Path.cwd()),
        "environment": dict(os.environ),
        "group": os.getpgid(0),
        "interrupt_ignored": signal.getsignal(signal.SIGINT) is signal.SIG_IGN,
        "oom_score": int(Path("/proc/self/oom_score_adj").read_text()),
        "parent": os.getppid(),
        "pid": os.getpid(),
        "open_sockets": sum(entry.is_socket() for entry in Path("/proc/self/fd").iterdir()),
        "umask": mask,
    }


def speak(payload: Payload) -> Payload:
    sys.stdout.write("a line on stdout\n")
    os.write(2, b"a line on stderr\n")
    return {}


def value_error(payload: Payload) -> Payload:
    raise ValueError("seven is not a colour")


def wordless(payload: Payload) -> Payload:
    raise Wordless


def bad_setting(payload: Payload) -> Payload:
    raise BadSetting("seed is -1.", "Give 0 or more.")


def column_missing(payload: Payload) -> Payload:
    raise ColumnMissing(["is_thread"], ["is_threat"])


def memory_error(payload: Payload) -> Payload:
    raise MemoryError("Unable to allocate 9 TiB")


def system_exit(payload: Payload) -> Payload:
    sys.exit("no more")


def not_a_dictionary(payload: Payload) -> Payload:
    return 7  # type: ignore[return-value]


def not_json(payload: Payload) -> Payload:
    return {"value": object()}


def segfault(payload: Payload) -> Payload:
    ctypes.string_at(0)
    return {}


def abort(payload: Payload) -> Payload:
    os.abort()


def exit_three(payload: Payload) -> Payload:
    os._exit(3)


def exit_zero(payload: Payload) -> Payload:
    os._exit(0)


def kill_itself(payload: Payload) -> Payload:
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def sleep(payload: Payload) -> Payload:
    time.sleep(payload["seconds"])
    return {"pid": os.getpid()}


def sleep_until_told(payload: Payload) -> Payload:
    """Tell its process id in a file and sleep."""
    Path(payload["pid_file"]).write_text(str(os.getpid()))
    time.sleep(60)
    return {}


def wait_for_a_grandchild(payload: Payload) -> Payload:
    """Start a process, tell its id in a file and wait for it."""
    process = subprocess.Popen(["sleep", "60"])
    Path(payload["pid_file"]).write_text(str(process.pid))
    process.wait()
    return {}


def loop_deaf(payload: Payload) -> Payload:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        pass


def hog(payload: Payload) -> Payload:
    held = []
    while True:
        held.append(os.urandom(1 << 20) * 4)
        time.sleep(0.002)


def hold_in_a_grandchild(payload: Payload) -> Payload:
    code = f"import time; held = b'x' * ({payload['mb']} << 20); time.sleep(0.6)"
    subprocess.run([sys.executable, "-c", code], check=True)
    return {}


def leave_a_grandchild(payload: Payload) -> Payload:
    process = subprocess.Popen(["sleep", "60"])
    return {"pid": process.pid}


def map_a_file(payload: Payload) -> Payload:
    with Path(payload["path"]).open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        total = sum(mapped[start] for start in range(0, len(mapped), 4096))
    time.sleep(payload["seconds"])
    return {"total": total}


def threads_of_blas(payload: Payload) -> Payload:
    import numpy  # noqa: F401
    import threadpoolctl

    pools = threadpoolctl.threadpool_info()
    return {"threads": [pool["num_threads"] for pool in pools]}


def nested(payload: Payload) -> Payload:
    from phantom_ml.process import run_child

    return run_child(payload["target"], {"deep": True}, Path(payload["folder"]))


def loaded(payload: Payload) -> Payload:
    return {"all": all(name in sys.modules for name in payload["modules"]), "server": os.getppid()}
