"""A fit of any network: batches that fit the device, weights that are of use, dropout, mixed precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from phantom_ml.parts.nets.attention import Keep, Net
from phantom_ml.parts.nets.clock import Limit
from phantom_ml.parts.nets.device import halving, imported, mixed_precision
from phantom_ml.parts.nets.operations import of_torch
from phantom_ml.parts.nets.training import Plan, Tensors, Trainable, Trained, train
from phantom_ml.parts.nets.weights import Weights

Network = Callable[[Tensors, Any, Keep], Any]


def network_of(device: Any, forward: Callable[[Net, Any], Any]) -> Network:
    """Return a forward pass as a training calls it, in mixed precision where the device has it."""
    operations = of_torch()

    def network(weights: Tensors, inputs: Any, keep: Keep) -> Any:
        with mixed_precision(device):
            raw = forward(Net(weights, operations, keep), inputs)
        return raw.float()

    return network


def fitted_weights(
    task_of: Callable[[int], Trainable],
    begin: Weights,
    plan: Plan,
    device: Any,
    seed: int,
    deadline: Limit,
) -> tuple[Weights, Trained]:
    """Return the trained weights, and what came of the training.

    Where the training is of no use, the weights are the first ones. Where the device lacks memory, a step
    takes half as many rows, and so on.

    Parameters
    ----------
    task_of : callable of a batch size
        What is trained.
    begin : dict of name to float32 array
    plan : Plan
    device : torch.device
    seed : int
        Of the order of rows.
    deadline : Limit
    """

    def run(batch_size: int) -> Trained:
        order, now = imported().Generator().manual_seed(seed), tensors(begin, device)
        return train(
            task_of(batch_size), now, replace(plan, batch_size=batch_size), deadline, order
        )

    found = halving(run, plan.batch_size)
    kept = arrays(found.weights)
    was_trained = found.error is not None or found.is_whole or found.is_done
    sound = all(np.isfinite(w).all() for w in kept.values())
    return kept if was_trained and sound else begin, found


def tensors(weights: Weights, device: Any) -> dict[str, Any]:
    """Return weights on a device."""
    torch = imported()
    return {name: torch.from_numpy(value).to(device) for name, value in weights.items()}


def arrays(weights: Tensors) -> Weights:
    """Return weights as arrays, wherever they are."""
    return {name: value.cpu().numpy() for name, value in weights.items()}


def dropped(x: Any, rate: float, noise: Any) -> Any:
    """Return a tensor of which a share is 0 at random, and the rest so much larger."""
    if rate <= 0:
        return x
    drawn = imported().rand(x.shape, generator=noise, device=x.device)
    return x * (drawn >= rate) / (1 - rate)
