"""Rows as scikit-learn hands them over: as a frame, and those of them that count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.utils.validation import assert_all_finite, check_consistent_length

from phantom_ml.errors import ColumnMissing
from phantom_ml.features.given_rows import GivenRows

Answers = NDArray[Any]
Weight = NDArray[np.float64] | None
#: A single row tells nothing apart.
LEAST_ROWS = 2


def is_frame(X: Any) -> bool:
    """Return whether rows are a table of polars, pandas or Arrow."""
    library = type(X).__module__.partition(".")[0]
    return library in ("polars", "pandas", "pyarrow") and hasattr(X, "columns")


def as_polars(X: Any) -> pl.DataFrame:
    """Return such a table as one of polars; raises RowsUnfit or RowsEmpty where a column cannot be read."""
    if isinstance(X, pl.DataFrame):
        return X
    try:
        found = pl.from_pandas(X) if type(X).__module__.startswith("pandas") else pl.from_arrow(X)
    except (TypeError, ValueError, NotImplementedError, pl.exceptions.PolarsError):
        # Columns of several types are read value by value.
        return GivenRows.of(X).frame
    return found if isinstance(found, pl.DataFrame) else found.to_frame()


def own_names(X: Any, frame: pl.DataFrame) -> list[str]:
    """Return the columns' names as a table has them, those of the frame that was made of it where it has no words.

    A frame calls columns otherwise that are named alike, or like a pattern: ``*``.

    Parameters
    ----------
    X : table
        Whatever ``GivenRows.of`` takes.
    frame : polars.DataFrame
        What it made of it.

    Examples
    --------
    >>> rows = {"*": [1, 2], "port": [22, 53]}
    >>> frame = GivenRows.of(rows).frame
    >>> frame.columns, own_names(rows, frame)
    (['_*', 'port'], ['*', 'port'])
    """
    given = _names(X)
    words = len(given) == frame.width and all(isinstance(name, str) for name in given)
    return given if words else frame.columns


def require_own(inputs: Sequence[str], X: Any, frame: pl.DataFrame, own: Mapping[str, str]) -> None:
    """Raise ColumnMissing, in its user's words, where a table lacks a column that a fit reads.

    Parameters
    ----------
    inputs : sequence of str
        Columns that are read, as frames call them.
    X : table
        Whatever ``GivenRows.of`` takes.
    frame : polars.DataFrame
        What it made of it.
    own : mapping of str to str
        What the table of the fit called a column of its frame.

    Examples
    --------
    >>> rows = {"port": [22, 53]}
    >>> require_own(["_*"], rows, GivenRows.of(rows).frame, {"_*": "*", "port": "port"})
    Traceback (most recent call last):
    ...
    phantom_ml.errors.ColumnMissing: Columns missing: '*'. The table has 'port'. Rename the columns, or name \
others.
    """
    missing = [own.get(name, name) for name in inputs if name not in frame.columns]
    if missing:
        raise ColumnMissing(missing, own_names(X, frame))


def _names(X: Any) -> list[Any]:
    """Return what a table calls its columns, an empty list where it calls them nothing."""
    if isinstance(X, np.ndarray):
        return list(X.dtype.names or ())
    if isinstance(X, Mapping):
        return list(X)
    if isinstance(X, list | tuple):
        return list(X[0]) if X and isinstance(X[0], Mapping) else []
    return list(getattr(X, "column_names", getattr(X, "columns", ())))


def free_name(wanted: str, taken: Sequence[str]) -> str:
    """Return a name that no column has.

    Examples
    --------
    >>> free_name("weight", ["weight", "port"])
    'weight_'
    """
    name = wanted
    while name in taken:
        name += "_"
    return name


def counted_rows(
    frame: pl.DataFrame, answers: Answers, weight: Any
) -> tuple[pl.DataFrame, Answers, Weight]:
    """Return the rows that count, their answers and their weights: those whose weight is not zero.

    The weights are returned 1 on average, as learners' own limits on the weight of a leaf suppose.

    Parameters
    ----------
    frame : polars.DataFrame of shape (n_rows, n_columns)
    answers : array of shape (n_rows,)
    weight : array of shape (n_rows,) or float, optional
        Finite, 0 or more.

    Raises
    ------
    ValueError
        The weights are of another shape, negative, not finite, or all zero.
    """
    if weight is None:
        return frame, answers, None
    values = np.asarray(weight, np.float64)
    if values.ndim == 0:
        values = np.full(frame.height, float(values))
    if values.ndim != 1:
        raise ValueError(
            f"Sample weights must be 1D array or scalar, not of {values.ndim} dimensions."
        )
    check_consistent_length(values, answers)
    assert_all_finite(values, input_name="sample_weight")
    if (values < 0).any():
        raise ValueError("Negative values in sample_weight: give every row a weight of 0 or more.")
    if not values.any():
        raise ValueError("The sample weights are all zero: give one row at least a weight above 0.")
    values = relative(values)
    counts = values != 0
    kept = values[counts]
    return frame.filter(pl.Series(counts)), answers[counts], kept / kept.mean()


def relative(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights of 0 or more, of which one is above 0, as shares of the greatest.

    A share that float32 holds as 0 is 0: most learners hold weights so.

    Examples
    --------
    >>> relative(np.array([1e300, 5e299, 1e200, 0.0])).tolist()
    [1.0, 0.5, 0.0, 0.0]
    """
    shares = weight / weight.max()
    return np.where(shares.astype(np.float32) > 0, shares, 0.0)
