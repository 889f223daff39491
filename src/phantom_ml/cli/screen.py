"""What the terminal shows: tables and bars for people, JSON for machines; rich is imported here."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from phantom_ml.cli.options import Common
from phantom_ml.model.text_table import printable, shortened

#: A pipe has no width; a table in a file should not be cut.
PIPE_WIDTH = 160
#: From here on digits are more than anyone reads, or than float64 knows.
TOO_LONG_NUMBER = 1e15
BAR_WIDTH, INDENT, GAP, LEAST_WIDTH = 24, 2, 2, 6


class Screen(Console):
    """Standard output; a reader that went away is told of as everywhere else."""

    def on_broken_pipe(self) -> NoReturn:
        """Raise instead of ending the program."""
        raise BrokenPipeError


def screen() -> Screen:
    """Return standard output, as wide as the terminal."""
    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Screen(highlight=False, markup=False, width=PIPE_WIDTH if piped else None)


def write_json(value: Any) -> None:
    """Write one JSON value to standard output; numbers that JSON lacks become null."""
    from pydantic_core import to_json

    print(to_json(value, indent=2, inf_nan_mode="null").decode())


def table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    left: Sequence[str] = (),
    gives: Sequence[str] = (),
) -> Table:
    """Return a table of plain text.

    Parameters
    ----------
    head : sequence of str
        Names of the columns.
    rows : iterable of sequences of str
    left, gives : sequence of str
        Columns that are aligned left, and that are cut where the width is short (others never).
    """
    lines = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *lines, strict=True)]
    excess = sum(widths) + GAP * len(widths) - (screen().width - INDENT)
    for place, name in enumerate(head):
        if name in gives and excess > 0:
            widths[place] = max(LEAST_WIDTH, widths[place] - excess)
    grid = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for name, width in zip(head, widths, strict=True):
        grid.add_column(
            Text(name),
            justify="left" if name in left else "right",
            no_wrap=True,
            overflow="ellipsis",
            width=width,
        )
    for line in lines:
        grid.add_row(*(Text(shortened(c, w)) for c, w in zip(line, widths, strict=True)))
    return grid


def show(console: Console, title: str, body: Any) -> None:
    """Print a heading and, set in, what belongs under it."""
    console.print()
    console.print(Text(title, style="bold cyan"))
    console.print(Padding(body, (0, 0, 0, INDENT), expand=False))


def show_notes(console: Console, notes: Sequence[str]) -> None:
    """Print what there is to say of how a file was read, if anything."""
    if notes:
        show(console, "Notes", sentences(notes))


def facts(pairs: Iterable[tuple[str, str]]) -> Table:
    """Return names and what they are, side by side; long ones go on under themselves."""
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(Text(name), Text(printable(value)))
    return grid


def sentences(lines: Iterable[str]) -> Table:
    """Return a list of sentences, each with a dash before it."""
    return facts(("-", line) for line in lines)


def bars(shares: Iterable[tuple[str, float]]) -> Table:
    """Return shares in [0, 1] as horizontal bars, scaled to the greatest."""
    pairs = list(shares)
    most = max((share for _, share in pairs), default=0.0) or 1.0
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
    grid.add_column(no_wrap=True, overflow="ellipsis", max_width=32)
    grid.add_column(no_wrap=True, style="cyan")
    grid.add_column(justify="right", no_wrap=True)
    for name, share in pairs:
        width = round(BAR_WIDTH * share / most)
        grid.add_row(Text(printable(name)), Text("━" * max(1, width)), Text(f"{100 * share:.0f} %"))
    return grid


def command_line(common: Common, *words: str) -> str:
    """Return a command that can be pasted, with the home folder where it is not the usual one."""
    home = common.home
    usual = home is None or home == os.environ.get("PHANTOM_HOME")
    return shlex.join([program(), *words, *([] if usual or home is None else ["--home", home])])


def program() -> str:
    """Return what this program is called by: its name where that is found, else its path."""
    if shutil.which("phantom") is not None:
        return "phantom"
    own = Path(sys.executable).with_name("phantom")
    if not own.exists():
        return "phantom"
    here = Path.cwd()
    return str(own.relative_to(here)) if own.is_relative_to(here) else str(own)


def number(value: float | None, digits: int = 4) -> str:
    """Return a number to be compared by eye, in ``digits`` significant digits; ``-`` for None.

    Examples
    --------
    >>> number(0.98765), number(12345.6), number(1e308), number(None)
    ('0.9877', '12,346', '1e+308', '-')
    """
    if value is None:
        return "-"
    if abs(value) >= TOO_LONG_NUMBER:
        return f"{value:.{digits}g}"
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:#.{digits}g}".rstrip(".")


def brief(value: object, width: int = 24) -> str:
    """Return a cell's value as short text."""
    if value is None:
        return "-"
    return shortened(number(value) if isinstance(value, float) else str(value), width)
