"""Arguments of command lines with a known malicious use, and the ATT&CK techniques that they show.

The patterns are in knowledge/switches.toml; they are looked for in a line's normal form.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from phantom_ml.features.cells.patterns import hits_of_each, rows_with
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parsing.command_lines import EDGE


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
    # One pass with all patterns in one leaves few lines: everyday lines show none.
    rows = rows_with(_any_pattern(), normal)
    found = _nothing(len(normal))
    if len(rows):
        shown = _judged(normal[rows])
        found = {part: values.scatter(rows, shown[part]) for part, values in found.items()}
    return found


@cache
def _any_pattern() -> str:
    return "|".join(pattern for _, pattern in switch_patterns().values())


def _nothing(n: int) -> dict[str, pl.Series]:
    count, none = pl.Series(np.zeros(n, np.uint32)), pl.Series([None], dtype=pl.String)
    return {
        "risky_switch_count": count,
        "technique_count": count.clone(),
        "risky_technique": none.new_from_index(0, n),
    }


def _judged(normal: pl.Series) -> dict[str, pl.Series]:
    """Return the same three of lines that all show a risky switch."""
    techniques, patterns = zip(*switch_patterns().values(), strict=True)
    hits = hits_of_each(patterns, normal)
    places = {technique: at for at, technique in enumerate(dict.fromkeys(techniques))}
    shown = np.zeros((len(places), len(normal)), np.bool_)
    for technique, hit in zip(techniques, hits, strict=True):
        shown[places[technique]] |= hit
    first = np.array(list(places))[shown.argmax(axis=0)]
    return {
        "risky_switch_count": pl.Series(hits.sum(axis=0, dtype=np.uint32)),
        "technique_count": pl.Series(shown.sum(axis=0, dtype=np.uint32)),
        "risky_technique": pl.Series(first.tolist(), dtype=pl.String),
    }
