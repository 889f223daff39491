"""The network of a forecast: tokens of the past are summed up, each step ahead is told from that and its own.

What the network says is added to a linear map of the window's changes, as in Zeng et al., "Are Transformers
Effective for Time Series Forecasting?", AAAI 2023, arXiv:2205.13504; each step is told from what it knows of
itself and a part of the summary that is its own, as in Das et al., "Long-term Forecasting with TiDE", TMLR
2023, arXiv:2304.08424. The same formulas serve numpy and torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from phantom_ml.forecasters._networks.windows import Windows
from phantom_ml.parts.nets.attention import Net, blocks, blocks_shapes, linear
from phantom_ml.parts.nets.recurrence import (
    LastState,
    last_state,
    last_state_of_torch,
    layer_shapes,
    open_forget_gates,
)
from phantom_ml.parts.nets.weights import Shapes, Weights

#: (net, tokens) -> what they say together, shape (n_windows, width).
Summary = Callable[[Net, Any], Any]
#: Numbers of the summary that are a step's own, and units of the layer that tells a step.
N_OWN, N_HIDDEN = 8, 64
#: Weights that begin at nothing: every step is at first what the simple forecast says.
NOTHING_AT_FIRST = ("head.answer", "changes.step")


@dataclass(frozen=True)
class Sizes:
    """How large a network is: see the settings of the same names.

    Attributes
    ----------
    width, n_layers, n_heads : int
        At least 1; an LSTM has no heads, 0.
    """

    width: int
    n_layers: int
    n_heads: int = 0


@dataclass(frozen=True)
class Inputs:
    """How large the windows are.

    Attributes
    ----------
    n_tokens, n_token_features, length, horizon, n_step_features : int
    n_answers : int
        The median, and a quantile each level.
    """

    n_tokens: int
    n_token_features: int
    length: int
    horizon: int
    n_step_features: int
    n_answers: int


def shapes(inputs: Inputs, sizes: Sizes) -> Shapes:
    """Return the shape of every weight."""
    width = sizes.width
    return {
        "token.weight": (inputs.n_token_features, width),
        "token.place": (inputs.n_tokens, width),
        **_summary_shapes(inputs.n_tokens, sizes),
        "head.own": (width, inputs.horizon, N_OWN),
        "head.hidden": (N_OWN + inputs.n_step_features, N_HIDDEN),
        "head.hidden_bias": (N_HIDDEN,),
        "head.answer": (N_HIDDEN, inputs.n_answers),
        "head.answer_bias": (inputs.n_answers,),
        "changes.step": (inputs.length, inputs.horizon),
    }


def _summary_shapes(n_tokens: int, sizes: Sizes) -> Shapes:
    width = sizes.width
    if not sizes.n_heads:
        return layer_shapes(sizes.n_layers, width, width)
    return {
        **blocks_shapes("past", sizes.n_layers, width, sizes.n_heads),
        "past.norm": (2, width),
        "past.pooled": (n_tokens * width, width),
    }


def forward(net: Net, windows: Windows, summary: Summary) -> Any:
    """Return the answers of shape (n_windows, horizon, n_answers)."""
    w = net.weights
    tokens = linear(windows.tokens, w["token.weight"]) + w["token.place"]
    own = linear(net.keep(summary(net, tokens)), w["head.own"])
    x = net.operations.xp.concatenate([windows.steps, own], 2)
    x = net.keep(net.operations.relu(linear(x, w["head.hidden"]) + w["head.hidden_bias"]))
    answers = linear(x, w["head.answer"]) + w["head.answer_bias"]
    return answers + linear(windows.changes, w["changes.step"])[:, :, None]


def summary_of(sizes: Sizes, recurrence: LastState = last_state) -> Summary:
    """Return how a network of some sizes sums up tokens; ``recurrence`` is that of the arrays' library."""
    if sizes.n_heads:
        return _attended
    return lambda net, tokens: _recurred(net, tokens, recurrence)


def torch_summary_of(sizes: Sizes) -> Summary:
    """Return the same for torch."""
    return summary_of(sizes, last_state_of_torch)


def _recurred(net: Net, tokens: Any, recurrence: LastState) -> Any:
    n_tokens = tokens.shape[1]
    return recurrence(net, tokens, net.operations.integers(0 * tokens[:, 0, 0] + n_tokens))


def _attended(net: Net, tokens: Any) -> Any:
    x = blocks(net, "past", tokens, tokens.shape[1])
    x = net.operations.normed(x, net.weights["past.norm"])
    return net.operations.relu(linear(x.reshape(len(x), -1), net.weights["past.pooled"]))


def start(shapes: Shapes, rng: np.random.Generator) -> Weights:
    """Return weights that answer 0: what training must beat."""
    return {name: _drawn(name, shape, rng) for name, shape in shapes.items()}


def _drawn(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> Any:
    last = name.rpartition(".")[2]
    if name.startswith("lstm.") and last == "bias":
        return open_forget_gates(shape[0] // 4)
    if last.endswith("norm"):
        return np.stack([np.ones(shape[1:]), np.zeros(shape[1:])]).astype(np.float32)
    if name in NOTHING_AT_FIRST or last.endswith("bias"):
        return np.zeros(shape, np.float32)
    return (rng.standard_normal(shape) / math.sqrt(max(1, shape[0]))).astype(np.float32)
