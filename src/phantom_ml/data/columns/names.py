"""Column names that are unique and not blank; nothing else about them is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from phantom_ml.errors import TooManyColumns, listed


def clean_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return names that are unique and not blank, and a warning for each kind of change.

    Examples
    --------
    >>> clean_names(["a", "", "a"])[0]
    ['a', 'column_2', 'a_2']
    """
    filled = [name if name.strip() else f"column_{i}" for i, name in enumerate(names, 1)]
    counts: Counter[str] = Counter()
    taken, unique = set(filled), []
    for name in filled:
        counts[name] += 1
        unique.append(name if counts[name] == 1 else _free(name, counts[name], taken))
    return unique, _told(names, filled, unique)


def repeated(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names that come more than once, blank ones left out.

    Examples
    --------
    >>> repeated(["a", "y", "", "y", ""])
    ('y',)
    """
    return tuple(name for name, n in Counter(names).items() if n > 1 and name.strip())


def _free(name: str, number: int, taken: set[str]) -> str:
    while f"{name}_{number}" in taken:
        number += 1
    taken.add(f"{name}_{number}")
    return f"{name}_{number}"


def _told(names: Sequence[str], filled: list[str], unique: list[str]) -> list[str]:
    blank = [new for old, new in zip(names, filled, strict=True) if old != new]
    again = [new for old, new in zip(filled, unique, strict=True) if old != new]
    warnings = []
    if blank:
        were = "column had no name, and is" if len(blank) == 1 else "columns had no name, and are"
        warnings.append(f"{len(blank)} {were} called {listed(blank)}.")
    if again:
        were = (
            "column name came twice, and is"
            if len(again) == 1
            else "column names came twice, and are"
        )
        warnings.append(f"{len(again)} {were} now {listed(again)}.")
    return warnings


def check_width(n_columns: int, max_columns: int, name: str, *, at_least: bool = False) -> None:
    """Raise TooManyColumns where a table is wider than allowed."""
    if n_columns > max_columns:
        count = f"at least {n_columns:,}" if at_least else f"{n_columns:,}"
        raise TooManyColumns(
            f"{name!r} has {count} columns; at most {max_columns:,} are read.",
            "Check the delimiter or leave columns out; ReadOptions(max_columns=...) reads more.",
        )
