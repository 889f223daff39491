"""The formula of the autoencoder, the same in numpy and in torch, and its first weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.parts.nets.weights import Shapes

Weights = dict[str, NDArray[np.float32]]


def shapes(n_columns: int, width: int, bottleneck: int) -> Shapes:
    """Return the shapes of all weights."""
    sizes = (n_columns, width, bottleneck, width, n_columns)
    found: Shapes = {}
    for i in range(4):
        found[f"weight.{i}"], found[f"bias.{i}"] = (sizes[i], sizes[i + 1]), (sizes[i + 1],)
    return found


def rebuilt(weights: Mapping[str, Any], x: Any, relu: Callable[[Any], Any]) -> Any:
    """Return the rows as they come out of the bottleneck, the shape of ``x``."""
    x = relu(x @ weights["weight.0"] + weights["bias.0"])
    x = x @ weights["weight.1"] + weights["bias.1"]
    x = relu(x @ weights["weight.2"] + weights["bias.2"])
    return x @ weights["weight.3"] + weights["bias.3"]


def start(n_columns: int, width: int, bottleneck: int, seed: int) -> Weights:
    """Return the first weights (He et al., 2015, arXiv:1502.01852); the last layer says 0."""
    random, found = np.random.default_rng(seed), {}
    for name, shape in shapes(n_columns, width, bottleneck).items():
        value = np.zeros(shape)
        if name.startswith("weight") and not name.endswith("3"):
            value = random.normal(size=shape) * np.sqrt(2.0 / max(1, shape[0]))
        found[name] = value.astype(np.float32)
    return found
