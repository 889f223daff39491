"""Arguments of command lines with a known malicious use, and the ATT&CK techniques that they show.

The patterns are in knowledge/switches.toml; they are looked for in a line's normal form.
"""

from __future__ import annotations

from functools import cache

import polars as pl

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
    some = normal.str.contains(_any_pattern())
    found = _judged(normal.filter(some)) if some.any() else _judged_nothing()
    rows = pl.DataFrame({"at": pl.int_range(len(normal), dtype=pl.UInt32, eager=True)})
    found = found.with_columns(at=some.arg_true())
    table = rows.join(found, on="at", how="left", maintain_order="left").drop("at")
    return table.with_columns(pl.exclude("risky_technique").fill_null(0)).to_dict()


@cache
def _any_pattern() -> str:
    return "|".join(pattern for _, pattern in switch_patterns().values())


def _judged_nothing() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "risky_switch_count": pl.UInt32,
            "technique_count": pl.UInt32,
            "risky_technique": pl.String,
        }
    )


def _judged(normal: pl.Series) -> pl.DataFrame:
    patterns = switch_patterns()
    n = pl.col("n")
    hits = (
        normal.alias("n")
        .to_frame()
        .select(n.str.contains(pattern).alias(name) for name, (_, pattern) in patterns.items())
    )
    of_technique: dict[str, list[str]] = {}
    for name, (technique, _) in patterns.items():
        of_technique.setdefault(technique, []).append(name)
    first = pl.coalesce(
        pl.when(pl.any_horizontal(names)).then(pl.lit(technique))
        for technique, names in of_technique.items()
    )
    return hits.select(
        risky_switch_count=pl.sum_horizontal(list(patterns)),
        technique_count=pl.sum_horizontal(pl.any_horizontal(ns) for ns in of_technique.values()),
        risky_technique=first,
    )
