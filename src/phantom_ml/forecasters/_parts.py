"""Small parts of a saved forecaster: JSON and arrays, and the checks before they are believed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from phantom_ml.errors import BundleDamaged


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a file; raises BundleDamaged."""
    try:
        told = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        damaged(f"{path.name} cannot be read ({error})")
    if not isinstance(told, dict):
        damaged(f"{path.name} holds no object")
    return told


def read_levels(told: dict[str, Any]) -> tuple[float, ...]:
    """Return the quantile levels of a saved object; raises BundleDamaged."""
    levels = told.get("levels")
    if not isinstance(levels, list) or not all(
        isinstance(level, float) and 0.0 < level < 1.0 for level in levels
    ):
        damaged("its quantiles are no numbers between 0 and 1")
    return tuple(levels)


def save_arrays(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write arrays as safetensors."""
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, path)


def read_arrays(path: Path, shapes: dict[str, tuple[int | None, ...]]) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file; raises BundleDamaged unless each has its shape (None: any length)."""
    try:
        arrays: dict[str, NDArray[Any]] = load_file(path)
    except (OSError, SafetensorError, ValueError) as error:
        damaged(f"{path.name} cannot be read ({error})")
    for name, shape in shapes.items():
        own = arrays[name].shape if name in arrays else None
        if own is None or len(own) != len(shape):
            damaged(f"the array {name!r} is missing or of another shape")
        if any(n not in (None, m) for n, m in zip(shape, own, strict=True)):
            damaged(f"the array {name!r} is of another shape")
    return arrays


def damaged(fault: str) -> NoReturn:
    """Raise BundleDamaged for a forecaster's part."""
    raise BundleDamaged(
        f"A forecaster's file is not what a fit could have written: {fault}.",
        "Export the model again, or use an earlier one.",
    )
