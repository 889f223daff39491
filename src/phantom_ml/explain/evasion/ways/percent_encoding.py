"""Letters and digits of a path and a query as %HH."""

from __future__ import annotations

import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.explain.evasion.mutation import Chance, Mutation, file
from phantom_ml.explain.evasion.rewriting import after_percent, percent_encoded
from phantom_ml.explain.evasion.web_text import encodable
from phantom_ml.features.cells.bytes import CellBytes

SHARE = 0.3


def _encoded(text: pl.Series, chance: Chance) -> pl.Series:
    cells = CellBytes.of(text)
    able = encodable(text, cells) & ~after_percent(cells)
    return percent_encoded(cells, chance.some(able, SHARE))


file(
    Mutation(
        name="percent_encoding",
        kinds=frozenset({ColumnKind.URL, ColumnKind.HTTP_PAYLOAD}),
        does="writes three in ten letters and digits of path and query as %HH: /l%6Fgin",
        works_because=(
            "A letter or digit and its percent-encoding are the same (RFC 3986, 2.3), and a "
            "server decodes before it looks. Not where the text has characters that no URL can "
            "hold: there it was decoded already."
        ),
        rewrite=_encoded,
        technique="T1027",
    )
)
