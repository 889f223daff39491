"""Blocks of attention between tokens and of a gated feed-forward, the same formulas in numpy and in torch.

Each block norms its input before it is used (pre-norm) and adds what it makes to it. Sources: Vaswani et
al., "Attention Is All You Need", 2017, arXiv:1706.03762; for tables, and the gate (ReGLU): Gorishniy et
al., "Revisiting Deep Learning Models for Tabular Data", 2021, arXiv:2106.11959.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from phantom_ml.parts.nets.operations import Operations
from phantom_ml.parts.nets.weights import Shapes

Weights = Mapping[str, Any]
Keep = Callable[[Any], Any]


@dataclass(frozen=True)
class Net:
    """What every part of a forward pass needs.

    Attributes
    ----------
    weights : mapping of name to array
    operations : Operations
        Of the library of the arrays.
    keep : callable
        Dropout; the identity at scoring.
    """

    weights: Weights
    operations: Operations
    keep: Keep


def blocks_shapes(name: str, n_blocks: int, width: int, n_heads: int) -> Shapes:
    """Return the shapes of the weights of some blocks, of which the names begin with ``name``.

    A head is as wide as heads side by side are as wide as a token; the gate has 4/3 of its units, so that
    the feed-forward has the size of one without a gate and twice the width (Gorishniy et al., 2021).
    """
    head, hidden = -(-width // n_heads), -(-4 * width // 3)
    parts: Shapes = {
        "norm": (2, width),
        "query": (width, n_heads, head),
        "key": (width, n_heads, head),
        "value": (width, n_heads, head),
        "joined": (n_heads * head, width),
        "joined_bias": (width,),
        "forward_norm": (2, width),
        "gated": (width, 2 * hidden),
        "gated_bias": (2 * hidden,),
        "left": (hidden, width),
        "left_bias": (width,),
    }
    return {f"{name}.{i}.{part}": shape for i in range(n_blocks) for part, shape in parts.items()}


def blocks(net: Net, name: str, x: Any, n_kept: int, seen: Any = None) -> Any:
    """Return the first ``n_kept`` tokens after all blocks of a name.

    Parameters
    ----------
    net : Net
    name : str
        What the names of the blocks' weights begin with.
    x : array of shape (n_rows, n_tokens, width)
    n_kept : int
        The others are not used afterwards: the last block does not compute them.
    seen : bool array of shape (n_rows, n_tokens), optional
        Which tokens are looked at; all, if it is not given.
    """
    n_blocks = sum(n.startswith(f"{name}.") and n.endswith(".query") for n in net.weights)
    for i in range(n_blocks):
        x = _block(net, f"{name}.{i}", x, n_kept if i == n_blocks - 1 else x.shape[1], seen)
    return x


def linear(x: Any, weight: Any) -> Any:
    """Return ``x @ weight`` over the last axis of x, as one product of two matrices, which is fast."""
    flat = x.reshape(-1, weight.shape[0]) @ weight.reshape(weight.shape[0], -1)
    return flat.reshape(*x.shape[:-1], *weight.shape[1:])


def _block(net: Net, name: str, x: Any, n_kept: int, seen: Any) -> Any:
    w, normed = net.weights, net.operations.normed
    tokens = normed(x, w[f"{name}.norm"])
    x = x[:, :n_kept] + net.keep(_attended(net, name, tokens, n_kept, seen))
    gated = linear(normed(x, w[f"{name}.forward_norm"]), w[f"{name}.gated"])
    gated = gated + w[f"{name}.gated_bias"]
    half = gated.shape[-1] // 2
    gated = net.keep(gated[..., :half] * net.operations.relu(gated[..., half:]))
    return x + linear(gated, w[f"{name}.left"]) + w[f"{name}.left_bias"]


def _attended(net: Net, name: str, tokens: Any, n_kept: int, seen: Any) -> Any:
    w = net.weights
    # Shape (n_rows, n_heads, n_tokens, head).
    query = linear(tokens[:, :n_kept], w[f"{name}.query"]).swapaxes(1, 2)
    key = linear(tokens, w[f"{name}.key"]).swapaxes(1, 2)
    value = linear(tokens, w[f"{name}.value"]).swapaxes(1, 2)
    scores = (query / math.sqrt(query.shape[-1])) @ key.swapaxes(2, 3)
    shares = net.operations.softmax(scores, None if seen is None else seen[:, None, None])
    heads = (shares @ value).swapaxes(1, 2)
    joined = linear(heads.reshape(*heads.shape[:2], -1), w[f"{name}.joined"])
    return joined + w[f"{name}.joined_bias"]
