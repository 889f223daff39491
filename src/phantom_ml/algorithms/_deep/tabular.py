"""How the network for tables is fitted: everything that needs torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from phantom_ml.algorithms._deep.answers import Answers
from phantom_ml.algorithms._deep.columns import Inputs, NetColumns
from phantom_ml.algorithms._deep.device import DeviceName, chosen, imported, threads
from phantom_ml.algorithms._deep.mlp import NeuralNetworkLearner, activation_of
from phantom_ml.algorithms._deep.net import BIAS, SLOPE, forward
from phantom_ml.algorithms._deep.start import Shape, prior, start
from phantom_ml.algorithms._deep.training import Plan, Tensors, train
from phantom_ml.algorithms._linear_learner import row_weights
from phantom_ml.algorithms.base import FitContext
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Samples

#: Rows that scale the first weights.
START_ROWS = 1_000
#: Rows that are validated at once.
VALID_ROWS = 8_192
#: Learning rate of a weight as a factor of the whole, by the beginning of its name. Source: RealMLP.
FACTORS = {
    "scale": 6.0, BIAS: 0.1, SLOPE: 0.1, "frequency": 0.1, "phase": 0.1, "mix": 0.1,
}  # fmt: skip


@dataclass(frozen=True)
class Choices:
    """What is chosen of a network: see the settings of the same names."""

    hidden: tuple[int, ...]
    learning_rate: float
    dropout: float
    weight_decay: float
    frequency: float
    label_smoothing: float
    n_epochs: int
    batch_size: int
    device: DeviceName

    def plan(self, n_rounds: int | None) -> Plan:
        """Return how the network is trained."""
        return Plan(
            self.learning_rate,
            self.weight_decay,
            n_rounds or self.n_epochs,
            self.batch_size,
            lambda name: FACTORS.get(name.partition(".")[0], 1.0),
            lambda name: not name.startswith(BIAS),
        )


@dataclass(frozen=True)
class Part:
    """Rows on the device: inputs, answers, weights."""

    inputs: Inputs
    target: Any
    weight: Any

    @classmethod
    def of(cls, samples: Samples, columns: NetColumns, answers: Answers, device: Any) -> Part:
        """Return the rows of samples."""
        torch = imported()

        def there(array: Any) -> Any:
            return torch.from_numpy(np.ascontiguousarray(array)).to(device)

        inputs = columns.inputs(samples.matrix)
        weight = row_weights(samples).astype(np.float32)
        return cls(Inputs(*map(there, inputs)), there(answers.target(samples)), there(weight))

    def rows(self, where: Any) -> Part:
        """Return some of the rows."""
        inputs = Inputs(*(tensor[where] for tensor in self.inputs))
        return Part(inputs, self.target[where], self.weight[where])

    def __len__(self) -> int:
        return len(self.target)


class Tabular:
    """The task of the training: what rows lose, with some units left out at random."""

    def __init__(
        self, seen: Part, held_out: Part | None, answers: Answers, choices: Choices, seed: int
    ) -> None:
        torch = imported()
        self.n_rows = len(seen)
        self.seen, self.held_out, self.answers, self.choices = seen, held_out, answers, choices
        self.noise = torch.Generator(seen.target.device).manual_seed(seed)
        self.torch = torch

    def loss(self, weights: Tensors, rows: Any, strength: float) -> Any:
        """Return the mean loss of some rows."""
        part = self.seen.rows(rows.to(self.seen.target.device))
        rate = self.choices.dropout * strength
        raw = self._raw(weights, part.inputs, lambda x: self._dropped(x, rate))
        return (self._losses(raw, part, self.choices.label_smoothing) * part.weight).mean()

    def error(self, weights: Tensors) -> float | None:
        """Return the mean loss of the held-out rows."""
        if self.held_out is None:
            return None
        total, n = 0.0, 0.0
        with self.torch.no_grad():
            for first in range(0, len(self.held_out), VALID_ROWS):
                part = self.held_out.rows(slice(first, first + VALID_ROWS))
                raw = self._raw(weights, part.inputs, lambda x: x)
                total += float((self._losses(raw, part, 0.0) * part.weight).sum())
                n += float(part.weight.sum())
        return total / max(n, 1e-12)

    def _raw(self, weights: Tensors, inputs: Inputs, keep: Any) -> Any:
        nn = self.torch.nn.functional
        values = self.answers.kind is ProblemKind.REGRESSION
        activation = nn.mish if values else nn.selu
        return forward(weights, inputs, activation, self.torch, keep)

    def _losses(self, raw: Any, part: Part, smoothing: float) -> Any:
        if self.answers.kind is ProblemKind.REGRESSION:
            return (raw[:, 0] - part.target).square()
        return self.torch.nn.functional.cross_entropy(
            raw, part.target, reduction="none", label_smoothing=smoothing
        )

    def _dropped(self, x: Any, rate: float) -> Any:
        if rate <= 0:
            return x
        drawn = self.torch.rand(x.shape, generator=self.noise, device=x.device)
        return x * (drawn >= rate) / (1 - rate)


def fit_tabular(
    choices: Choices, seen: Samples, valid: Samples | None, context: FitContext
) -> NeuralNetworkLearner:
    """Return the fitted network; where it is no better than one answer for all rows, that answer."""
    torch = imported()
    device = chosen(choices.device)
    columns, answers = NetColumns.fit(seen.matrix), Answers.of(seen, context)
    with threads(context.n_threads):
        part = Part.of(seen, columns, answers, device)
        held_out = None if valid is None else Part.of(valid, columns, answers, device)
        task = Tabular(part, held_out, answers, choices, context.seed)
        weights = _start(choices, seen, columns, answers, context.seed)
        begin = {n: torch.from_numpy(w).to(device) for n, w in weights.items()}
        order = torch.Generator().manual_seed(context.seed)
        plan = choices.plan(context.n_rounds)
        found = train(task, begin, plan, context.deadline, order)
        kept = {name: w.cpu().numpy() for name, w in found.weights.items()}
        alike = prior(kept, answers.prior(seen))
        same = task.error({n: torch.from_numpy(w).to(device) for n, w in alike.items()})
    if not (found.is_whole and (found.error is None or same is None or found.error <= same)):
        kept = alike
    return NeuralNetworkLearner(columns, answers, kept, found.n_epochs)


def _start(
    choices: Choices, seen: Samples, columns: NetColumns, answers: Answers, seed: int
) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(seen.matrix.n_rows)[:START_ROWS])
    inputs = columns.inputs(seen.matrix.rows(rows))
    activation = activation_of(answers.kind)
    shape = Shape(choices.hidden, answers.n_raw, choices.frequency)
    return start(columns, inputs, shape, activation, rng)
