"""What the scores of a search rest on: those of two searches are comparable only where it is the same."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral
from os import PathLike
from typing import Any

import numpy as np

from phantom_ml.errors import BadSetting
from phantom_ml.tuning.answers import AnswersUnfit, check_finite
from phantom_ml.tuning.real import is_real
from phantom_ml.wording import counted

#: Of a SHA-256, so many hexadecimal digits tell two tables apart.
DIGITS = 16
#: A row to fit on, and one to score on.
LEAST_ROWS = 2
#: Rows of ``X`` whose numbers are read.
SOME_ROWS = 200
#: Settings that change how fast an answer comes, not which one.
OF_THE_MACHINE = frozenset({"n_jobs", "n_threads", "thread_count", "verbose", "verbosity"})


@dataclass(frozen=True)
class Basis:
    """What was fitted, on what, and by what it was scored; cheap to tell, as few cells of ``X`` are read.

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
    cells : str
        Hash of the numbers in some rows of ``X``; empty where there are none.
    settings : dict of str to str
        The estimator's settings as text; what was searched is not compared.
    direction : str
        Whether more is better: always ``maximize``, scikit-learn's scorers turn losses round.
    n_folds : int
        0 where it is not told.
    folds : str
        Hash of the rows of each fold; empty where it is not told.
    resource : str
        What trials got more of until they were given up; empty where none is given up.
    seed : int or None
        Of the folds, where they are a number of folds, and of the search.
    """

    estimator: str
    scoring: str
    n_rows: int
    n_columns: int
    columns: str
    answers: str
    cells: str = ""
    settings: Mapping[str, str] = field(default_factory=dict, hash=False)
    direction: str = "maximize"
    n_folds: int = 0
    folds: str = ""
    resource: str = ""
    seed: int | None = None

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
            _cells(X),
            _settings(estimator),
        )

    def require(self, past: Basis, searched: Collection[str] = ()) -> None:
        """Raise BadSetting, with every difference told, where a history has another basis."""
        parts = (self._differences(past), self._set_otherwise(past, searched), self._way(past))
        told = "; ".join(itertools.chain(*parts))
        if told:
            raise BadSetting(
                f"The history is not of this search: {told}.",
                "Scores of different things cannot be compared: search as the history did, or leave it out.",
            )

    def notes(self, past: Basis) -> tuple[str, ...]:
        """Return what to say of a history whose scores are comparable."""
        if past.seed in (None, self.seed):
            return ()
        return (f"The history's seed is {past.seed}; what is tried next is drawn by {self.seed}.",)

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
        if self.n_rows == past.n_rows and self.cells and past.cells and self.cells != past.cells:
            yield "its X holds other values"

    def _way(self, past: Basis) -> Iterator[str]:
        """Yield how the way differs on which trials were measured, as far as both tell it."""
        if past.n_folds and self.n_folds and past.n_folds != self.n_folds:
            yield f"its folds are {past.n_folds}, not {self.n_folds}"
        elif past.n_rows == self.n_rows and past.folds and self.folds and past.folds != self.folds:
            seeds = "" if past.seed == self.seed else f": its seed is {past.seed}, not {self.seed}"
            yield f"its folds hold other rows{seeds}"
        if past.resource and self.resource and past.resource != self.resource:
            yield f"its resource is {past.resource!r}, not {self.resource!r}"

    def _set_otherwise(self, past: Basis, searched: Collection[str]) -> Iterator[str]:
        for name in sorted(past.settings.keys() & self.settings.keys() - {*searched}):
            if not _is_same(past.settings[name], self.settings[name]):
                yield f"its {name} was {past.settings[name]}, not {self.settings[name]}"


class RealText(str):
    """The text of a setting that its estimator declares as a real number, of which 1 and 1.0 are one value."""

    __slots__ = ()


def _is_same(past: str, ours: str) -> bool:
    """Return whether two settings, as text, are one value."""
    if past == ours or not isinstance(ours, RealText):
        return past == ours
    try:
        return float(past) == float(ours)
    except ValueError:
        # In the history it is None, or a word.
        return False


def folds_of(folds: Sequence[tuple[Any, Any]]) -> str:
    """Return a hash of the rows of each fold, those to fit on and those to score on."""
    sides = [np.asarray(side) for fold in folds for side in fold]
    return _hash(b"|".join(_bytes_of(side) for side in sides))


class LengthsDiffer(BadSetting, ValueError):
    """There is not one answer a row; a ValueError too, as scikit-learn raises it."""


def check_lengths(X: Any, y: Any) -> None:
    """Raise BadSetting where rows are text or too few, and LengthsDiffer where not each has its answer."""
    if isinstance(X, str | bytes | PathLike):
        raise BadSetting(
            f"X is text, {str(X)[:80]!r}, not rows.",
            "Give an array or a table of the shape (n_rows, n_columns); read a file into one first.",
        )
    n_rows = count_rows(X)
    if y is not None and n_rows != count_rows(y):
        raise LengthsDiffer(
            f"X has {counted(n_rows, 'row')} and y {counted(count_rows(y), 'value')}.",
            "Give one for each row, in the order of the rows.",
        )
    if n_rows < LEAST_ROWS:
        raise BadSetting(
            f"X has {counted(n_rows, 'row')}: nothing can be fitted on some and scored on others.",
            f"Give at least as many rows as folds, {LEAST_ROWS} or more.",
        )


def check_columns(X: Any, estimator: Any) -> None:
    """Raise BadSetting where rows have no column, or are bare numbers that the estimator does not say it reads."""
    from sklearn.utils import get_tags

    shape = X.shape if hasattr(X, "shape") else np.shape(X[:1])
    if tuple(shape[1:2]) == (0,):
        raise BadSetting(
            f"X has the shape ({count_rows(X)}, 0): its rows are without columns.",
            "Give a table with one column at least.",
        )
    if len(shape) != 1 or np.asarray(X[:1]).dtype.kind not in "biuf":
        return
    if not get_tags(estimator).input_tags.one_d_array:
        raise BadSetting(
            f"X has the shape ({count_rows(X)},): it has no columns.",
            "Give a table of the shape (n_rows, n_columns): X.reshape(-1, 1) where there is one column.",
        )


def check_known(y: Any) -> None:
    """Raise AnswersUnfit where an answer is missing, None or NaN, or infinite."""
    answers = np.asarray([] if y is None else y)
    if answers.dtype.kind not in "fO":
        return
    cells = answers.ravel().tolist()
    n_missing = sum(a is None or (isinstance(a, float) and math.isnan(a)) for a in cells)
    if n_missing:
        raise AnswersUnfit(
            f"{n_missing:,} of {answers.size:,} answers in y are missing.",
            "Leave these rows out of X and y.",
        )
    check_finite(answers)


def is_whole(value: Any) -> bool:
    """Return whether a value is a whole number, Python's or numpy's, and no truth.

    Examples
    --------
    >>> is_whole(np.int64(4)), is_whole(4.0), is_whole(True)
    (True, False, False)
    """
    return not isinstance(value, bool) and isinstance(value, Integral)


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


def _settings(estimator: Any) -> dict[str, str]:
    """Return plain settings as text; estimators and functions are not told apart by what they print."""
    plain = (bool, int, float, str, type(None))
    return {
        name: _text(estimator, name, value)
        for name, value in estimator.get_params().items()
        if isinstance(value, plain) and name.rpartition("__")[2] not in OF_THE_MACHINE
    }


def _text(estimator: Any, name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return repr(value)
    return RealText(repr(value)) if is_real(estimator, name) else repr(value)


def _cells(X: Any) -> str:
    """Return the hash of some rows, evenly spaced, of a table of numbers; empty for anything else."""
    step = max(1, -(-count_rows(X) // SOME_ROWS))
    if hasattr(X, "iloc"):
        some = X.iloc[::step].to_numpy()
    elif hasattr(X, "gather_every"):
        some = X.gather_every(step).to_numpy()
    else:
        some = X[::step] if isinstance(X, np.ndarray) else np.empty(0, object)
    return _hash(_bytes_of(some)) if some.dtype.kind in "biuf" else ""


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
