"""Strings looked up in lists: polars takes longer to get a long list ready than to look a few strings up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import polars as pl

from phantom_ml.features.lately import FEW

#: A column of strings, and what is told of them: of many rows, or of a few.
Strings = TypeVar("Strings", pl.Series, list[Any])


@dataclass(frozen=True)
class Listed:
    """Words that are on a list."""

    words: frozenset[str]

    @cached_property
    def _series(self) -> pl.Series:
        return pl.Series(sorted(self.words)).implode()

    def of(self, text: Strings) -> Strings:
        """Return which strings are on the list; null where one is missing.

        Examples
        --------
        >>> Listed(frozenset({"a", "b"})).of(pl.Series(["b", "c", None])).to_list()
        [True, False, None]
        """
        if isinstance(text, list):
            return [None if cell is None else cell in self.words for cell in text]
        if len(text) > FEW:
            return text.is_in(self._series)
        return pl.Series(text.name, self.of(text.to_list()), pl.Boolean)


@dataclass(frozen=True)
class Meanings:
    """What words of a list stand for."""

    known: Mapping[str, str]

    def of(self, text: Strings) -> Strings:
        """Return what each string stands for; null where it is not on the list.

        Examples
        --------
        >>> Meanings({"a": "vowel"}).of(pl.Series(["a", "c", None])).to_list()
        ['vowel', None, None]
        """
        if isinstance(text, list):
            return [None if cell is None else self.known.get(cell) for cell in text]
        if len(text) > FEW:
            return text.replace_strict(self.known, default=None, return_dtype=pl.String)
        return pl.Series(text.name, self.of(text.to_list()), pl.String)
