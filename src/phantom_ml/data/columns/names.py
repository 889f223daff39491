"""Column names that are unique, not blank and no patterns; nothing else about them is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from phantom_ml.errors import TooManyColumns, listed


def clean_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return names that are unique, not blank and no patterns, and a warning for each kind of change.

    Examples
    --------
    >>> clean_names(["a", "", "a", "*"])[0]
    ['a', 'column_2', 'a_2', '_*']
    """
    filled = [name if name.strip() else f"column_{i}" for i, name in enumerate(names, 1)]
    plain = [f"_{name}" if is_pattern(name) else name for name in filled]
    counts: Counter[str] = Counter()
    taken, unique = set(plain), []
    for name in plain:
        counts[name] += 1
        unique.append(name if counts[name] == 1 else _free(name, counts[name], taken))
    return unique, _told(names, filled, plain, unique)


def is_pattern(name: str) -> bool:
    """Return whether a name stands for other columns where a frame of polars is asked for it.

    Examples
    --------
    >>> is_pattern("^a.*$"), is_pattern("*"), is_pattern("a*")
    (True, True, False)
    """
    return name == "*" or (name.startswith("^") and name.endswith("$"))


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


def _told(
    names: Sequence[str], filled: list[str], plain: list[str], unique: list[str]
) -> list[str]:
    """Return what was changed, from step to step."""
    steps = (
        (names, filled, "column had no name, and is called", "columns had no name, and are called"),
        (filled, plain, "column is named like a pattern, and is now",
         "columns are named like patterns, and are now"),
        (plain, unique, "column name came twice, and is now",
         "column names came twice, and are now"),
    )  # fmt: skip
    warnings = []
    for before, after, one, more in steps:
        changed = [new for old, new in zip(before, after, strict=True) if old != new]
        if changed:
            said = one if len(changed) == 1 else more
            warnings.append(f"{len(changed)} {said} {listed(changed)}.")
    return warnings


def check_width(n_columns: int, max_columns: int, name: str, *, at_least: bool = False) -> None:
    """Raise TooManyColumns where a table is wider than allowed."""
    if n_columns > max_columns:
        count = f"at least {n_columns:,}" if at_least else f"{n_columns:,}"
        raise TooManyColumns(
            f"{name!r} has {count} columns; at most {max_columns:,} are read.",
            "Check the delimiter or leave columns out; ReadOptions(max_columns=...) reads more.",
        )
