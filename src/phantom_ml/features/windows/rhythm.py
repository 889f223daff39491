"""Beacons: whether the last events of an entity came at even distances.

Malware that calls home keeps a period with some jitter; people do not (RITA's beacon analysis, Active
Countermeasures; Hu et al.: BAYWATCH, DSN 2016).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.features.windows.events import Ints
from phantom_ml.features.windows.line import SECOND, Line

#: Gaps looked at, and those needed.
MOST_GAPS, FEWEST_GAPS = 16, 8
#: A gap is regular that is no further from the mean than this share of it.
NEAR = 0.05

Floats = NDArray[np.float64]


def rhythm(line: Line, since: Ints) -> tuple[Floats, Floats, Floats]:
    """Return mean, coefficient of variation and regularity of the last gaps up to each row.

    Events at one time count once. The gap that ends with the row itself is the last.

    Parameters
    ----------
    line : Line
    since : int64 array of shape (n_asked,)
        The first event for each row that may be looked at.
    """
    begun = np.concatenate([[0], np.cumsum(line.is_moment)])
    # The row's own moment is the one after all that are past.
    at = begun[line.head]
    n = np.minimum(at - begun[since], MOST_GAPS)
    enough = np.flatnonzero(n >= FEWEST_GAPS)
    told = np.full((3, len(n)), np.nan)
    time = line.events.time[line.is_moment]
    told[:, enough] = _measures(time, line.asked.time[enough], at[enough], n[enough])
    return told[0], told[1], told[2]


def _measures(time: Ints, now: Ints, at: Ints, n: Ints) -> Floats:
    mean = (now - time[at - n]) / (n * float(SECOND))
    squares, near = np.zeros(len(at)), np.zeros(len(at))
    for back in range(MOST_GAPS):
        here = np.maximum(at - back, 1)
        until = time[here] if back else now
        apart = np.abs((until - time[here - 1]) / SECOND - mean)
        counted = back < n
        squares += np.where(counted, apart * apart, 0.0)
        near += counted & (apart <= NEAR * mean)
    return np.stack([mean, np.sqrt(squares / n) / mean, near / n])
