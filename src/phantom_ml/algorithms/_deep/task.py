"""The task of a training: what rows lose, with some units left out at random, and what held-out rows lose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from phantom_ml.algorithms._deep.answers import Answers
from phantom_ml.algorithms._linear.learner import row_weights
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Samples
from phantom_ml.parts.nets.device import imported
from phantom_ml.parts.nets.fitting import Network, dropped
from phantom_ml.parts.nets.training import Tensors


@dataclass(frozen=True)
class Part:
    """Rows on the device: inputs (a named tuple of tensors), answers, weights."""

    inputs: Any
    target: Any
    weight: Any

    @classmethod
    def of(cls, inputs: Any, samples: Samples, answers: Answers, device: Any) -> Part:
        """Return the rows of samples, of which the inputs are those."""
        torch = imported()

        def there(array: Any) -> Any:
            return torch.from_numpy(np.ascontiguousarray(array)).to(device)

        weight = row_weights(samples).astype(np.float32)
        return cls(type(inputs)(*map(there, inputs)), there(answers.target(samples)), there(weight))

    def rows(self, where: Any) -> Part:
        """Return some of the rows."""
        inputs = type(self.inputs)(*(tensor[where] for tensor in self.inputs))
        return Part(inputs, self.target[where], self.weight[where])

    def __len__(self) -> int:
        return len(self.target)


@dataclass(frozen=True)
class Rates:
    """How a training is made harder, and how many held-out rows are looked at at once.

    Attributes
    ----------
    dropout : float
        Share of units that are left out.
    label_smoothing : float
        Share of a class's probability that goes to all.
    """

    dropout: float
    label_smoothing: float
    seed: int
    valid_rows: int


class Task:
    """Rows, and a network that is to answer them."""

    def __init__(
        self, seen: Part, held_out: Part | None, answers: Answers, network: Network, rates: Rates
    ) -> None:
        self.torch = imported()
        self.n_rows = len(seen)
        self.seen, self.held_out, self.answers = seen, held_out, answers
        self.network, self.rates = network, rates
        self.noise = self.torch.Generator(seen.target.device).manual_seed(rates.seed)

    def loss(self, weights: Tensors, rows: Any, strength: float) -> Any:
        """Return the mean loss of some rows."""
        part = self.seen.rows(rows.to(self.seen.target.device))
        rate = self.rates.dropout * strength
        raw = self.network(weights, part.inputs, lambda x: dropped(x, rate, self.noise))
        return (self._losses(raw, part, self.rates.label_smoothing) * part.weight).mean()

    def error(self, weights: Tensors) -> float | None:
        """Return the mean loss of the held-out rows."""
        if self.held_out is None:
            return None
        total, n = 0.0, 0.0
        with self.torch.no_grad():
            for first in range(0, len(self.held_out), self.rates.valid_rows):
                part = self.held_out.rows(slice(first, first + self.rates.valid_rows))
                raw = self.network(weights, part.inputs, lambda x: x)
                total += float((self._losses(raw, part, 0.0) * part.weight).sum())
                n += float(part.weight.sum())
        return total / max(n, 1e-12)

    def error_of_all(self, outputs: Any) -> float | None:
        """Return the mean loss of the held-out rows where each has the same outputs, of shape (n_raw,)."""
        return None if self.held_out is None else self.error_of(self.outputs_of_all(outputs))

    def error_of(self, raw: Any) -> float:
        """Return the mean loss of the held-out rows, of which there are some, by their outputs."""
        part = self._judges
        losses = self._losses(raw, part, 0.0)
        total, n = float((losses * part.weight).sum()), float(part.weight.sum())
        return total / max(n, 1e-12)

    def outputs(self, weights: Tensors) -> Any:
        """Return the outputs of the held-out rows, of which there are some, shape (n_rows, n_raw)."""
        part, step = self._judges, self.rates.valid_rows
        with self.torch.no_grad():
            few = (part.rows(slice(first, first + step)) for first in range(0, len(part), step))
            return self.torch.cat([self.network(weights, p.inputs, lambda x: x) for p in few])

    def outputs_of_all(self, outputs: Any) -> Any:
        """Return the same outputs, of shape (n_raw,), for each of the held-out rows."""
        one = self.torch.from_numpy(np.ascontiguousarray(outputs))
        return one.to(self._judges.weight.device).expand(len(self._judges), -1)

    @property
    def _judges(self) -> Part:
        if self.held_out is None:
            raise ValueError("No rows are held out.")
        return self.held_out

    def _losses(self, raw: Any, part: Part, smoothing: float) -> Any:
        if self.answers.kind is ProblemKind.REGRESSION:
            return (raw[:, 0] - part.target).square()
        return self.torch.nn.functional.cross_entropy(
            raw, part.target, reduction="none", label_smoothing=smoothing
        )
