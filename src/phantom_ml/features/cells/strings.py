"""Operations of polars on strings, done to a few of them one by one.

In what Python's strings do otherwise than Rust's, polars is asked. Patterns are looked for by Rust's regex (see
patterns); what they find in plain ASCII Python's engine finds as well, where a pattern leaves it no choice to go
back on (``one_way``), and polars elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import polars as pl
from pydantic_core import SchemaValidator, core_schema

Text = list[str | None]
Operation = Callable[[Text], list[Any]]
#: Characters of the longest string that Python's engine looks at: its steps may be the square of them.
LONGEST = 512
#: Patterns that Python's engine may look for, too.
_ONE_WAY: dict[str, re.Pattern[str]] = {}


def one_way(pattern: str) -> str:
    """Return the pattern, and remember that Python's engine may look for it, too.

    It must be written alike for both engines, and the steps back that Python's may take must grow no faster
    than the square of the characters: no loop within a loop takes the same characters.

    Examples
    --------
    >>> one_way("[^&]+")
    '[^&]+'
    """
    _ONE_WAY[pattern] = re.compile(pattern.replace("(?-u:", "(?:"))
    return pattern


def operation(name: str, of: Any, values: Sequence[Any]) -> Operation | None:
    """Return what an operation of polars does to a few strings; None where it is not known here.

    Parameters
    ----------
    name, of : as polars writes them down ("CountMatches", whether it is literal)
    values : the other inputs
    """
    if name in _PLAIN and of is None:
        return _each(_PLAIN[name](*values))
    if name == "Split" and of is False and values[0]:
        return _each(lambda cell: cell.split(values[0]))
    is_literal = of is True if name == "CountMatches" else isinstance(of, dict) and of["literal"]
    if is_literal:
        return _literal(name, of, values) if values[0] else None
    return _of_patterns(name, of, values)


def _of_patterns(name: str, of: Any, values: Sequence[Any]) -> Operation | None:
    made: dict[str, Operation] = {
        "Lowercase": lowercase,
        "Contains": lambda text: has(values[0], text),
        "CountMatches": lambda text: counted(values[0], text),
        "Extract": lambda text: extracted(values[0], of, text),
        "Replace": lambda text: replaced(values[0], values[1], text, every=of["n"] < 0),
    }
    return None if name == "Replace" and of["n"] not in (1, -1) else made.get(name)


def _literal(name: str, of: Any, values: Sequence[Any]) -> Operation | None:
    sought = values[0]
    made: dict[str, Operation] = {
        "CountMatches": _each(lambda cell: cell.count(sought)),
        "Contains": _each(lambda cell: sought in cell),
        "Replace": _each(lambda cell: cell.replace(sought, values[1], of["n"])),
    }
    return made.get(name)


def _each(one: Callable[[str], Any]) -> Operation:
    return lambda text: [None if cell is None else one(cell) for cell in text]


#: Operations in which Python and Rust agree on all strings.
_PLAIN: dict[str, Callable[..., Callable[[str], Any]]] = {
    "LenChars": lambda: len,
    "LenBytes": lambda: lambda cell: len(cell.encode()),
    "StartsWith": lambda start: lambda cell: cell.startswith(start),
    "EndsWith": lambda end: lambda cell: cell.endswith(end),
    "StripChars": lambda around: lambda cell: cell.strip(around),
    "StripSuffix": lambda end: lambda cell: cell.removesuffix(end),
    "StripPrefix": lambda start: lambda cell: cell.removeprefix(start),
}


def lowercase(text: Text) -> Text:
    """Return strings in small letters; what Unicode calls so, Python and Rust do not always agree on."""
    if all(cell is None or cell.isascii() for cell in text):
        return [cell and cell.lower() for cell in text]
    return pl.Series(text, dtype=pl.String).str.to_lowercase().to_list()


def has(pattern: str, text: Iterable[str | None]) -> list[bool | None]:
    """Return for each string whether it has a pattern; None where it is missing."""
    is_in = compiled(pattern)
    return [None if cell is None else is_in(cell) for cell in text]


@cache
def compiled(pattern: str) -> Callable[[str], bool]:
    """Return the function that tells whether a string has a pattern of Rust's regex."""
    schema = core_schema.str_schema(pattern=pattern, regex_engine="rust-regex", strict=True)
    return SchemaValidator(schema).isinstance_python


def counted(pattern: str, text: Text) -> list[int | None]:
    """Return how often a pattern is in each string."""
    hits = has(pattern, text)
    if not any(hits):
        return [None if hit is None else 0 for hit in hits]
    if plain := _plain(pattern, text):
        each = zip(hits, text, strict=True)
        return [
            None if cell is None else len(plain.findall(cell)) if hit else 0 for hit, cell in each
        ]
    return _where(pattern, text, lambda found: found.str.count_matches(pattern), lambda _: 0)


def extracted(pattern: str, group: int, text: Text) -> Text:
    """Return a group of a pattern in each string; None where it is not there."""
    if plain := _plain(pattern, text):
        found = [None if cell is None else plain.search(cell) for cell in text]
        return [None if match is None else match[group] for match in found]
    return _where(pattern, text, lambda found: found.str.extract(pattern, group), lambda _: None)


def groups(pattern: str, text: Text) -> dict[str, Text]:
    """Return all named groups of a pattern in each string, as ``extract_groups`` does."""
    if plain := _plain(pattern, text):
        found = [None if cell is None else plain.search(cell) for cell in text]
        return {name: [match and match[name] for match in found] for name in plain.groupindex}
    made = pl.Series(text, dtype=pl.String).str.extract_groups(pattern)
    return made.struct.unnest().to_dict(as_series=False)


def replaced(pattern: str, by: str, text: Text, *, every: bool) -> Text:
    """Return strings with what a pattern finds replaced, every time or only the first."""
    if "$" not in by and (plain := _plain(pattern, text)):
        n = 0 if every else 1
        return [None if cell is None else plain.sub(lambda _: by, cell, n) for cell in text]

    def instead(found: pl.Series) -> pl.Series:
        return found.str.replace_all(pattern, by) if every else found.str.replace(pattern, by)

    return _where(pattern, text, instead, lambda cell: cell)


def _plain(pattern: str, text: Text) -> re.Pattern[str] | None:
    """Return Python's pattern where it finds what Rust's does: in short strings of printable ASCII."""
    plain = _ONE_WAY.get(pattern)
    if plain is None:
        return None
    ready = all(
        cell is None or (len(cell) <= LONGEST and cell.isascii() and cell.isprintable())
        for cell in text
    )
    return plain if ready else None


def _where(
    pattern: str,
    text: Text,
    there: Callable[[pl.Series], pl.Series],
    elsewhere: Callable[[str], Any],
) -> list[Any]:
    """Return what polars makes of the strings that have a pattern, and of the others what they are told."""
    hits = has(pattern, text)
    found = [cell for cell, hit in zip(text, hits, strict=True) if hit]
    made = iter(there(pl.Series(found, dtype=pl.String)).to_list() if found else ())
    return [
        next(made) if hit else None if cell is None else elsewhere(cell)
        for cell, hit in zip(text, hits, strict=True)
    ]
