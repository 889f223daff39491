"""The segment for "here" in the path of a URL: /a/./b is /a/b."""

from __future__ import annotations

import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.explain.evasion.mutation import Chance, Mutation, file
from phantom_ml.explain.evasion.rewriting import before_each, within
from phantom_ml.explain.evasion.web_text import UrlText
from phantom_ml.features.cells.bytes import CellBytes


def _dotted(text: pl.Series, chance: Chance) -> pl.Series:
    cells = CellBytes.of(text)
    slashes = within(cells, *UrlText.of(text).span("path", "path")) & (cells.data == ord("/"))
    return before_each(cells, chance.some(slashes, 0.5), b"/.")


file(
    Mutation(
        name="dot_segments",
        kinds=frozenset({ColumnKind.URL}),
        does="puts /. before half of the slashes of the path: /a/./b",
        works_because=(
            "A segment of one dot is removed before a path is looked up (RFC 3986, 5.2.4 and "
            "6.2.2.3). A browser removes it before it asks; a mail, a document or another "
            "client keeps it."
        ),
        rewrite=_dotted,
        technique="T1027",
    )
)
