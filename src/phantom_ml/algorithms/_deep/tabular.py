"""How the network for tables is fitted: everything that needs torch."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from phantom_ml.algorithms._deep.answers import Answers
from phantom_ml.algorithms._deep.columns import NetColumns
from phantom_ml.algorithms._deep.fitting import Rows, missing_seconds, shown, some, useful
from phantom_ml.algorithms._deep.mlp import NeuralNetworkLearner, activation_of
from phantom_ml.algorithms._deep.net import BIAS, SLOPE, WEIGHT, forward
from phantom_ml.algorithms._deep.pace import Pace
from phantom_ml.algorithms._deep.start import Shape, prior, start
from phantom_ml.algorithms._deep.task import Part, Rates, Task
from phantom_ml.algorithms.base import FitContext
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Samples
from phantom_ml.parts.nets.device import DeviceName, chosen, halving, imported, threads
from phantom_ml.parts.nets.fitting import Network, arrays, tensors
from phantom_ml.parts.nets.training import Plan, Tensors, Trained, train

#: Rows that scale the first weights.
START_ROWS = 1_000
#: Rows that are validated at once.
VALID_ROWS = 8_192
#: Fewer steps than this come to nothing: where an epoch has few, and epochs are few, a step sees fewer rows, but
#: so many at least.
LEAST_STEPS, LEAST_ROWS = 90, 8
#: Learning rate of a weight as a factor of the whole, by the beginning of its name; it is also the factor
#: of its weight decay, which a step multiplies with its rate: so scales of inputs, which learn six times
#: as fast, decay 36 times as fast, and inputs that are of no use fade. Source: RealMLP as it is published
#: (pytabkit 1.8).
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

    def plan(self, n_epochs: int, n_rows: int) -> Plan:
        """Return how the network is trained on so many rows."""
        enough = max(LEAST_ROWS, n_rows * n_epochs // LEAST_STEPS)
        return Plan(
            self.learning_rate,
            self.weight_decay,
            n_epochs,
            min(self.batch_size, enough),
            _factor,
            lambda name: 0.0 if name.startswith(BIAS) else _factor(name),
            whole_batches=True,
        )


def fit_tabular(
    choices: Choices, seen: Samples, valid: Samples | None, context: FitContext
) -> NeuralNetworkLearner:
    """Return the fitted network; where it is no better than one answer for all rows, less sure or that answer."""
    began, device = time.monotonic(), chosen(choices.device)
    columns, answers = NetColumns.fit(seen.matrix), Answers.of(seen, context)
    first = _start(choices, seen, columns, answers, context.seed)
    learner = NeuralNetworkLearner(columns, answers, prior(first, answers.prior(seen)), 1)
    pace = Pace.of(began, learner, valid, context)

    def there(samples: Samples) -> Part:
        return Part.of(columns.inputs(samples.matrix), samples, answers, device)

    with threads(context.n_threads):
        held_out = None if valid is None else there(_looked_at(valid, pace, context.seed))
        rows = Rows(there(seen), held_out, answers, device, pace)
        rates = Rates(choices.dropout, choices.label_smoothing, context.seed, VALID_ROWS)
        task = Task(rows.seen, held_out, answers, _network(answers.kind), rates)
        same, begin = task.error_of_all(answers.prior(seen)), tensors(first, device)
        timed = replace(context, deadline=pace.limit(rows.n_looked))
        plan = choices.plan(context.n_rounds or choices.n_epochs, len(rows.seen))
        plan = replace(plan, first_error=math.inf, after_epoch=shown(learner, context.looks))
        found = halving(lambda n: _trained(plan, task, begin, timed, n), plan.batch_size)
        trained = arrays(found.weights)
        head = (f"{WEIGHT}.{len(choices.hidden)}", f"{BIAS}.{len(choices.hidden)}")
        kept = useful(trained, found, task, rows, head, answers.prior(seen))
    learner.weights, learner.is_one_answer = kept or learner.weights, kept is None
    learner.n_rounds, learner.needed_seconds = found.n_epochs, missing_seconds(found, same, rows)
    learner.is_cut_short = not found.is_done
    return learner


def _looked_at(valid: Samples, pace: Pace, seed: int) -> Samples:
    return some(valid, np.random.default_rng(seed), pace.n_looked(valid.matrix.n_rows))


def _factor(name: str) -> float:
    return FACTORS.get(name.partition(".")[0], 1.0)


def _trained(
    plan: Plan, task: Task, begin: Tensors, context: FitContext, batch_size: int
) -> Trained:
    order = imported().Generator().manual_seed(context.seed)
    return train(task, begin, replace(plan, batch_size=batch_size), context.deadline, order)


def _network(kind: ProblemKind) -> Network:
    torch = imported()
    nn = torch.nn.functional
    activation = nn.mish if kind is ProblemKind.REGRESSION else nn.selu
    return lambda weights, inputs, keep: forward(weights, inputs, activation, torch, keep)


def _start(
    choices: Choices, seen: Samples, columns: NetColumns, answers: Answers, seed: int
) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(seen.matrix.n_rows)[:START_ROWS])
    inputs = columns.inputs(seen.matrix.rows(rows))
    activation = activation_of(answers.kind)
    shape = Shape(choices.hidden, answers.n_raw, choices.frequency)
    return start(columns, inputs, shape, activation, rng)
