"""A row as tokens: one a number, one a category, and a few for all that are too many for one each.

Source: FT-Transformer (Gorishniy et al., 2021, arXiv:2106.11959); waves of numbers: Gorishniy et al.,
2022, arXiv:2203.05556.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from phantom_ml.algorithms._deep.token_columns import TokenColumns, TokenInputs
from phantom_ml.parts.nets.attention import Net, linear
from phantom_ml.parts.nets.weights import Shapes

#: Attention costs the square of the tokens, so that only so many features get one each. Of numbers it is
#: those that tell most of the target (``token_columns.by_relevance``), of categories the first; the other
#: numbers are projected together into a few tokens, the other categories are summed into one.
MAX_NUMBERS, MAX_CATEGORIES, N_SHARED = 40, 24, 4
#: Waves of a number.
N_WAVES = 16


def table_shapes(columns: TokenColumns, width: int) -> Shapes:
    """Return the shapes of the weights that make tokens of numbers and categories."""
    n = len(columns.net.numeric)
    own = min(n, MAX_NUMBERS)
    levels = int(columns.net.embedded_sizes.sum()) + len(columns.net.embedded)
    shapes: Shapes = {
        "number.frequency": (own, 1, N_WAVES),
        "number.phase": (own, 1, N_WAVES),
        "number.mix": (own, 2 + N_WAVES, width),
        "number.bias": (own, width),
        "category.level": (levels, width),
        "category.bias": (min(len(columns.net.embedded), MAX_CATEGORIES + 1), width),
    }
    if n > own:
        shapes |= {"shared.mix": (2 * (n - own), N_SHARED, width), "shared.bias": (N_SHARED, width)}
    return shapes


def table_tokens(net: Net, inputs: TokenInputs) -> Iterator[Any]:
    """Yield tokens of shape (n_rows, some, width), until all features are in one."""
    w, xp = net.weights, net.operations.xp
    n_numbers, n_categories = inputs.numbers.shape[1], inputs.codes.shape[1]
    if n_numbers:
        yield _own(net, inputs)
    if n_numbers > MAX_NUMBERS:
        rest = [inputs.numbers[:, MAX_NUMBERS:], inputs.missing[:, MAX_NUMBERS:]]
        yield linear(xp.concatenate(rest, 1), w["shared.mix"]) + w["shared.bias"]
    if n_categories:
        levels = net.operations.taken(w["category.level"], inputs.codes)
        if n_categories > MAX_CATEGORIES:
            rest = levels[:, MAX_CATEGORIES:].sum(1)[:, None]
            levels = xp.concatenate([levels[:, :MAX_CATEGORIES], rest], 1)
        yield levels + w["category.bias"]


def _own(net: Net, inputs: TokenInputs) -> Any:
    """Return one token a number: it, whether it is missing and its waves, mixed by the number's own weights."""
    w, xp = net.weights, net.operations.xp
    # By number first: the product is one of stacked matrices.
    x = xp.moveaxis(inputs.numbers[:, :MAX_NUMBERS], 0, 1)[:, :, None]
    missing = xp.moveaxis(inputs.missing[:, :MAX_NUMBERS], 0, 1)[:, :, None]
    waves = xp.cos(2 * math.pi * x * w["number.frequency"] + w["number.phase"])
    mixed = xp.concatenate([x, missing, waves], 2) @ w["number.mix"]
    return xp.moveaxis(mixed, 0, 1) + w["number.bias"]
