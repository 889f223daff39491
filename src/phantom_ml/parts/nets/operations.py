"""The operations that numpy and torch name differently, so that a formula is written once for both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.parts.nets.device import imported

Floats = NDArray[np.float32]
#: Added to a variance before its root is taken, as torch does.
LEAST_VARIANCE = 1e-5
#: The score of what is not looked at: its exponential is 0.
NOT_LOOKED_AT = np.float32(-1e9)


@dataclass(frozen=True)
class Operations:
    """A library as a formula takes it.

    Attributes
    ----------
    xp : module
        numpy or torch.
    relu : callable of an array
    taken : callable of (table, codes)
        The rows of a table at some codes.
    normed : callable of (x, scale_and_shift)
        x less its mean, in its deviations, over the last axis; then scaled and shifted.
    softmax : callable of (scores, seen)
        Shares over the last axis of scores, which may be overwritten; none for what is not seen.
    integers : callable of an array
        It as int32.
    """

    xp: ModuleType
    relu: Callable[[Any], Any]
    taken: Callable[[Any, Any], Any]
    normed: Callable[[Any, Any], Any]
    softmax: Callable[[Any, Any], Any]
    integers: Callable[[Any], Any]


def relu(x: Floats) -> Floats:
    """Return x, or 0 where it is less."""
    return np.asarray(np.maximum(x, 0))


def normed(x: Floats, scale_and_shift: Floats) -> Floats:
    """Return the layer norm over the last axis. Source: Ba et al., 2016, arXiv:1607.06450."""
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = np.einsum("...i,...i->...", centred, centred)[..., None] / np.float32(x.shape[-1])
    centred /= np.sqrt(variance + np.float32(LEAST_VARIANCE))
    centred *= scale_and_shift[0]
    centred += scale_and_shift[1]
    return np.asarray(centred)


def softmax(scores: Floats, seen: NDArray[np.bool_] | None) -> Floats:
    """Return shares over the last axis, in place; none for what is not seen."""
    if seen is not None:
        np.copyto(scores, NOT_LOOKED_AT, where=~seen)
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    return scores


NUMPY = Operations(
    np,
    relu,
    lambda table, codes: table.take(codes, axis=0),
    normed,
    softmax,
    lambda x: x.astype(np.int32),
)


def of_torch() -> Operations:
    """Return the operations of torch; raises ExtraMissing."""
    torch = imported()
    nn = torch.nn.functional

    def torch_softmax(scores: Any, seen: Any) -> Any:
        if seen is not None:
            scores = scores.masked_fill(~seen, float(NOT_LOOKED_AT))
        return scores.softmax(-1)

    return Operations(
        torch,
        nn.relu,
        lambda table, codes: nn.embedding(codes.int(), table),
        lambda x, w: nn.layer_norm(x, x.shape[-1:], w[0], w[1], LEAST_VARIANCE),
        torch_softmax,
        lambda x: x.int(),
    )
