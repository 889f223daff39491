"""The fit of a network from its first weights: rows on the device, batches that fit, what is kept."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._deep.answers import Answers
from phantom_ml.algorithms._deep.less_sure import of_some_use
from phantom_ml.algorithms._deep.pace import MARGIN, Pace
from phantom_ml.algorithms._deep.task import Part, Rates, Task
from phantom_ml.algorithms.base import FitContext, Learner
from phantom_ml.algorithms.looks import Looks
from phantom_ml.data.matrix import Samples
from phantom_ml.parts.nets.fitting import Network, arrays, fitted_weights
from phantom_ml.parts.nets.training import Plan, Tensors, Trained
from phantom_ml.parts.nets.weights import Weights

#: A small table is seen in smaller steps, so that an epoch has so many; none has fewer rows than the least.
STEPS_OF_AN_EPOCH, LEAST_ROWS = 16, 32
#: Held-out rows that are looked at: a sample of more, which tells the best epoch as well.
VALID_ROWS = 10_000
#: A look at a row costs a third of a step with it; looks may take this share of the steps' time.
LOOK_COST, LOOK_SHARE = 1 / 3, 0.1
#: The last layer of the transformer and of the LSTM.
HEAD = ("head.weight", "head.bias")


@dataclass(frozen=True)
class Rows:
    """Rows on the device, and what is asked about them."""

    seen: Part
    held_out: Part | None
    answers: Answers
    device: Any
    pace: Pace

    @property
    def n_between(self) -> int:
        """Return the epochs from one look at the held-out rows to the next."""
        return max(1, math.ceil(LOOK_COST * self.n_looked / (LOOK_SHARE * len(self.seen))))

    @property
    def n_looked(self) -> int:
        """Return the held-out rows that are looked at."""
        return 0 if self.held_out is None else len(self.held_out)

    @property
    def can_look_again(self) -> bool:
        """Return whether there is time for one more look, and for the scoring after it."""
        rows = self.n_looked + self.pace.n_held_out
        return MARGIN * self.pace.row_seconds * rows <= self.pace.deadline.left()

    def batch_size(self, most: int) -> int:
        """Return the rows of a step, at most so many: a small table takes fewer."""
        return min(most, max(LEAST_ROWS, len(self.seen) // STEPS_OF_AN_EPOCH))


def some(valid: Samples, rng: np.random.Generator, most: int = VALID_ROWS) -> Samples:
    """Return the held-out rows, or of many a sample."""
    n_rows = valid.matrix.n_rows
    if n_rows <= most:
        return valid
    return valid.rows(np.sort(rng.permutation(n_rows)[:most]))


def shown(learner: Any, looks: Looks[Learner]) -> Callable[[int, Tensors], None]:
    """Return what shows a learner with the best weights so far where a training comes to a look."""

    def after_epoch(n_epochs: int, weights: Tensors) -> None:
        looks.reached(
            n_epochs, lambda: replace(learner, weights=arrays(weights), n_rounds=n_epochs)
        )

    return after_epoch


def learned(found: Trained, first_error: float | None) -> bool:
    """Return whether a training came to more than one answer for all rows, by the held-out rows.

    Without held-out rows that is known of a training that saw all its rows, or came to its end.
    """
    if found.error is None or first_error is None:
        return found.is_whole or found.is_done
    return found.error < first_error


def useful(
    weights: Weights,
    found: Trained,
    task: Task,
    rows: Rows,
    head: tuple[str, str],
    answer: NDArray[np.float32],
) -> Weights | None:
    """Return the weights that a training came to, or they less sure; None where one answer for all rows is better.

    Parameters
    ----------
    weights : dict of name to float32 array
        Those of ``found``, its best epoch whatever it lost.
    found : Trained
    task : Task
    rows : Rows
    head : tuple of str
        The names of the last layer's weights and of its biases.
    answer : float32 array of shape (n_raw,)
        The outputs that fit every row alike.
    """
    if learned(found, task.error_of_all(answer)):
        return weights
    is_worth = task.held_out is not None and (found.is_whole or found.is_done)
    return of_some_use(task, weights, head, answer) if is_worth and rows.can_look_again else None


def missing_seconds(found: Trained, first_error: float | None, rows: Rows) -> float:
    """Return about what a fit needs that the time ended before it had learned anything; else 0."""
    if learned(found, first_error) or found.is_whole or found.is_done:
        return 0.0
    return rows.pace.needed_seconds(len(rows.seen), rows.n_looked)


class Fitted(NamedTuple):
    """What came of a fit: ``needed_seconds`` are 0 unless the time ended it before it had learned anything.

    ``is_cut_short`` where the time ended its schedule, and did not merely shorten it; ``is_one_answer`` where
    the weights say the prior alone.
    """

    weights: Weights
    n_epochs: int
    needed_seconds: float
    is_cut_short: bool
    is_one_answer: bool

    def tell(self, learner: Learner) -> None:
        """Note on a learner what it cannot tell itself."""
        learner.needed_seconds, learner.is_cut_short = self.needed_seconds, self.is_cut_short
        learner.is_one_answer = self.is_one_answer


def fitted(
    network: Network, begin: Weights, rows: Rows, plan: Plan, rates: Rates, context: FitContext
) -> Fitted:
    """Return the trained weights.

    Where the training is of no use, they are the first ones, which say the prior. Where the device
    lacks memory, a step and a look at held-out rows take half as many rows.
    """

    def task_of(batch_size: int) -> Task:
        valid_rows = max(1, rates.valid_rows * batch_size // plan.batch_size)
        sized = replace(rates, valid_rows=valid_rows)
        return Task(rows.seen, rows.held_out, rows.answers, network, sized)

    task, answer = task_of(plan.batch_size), begin["head.bias"]
    plan, limit = replace(plan, first_error=math.inf), rows.pace.limit(rows.n_looked)
    weights, found = fitted_weights(task_of, begin, plan, rows.device, context.seed, limit)
    kept = useful(weights, found, task, rows, HEAD, answer)
    missing = missing_seconds(found, task.error_of_all(answer), rows)
    return Fitted(kept or begin, found.n_epochs, missing, not found.is_done, kept is None)
