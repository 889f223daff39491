"""A gap in the tail of ordered values, which parts a few far ones from all others.

In an exponential tail the steps between neighbours, each times its place from the top, are independent and have
one mean, whatever the scale (Renyi, "On the Theory of Order Statistics", Acta Math. Hung. 1953). A step that is
far too long for that is a gap. A long tail alone has none, and few far values need a longer one than many. The
logarithms of a tail that falls by a power are such a tail, with its shape as the mean (Hill, "A Simple General
Approach to Inference About the Tail of a Distribution", Annals of Statistics 1975, doi:10.1214/aos/1176343247).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Share of the values that may lie beyond a gap, at most, and share that tells how long steps are.
MOST, TAIL = 0.05, 0.15
#: Chance that a tail without a gap seems to have one.
DOUBT = 0.01


def n_beyond_gap(falling: Array, least: float = 0.0) -> int:
    """Return how many of the highest values lie beyond a gap; 0 where there is none.

    Parameters
    ----------
    falling : float64 array of shape (n,)
        Values in falling order, finite.
    least : float
        The mean step is taken to be at least so long.

    Examples
    --------
    >>> usual = np.linspace(1.0, 0.0, 200)
    >>> n_beyond_gap(usual), n_beyond_gap(np.concatenate([[9.1, 9.0], usual]))
    (0, 2)
    """
    n_far, n_tail = (int(share * len(falling)) for share in (MOST, TAIL))
    if n_far < 1:
        return 0
    steps = -np.diff(falling[: n_tail + 1]) * np.arange(1, n_tail + 1)
    mean = max(float(steps[n_far:].mean()), least)
    longest = int(np.argmax(steps[:n_far]))
    # Of so many steps the longest passes this with the chance of DOUBT.
    return longest + 1 if steps[longest] > max(mean * np.log(n_far / DOUBT), 0.0) else 0
