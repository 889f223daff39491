"""The recurrence of an LSTM over the events of each row, the same formulas in numpy and in torch.

Source: Hochreiter & Schmidhuber, "Long Short-Term Memory", Neural Computation 9, 1997,
doi:10.1162/neco.1997.9.8.1735; its forget gate: Gers, Schmidhuber & Cummins, "Learning to Forget", Neural
Computation 12, 2000, doi:10.1162/089976600300015015.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.parts.nets.attention import Net, Weights, linear
from phantom_ml.parts.nets.device import imported
from phantom_ml.parts.nets.weights import Shapes

Floats = NDArray[np.float32]
#: (net, features of the steps, events of the rows) -> state after the last event of each row.
LastState = Callable[[Net, Any, Any], Any]


def layer_shapes(n_layers: int, n_features: int, width: int) -> Shapes:
    """Return the shapes of the weights of some layers; gates side by side: in, forget, candidate, out."""
    shapes: Shapes = {}
    for i in range(n_layers):
        shapes |= {
            f"lstm.{i}.input": (width if i else n_features, 4 * width),
            f"lstm.{i}.state": (width, 4 * width),
            f"lstm.{i}.bias": (4 * width,),
        }
    return shapes


def open_forget_gates(width: int) -> Floats:
    """Return biases by which a cell keeps what it holds, at first.

    Source: Jozefowicz et al., "An Empirical Exploration of Recurrent Network Architectures", 2015.
    """
    return np.repeat(np.array([0, 1, 0, 0], np.float32), width)


def last_state(net: Net, x: Floats, n_events: NDArray[np.int64]) -> Floats:
    """Return the state after each row's last event, shape (n_rows, width), 0 for none; in numpy.

    Parameters
    ----------
    net : Net
    x : float32 array of shape (n_rows, n_steps, n_features)
        The events of each row come first, oldest first.
    n_events : int64 array of shape (n_rows,)
    """
    order = np.argsort(-n_events, kind="stable")
    n_active = (n_events[:, None] > np.arange(x.shape[1])).sum(axis=0)
    x, state = x[order], np.empty(0, np.float32)
    for i in range(_n_layers(net.weights)):
        x, state = _layer(net.weights, f"lstm.{i}", x, n_active)
    found = np.empty_like(state)
    found[order] = state
    return found


def _layer(w: Weights, name: str, x: Floats, n_active: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return the states of all steps and the last ones, of rows of which those with most events come first."""
    gates = linear(x, w[f"{name}.input"])
    gates += w[f"{name}.bias"]
    width = gates.shape[-1] // 4
    state, cell = np.zeros((2, len(x), width), np.float32)
    states = np.zeros((*x.shape[:2], width), np.float32)
    for step, n in enumerate(n_active):
        raw = state[:n] @ w[f"{name}.state"]
        raw += gates[:n, step]
        state[:n] = _next_state(raw, cell[:n])
        states[:n, step] = state[:n]
    return states, state


def _next_state(raw: Floats, cell: Floats) -> Floats:
    """Return the next state, after the cell was moved in place."""
    width = cell.shape[1]
    # sigmoid(x) is (1 + tanh(x / 2)) / 2, which never overflows.
    raw[:, : 2 * width] /= 2
    raw[:, 3 * width :] /= 2
    np.tanh(raw, out=raw)
    opened, kept, candidate, out = np.split(raw, 4, axis=1)
    cell *= (1 + kept) / 2
    cell += (1 + opened) / 2 * candidate
    return np.asarray((1 + out) / 2 * np.tanh(cell))


def last_state_of_torch(net: Net, x: Any, n_events: Any) -> Any:
    """Return the same as ``last_state``, by torch's own LSTM, with dropout between layers."""
    torch = imported()
    layers = range(_n_layers(net.weights))
    # Of mixed precision a cell would lose what it adds up; and cuDNN wants all weights in one block.
    with torch.autocast(x.device.type, enabled=False), torch.backends.cudnn.flags(enabled=False):
        x = x.float()
        for i in layers:
            x = _torch_layer(torch, net.weights, f"lstm.{i}", net.keep(x) if i else x)
    rows = torch.arange(len(x), device=x.device)
    return x[rows, (n_events - 1).clamp(min=0)] * (n_events > 0)[:, None]


def _torch_layer(torch: Any, w: Weights, name: str, x: Any) -> Any:
    bias = w[f"{name}.bias"]
    weights = [w[f"{name}.input"].t(), w[f"{name}.state"].t(), bias, torch.zeros_like(bias)]
    nothing = x.new_zeros(1, len(x), len(bias) // 4)
    learns = torch.is_grad_enabled()
    return torch.lstm(x, (nothing, nothing), weights, True, 1, 0.0, learns, False, True)[0]


def _n_layers(weights: Weights) -> int:
    return sum(n.startswith("lstm.") and n.endswith(".bias") for n in weights)
