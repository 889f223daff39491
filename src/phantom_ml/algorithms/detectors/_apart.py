"""Rows that lie apart: a few far ones beyond a gap, which would teach a detector that they are usual.

A detector counts how many training rows are as odd as a row. A burst of far rows in training, one in a hundred,
lets nothing be odder than one in a hundred: not those rows, and not what lies much farther out (masking). So they
are left out where rows are counted, and score as what was never seen. What tells them from a long tail is the gap
before them. Source of masking, and of leaving out what is far before the fit: Rousseeuw & Van Zomeren, "Unmasking
Multivariate Outliers and Leverage Points", JASA 1990, doi:10.1080/01621459.1990.10474920.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.parts.gaps import n_beyond_gap

#: The least shape that the tail of distances is taken to have: in what falls faster a step is soon long.
LEAST_SHAPE = 0.25
#: Distances below this are none.
LEAST_DISTANCE = 1e-9


def usual_rows(rows: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the positions of the rows that do not lie apart, ascending.

    Parameters
    ----------
    rows : float64 array of shape (n_rows, n_columns)
        Columns counted from what is usual, in spreads or nats.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(500, 3))
    >>> rows[:5] += 12.0
    >>> len(usual_rows(rows)), len(usual_rows(rows[5:]))
    (495, 495)
    """
    distance = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    order = np.argsort(-distance, kind="stable")
    falling = np.log(np.maximum(distance[order], LEAST_DISTANCE))
    return np.sort(order[n_beyond_gap(falling, LEAST_SHAPE) :])
