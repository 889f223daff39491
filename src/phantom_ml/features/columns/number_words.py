"""Words among numbers: whether a cell holds a number, or which word, where one comes often.

As numbers they are missing, all alike. Where no word comes often, that says enough of them: an ``err`` here and
there tells no more.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import SerializerFunctionWrapHandler, model_serializer

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import NUMBER_KINDS, ColumnSchema
from phantom_ml.features.base import ColumnEncoder, as_text, encoders
from phantom_ml.features.columns.number import is_word, no_numbers
from phantom_ml.features.parsing.numbers import written_numbers

#: A word comes often that is in at least this share of the rows.
OFTEN = 0.01


def frequent_words(text: pl.Series) -> tuple[str, ...]:
    """Return the words that come often in a column of written numbers, by falling frequency.

    Examples
    --------
    >>> frequent_words(pl.Series(["1", "err", "lost ", "2.5", "lost"]))
    ('lost', 'err')
    """
    words = no_numbers(text).str.strip_chars().alias("word")
    told = words.value_counts(name="rows").sort(["rows", "word"], descending=[True, False])
    return tuple(told.filter(pl.col("rows") >= OFTEN * len(text))["word"].to_list())


@encoders.add("number_words")
class NumberWordsEncoder(ColumnEncoder):
    """One column of codes: a number, the frequent words by falling frequency, any other word; NaN if missing."""

    name = "number_words"
    kinds = NUMBER_KINDS

    levels: tuple[str, ...]
    #: Whether numbers and other words have codes of their own. Models saved before they had say nothing of it,
    #: and take both for missing.
    tells_all: bool = False

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> NumberWordsEncoder | None:
        """Return the encoder; None where no word comes often."""
        levels = frequent_words(values) if values.dtype == pl.String else ()
        return cls(column=schema.name, levels=levels, tells_all=True) if levels else None

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return the one categorical feature."""
        words = "the word that stands where a number would"
        n_codes = len(self.levels) + (2 if self.tells_all else 0)
        return (Feature(f"{self.column}.word", self.column, n_codes, words),)

    @model_serializer(mode="wrap")
    def _saved(self, fields: SerializerFunctionWrapHandler) -> dict[str, Any]:
        state: dict[str, Any] = fields(self)
        if not self.tells_all:
            del state["tells_all"]
        return state

    @cached_property
    def _codes(self) -> pl.Enum:
        return pl.Enum(list(self.levels))

    def transform(self, values: pl.Series, out: NDArray[np.float32]) -> None:
        """Write the codes."""
        text = as_text(values).str.strip_chars()
        codes = text.cast(self._codes, strict=False).to_physical().cast(pl.Float32).to_numpy()
        out[:, 0] = self._all_told(text, codes) if self.tells_all else codes

    def _all_told(self, text: pl.Series, codes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the codes of words after that of a number, and before that of any other word."""
        is_number = np.isfinite(text.cast(pl.Float64, strict=False).to_numpy())
        told = np.where(is_number, np.float32(0), codes + np.float32(1))
        # Most cells are told by now; what is left takes longer: other words, marks for none, 443/tcp.
        left = np.flatnonzero(np.isnan(told) & ~text.is_null().to_numpy())
        if len(left):
            told[left] = self._rest(text.gather(left))
        return told

    def _rest(self, text: pl.Series) -> NDArray[np.float64]:
        is_number = written_numbers(text).is_finite().fill_null(value=False).to_numpy()
        others = np.where(is_word(text).to_numpy(), len(self.levels) + 1, np.nan)
        return np.where(is_number, 0.0, others)
