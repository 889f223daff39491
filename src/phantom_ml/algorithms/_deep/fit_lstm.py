"""How the LSTM is fitted: everything that needs torch."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from phantom_ml.algorithms._deep.answers import Answers
from phantom_ml.algorithms._deep.fitting import VALID_ROWS, Rows, fitted, shown, some
from phantom_ml.algorithms._deep.lstm_learner import LSTMLearner
from phantom_ml.algorithms._deep.lstm_net import Sizes, forward, shapes, start
from phantom_ml.algorithms._deep.pace import Pace
from phantom_ml.algorithms._deep.sequence_columns import SequenceColumns
from phantom_ml.algorithms._deep.task import Part, Rates
from phantom_ml.algorithms.base import FitContext
from phantom_ml.data.matrix import Samples
from phantom_ml.parts.nets.device import DeviceName, chosen, threads
from phantom_ml.parts.nets.fitting import network_of
from phantom_ml.parts.nets.recurrence import last_state_of_torch
from phantom_ml.parts.nets.schedule import warm_cos
from phantom_ml.parts.nets.training import Plan


@dataclass(frozen=True)
class Choices:
    """What is chosen of an LSTM: see the settings of the same names."""

    sizes: Sizes
    learning_rate: float
    dropout: float
    weight_decay: float
    label_smoothing: float
    n_epochs: int
    batch_size: int
    device: DeviceName

    def plan(self, rows: Rows, n_epochs: int | None) -> Plan:
        """Return how the LSTM is trained on some rows; biases do not decay."""
        return Plan(
            self.learning_rate,
            self.weight_decay,
            n_epochs or self.n_epochs,
            rows.batch_size(self.batch_size),
            lambda name: 1.0,
            lambda name: float(not name.endswith("bias")),
            warm_cos,
            rows.n_between,
        )


def fit_lstm(
    choices: Choices, seen: Samples, valid: Samples | None, context: FitContext
) -> LSTMLearner:
    """Return the fitted LSTM; where it is no better than one answer for all rows, that answer."""
    began = time.monotonic()
    device, answers = chosen(choices.device), Answers.of(seen, context)
    columns, rng = SequenceColumns.fit(seen.matrix), np.random.default_rng(context.seed)
    sized = shapes(columns, choices.sizes, answers.n_raw)
    begin = start(sized, answers.prior(seen), rng)
    learner = LSTMLearner(columns, answers, choices.sizes, begin, 1)
    pace = Pace.of(began, learner, valid, context)

    def there(samples: Samples) -> Part:
        return Part.of(columns.inputs(samples.matrix), samples, answers, device)

    with threads(context.n_threads):
        few = None if valid is None else some(valid, rng, pace.n_looked(VALID_ROWS))
        held_out = None if few is None else there(few)
        rows = Rows(there(seen), held_out, answers, device, pace)
        plan = choices.plan(rows, context.n_rounds)
        plan = replace(plan, after_epoch=shown(learner, context.looks))
        rates = Rates(choices.dropout, choices.label_smoothing, context.seed, 4 * plan.batch_size)
        network = network_of(device, lambda net, inputs: forward(net, inputs, last_state_of_torch))
        found = fitted(network, begin, rows, plan, rates, context)
    learner = replace(learner, weights=found.weights, n_rounds=found.n_epochs)
    found.tell(learner)
    return learner
