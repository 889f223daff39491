"""The child, from the fork to its exit: stand alone, call one function, write its result."""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import importlib
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from phantom_ml.errors import PhantomError
from phantom_ml.process.outcome import ERROR_FILE, LOG_FILE, PAYLOAD_FILE, RESULT_FILE
from phantom_ml.wording import text_of

PR_SET_PDEATHSIG = 1
"""``prctl(2)``: the signal that the kernel sends when the parent dies."""
OOM_SCORE = 800
"""Of -1000 to 1000: where memory is short, the kernel ends a child before the program."""
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "POLARS_MAX_THREADS",
)

Request = dict[str, Any]


def run_forked(request: Request, server: int, set_threads: Callable[[int], None]) -> NoReturn:
    """Run the request in this process, which was just forked, and exit.

    Parameters
    ----------
    request : dict
        ``target``, ``folder``, ``n_threads``, ``sys_path``, ``environment`` and ``cwd``.
    server : int
        The process id of the fork server; the child dies with it.
    set_threads : callable
        Bounds the thread pools of libraries that are loaded already.
    """
    code = 1
    folder = Path(request["folder"])
    try:
        die_with(server)
        _stand_alone(folder)
        _take_surroundings(request)
        set_threads(request["n_threads"])
        _write(folder / RESULT_FILE, _call(request["target"], folder))
        code = 0
    except BaseException as error:
        traceback.print_exc()
        _write(folder / ERROR_FILE, _told(error))
    finally:
        # No exit handlers: those of the server are not the child's, and the kernel frees memory.
        with contextlib.suppress(Exception):
            sys.stdout.flush()
        os._exit(code)


def die_with(server: int) -> None:
    """Let the kernel end this process when its parent dies, the process of that number."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != server:  # it died between the fork and the line above
        os._exit(1)


def _stand_alone(folder: Path) -> None:
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    # A Ctrl-C in the terminal is for the parent, which then decides about its children.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE), encoding="ascii")
    _log_to(folder / LOG_FILE)


def _log_to(path: Path) -> None:
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    faulthandler.enable(file=2)


def _take_surroundings(request: Request) -> None:
    """Put the child where the parent was when it asked, not where the server was started."""
    os.environ.clear()
    os.environ.update(request["environment"])
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(request["n_threads"])))
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    os.chdir(request["cwd"])
    sys.path[:] = request["sys_path"]
    sys.argv[:] = [request["target"]]
    importlib.invalidate_caches()


def _call(target: str, folder: Path) -> dict[str, Any]:
    module, _, function = target.partition(":")
    payload = json.loads((folder / PAYLOAD_FILE).read_text(encoding="utf-8"))
    result = getattr(importlib.import_module(module), function)(payload)
    if not isinstance(result, dict):
        raise TypeError(f"{target} returned {type(result).__name__}, not a dictionary")
    return result


def _told(error: BaseException) -> dict[str, Any]:
    """Return an error as JSON: what it says, and for one of ours its code and hint."""
    frames = traceback.extract_tb(error.__traceback__)
    last, text = frames[-1], text_of(error)
    told = {
        "type": type(error).__name__,
        "message": text,
        "code": "",
        "hint": f"It was raised at {Path(last.filename).name}:{last.lineno}, in {last.name}.",
        "traceback": "".join(traceback.format_exception(error, limit=-8))[-4000:],
        # Native libraries tell theirs as an error of their own with the text of C++'s.
        "out_of_memory": isinstance(error, MemoryError) or "bad_alloc" in text,
    }
    if isinstance(error, PhantomError):
        told |= {"message": error.message, "code": error.code, "hint": error.hint}
    return told


def _write(path: Path, value: dict[str, Any]) -> None:
    """Write JSON so that the file is there whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value), encoding="utf-8")
    part.replace(path)
