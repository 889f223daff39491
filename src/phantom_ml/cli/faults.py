"""Errors for a person: what is wrong, what to do, an exit code, and never a traceback."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import sys
import textwrap
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from phantom_ml.cli.flags import Flags
from phantom_ml.errors import BundleUntrusted, PhantomError

#: The base of typer's errors of usage, which it does not name itself.
UsageError: Any = typer.BadParameter.__bases__[0]
TRUST_HINT = (
    "Ask its sender for the key's fingerprint by another road; if it is the same, add --trust {}."
)
NO_FLAGS = Flags({}, frozenset())
#: The code of a mistake in the command line itself, beside those of the errors.
USAGE = "usage"
#: The code of a command that Ctrl-C ended without a result.
INTERRUPT = "interrupted"
USER_FAULT, OWN_FAULT, INTERRUPTED, BROKEN_PIPE = 2, 1, 130, 141


@contextmanager
def told(home: str | None, flags: Flags = NO_FLAGS, *, as_json: bool = False) -> Iterator[None]:
    """Turn what a command raises into words on standard error and an exit code.

    Parameters
    ----------
    home : str or None
        Where the log of an unexpected fault is written.
    flags : Flags
        What the settings that an error names are called in the command line.
    as_json : bool
        Whether a user's mistake is one line of JSON: ``error``, ``hint`` and ``code``.

    Raises
    ------
    typer.Exit
        2 for what the user can mend, 1 for a fault of the program, 130 after Ctrl-C, 141 where
        nobody reads the output any more.
    """
    try:
        yield
        sys.stdout.flush()
    except PhantomError as error:
        message, hint = flags.told(error.message, error.hint)
        if isinstance(error, BundleUntrusted) and error.key_id:
            hint = TRUST_HINT.format(error.key_id)
        _tell(message, hint, error.code, as_json=as_json)
        raise typer.Exit(USER_FAULT) from None
    except (typer.Exit, UsageError):
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(BROKEN_PIPE) from None
    except KeyboardInterrupt:
        tell_interrupted("Stopped.", as_json=as_json)
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:
        _tell_own_fault(error, home)
        raise typer.Exit(OWN_FAULT) from None


def tell_interrupted(message: str, hint: str = "", *, as_json: bool) -> None:
    """Say what Ctrl-C left, which is no fault; with ``as_json`` as one line of JSON."""
    if as_json:
        _tell(message, hint, INTERRUPT, as_json=True)
        return
    say("", message)
    say("hint", hint)


def tell_usage(error: Any, words: Sequence[str]) -> int:
    """Tell a fault in the words of a command line, with the nearest right name; return the exit code."""
    message = _with_value(error, words)
    nearest = sorted(getattr(error, "possibilities", None) or [])
    guess = f"Did you mean {' or '.join(nearest)}? " if nearest else ""
    command = error.ctx.command_path if error.ctx is not None else "phantom"
    _tell(message, f"{guess}Run: {command} --help", USAGE, as_json="--json" in words)
    return USER_FAULT


def _with_value(error: Any, words: Sequence[str]) -> str:
    """Return what is wrong, with the value in it where typer leaves it out."""
    message: str = (
        error.format_message().split(" (Possible options")[0].replace("Value error, ", "")
    )
    option, is_of_type, expected = message.partition(": Input should be ")
    if not is_of_type:
        return message
    names = getattr(error.param, "opts", ())
    name = option.removeprefix("Invalid value for ").strip("'")
    return f"{name} is {_given(names, words)!r}: it must be {expected.partition(', unable')[0]}."


def _given(names: Sequence[str], words: Sequence[str]) -> str:
    """Return the word that was given for an option of these names."""
    for word, after in zip(words, [*words[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if name in names:
            return value if equals else after
    return ""


def _tell(message: str, hint: str, code: str, *, as_json: bool) -> None:
    if as_json:
        with contextlib.suppress(OSError):
            print(json.dumps({"error": message, "hint": hint, "code": code}), file=sys.stderr)
    else:
        say("error", message)
        say("hint", hint)


def say(label: str, text: str) -> None:
    """Write a line to standard error, what a terminal would obey made harmless.

    Where that cannot be written either, the exit code alone tells.
    """
    from phantom_ml.model.text_table import printable

    if not text:
        return
    line = printable(f"{label}: {text}" if label else text)
    if sys.stderr.isatty():
        line = _wrapped(line)
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def _wrapped(line: str) -> str:
    width = shutil.get_terminal_size().columns
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)


def _tell_own_fault(error: Exception, home: str | None) -> None:
    log = _written(error, home)
    say("error", f"{type(error).__name__}: {error} (a fault of Phantom ML)")
    if log is None:
        traceback.print_exception(error)
    else:
        say("hint", f"Report it with the file {log}")


def _written(error: Exception, home: str | None) -> Path | None:
    """Write the traceback to a new file under ``home`` and return it; None where that fails."""
    folder = Path(home or "~/.phantom").expanduser() / "logs"
    file = folder / f"fault-{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}.log"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text("".join(traceback.format_exception(error)))
    except OSError as fault:
        return None if fault.errno != errno.EEXIST else file
    return file
