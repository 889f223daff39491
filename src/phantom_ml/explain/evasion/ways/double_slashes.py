"""Slashes of a path doubled: most web servers take several for one."""

from __future__ import annotations

import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.explain.evasion.mutation import Chance, Mutation, file
from phantom_ml.explain.evasion.rewriting import before_each, of_rows, within
from phantom_ml.explain.evasion.web_text import UrlText
from phantom_ml.features.cells.bytes import CellBytes


def _doubled(text: pl.Series, chance: Chance) -> pl.Series:
    cells, url = CellBytes.of(text), UrlText.of(text)
    start, end = url.span("path", "path")
    # Two slashes at the beginning would name a host, and a/../b removes one segment, empty or not.
    climbs = url.parts["path"].str.contains("..", literal=True).fill_null(value=False)
    slashes = within(cells, start + 1, end) & (cells.data == ord("/")) & ~of_rows(cells, climbs)
    return before_each(cells, chance.some(slashes, 0.7), b"/")


file(
    Mutation(
        name="double_slashes",
        kinds=frozenset({ColumnKind.URL}),
        does="doubles seven in ten slashes of the path, not the first: /a//b",
        works_because=(
            "Apache, nginx and IIS take several slashes for one when they look for a file "
            "(nginx: merge_slashes). By RFC 3986 alone the two paths differ: an application "
            "that splits paths itself may answer otherwise."
        ),
        rewrite=_doubled,
        technique="T1027",
    )
)
