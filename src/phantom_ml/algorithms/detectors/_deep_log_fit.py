"""How DeepLog is fitted: everything that needs torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._deep.lstm_net import Sizes, forward
from phantom_ml.algorithms.base import FitContext
from phantom_ml.algorithms.detectors._deep_log_net import Events
from phantom_ml.algorithms.detectors._learner import Seen
from phantom_ml.parts.nets.device import DeviceName, chosen, imported, threads
from phantom_ml.parts.nets.fitting import network_of
from phantom_ml.parts.nets.recurrence import last_state_of_torch
from phantom_ml.parts.nets.schedule import warm_cos
from phantom_ml.parts.nets.training import Plan, Tensors, train

Weights = dict[str, NDArray[np.float32]]
#: A step takes so many rows at most; a small table takes fewer, so that an epoch has some steps.
STEPS_OF_AN_EPOCH, LEAST_ROWS = 16, 32


@dataclass(frozen=True)
class Choices:
    """What is chosen of DeepLog: see the settings of the same names."""

    sizes: Sizes
    learning_rate: float
    weight_decay: float
    n_epochs: int
    batch_size: int
    device: DeviceName

    def plan(self, n_rows: int, n_epochs: int | None) -> Plan:
        """Return how it is trained on so many rows; biases do not decay."""
        return Plan(
            self.learning_rate,
            self.weight_decay,
            n_epochs or self.n_epochs,
            min(self.batch_size, max(LEAST_ROWS, n_rows // STEPS_OF_AN_EPOCH)),
            lambda name: 1.0,
            lambda name: float(not name.endswith("bias")),
            warm_cos,
        )


class Foretelling:
    """Rows that a network is to foretell from the events before them."""

    def __init__(self, events: Events, seen: Seen, device: Any) -> None:
        self.torch, self.events = imported(), events
        self.n_rows = len(seen.rows)
        self.network = network_of(device, lambda net, x: forward(net, x, last_state_of_torch))

        def there(array: Any) -> Any:
            return self.torch.from_numpy(np.ascontiguousarray(array)).to(device)

        inputs = events.before(seen.matrix)
        self.inputs = type(inputs)(*map(there, inputs))
        self.codes = there(events.codes(seen.matrix))
        self.rows = there(seen.rows.astype(np.float32))

    def loss(self, weights: Tensors, rows: Any, strength: float) -> Any:
        """Return the mean of what is missed of some rows."""
        at = rows.to(self.rows.device)
        inputs = type(self.inputs)(*(tensor[at] for tensor in self.inputs))
        outputs = self.network(weights, inputs, lambda x: x)
        *channels, columns = self.events.parts(outputs)
        total = outputs.sum() * 0.0
        if columns.shape[1]:
            total = total + (columns - self.rows[at]).abs().mean()
        for i, odds in enumerate(channels):
            total = total + self.torch.nn.functional.cross_entropy(odds, self.codes[at, i])
        return total

    def error(self, weights: Tensors) -> float | None:
        """Return None: there are no held-out rows."""
        return None


def fit_deep_log(
    choices: Choices, events: Events, seen: Seen, context: FitContext
) -> tuple[Weights, int, bool]:
    """Return the weights, their epochs, and whether the time cut the training short.

    The weights are the first ones, where training is of no use.
    """
    torch, device = imported(), chosen(choices.device)
    codes = events.codes(seen.matrix)
    begin = events.start(choices.sizes, codes, seen.rows, context.seed)
    if not begin["head.bias"].size:
        return begin, 1, False
    with threads(context.n_threads):
        task = Foretelling(events, seen, device)
        first = {name: torch.from_numpy(value).to(device) for name, value in begin.items()}
        order = torch.Generator().manual_seed(context.seed)
        plan = choices.plan(task.n_rows, context.n_rounds)
        found = train(task, first, plan, context.deadline, order)
    kept = {name: value.cpu().numpy() for name, value in found.weights.items()}
    sound = all(np.isfinite(value).all() for value in kept.values())
    useful = sound and (found.is_whole or found.is_done)
    return (kept if useful else begin), found.n_epochs, not found.is_done
