"""How usual a name is, letter by letter: what a machine made up stands out from what people call things.

Learned from the column's own distinct strings, without labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate, chain, islice, pairwise
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.base import ColumnEncoder, as_text, cut, encoders
from phantom_ml.features.cells.bigrams import (
    Steps,
    fit_bigrams,
    in_steps,
    score_each,
    score_steps,
)
from phantom_ml.features.parsing.hosts import split_few, split_hosts
from phantom_ml.features.parts import FIT_STRINGS, MAX_CHARACTERS, chunks

#: Fewer different names are no language.
MIN_STRINGS = 50
WORDS = "mean log2 likelihood of neighbouring characters, low for random-looking names"


@encoders.add("typicality")
class TypicalityEncoder(ColumnEncoder):
    """One column: of a domain its second-level label is read, of a path its file name, else all."""

    name = "typicality"
    kinds = frozenset({ColumnKind.DOMAIN, ColumnKind.PATH, ColumnKind.COMMAND_LINE, ColumnKind.URL})
    family = "security"

    kind: ColumnKind
    table: tuple[tuple[float, ...], ...]

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> TypicalityEncoder | None:
        """Return the encoder with the pairs of the training names; None where there are too few."""
        strings = as_text(values).drop_nulls().unique().sort()
        if len(strings) > FIT_STRINGS:
            strings = strings.gather_every(-(-len(strings) // FIT_STRINGS))
        names = _names(strings, schema.kind).drop_nulls().unique()
        if len(names) < MIN_STRINGS:
            return None
        table = tuple(tuple(float(v) for v in row) for row in fit_bigrams(names))
        return cls(column=schema.name, kind=schema.kind, table=table)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return the one feature."""
        return (Feature(f"{self.column}.typicality", self.column, words=WORDS),)

    @cached_property
    def _steps(self) -> Steps:
        return in_steps(np.asarray(self.table, dtype=np.float32))

    @classmethod
    def transform_each(
        cls, fitted: Sequence[Self], columns: Sequence[pl.Series]
    ) -> list[NDArray[np.float32]]:
        """Return the one feature of a column each, for few rows: the pairs of all are looked up together."""
        cells = [as_text(values).to_list() for values in columns]
        names = _names_of_each(cells, [encoder.kind for encoder in fitted])
        ends = [*accumulate(map(len, cells))]
        scores = score_each(
            [*chain.from_iterable(names)], [encoder._steps for encoder in fitted], ends
        )
        return [scores[first:last, None] for first, last in pairwise([0, *ends])]

    def transform(self, values: pl.Series, out: NDArray[np.float32]) -> None:
        """Write the mean log2 likelihood in bits; NaN where the name has no two characters."""
        text = as_text(values)
        for rows in chunks(text):
            out[rows, 0] = score_steps(_names(text[rows], self.kind), self._steps)


def _names(text: pl.Series, kind: ColumnKind) -> pl.Series:
    """Return what is read of strings; null where it is missing."""
    text = cut(text, MAX_CHARACTERS)
    if kind is ColumnKind.DOMAIN:
        parts = split_hosts(text, ["domain"]).with_columns(missing=text.is_null())
        is_name = ~pl.col("is_address") & ~pl.col("missing")
        return parts.select(pl.when(is_name).then(pl.col("domain"))).to_series()
    if kind is ColumnKind.PATH:
        # After the last slash of either system; a folder's own name where one ends the path.
        return text.str.strip_chars_end("/\\").str.extract(r"([^/\\]*)$", 1)
    return text


def _names_of_each(
    cells: list[list[str | None]], kinds: list[ColumnKind]
) -> list[list[str | None]]:
    """Return the names of a few cells of columns each; the columns of one kind are read together."""
    names = [*cells]
    for kind in dict.fromkeys(kinds):
        own = [i for i, its_kind in enumerate(kinds) if its_kind is kind]
        found = iter(_names_of_few([*chain.from_iterable(cells[i] for i in own)], kind))
        for i in own:
            names[i] = [*islice(found, len(cells[i]))]
    return names


def _names_of_few(cells: list[str | None], kind: ColumnKind) -> list[str | None]:
    cells = [cell and cell[:MAX_CHARACTERS] for cell in cells]
    if kind is ColumnKind.DOMAIN:
        parts = split_few(cells)
        found = zip(cells, parts["domain"], parts["is_address"], strict=True)
        return [None if is_address or cell is None else name for cell, name, is_address in found]
    if kind is ColumnKind.PATH:
        return _names(pl.Series(cells, dtype=pl.String), kind).to_list()
    return cells
