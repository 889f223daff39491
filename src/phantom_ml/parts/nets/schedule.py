"""How learning rate and strength of regularisation change over a training, by the share of it that is done.

Source: RealMLP (Holzmüller et al., 2024, arXiv:2407.04491); of the single wave: Loshchilov & Hutter,
"SGDR", 2017, arXiv:1608.03983.
"""

from __future__ import annotations

import math

#: Share of a training in which a single wave rises.
WARM_SHARE = 0.05


def coslog4(share: float) -> float:
    """Return the factor of the learning rate: four waves, each slower than the one before.

    Examples
    --------
    >>> [round(coslog4(share), 6) for share in (0.0, 1 / 15, 3 / 15, 1.0)]
    [0.0, 0.0, 0.0, 0.0]
    >>> round(coslog4((2**0.5 - 1) / 15), 6)
    1.0
    """
    return 0.5 * (1 - math.cos(2 * math.pi * math.log2(1 + 15 * share)))


def warm_cos(share: float) -> float:
    """Return the factor of the learning rate: one wave that rises fast and falls slowly.

    Examples
    --------
    >>> [round(warm_cos(share), 6) for share in (0.0, 0.05, 0.525, 1.0)]
    [0.0, 1.0, 0.5, 0.0]
    """
    if share < WARM_SHARE:
        return share / WARM_SHARE
    return 0.5 * (1 + math.cos(math.pi * (share - WARM_SHARE) / (1 - WARM_SHARE)))


def flat_cos(share: float) -> float:
    """Return the factor of dropout and weight decay: 1 for the first half, then down to 0.

    Examples
    --------
    >>> [round(flat_cos(share), 6) for share in (0.0, 0.5, 0.75, 1.0)]
    [1.0, 1.0, 0.5, 0.0]
    """
    return 1.0 if share < 0.5 else 0.5 * (1 + math.cos(math.pi * (2 * share - 1)))
