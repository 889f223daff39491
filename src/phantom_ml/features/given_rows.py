"""Rows as an estimator is given them: whatever holds a table, or an array whose columns have a place only.

Scikit-learn asks that unfit rows end in a ``ValueError``. The errors below are that and the house's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy.sparse import issparse

from phantom_ml.data.reading.read import table_of
from phantom_ml.errors import SourceEmpty, SourceUnreadable


class RowsUnfit(SourceUnreadable, ValueError):
    """What is given to an estimator as rows cannot be read as such."""


class RowsEmpty(SourceEmpty, ValueError):
    """What is given to an estimator as rows has no row or no column."""


@dataclass(frozen=True)
class GivenRows:
    """Rows as a table.

    Attributes
    ----------
    frame : polars.DataFrame
        Columns of an array are called ``c0``, ``c1``, ...
    named : bool
        Whether its columns are told apart by their names, not by their place.
    """

    frame: pl.DataFrame
    named: bool

    @classmethod
    def of(cls, X: Any) -> GivenRows:
        """Return rows of whatever holds a table; raises RowsUnfit or RowsEmpty where it holds none.

        Examples
        --------
        >>> GivenRows.of([[22, "tcp"], [53, "udp"]]).frame.columns
        ['c0', 'c1']
        """
        rows = _plain(X)
        try:
            return cls(table_of(rows), _is_named(rows))
        except SourceEmpty as error:
            raise RowsEmpty(error.message, error.hint) from None
        except SourceUnreadable as error:
            raise RowsUnfit(error.message, error.hint) from None

    def require_height(self, n_rows: int, estimator: str) -> None:
        """Raise RowsEmpty where there is no row, RowsUnfit where there are fewer than an estimator needs."""
        height, shape = self.frame.height, self.frame.shape
        if height < n_rows:
            raise (RowsUnfit if height else RowsEmpty)(
                f"Found array with {height} sample(s) (shape={shape}) while a minimum of {n_rows} is "
                f"required by {estimator}.",
                "Give more rows.",
            )

    def require_width(self, n_columns: int, estimator: str) -> None:
        """Raise RowsUnfit where columns that only have a place are more or fewer than those of the fit."""
        width = self.frame.width
        if not self.named and width != n_columns:
            raise RowsUnfit(
                f"X has {width} features, but {estimator} is expecting {n_columns} features as input.",
                "Give the columns of the fit, in its order.",
            )


def _plain(X: Any) -> Any:
    """Return rows as they are, an array of another library as one of NumPy; raises RowsUnfit."""
    if issparse(X):
        raise RowsUnfit(
            f"X is a {type(X).__name__}: sparse input is not supported.",
            "Give X.toarray(), or a table.",
        )
    rows = _stacked(X) if _is_foreign(X) else X
    if isinstance(rows, np.ndarray) and rows.dtype.names is None:
        _require_table(rows)
    return rows


def _is_foreign(X: Any) -> bool:
    """Return whether rows are an array of another library, a matrix, or a list of arrays."""
    if isinstance(X, list | tuple):
        return bool(X) and hasattr(X[0], "__array__")
    plain = isinstance(X, np.ndarray) and not isinstance(X, np.matrix)
    return hasattr(X, "__array__") and not hasattr(X, "columns") and not plain


def _stacked(X: Any) -> np.ndarray[Any, Any]:
    try:
        return np.asarray(X)
    except ValueError:
        raise RowsUnfit(
            "The rows of X have different lengths.", "Give each as many values."
        ) from None


def _require_table(array: np.ndarray[Any, Any]) -> None:
    if array.ndim != 2:
        raise RowsUnfit(
            f"X has the shape {array.shape}: rows and columns were expected.",
            "Reshape your data: X.reshape(-1, 1) where it is one column, X.reshape(1, -1) where one row.",
        )
    if array.dtype.kind == "c":
        raise RowsUnfit(
            f"Complex data not supported: X is of type {array.dtype}.",
            "Give the real and the imaginary part as columns of their own.",
        )
    if 0 in array.shape:
        what = "feature" if len(array) else "sample"
        raise RowsEmpty(
            f"Found array with 0 {what}(s) (shape={array.shape}) while a minimum of 1 is required.",
            "Give at least one row and one column.",
        )


def _is_named(rows: Any) -> bool:
    if isinstance(rows, np.ndarray):
        return rows.dtype.names is not None
    return not (isinstance(rows, list | tuple) and isinstance(rows[0], list | tuple))
