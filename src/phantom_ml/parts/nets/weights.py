"""The weights of a network as they are saved, and the checks before they are believed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.parts.arrays import Arrays, require

Weights = dict[str, NDArray[np.float32]]
Shapes = dict[str, tuple[int, ...]]
PREFIX = "net."


def arrays_of(weights: Weights) -> Arrays:
    """Return weights as ``save_arrays`` takes them."""
    return {PREFIX + name: value for name, value in weights.items()}


def weights_of(arrays: Arrays) -> Arrays:
    """Return the weights among the arrays that were loaded, not yet checked."""
    return {n.removeprefix(PREFIX): a for n, a in arrays.items() if n.startswith(PREFIX)}


def require_shapes(weights: Arrays, shapes: Shapes) -> None:
    """Raise BundleDamaged unless these are the weights, all of them finite float32."""
    require({n: w.shape for n, w in weights.items()} == shapes, "the weights have another shape")
    sound = all(w.dtype == np.float32 and bool(np.isfinite(w).all()) for w in weights.values())
    require(sound, "a weight is not a finite number")


def epochs_of(facts: Mapping[str, Any]) -> int:
    """Return the epochs that were made; raises BundleDamaged."""
    n_epochs = facts.get("n_epochs")
    require(isinstance(n_epochs, int) and n_epochs >= 1, "its epochs are unknown")
    return int(n_epochs or 1)
