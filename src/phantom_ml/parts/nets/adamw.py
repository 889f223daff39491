"""Adam with decoupled weight decay, each weight with a rate of its own.

Source: Loshchilov & Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, arXiv:1711.05101. The steps
are torch's own, without its class: that one imports torch's compiler first, four seconds of one core in every
process that trains.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from phantom_ml.parts.nets.device import imported

BETAS, LEAST_ROOT = (0.9, 0.95), 1e-8


class AdamW:
    """Moves weights by their gradients, and remembers both moments of these.

    Parameters
    ----------
    weights : mapping of name to tensor
        Changed in place.
    """

    def __init__(self, weights: Mapping[str, Any]) -> None:
        torch = imported()
        self.weights = weights
        self.moments = {n: (torch.zeros_like(w), torch.zeros_like(w)) for n, w in weights.items()}
        self.steps = {n: torch.zeros((), device=w.device) for n, w in weights.items()}

    def forget(self) -> None:
        """Drop the gradients of the last step."""
        for weight in self.weights.values():
            weight.grad = None

    def step(self, rates: Callable[[str], tuple[float, float]]) -> None:
        """Move each weight that has a gradient.

        Parameters
        ----------
        rates : callable of name -> (learning rate, weight decay)
            A step takes away the product of both times the weight.
        """
        from torch.optim.adamw import adamw

        with imported().no_grad():
            for name, weight in self.weights.items():
                if weight.grad is None:
                    continue
                first, second = self.moments[name]
                rate, decay = rates(name)
                adamw(
                    [weight], [weight.grad], [first], [second], [], [self.steps[name]],
                    fused=True, amsgrad=False, beta1=BETAS[0], beta2=BETAS[1], lr=rate,
                    weight_decay=decay, eps=LEAST_ROOT, maximize=False,
                )  # fmt: skip
