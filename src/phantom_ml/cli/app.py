"""The command ``phantom``: its commands, each with an example, and how a run of it ends."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from phantom_ml.cli.began import begin
from phantom_ml.cli.demo import demo
from phantom_ml.cli.exchange import export_model, import_model
from phantom_ml.cli.faults import UsageError, tell_usage, told
from phantom_ml.cli.features import features
from phantom_ml.cli.flags import Flags
from phantom_ml.cli.look import experiments, leaderboard, models
from phantom_ml.cli.output import guard_output
from phantom_ml.cli.signature import flat
from phantom_ml.cli.train import resume, train
from phantom_ml.cli.use import evaluate, explain, predict, threshold
from phantom_ml.cli.watch import watch

#: Name, function and a command line that works.
COMMANDS: tuple[tuple[str, Callable[..., None], str], ...] = (
    ("demo", demo, "phantom demo --seconds 60"),
    ("train", train, "phantom train events.csv --target is_threat --time-budget 10m"),
    ("evaluate", evaluate, "phantom evaluate latest labelled.csv"),
    ("predict", predict, "phantom predict latest events.csv --output scores.csv"),
    ("explain", explain, "phantom explain latest events.csv --row 17"),
    ("threshold", threshold, "phantom threshold latest --alerts-per-day 50"),
    ("leaderboard", leaderboard, "phantom leaderboard latest"),
    ("watch", watch, "phantom watch counts.csv --time-column time --series-column host"),
    ("features", features, "phantom features events.csv --target is_threat"),
    ("models", models, "phantom models --limit 5"),
    ("experiments", experiments, "phantom experiments --json"),
    ("resume", resume, "phantom resume"),
    ("export", export_model, "phantom export latest detector.phantom"),
    ("import", import_model, "phantom import detector.phantom"),
)
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

app = typer.Typer(
    name="phantom",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=SETTINGS,
)


def _version(asked: bool) -> None:
    if asked:
        from phantom_ml import __version__

        typer.echo(f"phantom {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True, epilog="\b\nBegin with:\n  phantom demo")
def phantom(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """AutoML for security data: a file of events in, a calibrated, explained detector out."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _command(function: Callable[..., None]) -> Callable[..., None]:
    """Return a command for typer, whose errors are told in words."""
    options = flat(function)

    @functools.wraps(options)
    def run(**values: Any) -> None:
        as_json = bool(values.get("json"))
        with told(values["home"], Flags.of(function, values), as_json=as_json):
            options(**values)

    run.__signature__ = options.__signature__  # type: ignore[attr-defined]
    return run


for _name, _function, _example in COMMANDS:
    app.command(_name, epilog=f"\b\nExample:\n  {_example}")(_command(_function))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``phantom`` and end the program.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: those of the program.
    """
    begin()
    _open_closed()
    ended: list[int] = []
    if arguments is None:
        guard_output()
        # Registered first, it is called last.
        atexit.register(_leave, ended)
    # What stops a service ends a training as Ctrl-C does: the best so far is kept.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    code = _run(sys.argv[1:] if arguments is None else list(arguments))
    # A second Ctrl-C finds the work ended; what is left is to clear up.
    atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)
    ended.append(code)
    sys.exit(code)


def _run(words: list[str]) -> int:
    """Run the words of a command line and return the exit code, also where only help was asked for."""
    command = typer.main.get_command(app)
    try:
        with told(None, as_json="--json" in words):
            code: int | None = command.main(words, prog_name="phantom", standalone_mode=False)
    except UsageError as error:
        code = tell_usage(error, words)
    except typer.Exit as end:
        code = end.exit_code
    return code or 0


def _open_closed() -> None:
    """Let what is written to a stream that the caller closed (``>&-``) go nowhere: Python has None for it."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115


def _leave(ended: Sequence[int]) -> None:
    """Leave at once with the code of a run that ended: taking down all that was imported takes about a second."""
    if ended:
        # What cannot be written is told where Python itself ends.
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(ended[0])
