"""Capitals in the names of HTML's tags."""

from __future__ import annotations

import numpy as np
import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.explain.evasion.mutation import Chance, Mutation, file
from phantom_ml.explain.evasion.rewriting import letters_after, neighbours, of_rows, other_case
from phantom_ml.features.cells.bytes import CellBytes, members

_OPENS = members("</")


def _mixed(text: pl.Series, chance: Chance) -> pl.Series:
    cells = CellBytes.of(text)
    found, mark = letters_after(cells, _OPENS)
    opened = cells.data == ord("<")
    closed = (cells.data == ord("/")) & (neighbours(cells, -1) == ord("<"))
    found[found] = (opened | closed)[mark[found]]
    # Tags of XML heed case.
    is_xml = of_rows(cells, text.str.contains(r"<[!?]"))
    return other_case(cells, chance.some(np.asarray(found & ~is_xml), 0.5))


file(
    Mutation(
        name="html_case",
        kinds=frozenset({ColumnKind.HTTP_PAYLOAD}),
        does="writes half of the letters of tags in the other case: <sCRipT>",
        works_because=(
            "Names of tags do not heed case in HTML (WHATWG HTML, 13.1.2); scripts do, and are "
            "left."
        ),
        rewrite=_mixed,
        technique="T1190",
    )
)
