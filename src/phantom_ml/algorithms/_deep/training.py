"""The training of any network: Adam with decoupled weight decay, until the epochs are done or time is up.

How many epochs there is time for is measured on the way, so that the schedule always reaches its end:
a network that is stopped in the middle of a wave is of little use.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from phantom_ml.algorithms._deep.device import imported
from phantom_ml.algorithms._deep.schedule import coslog4, flat_cos
from phantom_ml.process.deadline import Deadline

Tensors = Mapping[str, Any]
#: Steps from one measure of the speed to the next, the first after one that warms up.
TIMED_STEPS = 10
#: Share of the time left that steps and looks at held-out rows may take; the rest is for the last look.
STEPS_SHARE = 0.9
BETAS = (0.9, 0.95)


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
    decays : callable of name -> bool
    wave : callable of a share of the training -> float
        Factor of the learning rate.
    n_between : int
        Epochs from one look at the held-out rows to the next; there is always one at the end.
    """

    learning_rate: float
    weight_decay: float
    n_epochs: int
    batch_size: int
    factor: Callable[[str], float]
    decays: Callable[[str], bool]
    wave: Callable[[float], float] = coslog4
    n_between: int = 1


@dataclass(frozen=True)
class Trained:
    """What came of it.

    Attributes
    ----------
    weights : mapping of name to tensor
        Those of the best epoch where there are held-out rows, else the last.
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


def train(
    task: Trainable, start: Tensors, plan: Plan, deadline: Deadline, generator: Any
) -> Trained:
    """Return the trained weights.

    Parameters
    ----------
    task : Trainable
    start : mapping of name to tensor
        Where to begin, on the device of the training.
    plan : Plan
    deadline : Deadline
    generator : torch.Generator
        Of the order of rows.
    """
    torch = imported()
    weights = {name: value.clone().requires_grad_() for name, value in start.items()}
    optimiser = _optimiser(weights, plan)
    per_epoch = max(1, -(-task.n_rows // plan.batch_size))
    clock = _Clock(deadline, plan.n_epochs * per_epoch)
    best, best_error, epoch = _copy(weights), task.error(weights), 0
    while not clock.is_over():
        for rows in torch.randperm(task.n_rows, generator=generator).split(plan.batch_size):
            if clock.is_over():
                break
            _set_rates(optimiser, plan, clock.share)
            optimiser.zero_grad(set_to_none=True)
            task.loss(weights, rows, flat_cos(clock.share)).backward()
            optimiser.step()
            clock.stepped()
        epoch += 1
        if epoch % plan.n_between and not clock.is_over():
            continue
        error = task.error(weights)
        if error is None or best_error is None or error < best_error:
            best, best_error = _copy(weights), error
    n_epochs = max(1, round(clock.n_steps / per_epoch))
    return Trained(best, n_epochs, best_error, clock.step >= per_epoch, not clock.is_cut)


class _Clock:
    """How many steps there is time for; known after a few, and better after each few more."""

    def __init__(self, deadline: Deadline, n_steps: int) -> None:
        self.deadline, self.most, self.n_steps = deadline, n_steps, n_steps
        self.step, self.start, self.end, self.is_cut = 0, 0.0, np.inf, False

    @property
    def share(self) -> float:
        return self.step / self.n_steps

    def is_over(self) -> bool:
        if self.step < self.n_steps and self.deadline.passed:
            self.n_steps, self.is_cut = self.step, True
        return self.step >= self.n_steps

    def stepped(self) -> None:
        self.step += 1
        if self.step == 1:
            self.start = time.monotonic()
            self.end = self.start + STEPS_SHARE * self.deadline.left()
        elif self.step % TIMED_STEPS == 1 and np.isfinite(self.end):
            now = time.monotonic()
            each = max((now - self.start) / (self.step - 1), 1e-9)
            self.n_steps = min(self.most, self.step + max(0, int((self.end - now) / each)))


def _optimiser(weights: Tensors, plan: Plan) -> Any:
    groups = [
        {"params": [w], "factor": plan.factor(name), "decays": plan.decays(name)}
        for name, w in weights.items()
    ]
    return imported().optim.AdamW(groups, lr=plan.learning_rate, betas=BETAS, fused=True)


def _set_rates(optimiser: Any, plan: Plan, share: float) -> None:
    rate, decay = plan.learning_rate * plan.wave(share), plan.weight_decay * flat_cos(share)
    for group in optimiser.param_groups:
        group["lr"] = rate * group["factor"]
        group["weight_decay"] = decay if group["decays"] else 0.0


def _copy(weights: Tensors) -> dict[str, Any]:
    return {name: value.detach().clone() for name, value in weights.items()}
