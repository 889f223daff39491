"""Numbers as they are: float32, infinite values as missing, finite ones beyond it as its largest.

A column so far from 0 that float32 would lose how its numbers differ is counted from an offset, and one of a scale
that it cannot hold is told in a power of two. The training rows tell both.

What was stored as numbers in training and is text that is none now is refused: the column is another one. What was
text already may hold anything, and a cell that is no number is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain, pairwise
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from phantom_ml.data.columns.column import MARKS
from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import NUMBER_KINDS, ColumnKind, ColumnSchema
from phantom_ml.errors import TypeUnsafe
from phantom_ml.features.base import ColumnEncoder, encoders
from phantom_ml.features.offsets import bounded, less, offset_of
from phantom_ml.features.parsing.numbers import written_numbers
from phantom_ml.features.scales import in_scale, scale_exponent

#: Types of numbers that Python's own are made float64 of as polars makes it.
PLAIN = frozenset({pl.Float64, pl.Int64, pl.Int32})


@encoders.add("number")
class NumberEncoder(ColumnEncoder):
    """One column: the number, NaN where it is missing, not finite, or text that is none."""

    name = "number"
    kinds = NUMBER_KINDS

    was_text: bool = False
    #: Ports are written with what runs over them, too: 443/tcp.
    is_port: bool = False
    #: What the numbers are counted from, in their scale; models saved before there was any have 0.
    offset: float = 0.0
    #: The numbers are told in 2 to the power of this; where it is 0 it is not saved, as before there was any.
    exponent: int = Field(0, ge=-1200, le=1200)

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> NumberEncoder | None:
        """Return the encoder, which learns whether the numbers came as text, and how far from 0 they lie."""
        was_text = values.dtype == pl.String
        is_port = was_text and schema.kind is ColumnKind.PORT
        encoder = cls(column=schema.name, was_text=was_text, is_port=is_port)
        numbers = encoder.numbers(values)
        exponent = scale_exponent(numbers)
        offset = offset_of(_in_scale(numbers, exponent))
        if not offset and not exponent:
            return encoder
        return encoder.model_copy(update={"offset": offset, "exponent": exponent})

    @property
    def is_moved(self) -> bool:
        """Return whether the numbers are told from an offset or in a scale."""
        return bool(self.offset or self.exponent)

    @model_serializer(mode="wrap")
    def _saved(self, fields: SerializerFunctionWrapHandler) -> dict[str, Any]:
        state: dict[str, Any] = fields(self)
        if not self.exponent:
            del state["exponent"]
        return state

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return the one feature, called as the column is."""
        return (Feature(self.column, self.column, words="the number as it is"),)

    @classmethod
    def transform_each(
        cls, fitted: Sequence[Self], columns: Sequence[pl.Series]
    ) -> list[NDArray[np.float32]]:
        """Return the numbers of a column each, for few rows."""
        cells = [
            values.to_list()
            if type(values.dtype) in PLAIN and not e.is_moved
            else e._read(values).tolist()
            for e, values in zip(fitted, columns, strict=True)
        ]
        together = _bounded(np.array([*chain.from_iterable(cells)], np.float64))[:, None]
        borders = [0, *accumulate(map(len, cells))]
        return [together[first:last] for first, last in pairwise(borders)]

    def transform(self, values: pl.Series, out: NDArray[np.float32]) -> None:
        """Write the numbers; raises TypeUnsafe for text that is none where training had no text."""
        out[:, 0] = _bounded(self._read(values))

    def numbers(self, values: pl.Series) -> pl.Series:
        """Return the column stored as numbers, as they were given; raises TypeUnsafe as ``transform`` does."""
        return stored(values, None if self.was_text else self.column, as_ports=self.is_port)

    def _read(self, values: pl.Series) -> NDArray[np.float64]:
        return less(_in_scale(self.numbers(values), self.exponent), self.offset)


def to_float32(values: pl.Series, column: str | None = None) -> NDArray[np.float32]:
    """Return a column as float32: NaN for null, infinite and ``-``, and LIMIT for what is beyond it.

    Parameters and errors are those of ``to_float64``.
    """
    return to_float64(values, column).astype(np.float32)


def to_float64(values: pl.Series, column: str | None = None) -> NDArray[np.float64]:
    """Return a column as float64: NaN for null, infinite and ``-``, and LIMIT for what is beyond it.

    Parameters
    ----------
    values : Series
    column : str, optional
        Its name, where text that is no number is refused; else it is NaN, too.

    Raises
    ------
    TypeUnsafe
        A cell of ``column`` holds text that is no number.
    """
    return bounded(less(stored(values, column), 0.0))


def finite_numbers(values: pl.Series, column: str | None = None) -> NDArray[np.float64]:
    """Return a column as float64 of any size: NaN for null, infinite and text that is no number.

    Parameters and errors are those of ``to_float64``.

    Examples
    --------
    >>> finite_numbers(pl.Series(["1e300", " 2 ", "inf", "err", None])).tolist()
    [1e+300, 2.0, nan, nan, nan]
    """
    found = less(stored(values, column), 0.0)
    return np.where(np.isinf(found), np.nan, found)


def is_word(text: pl.Series) -> pl.Series:
    """Return whether each cell of a column of text is neither missing, nor a number, nor a mark for none.

    Examples
    --------
    >>> is_word(pl.Series(["1", " 2.5 ", "-", "err", None])).to_list()
    [False, False, False, True, False]
    """
    bare = text.str.strip_chars()
    return text.is_not_null() & written_numbers(bare).is_null() & ~bare.is_in(list(MARKS))


def no_numbers(values: pl.Series) -> pl.Series:
    """Return those cells of a column of text that are neither a number nor a mark for none.

    Examples
    --------
    >>> no_numbers(pl.Series(["1", " 2.5 ", "-", "err", None])).to_list()
    ['err']
    """
    return values.filter(is_word(values))


def words_alone(values: pl.Series) -> bool:
    """Return whether a column of text holds words, and not a single number.

    Examples
    --------
    >>> words_alone(pl.Series(["yes", "no"])), words_alone(pl.Series(["1", "no"]))
    (True, False)
    """
    return len(no_numbers(values)) > 0 and not written_numbers(values).is_finite().any()


def stored(values: pl.Series, refusing: str | None = None, *, as_ports: bool = False) -> pl.Series:
    """Return a column stored as numbers; raises TypeUnsafe for text of the column ``refusing`` that is none."""
    if values.dtype == pl.String:
        with_transport = as_ports or refusing is not None
        numbers = written_numbers(values) if with_transport else _plain_numbers(values)
        if refusing is not None and numbers.null_count() > values.null_count():
            _refuse(no_numbers(values), refusing)
        return numbers
    return values.to_physical() if values.dtype.is_temporal() else values


def _plain_numbers(text: pl.Series) -> pl.Series:
    return text.str.strip_chars().cast(pl.Float64, strict=False)


def _refuse(lost: pl.Series, column: str) -> None:
    if len(lost):
        raise TypeUnsafe(
            f"Column {column!r} holds {str(lost[0])[:60]!r}, which is no number.",
            "The model was trained on numbers there: correct the column, or train again.",
        )


def _in_scale(numbers: pl.Series, exponent: int) -> pl.Series:
    """Return numbers in a power of two; as they are stored where it is 1."""
    if not exponent:
        return numbers
    return pl.Series(in_scale(numbers.cast(pl.Float64, strict=False).to_numpy(), exponent))


def _bounded(numbers: NDArray[np.float64]) -> NDArray[np.float32]:
    return bounded(numbers).astype(np.float32)
