"""Files that a model is saved in: a JSON object, arrays, and the version that both were written by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.numpy import load_file

from phantom_ml.errors import BundleVersion
from phantom_ml.parts.arrays import Arrays, damaged, require


def read_object(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file; raises BundleDamaged."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        damaged(f"{path.name} cannot be read ({str(error)[:200]})")
    if not isinstance(told, dict):
        damaged(f"{path.name} holds no object")
    return told


def read_arrays(path: Path) -> Arrays:
    """Return the arrays in a safetensors file by name; raises BundleDamaged."""
    try:
        return load_file(path)
    except (OSError, SafetensorError, ValueError) as error:
        damaged(f"{path.name} cannot be read ({str(error)[:200]})")


def require_version(found: Any, known: int, what: str) -> None:
    """Return where a part is of the version that this program has.

    Parameters
    ----------
    found : object
        What the saved part states.
    known : int
        The version of this program.
    what : str
        The part, in the plural: "ip features".

    Raises
    ------
    BundleVersion
        It is of another version.
    BundleDamaged
        It states no whole number.

    Examples
    --------
    >>> require_version(2, 1, "risks")
    Traceback (most recent call last):
    ...
    phantom_ml.errors.BundleVersion: The model's risks are of version 2; this program has version 1. ...
    """
    # True and 3.0 equal whole numbers, but no program has written them.
    require(type(found) is int, f"the version of its {what} is no whole number: {found!r:.20}")
    if found != known:
        raise BundleVersion(
            f"The model's {what} are of version {str(found)[:20]}; this program has version {known}.",
            "Train the model again, or use the program that made it.",
        )
