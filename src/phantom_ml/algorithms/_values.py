"""The plain values of a matrix, as many columns as a learner was fitted on."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.matrix import Matrix
from phantom_ml.errors import DataError

Cell = TypeVar("Cell", bound=np.generic)


def checked_values(matrix: Matrix, n_features: int) -> NDArray[np.float32]:
    """Return the values, C-contiguous float32; native code trusts their width.

    Raises
    ------
    DataError
        The matrix has another number of features than ``n_features``.
    """
    found = int(matrix.values.shape[1])
    if found != n_features:
        raise DataError(
            f"The matrix has {found} features, but the learner was fitted on {n_features}.",
            "Make the matrix with the features that the model was trained with.",
        )
    return np.ascontiguousarray(matrix.values, np.float32)


def writable(array: NDArray[Cell]) -> NDArray[Cell]:
    """Return the array, copied where it is read-only: parts of scikit-learn refuse those."""
    return array if array.flags.writeable else array.copy()
