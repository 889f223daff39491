"""The training of any network: Adam with decoupled weight decay, until the epochs are done or time is up.

How many epochs there is time for is known after a few steps, so that the schedule always reaches its end:
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
#: Steps by which the speed is measured, after one that warms up.
TIMED_STEPS = 20
#: Share of the time left that the steps may take; the rest is for validation and saving.
STEPS_SHARE = 0.85
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
    """

    learning_rate: float
    weight_decay: float
    n_epochs: int
    batch_size: int
    factor: Callable[[str], float]
    decays: Callable[[str], bool]


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
    """

    weights: dict[str, Any]
    n_epochs: int
    error: float | None
    is_whole: bool


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
    n_steps = max(1, -(-task.n_rows // plan.batch_size))
    clock = _Clock(deadline, plan.n_epochs * n_steps)
    best, best_error, step = _copy(weights), task.error(weights), 0
    while step < clock.n_steps:
        order = torch.randperm(task.n_rows, generator=generator)
        for rows in order.split(plan.batch_size):
            if step >= clock.n_steps:
                break
            _set_rates(optimiser, plan, step / clock.n_steps)
            optimiser.zero_grad(set_to_none=True)
            task.loss(weights, rows, flat_cos(step / clock.n_steps)).backward()
            optimiser.step()
            step += 1
            clock.stepped(step)
        error = task.error(weights)
        if error is None or best_error is None or error < best_error:
            best, best_error = _copy(weights), error
        if deadline.passed:
            break
    n_epochs = max(1, round(clock.n_steps / n_steps))
    return Trained(best, n_epochs, best_error, is_whole=step >= n_steps)


class _Clock:
    """How many steps there is time for; known after a few."""

    def __init__(self, deadline: Deadline, n_steps: int) -> None:
        self.deadline, self.n_steps = deadline, n_steps
        self.start = 0.0

    def stepped(self, step: int) -> None:
        if step == 1:
            self.start = time.monotonic()
        if step == 1 + TIMED_STEPS and np.isfinite(self.deadline.left()):
            each = (time.monotonic() - self.start) / TIMED_STEPS
            affordable = int(STEPS_SHARE * self.deadline.left() / max(each, 1e-9))
            self.n_steps = min(self.n_steps, step + affordable)
        if self.deadline.passed:
            self.n_steps = min(self.n_steps, step)


def _optimiser(weights: Tensors, plan: Plan) -> Any:
    groups = [
        {"params": [w], "factor": plan.factor(name), "decays": plan.decays(name)}
        for name, w in weights.items()
    ]
    return imported().optim.AdamW(groups, lr=plan.learning_rate, betas=BETAS, fused=True)


def _set_rates(optimiser: Any, plan: Plan, share: float) -> None:
    rate, decay = plan.learning_rate * coslog4(share), plan.weight_decay * flat_cos(share)
    for group in optimiser.param_groups:
        group["lr"] = rate * group["factor"]
        group["weight_decay"] = decay if group["decays"] else 0.0


def _copy(weights: Tensors) -> dict[str, Any]:
    return {name: value.detach().clone() for name, value in weights.items()}
