"""Numbers as a network takes them: centred, in robust spreads, softly clipped.

Source: RealMLP (Holzmüller et al., "Better by Default", 2024, arXiv:2407.04491).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
#: A clipped number is never farther from 0 than this.
CLIP = np.float32(3)
#: No number is farther from the median than so many spreads before it is clipped: squares stay finite.
FARTHEST = np.float32(1e6)


def centre_and_factor(values: Floats) -> tuple[Floats, Floats]:
    """Return the medians, and one over the middle half; where it is 0, two over the whole range.

    Parameters
    ----------
    values : float32 array of shape (n_rows, n_numbers)
        What is not finite is left out; a column of nothing else has the factor 0.
    """
    known = np.where(np.isfinite(values), values, np.nan).astype(np.float64)
    known[:, np.isnan(known).all(axis=0)] = 0.0
    if not known.size:
        return np.zeros(values.shape[1], np.float32), np.zeros(values.shape[1], np.float32)
    low, median, high = np.nanquantile(known, [0.25, 0.5, 0.75], axis=0)
    spread = high - low
    whole = (np.nanmax(known, axis=0) - np.nanmin(known, axis=0)) / 2
    spread = np.where(spread > 0, spread, whole)
    factor = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 1e-30)
    return median.astype(np.float32), factor.astype(np.float32)


def scaled(values: Floats, centre: Floats, factor: Floats) -> Floats:
    """Return the numbers in spreads from their medians, softly clipped; 0 for what is missing."""
    with np.errstate(all="ignore"):
        x = np.nan_to_num((values - centre) * factor, nan=0.0)
    x = np.clip(x, -FARTHEST, FARTHEST)
    clipped: Floats = x / np.sqrt(1 + np.square(x / CLIP))
    return clipped
