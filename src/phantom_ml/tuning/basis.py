"""What the scores of a search rest on: those of two searches are comparable only where it is the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from phantom_ml.errors import BadSetting

#: Of a SHA-256, so many hexadecimal digits tell two tables apart.
DIGITS = 16


@dataclass(frozen=True)
class Basis:
    """What was fitted, on what, and by what it was scored; cheap to tell, as no cell of ``X`` is read.

    Attributes
    ----------
    estimator : str
        Its class, with those of the estimators in it.
    scoring : str
        The scorer's name.
    n_rows, n_columns : int
        Of ``X``.
    columns : str
        Hash of the columns' names, in their order; empty where they have none.
    answers : str
        Hash of ``y``; empty where there is none.
    direction : str
        Whether more is better: always ``maximize``, scikit-learn's scorers turn losses round.
    """

    estimator: str
    scoring: str
    n_rows: int
    n_columns: int
    columns: str
    answers: str
    direction: str = "maximize"

    @classmethod
    def of(cls, estimator: Any, scoring: str, X: Any, y: Any) -> Basis:
        """Return the basis of a search."""
        shape = (*np.shape(X if hasattr(X, "shape") else X[:1]), 1)
        names = _names(X)
        return cls(
            _kind(estimator),
            scoring,
            count_rows(X),
            int(shape[1]),
            "" if names is None else _hash("\n".join(names).encode()),
            "" if y is None else _hash(_bytes_of(np.asarray(y))),
        )

    def require(self, past: Basis) -> None:
        """Raise BadSetting, with every difference told, where a history has another basis."""
        told = "; ".join(self._differences(past))
        if told:
            raise BadSetting(
                f"The history is not of this search: {told}.",
                "Scores of different things cannot be compared: search as the history did, or leave it out.",
            )

    def _differences(self, past: Basis) -> Iterator[str]:
        for name in ("estimator", "scoring", "n_rows", "n_columns", "direction"):
            theirs, ours = getattr(past, name), getattr(self, name)
            if theirs != ours:
                yield f"its {name} is {theirs!r}, not {ours!r}"
        # An array has no names, and may hold the rows of a frame.
        if self.columns and past.columns and self.columns != past.columns:
            yield "its columns have other names or another order"
        if self.n_rows == past.n_rows and self.answers != past.answers:
            yield "its y holds other values"


def check_lengths(X: Any, y: Any) -> None:
    """Raise ValueError, as scikit-learn does, where there is not one answer a row."""
    if y is not None and count_rows(X) != count_rows(y):
        raise ValueError(
            f"X has {count_rows(X):,} rows and y {count_rows(y):,} values: give one for each row, in the "
            "order of the rows."
        )


def count_rows(rows: Any) -> int:
    """Return how many rows there are; raises BadSetting where they cannot be counted."""
    from sklearn.utils.validation import _num_samples

    try:
        return int(_num_samples(rows))
    except TypeError as error:
        raise BadSetting(
            f"The rows cannot be counted: {error}.", "Give a table or arrays."
        ) from None


def _kind(estimator: Any) -> str:
    """Return the class of an estimator, and in brackets those of its steps, where it has any."""
    inner = [type(v).__name__ for v in estimator.get_params().values() if hasattr(v, "fit")]
    name = type(estimator).__name__
    return f"{name}({', '.join(inner)})" if inner else name


def _names(X: Any) -> list[str] | None:
    """Return the names of a table's columns, None of an array."""
    names = getattr(X, "column_names", getattr(X, "columns", None))
    return None if names is None else [str(name) for name in names]


def _bytes_of(values: np.ndarray[Any, Any]) -> bytes:
    """Return numbers as bytes that do not tell whole numbers of 64 bits from others, and the rest as text."""
    numbers = values.dtype.kind in "biuf"
    return np.ascontiguousarray(values, dtype="<f8" if numbers else "<U").tobytes()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:DIGITS]
