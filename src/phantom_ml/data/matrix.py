"""What a learner sees: one float32 matrix, the meaning of its columns, and text beside it, hashed or as it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Rows = NDArray[np.int64]
#: Bytes of a text cell that a learner of raw text reads: the head of a longer one tells its kind.
STRING_BYTES = 128
#: What features of several text columns together are filed under: no name that a column is likely to have.
ALL_TEXT = "all text"


@dataclass(frozen=True)
class Feature:
    """One column of a matrix.

    Attributes
    ----------
    name : str
        What an analyst would call it: ``url.length``.
    source : str
        The raw column it comes from; an explanation is folded back to it.
    cardinality : int
        0 for a number; k for a category whose cells are the codes 0..k-1 (NaN = missing or never seen).
    words : str
        What its values are, with their unit or range.
    beside : tuple of str
        The other raw columns that it is made of, where there are any.
    context : str
        What of the row's circumstances it tells, where it tells nothing of the row itself: of whose past
        (``user``), or of which clock. Features of one context say one thing in many ways.
    counts : bool
        Whether it counts what happened before: the more, the more happened at once.
    """

    name: str
    source: str
    cardinality: int = 0
    words: str = field(default="", compare=False)
    beside: tuple[str, ...] = field(default=(), compare=False)
    context: str = field(default="", compare=False)
    counts: bool = field(default=False, compare=False)

    @property
    def is_categorical(self) -> bool:
        """Return whether the cells are codes."""
        return self.cardinality > 0


def uniquely_named(features: Iterable[Feature]) -> tuple[Feature, ...]:
    """Return features of which the second, third, ... of one name got a number.

    Examples
    --------
    >>> [f.name for f in uniquely_named([Feature("a", "a"), Feature("a", "b")])]
    ['a', 'a_2']
    """
    named: list[Feature] = []
    seen: set[str] = set()
    for feature in features:
        name, n = feature.name, 2
        while name in seen:
            name, n = f"{feature.name}_{n}", n + 1
        seen.add(name)
        named.append(replace(feature, name=name))
    return tuple(named)


@dataclass(frozen=True)
class History:
    """The last events of each row's entity, oldest first; the last step is the row itself.

    Attributes
    ----------
    values : float32 array of shape (n_rows, n_steps, n_channels)
        Codes, and in the last channel log(1 + seconds since the step before), NaN for none. Code 0 is a
        step in which nothing happened.
    sizes : tuple of int, of length n_channels - 1
        How many codes each of the other channels has.
    sources : tuple of str, of length n_channels or 0
        The raw column that each channel tells of.
    """

    values: NDArray[np.float32]
    sizes: tuple[int, ...]
    sources: tuple[str, ...] = ()

    def rows(self, where: Rows | slice) -> History:
        """Return the history of some rows."""
        return replace(self, values=np.ascontiguousarray(self.values[where]))


@dataclass(frozen=True)
class Matrix:
    """A table as learners take it.

    Attributes
    ----------
    values : float32 array of shape (n_rows, n_features), C-contiguous
        Numbers, and codes of categories; NaN where missing. Often memory-mapped: never write to it.
    features : tuple of Feature, of length n_features
        What the columns mean.
    text : csr_array of float32, shape (n_rows, n_buckets), or None
        Hashed character n-grams of all text columns, rows of Euclidean length at most 1 a column.
    strings : uint8 array of shape (n_rows, n_text_columns, STRING_BYTES), or None
        The first bytes of each text column as they are (UTF-8), 0 behind the last; None where no
        learner asks for them. Often memory-mapped.
    history : History or None
        The last events of each row's entity; None where no learner asks for them.
    entity : uint64 array of shape (n_rows,) or None
        The hash of whom each row belongs to, 0 where it is unknown; None where no learner asks for it.
    """

    values: NDArray[np.float32]
    features: tuple[Feature, ...]
    text: sparse.csr_array | None = None
    strings: NDArray[np.uint8] | None = None
    history: History | None = None
    entity: NDArray[np.uint64] | None = None

    @property
    def n_rows(self) -> int:
        """Return the number of rows."""
        return int(self.values.shape[0])

    @property
    def categorical(self) -> list[int]:
        """Return the positions of the categorical columns."""
        return [i for i, f in enumerate(self.features) if f.is_categorical]

    @property
    def numeric(self) -> list[int]:
        """Return the positions of the numeric columns."""
        return [i for i, f in enumerate(self.features) if not f.is_categorical]

    def rows(self, where: Rows) -> Matrix:
        """Return the rows at the positions ``where``, copied, in that order."""
        return replace(
            self,
            values=np.ascontiguousarray(self.values[where]),
            text=None if self.text is None else self.text[where],
            strings=None if self.strings is None else np.ascontiguousarray(self.strings[where]),
            history=None if self.history is None else self.history.rows(where),
            entity=None if self.entity is None else self.entity[where],
        )

    def view(self, rows: slice) -> Matrix:
        """Return consecutive rows without a copy, without the hashed text."""
        strings = None if self.strings is None else self.strings[rows]
        history = self.history
        if history is not None:
            history = replace(history, values=history.values[rows])
        entity = None if self.entity is None else self.entity[rows]
        told = replace(self, values=self.values[rows], text=None, strings=strings)
        return replace(told, history=history, entity=entity)

    def columns(self, places: list[int]) -> Matrix:
        """Return some of the columns, in that order, copied."""
        features = tuple(self.features[i] for i in places)
        values = np.ascontiguousarray(self.values[:, places])
        return replace(self, values=values, features=features)

    def above(self, below: Matrix) -> Matrix:
        """Return the rows of this matrix followed by those of another with the same columns."""
        values = np.concatenate([self.values, below.values])
        text = self.text
        if text is not None and below.text is not None:
            text = sparse.csr_array(sparse.vstack([text, below.text], format="csr"))
        strings = self.strings
        if strings is not None and below.strings is not None:
            strings = np.concatenate([strings, below.strings])
        history = self.history
        if history is not None and below.history is not None:
            joined = np.concatenate([history.values, below.history.values])
            history = replace(history, values=joined)
        entity = self.entity
        if entity is not None and below.entity is not None:
            entity = np.concatenate([entity, below.entity])
        told = replace(self, values=values, text=text, strings=strings)
        return replace(told, history=history, entity=entity)

    def beside(self, values: NDArray[np.float32], features: tuple[Feature, ...]) -> Matrix:
        """Return this matrix with more columns to its right."""
        joined = np.concatenate([self.values, values.astype(np.float32, copy=False)], axis=1)
        return replace(self, values=np.ascontiguousarray(joined), features=self.features + features)


@dataclass(frozen=True)
class Samples:
    """Rows with their answers.

    Attributes
    ----------
    matrix : Matrix
    target : array of shape (n_rows,)
        int64 class codes 0..k-1 (binary: 1 is the positive class) or float64 values.
    weight : float64 array of shape (n_rows,) or None
        How much each row counts; None: all the same.
    """

    matrix: Matrix
    target: NDArray[np.int64] | NDArray[np.float64]
    weight: NDArray[np.float64] | None = None

    def rows(self, where: Rows) -> Samples:
        """Return the rows at the positions ``where``."""
        weight = None if self.weight is None else self.weight[where]
        return Samples(self.matrix.rows(where), self.target[where], weight)
