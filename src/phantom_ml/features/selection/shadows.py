"""Shadows: copies of features whose rows changed places, so that what they gain, chance gains.

Rows of one group are alike, and so are rows that follow one another. A shadow whose rows are shuffled one by
one is not, and gains less than noise of that shape does: there whole groups or whole stretches of time change
places. Sources: shadows, Kursa & Rudnicki, "Feature Selection with the Boruta Package", 2010,
doi:10.18637/jss.v036.i11; blocks that are shuffled as a whole, Winkler et al., "Permutation inference for the
general linear model", NeuroImage 2014, doi:10.1016/j.neuroimage.2014.01.060.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature, Matrix
from phantom_ml.features.before import Before

Places = NDArray[np.int64]
#: Stretches of time that change places; they begin anywhere, so that hours of the day do not meet again.
N_STRETCHES = 20


def with_shadows(matrix: Matrix, before: Before, n_shadows: int, seed: int) -> Matrix:
    """Return the matrix with so many shadows of features of its own to the right.

    Parameters
    ----------
    matrix : Matrix
    before : Before
        Of the same rows; what is alike in them stays together.
    n_shadows : int
    seed : int
    """
    rng = np.random.default_rng(seed)
    n = len(matrix.features)
    chosen = rng.choice(n, n_shadows, replace=n < n_shadows)
    shadows = [matrix.values[shuffled(matrix.n_rows, before, rng), k] for k in chosen]
    named = tuple(
        Feature(f"shadow.{i}", "", matrix.features[k].cardinality) for i, k in enumerate(chosen)
    )
    return Matrix(matrix.values, matrix.features).beside(np.column_stack(shadows), named)


def shuffled(n_rows: int, before: Before, rng: np.random.Generator) -> Places:
    """Return which row each row takes its value from.

    Examples
    --------
    >>> groups = Before(groups=np.array([1, 1, 2, 2, 3, 3]))
    >>> taken = shuffled(6, groups, np.random.default_rng(0)) // 2
    >>> bool((taken[::2] == taken[1::2]).all())
    True
    """
    if before.time is not None:
        return _by_stretch(before.time, rng)
    if before.groups is not None:
        return _by_group(before.groups, rng)
    return rng.permutation(n_rows)


def _by_stretch(time: Places, rng: np.random.Generator) -> Places:
    order = np.argsort(time, kind="stable")
    n_ends = min(N_STRETCHES, len(order)) - 1
    stretches = np.split(order, np.sort(rng.choice(len(order), n_ends, replace=False)))
    taken = np.empty_like(order)
    taken[order] = np.concatenate([stretches[i] for i in rng.permutation(len(stretches))])
    return taken


def _by_group(groups: Places, rng: np.random.Generator) -> Places:
    """Return rows of another group for each group; of a smaller one the same rows again."""
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    order = rng.permutation(len(group))
    order = order[np.argsort(group[order], kind="stable")]
    begins = np.cumsum(sizes) - sizes
    other = rng.permutation(len(sizes))[group[order]]
    place = np.arange(len(group)) - begins[group[order]]
    taken = np.empty_like(order)
    taken[order] = order[begins[other] + place % sizes[other]]
    return taken
