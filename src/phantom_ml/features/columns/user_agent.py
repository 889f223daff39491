"""User agents: which browser, system and device; scripts, bots and scanners; pairs that do not exist.

Source: RFC 9110 section 10.1.5 (grammar); families by the ua-parser project; MITRE ATT&CK T1071.001 (web
protocols) and T1595 (active scanning) for what is looked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any, ClassVar

import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.base import encoders
from phantom_ml.features.cells.bytes import DIGITS, SPECIAL, CellBytes, members
from phantom_ml.features.cells.classes import runs, spread
from phantom_ml.features.cells.patterns import Signs, Sought
from phantom_ml.features.cells.queries import Column
from phantom_ml.features.cells.strings import one_way
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parsing.user_agents import (
    browsers,
    browsers_of_few,
    devices,
    devices_of_few,
    systems,
    systems_of_few,
)
from phantom_ml.features.parts import Few, PartsEncoder

#: The shortest that a browser sends is three times as long.
SHORT = 20
VERSION = DIGITS | members(".")
ADDRESS = ["http://", "https://", "www."]
#: What ua-parser is asked for -> the parts that need it.
BROWSER_PARTS = {"browser", "browser_major_version", "parse_failed", "is_inconsistent"}
SYSTEM_PARTS = {"os", "parse_failed", "is_inconsistent"}


@encoders.add("user_agent")
class UserAgentEncoder(PartsEncoder):
    """What a user agent says that it is, and what speaks against it."""

    name = "user_agent"
    kinds = frozenset({ColumnKind.USER_AGENT})
    numbers: ClassVar[Mapping[str, str]] = {
        "browser_major_version": "major version of the browser",
        "parse_failed": "whether neither a browser nor a system is known by these words",
        "is_inconsistent": "whether the browser does not exist for the system (Safari on Windows)",
        "is_script": "whether a program or library for scripts is named (curl, python-requests)",
        "is_bot": "whether a crawler, monitor or feed reader is named",
        "is_scanner": "whether a scanner for weaknesses is named (sqlmap, nikto)",
        "is_short": f"whether it has fewer than {SHORT} characters",
        "mentions_url": "whether there is a web address in it, as honest bots have",
        "length": "characters",
        "entropy": "Shannon entropy of the bytes, in bits, 0 to 8",
        "token_count": "words between spaces, commas, semicolons and parentheses",
        "version_digits": "digits and dots of the longest version: how exactly it tells itself",
        "special_share": "share of characters that are no letters, digits or spaces, 0 to 1",
    }
    words: ClassVar[Mapping[str, str]] = {
        "browser": "family of the browser or program",
        "os": "family of the operating system",
        "device": "family of the device, as far as it is told",
    }

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return the wanted parts of each user agent."""
        table = _parsed(text, wanted)
        measured = {p: pl.Series(p, v) for p, v in _measured(text, wanted).items()}
        parts = _signs().of(table, wanted) | measured
        return pl.DataFrame({part: parts[part] for part in wanted})

    @classmethod
    def of_few(cls, cells: list[str], wanted: Collection[str]) -> dict[str, Few]:
        """Return the same of a few user agents."""
        asked, table = set(wanted), dict[str, list[Any]](text=[*cells])
        if asked & BROWSER_PARTS:
            table |= browsers_of_few(cells)
        if asked & SYSTEM_PARTS:
            table["os"] = systems_of_few(cells)
        if "device" in asked:
            table["device"] = devices_of_few(cells)
        return {**_signs().of(table, wanted), **_measured(table["text"], wanted)}


@cache
def _signs() -> Signs:
    """Return what is read from the text, and what follows from browser, system and device."""
    known, length = knowledge("user_agents"), pl.col("text").str.len_chars()
    browser, system = pl.col("browser"), pl.col("os")
    return Signs(
        flags={
            "is_script": _names(known["scripts"]),
            "names a bot": _names(known["bots"]),
            "names no bot": _names(known["not_bots"]),
            "is_scanner": _names(known["scanners"]),
            "mentions_url": _names(ADDRESS),
        },
        counts={"token_count": Sought("text", one_way(r"[^\s;,()]+"))},
        others={
            "is_bot": pl.col("names a bot") & ~pl.col("names no bot"),
            "is_short": length < SHORT,
            "length": length,
            "browser": browser,
            "os": system,
            "device": pl.col("device"),
            "browser_major_version": pl.col("major"),
            "parse_failed": browser.is_null() & system.is_null(),
            "is_inconsistent": _inconsistent(),
        },
    )


def _names(marks: list[str]) -> Sought:
    return Sought("text", f"(?i-u:{'|'.join(map(re.escape, marks))})")


def _measured(text: Column, wanted: Collection[str]) -> dict[str, NDArray[Any]]:
    cells = CellBytes.of(text)
    measures: dict[str, Callable[[], NDArray[Any]]] = {
        "entropy": lambda: spread(cells)[0],
        "version_digits": lambda: runs(cells, VERSION)[1],
        "special_share": lambda: cells.share(SPECIAL),
    }
    return {k: measure() for k, measure in measures.items() if k in wanted}


def _parsed(text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
    """Return what ua-parser tells, as far as some wanted part needs it."""
    asked = set(wanted)
    columns = {"text": text}
    if asked & BROWSER_PARTS:
        columns |= browsers(text).to_dict()
    if asked & SYSTEM_PARTS:
        columns["os"] = systems(text)
    if "device" in asked:
        columns["device"] = devices(text)
    return pl.DataFrame(columns)


def _inconsistent() -> pl.Expr:
    runs_on = knowledge("user_agents")["runs_on"]
    pairs = [f"{browser}\n{system}" for browser, found in runs_on.items() for system in found]
    pair = pl.concat_str("browser", "os", separator="\n")
    judged = pl.col("browser").is_in(list(runs_on)) & pl.col("os").is_not_null()
    return (judged & ~pair.is_in(pairs)).fill_null(value=False)
