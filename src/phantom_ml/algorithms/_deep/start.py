"""Weights before the first step, scaled by what rows make of them.

Each unit's weights are scaled so that its output has the deviation 1 over the rows, and its bias puts its
kink at a mean of five rows. Source: RealMLP (Holzmüller et al., 2024, arXiv:2407.04491); the bias:
Steinwart, "A Sober Look at Neural Network Initializations", 2019, arXiv:1903.11482.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._deep.columns import Inputs, NetColumns
from phantom_ml.algorithms._deep.net import BIAS, SLOPE, WEIGHT, embedded, layer

Floats = NDArray[np.float32]
#: Waves a number, mixed into so many features beside the number itself; features of a category.
N_WAVES, N_MIXED, N_LEVEL_FEATURES = 16, 3, 8
#: Rows of which a bias is a mean.
N_CORNERS = 5


@dataclass(frozen=True)
class Shape:
    """What a network looks like.

    Attributes
    ----------
    hidden : tuple of int
        Units of each hidden layer.
    n_outputs : int
    frequency : float
        Deviation of the frequencies of waves.
    """

    hidden: tuple[int, ...]
    n_outputs: int
    frequency: float


def start(
    columns: NetColumns,
    inputs: Inputs,
    shape: Shape,
    activation: Callable[[Floats], Floats],
    rng: np.random.Generator,
) -> dict[str, Floats]:
    """Return all weights, fitted to some rows.

    Parameters
    ----------
    columns : NetColumns
    inputs : Inputs
        Some hundred rows.
    shape : Shape
    activation : callable
    rng : Generator
    """
    weights = _embeddings(columns, rng, shape.frequency)
    x = embedded(weights, inputs, np)
    weights["scale"] = np.ones(x.shape[1], np.float32)
    for i, width in enumerate((*shape.hidden, shape.n_outputs)):
        weights[f"{WEIGHT}.{i}"], weights[f"{BIAS}.{i}"] = _layer(x, width, rng)
        weights[f"{SLOPE}.{i}"] = np.ones(width, np.float32)
        x = activation(layer(weights, i, x))
    del weights[f"{SLOPE}.{len(shape.hidden)}"]
    return weights


def _embeddings(
    columns: NetColumns, rng: np.random.Generator, frequency: float
) -> dict[str, Floats]:
    n = len(columns.numeric)
    bound = 1 / math.sqrt(N_WAVES)
    found = {
        "frequency": frequency * rng.standard_normal((n, 1, N_WAVES)),
        "phase": rng.uniform(-math.pi, math.pi, (n, 1, N_WAVES)),
        "mix": rng.uniform(-bound, bound, (n, N_WAVES, N_MIXED)),
        "mix_bias": rng.uniform(-bound, bound, (n, 1, N_MIXED)),
    }
    for j, size in enumerate(columns.embedded_sizes):
        found[f"levels.{j}"] = rng.standard_normal((int(size) + 1, N_LEVEL_FEATURES))
    return {name: array.astype(np.float32) for name, array in found.items()}


def _layer(x: Floats, width: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    weight = rng.standard_normal((x.shape[1], width))
    raw = x @ weight / math.sqrt(max(1, x.shape[1]))
    deviation = raw.std(axis=0)
    factor = np.divide(1.0, deviation, out=np.ones(width), where=deviation > 1e-6)
    corners = rng.integers(0, len(x), (N_CORNERS, width))
    share = rng.standard_exponential((N_CORNERS, width))
    share /= share.sum(axis=0)
    bias = -(raw[corners, np.arange(width)] * share).sum(axis=0) * factor
    return (weight * factor).astype(np.float32), bias.astype(np.float32)


def prior(weights: dict[str, Any], bias: Floats) -> dict[str, Any]:
    """Return weights that give every row the same outputs: what a network must beat."""
    last = max(int(n.split(".")[1]) for n in weights if n.startswith(f"{WEIGHT}."))
    nothing = np.zeros_like(weights[f"{WEIGHT}.{last}"])
    return {**weights, f"{WEIGHT}.{last}": nothing, f"{BIAS}.{last}": bias}
