"""A table as aligned plain text that is safe to print, whatever its cells quote."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence


def printable(text: str) -> str:
    r"""Return text without control characters: a cell may quote hostile data to a terminal.

    Examples
    --------
    >>> printable("a\x1b[31m\nb")
    'a [31m b'
    """
    return "".join(c if c.isprintable() else " " for c in text)


def shortened(text: str, width: int) -> str:
    """Return text of at most ``width`` characters; what was cut shows as an ellipsis."""
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"


def hanging(mark: str, text: str, width: int) -> list[str]:
    """Return a whole text in lines of at most ``width`` characters, those after the first set in.

    Examples
    --------
    >>> hanging("-  ", "It ran out of memory.", 16)
    ['-  It ran out of', '   memory.']
    """
    inset = " " * len(mark)
    return textwrap.wrap(
        printable(text),
        width,
        initial_indent=mark,
        subsequent_indent=inset,
        break_on_hyphens=False,
    )


def aligned(
    table: Sequence[Sequence[str]], left: Sequence[str], limits: Mapping[str, int], width: int
) -> list[str]:
    """Return the lines of a table, none longer than ``width``.

    Parameters
    ----------
    table : rows of cells
        The first row is the header.
    left : sequence of str
        Names of the columns that are aligned left; others are aligned right.
    limits : mapping
        Column name to the most characters that it may take.
    width : int
        The most characters of a line.

    Examples
    --------
    >>> aligned([["name", "n"], ["a", "10"], ["bc", "9"]], ["name"], {}, 40)
    ['name   n', 'a     10', 'bc     9']
    """
    head = table[0]
    limit = [limits.get(name, width) for name in head]
    cut = [[shortened(printable(c), w) for c, w in zip(row, limit, strict=True)] for row in table]
    widths = [max(len(cell) for cell in column) for column in zip(*cut, strict=True)]
    lines = []
    for row in cut:
        sides = zip(head, row, widths, strict=True)
        cells = [c.ljust(w) if name in left else c.rjust(w) for name, c, w in sides]
        lines.append(shortened("  ".join(cells).rstrip(), width))
    return lines
