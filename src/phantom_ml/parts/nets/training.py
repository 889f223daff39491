"""The training of any network: Adam with decoupled weight decay, until the epochs are done or time is up.

How many epochs there is time for is measured on the way, so that the schedule always reaches its end:
a network that is stopped in the middle of a wave is of little use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from phantom_ml.parts.nets.adamw import AdamW
from phantom_ml.parts.nets.clock import Clock, Limit
from phantom_ml.parts.nets.device import imported
from phantom_ml.parts.nets.schedule import coslog4, flat_cos

Tensors = Mapping[str, Any]


def _nobody(n_epochs: int, weights: Tensors) -> None:
    """Is told of epochs where nobody asks."""


class Trainable(Protocol):
    """What is trained.

    Attributes
    ----------
    n_rows : int
    """

    n_rows: int

    def loss(self, weights: Tensors, rows: Any, strength: float) -> Any:
        """Return the mean loss of some rows, with dropout at ``strength`` of its full rate."""

    def error(self, weights: Tensors) -> float | None:
        """Return the held-out error; None without held-out rows."""


@dataclass(frozen=True)
class Plan:
    """How a network is trained.

    Attributes
    ----------
    learning_rate : float
        At the top of a wave.
    weight_decay : float
        A step takes away this times the learning rate.
    n_epochs, batch_size : int
    factor : callable of name -> float
        Of the learning rate of a weight.
    decay : callable of name -> float
        Factor of the weight decay of a weight, beside that of its learning rate.
    wave : callable of a share of the training -> float
        Factor of the learning rate.
    n_between : int
        Epochs from one look at the held-out rows to the next; there is always one at the end.
    whole_batches : bool
        Whether an epoch leaves out the rows that do not fill its last step, others each time: the
        gradient of a few rows is noise at a high learning rate.
    first_error : float or None
        The held-out error that weights must beat to be kept; None: that of the first weights, which is measured.
    after_epoch : callable of a number of epochs and mapping of name to tensor
        Told after each epoch but the last how many there are, and the weights that would be kept.
    """

    learning_rate: float
    weight_decay: float
    n_epochs: int
    batch_size: int
    factor: Callable[[str], float]
    decay: Callable[[str], float]
    wave: Callable[[float], float] = coslog4
    n_between: int = 1
    whole_batches: bool = False
    first_error: float | None = None
    after_epoch: Callable[[int, Tensors], None] = _nobody

    def n_steps(self, n_rows: int) -> int:
        """Return the steps of an epoch."""
        whole, rest = divmod(n_rows, self.batch_size)
        return max(1, whole + bool(rest and not self.whole_batches))


@dataclass(frozen=True)
class Trained:
    """What came of it.

    Attributes
    ----------
    weights : mapping of name to tensor
        Those of the best epoch where there are held-out rows, else the last; the first ones where no epoch beat
        what was to be beaten.
    n_epochs : int
        That were planned, in the end.
    error : float or None
        Of the held-out rows.
    is_whole : bool
        Whether there was time for one pass over the rows at least.
    is_done : bool
        Whether the schedule reached its end, be it a shortened one, before time was up.
    """

    weights: dict[str, Any]
    n_epochs: int
    error: float | None
    is_whole: bool
    is_done: bool


def train(task: Trainable, start: Tensors, plan: Plan, deadline: Limit, generator: Any) -> Trained:
    """Return the trained weights.

    Parameters
    ----------
    task : Trainable
    start : mapping of name to tensor
        Where to begin, on the device of the training.
    plan : Plan
    deadline : Limit
    generator : torch.Generator
        Of the order of rows.
    """
    torch = imported()
    weights = {name: value.clone().requires_grad_() for name, value in start.items()}
    optimiser = AdamW(weights)
    per_epoch = plan.n_steps(task.n_rows)
    clock = Clock(deadline, plan.n_epochs * per_epoch)
    best, best_error, epoch = _copy(weights), plan.first_error, 0
    if best_error is None:
        best_error = task.error(weights)
    while not clock.is_over():
        parts = torch.randperm(task.n_rows, generator=generator).split(plan.batch_size)
        for rows in parts[:per_epoch]:
            if clock.is_over():
                break
            optimiser.forget()
            task.loss(weights, rows, flat_cos(clock.share)).backward()
            optimiser.step(_rates(plan, clock.share))
            clock.stepped()
        epoch += 1
        if clock.is_over() or not epoch % plan.n_between:
            error = task.error(weights)
            if error is None or best_error is None or error < best_error:
                best, best_error = _copy(weights), error
        if not clock.is_over():
            plan.after_epoch(epoch, best)
    n_epochs = max(1, round(clock.n_steps / per_epoch))
    return Trained(best, n_epochs, best_error, clock.step >= per_epoch, not clock.is_cut)


def _rates(plan: Plan, share: float) -> Callable[[str], tuple[float, float]]:
    rate, decay = plan.learning_rate * plan.wave(share), plan.weight_decay * flat_cos(share)

    def of(name: str) -> tuple[float, float]:
        own = rate * plan.factor(name)
        # A step takes away no more than there is: high rates would turn weights around, and let them grow.
        return own, min(decay * plan.decay(name), 1 / max(own, 1e-12))

    return of


def _copy(weights: Tensors) -> dict[str, Any]:
    return {name: value.detach().clone() for name, value in weights.items()}
