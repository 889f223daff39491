"""Rows as scikit-learn hands them over, as a frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl


def is_frame(X: Any) -> bool:
    """Return whether rows are a table of polars, pandas or Arrow."""
    library = type(X).__module__.partition(".")[0]
    return library in ("polars", "pandas", "pyarrow") and hasattr(X, "columns")


def as_polars(X: Any) -> pl.DataFrame:
    """Return such a table as one of polars."""
    if isinstance(X, pl.DataFrame):
        return X
    found = pl.from_pandas(X) if type(X).__module__.startswith("pandas") else pl.from_arrow(X)
    return found if isinstance(found, pl.DataFrame) else found.to_frame()


def as_frame(X: Any) -> pl.DataFrame:
    """Return a table, or an array of shape (n_rows, n_columns) with columns ``x0``, ``x1``, ..."""
    if is_frame(X):
        return as_polars(X)
    values = np.ascontiguousarray(X)
    return pl.DataFrame(values, schema=[f"x{i}" for i in range(values.shape[1])])
