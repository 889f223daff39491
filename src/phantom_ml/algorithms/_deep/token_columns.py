"""A matrix as the transformer takes it: numbers, which of them are missing, levels of categories, bytes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._deep.answers import Answers
from phantom_ml.algorithms._deep.columns import COLUMNS_FORM, NetColumns
from phantom_ml.algorithms._linear.learner import row_weights
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import STRING_BYTES, Matrix, Samples
from phantom_ml.parts.arrays import Arrays, Form, require

#: Text columns that are read: the first ones, since each costs as much as a dozen numbers.
MAX_TEXTS = 8
#: Bytes of a patch of a string (see ``strings``).
PATCH_BYTES = 4
#: Of the strings, so many are no longer than what is read: the tail of the others is left out.
WHOLE_SHARE = 0.99
#: Rows that lengths and relevance are read from.
SAMPLE_ROWS = 10_000


class TokenInputs(NamedTuple):
    """Rows as the transformer takes them, in numpy or in torch.

    Attributes
    ----------
    numbers : float32 array of shape (n_rows, n_numbers)
    missing : bool array of shape (n_rows, n_numbers)
    codes : int32 array of shape (n_rows, n_categories)
        Rows of the table of all levels; the first of each category is for what is missing.
    strings : uint8 array of shape (n_rows, n_texts, n_bytes)
    """

    numbers: Any
    missing: Any
    codes: Any
    strings: Any


@dataclass(frozen=True)
class TokenColumns:
    """How a matrix becomes the inputs of the transformer.

    Attributes
    ----------
    net : NetColumns
        Numbers and categories; every category is embedded.
    n_texts, n_bytes : int
        Text columns, and bytes of each that are read.
    """

    net: NetColumns
    n_texts: int
    n_bytes: int

    @classmethod
    def fit(cls, train: Samples, answers: Answers, max_numbers: int) -> TokenColumns:
        """Return the columns for training rows; more numbers than ``max_numbers`` by their relevance."""
        net = NetColumns.fit(train.matrix, max_one_hot=0)
        if len(net.numeric) > max_numbers:
            net = reordered(net, by_relevance(net, train, answers))
        return cls(net, *_string_sizes(train.matrix))

    def inputs(self, matrix: Matrix) -> TokenInputs:
        """Return the rows of a matrix as the transformer takes them."""
        numbers, flags, codes = self.net.inputs(matrix)
        missing = np.zeros(numbers.shape, np.bool_)
        missing[:, self.net.flagged] = flags
        first = np.cumsum(self.net.embedded_sizes + 1) - self.net.embedded_sizes - 1
        return TokenInputs(numbers, missing, (codes + first).astype(np.int32), self._bytes(matrix))

    def _bytes(self, matrix: Matrix) -> NDArray[np.uint8]:
        found = np.zeros((matrix.n_rows, self.n_texts, self.n_bytes), np.uint8)
        if matrix.strings is not None:
            part = matrix.strings[:, : self.n_texts, : self.n_bytes]
            found[:, : part.shape[1], : part.shape[2]] = part
        return found

    def arrays(self) -> Arrays:
        """Return what ``save_arrays`` takes."""
        return {**self.net.arrays(), "strings.sizes": np.array([self.n_texts, self.n_bytes])}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> TokenColumns:
        """Return the columns that were saved; raises BundleDamaged where they lead nowhere."""
        net, sizes = NetColumns.of_arrays(dict(arrays)), arrays["strings.sizes"]
        require(len(net.small) == 0, "a category is not embedded")
        require(sizes.shape == (2,), "the strings have no sizes")
        n_texts, n_bytes = map(int, sizes)
        right = 0 <= n_texts <= MAX_TEXTS and 0 <= n_bytes <= STRING_BYTES
        require(right and n_bytes % PATCH_BYTES == 0, "the strings have another size")
        require((n_texts > 0) == (n_bytes > 0), "the strings have another size")
        return cls(net, n_texts, n_bytes)


TOKEN_COLUMNS_FORM: Form = {**COLUMNS_FORM, "strings.sizes": (np.int64, 1)}


def reordered(net: NetColumns, order: NDArray[np.int64]) -> NetColumns:
    """Return the same columns with their numbers in another order."""
    return replace(
        net,
        numeric=net.numeric[order],
        centre=net.centre[order],
        factor=net.factor[order],
        flagged=np.flatnonzero(np.isin(order, net.flagged)),
    )


def by_relevance(net: NetColumns, train: Samples, answers: Answers) -> NDArray[np.int64]:
    """Return the order of numbers by their greatest correlation with a class, or with the value."""
    few = train.rows(np.arange(0, train.matrix.n_rows, _step(train.matrix)))
    numbers = net.inputs(few.matrix).numbers.astype(np.float64)
    truth, weight = answers.target(few)[:, None].astype(np.float64), row_weights(few)
    if answers.kind is not ProblemKind.REGRESSION:
        truth = (truth == np.arange(answers.n_raw)).astype(np.float64)
    x, y = (a - np.average(a, axis=0, weights=weight) for a in (numbers, truth))
    common = np.abs((x * weight[:, None]).T @ y)
    length = np.sqrt(np.outer(weight @ x**2, weight @ y**2))
    share = np.divide(common, length, out=np.zeros_like(common), where=length > 1e-12)
    return np.argsort(-share.max(axis=1), kind="stable")


def _string_sizes(matrix: Matrix) -> tuple[int, int]:
    """Return how many text columns, and bytes of them, are read: none where all are empty."""
    if matrix.strings is None or not matrix.strings.size:
        return 0, 0
    lengths = (matrix.strings[:: _step(matrix), :MAX_TEXTS] != 0).sum(axis=2)
    longest = max((np.quantile(c[c > 0], WHOLE_SHARE) for c in lengths.T if c.any()), default=0)
    n_bytes = -(-math.ceil(longest) // PATCH_BYTES) * PATCH_BYTES
    return (lengths.shape[1], n_bytes) if n_bytes else (0, 0)


def _step(matrix: Matrix) -> int:
    return max(1, -(-matrix.n_rows // SAMPLE_ROWS))
