"""The LSTM and what stands beside it: its sizes, its forward pass, its weights before the first step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._deep.sequence_columns import N_KNOTS, SequenceColumns, SequenceInputs
from phantom_ml.parts.arrays import require
from phantom_ml.parts.nets.attention import Net
from phantom_ml.parts.nets.recurrence import LastState, layer_shapes, open_forget_gates
from phantom_ml.parts.nets.weights import Shapes

Floats = NDArray[np.float32]
#: What a saved model may be at most: no settings make a larger one.
LARGEST = {"width": 1_024, "n_layers": 8}
#: Features of an event, and of a level of a category.
N_EVENT_FEATURES, N_LEVEL_FEATURES = 32, 8
#: Weights that begin at nothing: what was never met says nothing, and all rows get the prior.
NOTHING_AT_FIRST = ("event.code", "row.level", "head.weight")
#: Deviation at first of what a gap says: less than a weight that inputs are multiplied with.
GAP_DEVIATION = 0.1


@dataclass(frozen=True)
class Sizes:
    """How large an LSTM is: see the settings of the same names."""

    width: int
    n_layers: int

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any]) -> Sizes:
        """Return the sizes that were saved; raises BundleDamaged."""
        sizes = {name: facts.get(name) for name in LARGEST}
        right = all(type(n) is int and 1 <= n <= LARGEST[name] for name, n in sizes.items())
        require(right, "its sizes are unknown")
        return cls(**{name: int(n or 1) for name, n in sizes.items()})


def shapes(columns: SequenceColumns, sizes: Sizes, n_outputs: int) -> Shapes:
    """Return the shape of every weight; those of the events only where there is a history."""
    net, width = columns.net, sizes.width
    n_inputs = len(net.numeric) + net.n_flags + N_LEVEL_FEATURES * len(net.embedded)
    found: Shapes = {
        "row.level": (int(net.embedded_sizes.sum()) + len(net.embedded), N_LEVEL_FEATURES),
        "row.hidden": (n_inputs, width),
        "row.bias": (width,),
        "head.hidden": (2 * width if columns.sizes else width, width),
        "head.hidden_bias": (width,),
        "head.weight": (width, n_outputs),
        "head.bias": (n_outputs,),
    }
    if columns.sizes:
        found |= {
            "event.code": (sum(columns.sizes), N_EVENT_FEATURES),
            "event.gap": (N_KNOTS + 2, N_EVENT_FEATURES),
            **layer_shapes(sizes.n_layers, N_EVENT_FEATURES, width),
        }
    return found


def forward(net: Net, inputs: SequenceInputs, last_state: LastState) -> Any:
    """Return the outputs of shape (n_rows, n_outputs).

    Parameters
    ----------
    net : Net
    inputs : SequenceInputs
    last_state : callable
        The recurrence, in the library of the arrays (see ``recurrence``).
    """
    w, relu = net.weights, net.operations.relu
    x = net.keep(relu(_row(net, inputs) @ w["row.hidden"] + w["row.bias"]))
    if inputs.events.shape[2]:
        state = net.keep(last_state(net, _events(net, inputs), inputs.n_events))
        x = net.operations.xp.concatenate([x, state], 1)
    x = net.keep(relu(x @ w["head.hidden"] + w["head.hidden_bias"]))
    return x @ w["head.weight"] + w["head.bias"]


def _row(net: Net, inputs: SequenceInputs) -> Any:
    """Return the row's own numbers, flags and embedded categories side by side."""
    levels = net.operations.taken(net.weights["row.level"], inputs.levels)
    levels = levels.reshape(len(levels), levels.shape[1] * levels.shape[2])
    return net.operations.xp.concatenate([inputs.numbers, inputs.flags, levels], 1)


def _events(net: Net, inputs: SequenceInputs) -> Any:
    """Return what all codes of an event say together, and its gap, between the two nearest knots."""
    w, taken, xp = net.weights, net.operations.taken, net.operations.xp
    low = xp.floor(inputs.gaps)
    share = (inputs.gaps - low)[:, :, None]
    knot = net.operations.integers(low)
    gap = taken(w["event.gap"], knot) * (1 - share) + taken(w["event.gap"], knot + 1) * share
    return taken(w["event.code"], inputs.events).sum(2) + gap


def start(shapes: Shapes, prior: Floats, rng: np.random.Generator) -> dict[str, Floats]:
    """Return weights that give every row the prior: what training must beat."""
    found = {name: _drawn(name, shape, rng) for name, shape in shapes.items()}
    return {**found, "head.bias": prior}


def _drawn(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    if name.startswith("lstm.") and name.endswith(".bias"):
        return open_forget_gates(shape[0] // 4)
    if name in NOTHING_AT_FIRST or name.endswith("bias"):
        return np.zeros(shape, np.float32)
    deviation = GAP_DEVIATION if name == "event.gap" else 1 / math.sqrt(max(1, shape[0]))
    return (deviation * rng.standard_normal(shape)).astype(np.float32)
