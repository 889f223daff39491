"""Whether what is kept is enough: features that each gain hardly more than chance may gain much together.

With few rows of a class, or with folds that differ, no feature of many that share what they know gains more than
the best shadow in most folds. What is only noise gains nothing together either: on held-out rows it leads astray.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Kept = NDArray[np.bool_]
#: Of all gain, what those that are left out may gain together.
LEAST_TOGETHER = 0.01
#: How many times its standard error over the folds their gain has to be.
BEYOND_NOISE = 2.0


def with_enough(kept: Kept, gains: Array) -> Kept:
    """Return which features are kept so that those left out gain nothing together.

    Those that are kept, where the others together gain too little, or not beyond noise. Else also the best of
    the others, until those left gain nothing.

    Parameters
    ----------
    kept : bool array of shape (n_features,)
    gains : float64 array of shape (n_judgements, n_features)
        Fold by fold, on held-out rows.

    Examples
    --------
    >>> kept = np.array([True, False, False, False])
    >>> with_enough(kept, np.array([[9.0, 0.3, 0.2, -0.1], [8.0, 0.2, 0.3, -0.2]])).tolist()
    [True, True, True, False]
    """
    gain = gains.mean(axis=0)
    least = LEAST_TOGETHER * float(np.maximum(gain, 0.0).sum())
    if not kept.any() or not _tells(gains[:, ~kept].sum(axis=1), least):
        return kept
    others = np.flatnonzero(~kept)
    others = others[np.argsort(-gain[others], kind="stable")]
    left = np.cumsum(gain[others][::-1])[::-1]
    enough = kept.copy()
    enough[others[left > 0]] = True
    return enough


def _tells(together: Array, least: float) -> bool:
    """Return whether a gain is more than so much, and beyond noise."""
    error = float(together.std()) / np.sqrt(len(together))
    return bool(together.mean() > max(least, BEYOND_NOISE * error))
