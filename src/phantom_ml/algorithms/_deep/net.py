"""A multilayer perceptron for tables: its forward pass, the same formulas in numpy and in torch.

Numbers are embedded by cosines of learned frequencies (PBLD), categories by learned vectors; each input
has a learned scale; layers have the neural tangent parametrisation and a learned slope between the
activation and the identity. Source: RealMLP (Holzmüller et al., 2024, arXiv:2407.04491); periodic
embeddings: Gorishniy et al., 2022, arXiv:2203.05556. It is trained in torch and scores in numpy: a model
needs no torch to score.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._deep.columns import Inputs

#: Names of a layer's parts.
WEIGHT, BIAS, SLOPE = "weight", "bias", "slope"
Weights = Mapping[str, Any]
Keep = Callable[[Any], Any]
#: Constants of Klambauer et al., "Self-Normalizing Neural Networks", 2017, arXiv:1706.02515.
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def forward(
    weights: Weights, inputs: Inputs, activation: Callable[[Any], Any], xp: ModuleType, keep: Keep
) -> Any:
    """Return the outputs of shape (n_rows, n_outputs).

    Parameters
    ----------
    weights : mapping of name to array
    inputs : Inputs
    activation : callable
    xp : module
        numpy or torch, that of the arrays.
    keep : callable
        Dropout of a hidden layer; the identity at scoring.
    """
    x = embedded(weights, inputs, xp) * weights["scale"]
    for i in range(n_layers(weights) - 1):
        x = layer(weights, i, x)
        x = keep(x + (activation(x) - x) * weights[f"{SLOPE}.{i}"])
    return layer(weights, n_layers(weights) - 1, x)


def n_layers(weights: Weights) -> int:
    """Return the number of layers, the last one included."""
    return sum(name.startswith(f"{WEIGHT}.") for name in weights)


def layer(weights: Weights, i: int, x: Any) -> Any:
    """Return what a layer makes of its inputs, before the activation."""
    weight = weights[f"{WEIGHT}.{i}"]
    return (x @ weight) / math.sqrt(weight.shape[0]) + weights[f"{BIAS}.{i}"]


def embedded(weights: Weights, inputs: Inputs, xp: ModuleType) -> Any:
    """Return embedded numbers, numbers, flags and embedded categories side by side."""
    parts = [inputs.numbers, inputs.flags]
    if inputs.numbers.shape[1]:
        by_feature = xp.moveaxis(inputs.numbers, 0, 1)[:, :, None]
        waves = xp.cos(2 * math.pi * by_feature * weights["frequency"] + weights["phase"])
        mixed = xp.moveaxis(waves @ weights["mix"] + weights["mix_bias"], 0, 1)
        parts.insert(0, mixed.reshape(len(inputs.numbers), -1))
    parts += [weights[f"levels.{j}"][inputs.codes[:, j]] for j in range(inputs.codes.shape[1])]
    return xp.concatenate(parts, 1)


def selu(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the scaled exponential linear unit."""
    negative = SELU_ALPHA * np.expm1(np.minimum(x, 0))
    return np.asarray(SELU_SCALE * np.where(x > 0, x, negative), x.dtype)


def mish(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return x tanh(softplus(x)). Source: Misra, 2019, arXiv:1908.08681."""
    return np.asarray(x * np.tanh(np.logaddexp(x, np.zeros(1, x.dtype))), x.dtype)
