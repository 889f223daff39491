"""Fewer negatives where positives are rare, weighted so that probabilities stay what they are.

King and Zeng, "Logistic regression in rare events data" (2001): the information lies in the rare
class, and weighting the sampled class by the inverse of its rate keeps estimates consistent.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.matrix import Rows

#: Above this share of positives too little is saved.
RARE_SHARE = 0.01
#: Sampling that keeps more of the rows than this is not worth its noise.
WORTHWHILE_SHARE = 0.8


def sample_negatives(
    codes: NDArray[np.int64],
    n_classes: int,
    seed: int,
    ratio: int = 50,
    floor: int = 30_000,
) -> tuple[Rows, NDArray[np.float64] | None]:
    """Return the rows to learn from, and what each counts.

    Parameters
    ----------
    codes : int64 array of shape (n_rows,)
        Class codes; 1 is the positive class.
    n_classes : int
    seed : int
    ratio : int
        Negatives kept for each positive, at least 1.
    floor : int
        Negatives kept at least.

    Returns
    -------
    rows : int64 array
        Positions, ascending: every positive, and a random part of the negatives.
    weight : float64 array of the same length, or None
        1 for a positive, the inverse of the sampling rate for a negative; None where all rows are
        kept: there are more than two classes, positives are not rare, or little would be saved.

    Examples
    --------
    >>> codes = np.zeros(100_000, dtype=np.int64)
    >>> codes[:100] = 1
    >>> rows, weight = sample_negatives(codes, 2, seed=0)
    >>> rows.size, round(weight.sum())
    (30100, 100000)
    """
    everything = np.arange(codes.size, dtype=np.int64)
    positives, negatives = np.flatnonzero(codes == 1), np.flatnonzero(codes == 0)
    kept = max(ratio * positives.size, floor)
    rare = n_classes == 2 and 0 < positives.size < RARE_SHARE * codes.size
    if not rare or kept + positives.size > WORTHWHILE_SHARE * codes.size:
        return everything, None
    rng = np.random.default_rng(seed)
    drawn = rng.choice(negatives, size=kept, replace=False, shuffle=False)
    rows = np.sort(np.concatenate([positives, drawn]))
    return rows, np.where(codes[rows] == 1, 1.0, negatives.size / kept)
