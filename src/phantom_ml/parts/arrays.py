"""Arrays and a little JSON in one safetensors file, and the checks before they are believed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from phantom_ml.errors import BundleDamaged

Arrays = dict[str, NDArray[Any]]
#: Name of an array -> its type and number of dimensions.
Form = Mapping[str, tuple[type[np.generic], int]]
FILE = "arrays.safetensors"


def save_arrays(folder: Path, arrays: Arrays, facts: Mapping[str, Any] | None = None) -> None:
    """Write arrays, and facts that JSON can hold, into ``folder``."""
    solid = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    save_file(solid, folder / FILE, metadata={"facts": json.dumps(dict(facts or {}))})


def load_arrays(folder: Path, form: Form) -> tuple[Arrays, dict[str, Any]]:
    """Return the arrays and facts that ``save_arrays`` wrote.

    Raises
    ------
    BundleDamaged
        The file cannot be read, or an array of ``form`` is absent or of another type or dimension.
    """
    try:
        with safe_open(folder / FILE, framework="numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            facts = json.loads((file.metadata() or {}).get("facts", "{}"))
    except (OSError, SafetensorError, ValueError, TypeError, KeyError) as error:
        damaged(f"its arrays cannot be read ({error})")
    for name, (kind, n_dimensions) in form.items():
        array = arrays.get(name)
        require(array is not None, f"the array {name!r} is missing")
        right = array is not None and array.dtype == kind and array.ndim == n_dimensions
        require(right, f"the array {name!r} has another type or shape")
    require(isinstance(facts, dict), "its facts are not an object")
    return arrays, facts


def digest(arrays: Mapping[str, NDArray[Any]]) -> str:
    """Return the SHA-256 of arrays with their names, whatever their order, 64 hex digits."""
    found = hashlib.sha256()
    for name in sorted(arrays):
        found.update(name.encode())
        found.update(np.ascontiguousarray(arrays[name]).data)
    return found.hexdigest()


def require(holds: bool, fault: str) -> None:
    """Raise BundleDamaged unless the condition holds; ``fault`` ends the sentence on it."""
    if not holds:
        damaged(fault)


def damaged(fault: str) -> NoReturn:
    """Raise BundleDamaged for a part of a model."""
    raise BundleDamaged(
        f"A part of the model is not what a fit could have written: {fault}.",
        "Export the model again, or use an earlier one.",
    )
