"""A network that is too sure of itself: what it says beside one answer for all rows is said less loudly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._deep.task import Task
from phantom_ml.parts.nets.fitting import tensors
from phantom_ml.parts.nets.weights import Weights

#: Shares that are tried of what a network says beside one answer for all rows.
SHARES = (0.5, 0.25, 0.125)
#: Of the error of one answer for all rows, so much must be gained: less may be luck with the held-out rows.
LEAST_GAIN = 0.02


def less_sure(
    weights: Weights, head: tuple[str, str], answer: NDArray[np.float32], share: float
) -> Weights:
    """Return weights whose outputs lie between one answer for all rows and those of the network.

    Parameters
    ----------
    weights : dict of name to float32 array
    head : tuple of str
        The names of the last layer's weights and of its biases, of shape (n_raw,).
    answer : float32 array of shape (n_raw,)
    share : float
        0 for the answer, 1 for the network.

    Examples
    --------
    >>> weights = {"w": np.ones((2, 1), np.float32), "b": np.full(1, 3, np.float32)}
    >>> less_sure(weights, ("w", "b"), np.ones(1, np.float32), 0.5)["b"].tolist()
    [2.0]
    """
    weight, bias = head
    part = np.float32(share)
    told = {weight: part * weights[weight], bias: answer + part * (weights[bias] - answer)}
    return {**weights, **told}


def of_some_use(
    task: Task, weights: Weights, head: tuple[str, str], answer: NDArray[np.float32]
) -> Weights | None:
    """Return weights made less sure that beat one answer for all held-out rows; None where none do.

    After few steps, or on few rows, a network often tells rows apart well and yet loses more than one
    answer, because it is far too sure of each. Parameters are those of ``less_sure``.
    """
    raw = task.outputs(tensors(weights, task.seen.target.device))
    same = task.outputs_of_all(answer)
    # The last layer is linear: what it would say less sure lies between what both say.
    errors = [task.error_of(same + share * (raw - same)) for share in SHARES]
    best = int(np.argmin(np.nan_to_num(errors, nan=np.inf)))
    is_better = errors[best] < (1.0 - LEAST_GAIN) * task.error_of(same)
    return less_sure(weights, head, answer, SHARES[best]) if is_better else None
