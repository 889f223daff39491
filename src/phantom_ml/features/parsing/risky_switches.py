"""Arguments of command lines with a known malicious use, and the ATT&CK techniques that they show.

The patterns are in knowledge/switches.toml; they are looked for in a line's normal form.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.cells.patterns import hits_of_each, rows_with
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parsing.command_lines import EDGE

#: What a line shows that has none, as most have; one pass with all patterns in one leaves few others.
NOTHING: dict[str, Any] = {"risky_switch_count": 0, "technique_count": 0, "risky_technique": None}
WORD = "risky_technique"
_TYPES: dict[str, Any] = {
    "risky_switch_count": pl.UInt32,
    "technique_count": pl.UInt32,
    "risky_technique": pl.String,
}


@cache
def switch_patterns() -> dict[str, tuple[str, str]]:
    r"""Return name -> (ATT&CK technique, pattern).

    Examples
    --------
    >>> switch_patterns()["clear_event_logs"][0]
    'T1685.005'
    """
    listed = knowledge("switches")["switch"]
    return {name: (s["attack"][0], _of_ascii(s["pattern"])) for name, s in listed.items()}


def _of_ascii(pattern: str) -> str:
    """Return the pattern with ASCII's classes: Unicode's cost time, and all blanks are " " by now."""
    return pattern.replace(r"\b", EDGE).replace(r"\d", "[0-9]").replace(r"\S", "[^ ]")


def risky_switches(normal: pl.Series) -> dict[str, pl.Series]:
    """Return how many risky switches and techniques each line (in normal form) shows, and the first one's.

    Examples
    --------
    >>> found = risky_switches(pl.Series(["wevtutil cl security", "dir"]))
    >>> found["risky_switch_count"].to_list(), found["risky_technique"].to_list()
    ([1, 0], ['T1685.005', None])
    """
    rows = rows_with(_any_pattern(), normal)
    found = {
        part: pl.Series([NOTHING[part]], dtype=kind).new_from_index(0, len(normal))
        for part, kind in _TYPES.items()
    }
    if len(rows):
        shown = _judged(normal[rows])
        for part, values in found.items():
            cells = pl.Series(shown[part].tolist() if part == WORD else shown[part])
            found[part] = values.scatter(rows, cells)
    return found


def risky_of_few(normal: list[str | None]) -> dict[str, list[Any]]:
    """Return the same of a few lines."""
    found = {part: [nothing] * len(normal) for part, nothing in NOTHING.items()}
    rows = rows_with(_any_pattern(), normal).tolist()
    if rows:
        for part, cells in _judged([normal[row] for row in rows]).items():
            for row, cell in zip(rows, cells.tolist(), strict=True):
                found[part][row] = cell
    return found


@cache
def _any_pattern() -> str:
    return "|".join(pattern for _, pattern in switch_patterns().values())


@cache
def _by_technique() -> tuple[list[str], list[str], list[tuple[int, int]]]:
    """Return the techniques, a pattern of each followed by all others, and which those others show.

    Of an other it is the place of its technique and its own among the patterns.
    """
    first, more = dict[str, str](), list[tuple[str, str]]()
    for technique, pattern in switch_patterns().values():
        if technique in first:
            more.append((technique, pattern))
        first.setdefault(technique, pattern)
    techniques = list(first)
    places = [(techniques.index(t), len(techniques) + i) for i, (t, _) in enumerate(more)]
    return techniques, [*first.values(), *(pattern for _, pattern in more)], places


def _judged(normal: pl.Series | list[str | None]) -> dict[str, NDArray[Any]]:
    """Return the same three of lines that all show a risky switch."""
    techniques, patterns, others = _by_technique()
    hits = hits_of_each(patterns, normal)
    shown = hits[: len(techniques)].copy()
    for technique, other in others:
        shown[technique] |= hits[other]
    return {
        "risky_switch_count": hits.sum(axis=0, dtype=np.uint32),
        "technique_count": shown.sum(axis=0, dtype=np.uint32),
        "risky_technique": np.array(techniques)[shown.argmax(axis=0)],
    }
