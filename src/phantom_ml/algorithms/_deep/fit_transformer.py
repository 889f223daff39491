"""How the transformer is fitted: everything that needs torch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from phantom_ml.algorithms._deep.answers import Answers
from phantom_ml.algorithms._deep.attention import Net
from phantom_ml.algorithms._deep.device import (
    DeviceName,
    chosen,
    halving,
    imported,
    mixed_precision,
    threads,
)
from phantom_ml.algorithms._deep.operations import of_torch
from phantom_ml.algorithms._deep.schedule import warm_cos
from phantom_ml.algorithms._deep.task import Keep, Network, Part, Rates, Task, tensors
from phantom_ml.algorithms._deep.token_columns import TokenColumns, TokenInputs
from phantom_ml.algorithms._deep.tokens import MAX_NUMBERS
from phantom_ml.algorithms._deep.training import Plan, Tensors, Trained, train
from phantom_ml.algorithms._deep.transformer_learner import TransformerLearner
from phantom_ml.algorithms._deep.transformer_net import Sizes, forward, shapes, start
from phantom_ml.algorithms._deep.weights import Weights
from phantom_ml.algorithms.base import FitContext
from phantom_ml.data.matrix import Samples

#: A small table is seen in smaller steps, so that an epoch has so many; none has fewer rows than the least.
STEPS_OF_AN_EPOCH, LEAST_ROWS = 16, 32
#: Held-out rows that are looked at: a sample of more, which tells the best epoch as well.
VALID_ROWS = 10_000
#: How much faster a run of bytes is learned, since a step meets few of them. Without it, the ROC AUC of
#: 2,000 held-out rows of 8,000 phishing URLs was 0.97 instead of 0.985.
RUN_FACTOR = 8.0
#: A look at a row costs a third of a step with it; looks may take this share of the steps' time.
LOOK_COST, LOOK_SHARE = 1 / 3, 0.1


@dataclass(frozen=True)
class Choices:
    """What is chosen of a transformer: see the settings of the same names."""

    sizes: Sizes
    learning_rate: float
    dropout: float
    weight_decay: float
    frequency: float
    label_smoothing: float
    n_epochs: int
    batch_size: int
    device: DeviceName

    def plan(self, n_epochs: int, batch_size: int, n_between: int) -> Plan:
        """Return how the transformer is trained; biases and norms do not decay."""
        return Plan(
            self.learning_rate,
            self.weight_decay,
            n_epochs,
            batch_size,
            lambda name: RUN_FACTOR if name.startswith("text.run.") else 1.0,
            lambda name: not name.endswith(("bias", "norm", "phase")),
            warm_cos,
            n_between,
        )


def fit_transformer(
    choices: Choices, seen: Samples, valid: Samples | None, context: FitContext
) -> TransformerLearner:
    """Return the fitted transformer; where it is no better than one answer for all rows, that answer."""
    device, answers = chosen(choices.device), Answers.of(seen, context)
    columns = TokenColumns.fit(seen, answers, MAX_NUMBERS)
    sized = shapes(columns, choices.sizes, answers.n_raw)
    rng = np.random.default_rng(context.seed)
    begin = start(sized, answers.prior(seen), choices.frequency, rng)

    def there(samples: Samples) -> Part:
        return Part.of(columns.inputs(samples.matrix), samples, answers, device)

    with threads(context.n_threads):
        held_out = None if valid is None else there(_some(valid, rng))
        rows = Rows(there(seen), held_out, answers, device)
        most = min(choices.batch_size, max(LEAST_ROWS, len(rows.seen) // STEPS_OF_AN_EPOCH))
        found = halving(lambda n: _trained(choices, rows, begin, context, n), most)
        kept = _kept(found, begin)
    return TransformerLearner(columns, answers, choices.sizes, kept, found.n_epochs)


@dataclass(frozen=True)
class Rows:
    """Rows on the device, and what is asked about them."""

    seen: Part
    held_out: Part | None
    answers: Answers
    device: Any

    @property
    def n_between(self) -> int:
        """Return the epochs from one look at the held-out rows to the next."""
        n_looked_at = 0 if self.held_out is None else len(self.held_out)
        return max(1, math.ceil(LOOK_COST * n_looked_at / (LOOK_SHARE * len(self.seen))))


def _some(valid: Samples, rng: np.random.Generator) -> Samples:
    n_rows = valid.matrix.n_rows
    if n_rows <= VALID_ROWS:
        return valid
    return valid.rows(np.sort(rng.permutation(n_rows)[:VALID_ROWS]))


def _trained(
    choices: Choices, rows: Rows, begin: Weights, context: FitContext, batch_size: int
) -> Trained:
    rates = Rates(choices.dropout, choices.label_smoothing, context.seed, 2 * batch_size)
    task = Task(rows.seen, rows.held_out, rows.answers, _network(rows.device), rates)
    plan = choices.plan(context.n_rounds or choices.n_epochs, batch_size, rows.n_between)
    order = imported().Generator().manual_seed(context.seed)
    return train(task, tensors(begin, rows.device), plan, context.deadline, order)


def _network(device: Any) -> Network:
    operations = of_torch()

    def network(weights: Tensors, inputs: TokenInputs, keep: Keep) -> Any:
        with mixed_precision(device):
            raw = forward(Net(weights, operations, keep), inputs)
        return raw.float()

    return network


def _kept(found: Trained, begin: Weights) -> Weights:
    """Return the trained weights; the first ones, which say the prior, where the training is of no use."""
    kept = {name: w.cpu().numpy() for name, w in found.weights.items()}
    was_trained = found.error is not None or found.is_whole or found.is_done
    sound = all(np.isfinite(w).all() for w in kept.values())
    return kept if was_trained and sound else begin
