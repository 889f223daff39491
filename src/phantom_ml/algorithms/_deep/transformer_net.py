"""The transformer for tables and strings: its sizes, its forward pass, its weights before the first step.

Source: FT-Transformer (Gorishniy et al., 2021, arXiv:2106.11959).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._deep.strings import string_shapes, string_tokens
from phantom_ml.algorithms._deep.token_columns import TokenColumns, TokenInputs
from phantom_ml.algorithms._deep.tokens import table_shapes, table_tokens
from phantom_ml.parts.arrays import require
from phantom_ml.parts.nets.attention import Net, blocks, blocks_shapes, linear
from phantom_ml.parts.nets.weights import Shapes

Floats = NDArray[np.float32]
#: What a saved model may be at most: no settings make a larger one.
LARGEST = {"width": 512, "n_heads": 64, "n_blocks": 16, "n_text_blocks": 16}
#: Weights that begin at nothing: what was never met says nothing, and all rows get the prior.
NOTHING_AT_FIRST = ("category.level", "text.run.", "head.weight")
#: Deviation at first of vectors that stand for a thing, such as a place: less than what it says. Of weights
#: that inputs are multiplied with it is one over the root of their number.
VECTORS = (
    "row", "number.bias", "category.bias", "shared.bias", "text.byte", "text.position", "text.pooled",
    "text.column",
)  # fmt: skip
VECTOR_DEVIATION = 0.3


@dataclass(frozen=True)
class Sizes:
    """How large a transformer is: see the settings of the same names."""

    width: int
    n_heads: int
    n_blocks: int
    n_text_blocks: int

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any]) -> Sizes:
        """Return the sizes that were saved; raises BundleDamaged."""
        sizes = {name: facts.get(name) for name in LARGEST}
        right = all(type(n) is int and 1 <= n <= LARGEST[name] for name, n in sizes.items())
        require(right, "its sizes are unknown")
        return cls(**{name: int(n or 1) for name, n in sizes.items()})


def shapes(columns: TokenColumns, sizes: Sizes, n_outputs: int) -> Shapes:
    """Return the shape of every weight."""
    width, n_heads = sizes.width, sizes.n_heads
    return {
        "row": (1, width),
        **table_shapes(columns, width),
        **string_shapes(columns, width, n_heads, sizes.n_text_blocks),
        **blocks_shapes("table", sizes.n_blocks, width, n_heads),
        "head.norm": (2, width),
        "head.weight": (width, n_outputs),
        "head.bias": (n_outputs,),
    }


def forward(net: Net, inputs: TokenInputs) -> Any:
    """Return the outputs of shape (n_rows, n_outputs), from the token that stands for the whole row."""
    w, xp = net.weights, net.operations.xp
    tokens = [xp.broadcast_to(w["row"], (len(inputs.numbers), *w["row"].shape))]
    tokens += table_tokens(net, inputs)
    if inputs.strings.shape[1]:
        tokens.append(string_tokens(net, inputs.strings))
    x = blocks(net, "table", xp.concatenate(tokens, 1), 1)[:, 0]
    x = net.operations.relu(net.operations.normed(x, w["head.norm"]))
    return linear(x, w["head.weight"]) + w["head.bias"]


def start(
    shapes: Shapes, prior: Floats, frequency: float, rng: np.random.Generator
) -> dict[str, Floats]:
    """Return weights that give every row the prior: what training must beat.

    A level of a category is nothing at first: one that training never met stays the category's bias.
    """
    found = {name: _drawn(name, shape, rng) for name, shape in shapes.items()}
    found["number.frequency"] *= frequency
    return {**found, "head.bias": prior}


def _drawn(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    last = name.rpartition(".")[2]
    if last.endswith("norm"):
        return np.stack([np.ones(shape[1:]), np.zeros(shape[1:])]).astype(np.float32)
    if name.startswith(NOTHING_AT_FIRST) or last.endswith("_bias"):
        return np.zeros(shape, np.float32)
    if name == "number.phase":
        return rng.uniform(-math.pi, math.pi, shape).astype(np.float32)
    deviation = _deviation(name, shape)
    return (deviation * rng.standard_normal(shape)).astype(np.float32)


def _deviation(name: str, shape: tuple[int, ...]) -> float:
    if name == "number.frequency":
        return 1.0
    if name in VECTORS:
        return VECTOR_DEVIATION
    return 1 / math.sqrt(max(1, shape[1] if name == "number.mix" else shape[0]))
