"""Names that a person gave on the command line, held against those that there are."""

from __future__ import annotations

from collections.abc import Sequence

from phantom_ml.errors import UnknownName


def numbers(asked: str) -> list[float]:
    """Return the numbers of a list with commas; raises ValueError, which argparse tells.

    Examples
    --------
    >>> numbers("10,60")
    [10.0, 60.0]
    """
    return [float(text) for text in asked.split(",")]


def seeds(asked: str) -> list[int]:
    """Return the whole numbers of a list with commas; raises ValueError, which argparse tells."""
    return [int(text) for text in asked.split(",")]


def chosen_names(asked: str, kind: str, known: Sequence[str]) -> list[str]:
    """Return the names of a list with commas; raises UnknownName, which tells the nearest known one.

    Examples
    --------
    >>> chosen_names("flows, logs", "set", ["flows", "logs", "sessions"])
    ['flows', 'logs']
    """
    names = [name.strip() for name in asked.split(",")]
    for name in names:
        if name not in known:
            raise UnknownName(kind, name, known)
    return names
