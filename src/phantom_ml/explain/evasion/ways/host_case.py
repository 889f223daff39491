"""Capitals in scheme and host."""

from __future__ import annotations

import polars as pl

from phantom_ml.explain.evasion.mutation import Chance, Mutation, file
from phantom_ml.explain.evasion.rewriting import other_case, within
from phantom_ml.explain.evasion.web_text import HOSTED, UrlText
from phantom_ml.features.cells.bytes import LETTERS, CellBytes


def _mixed(text: pl.Series, chance: Chance) -> pl.Series:
    url, cells = UrlText.of(text), CellBytes.of(text)
    able = within(cells, *url.span("scheme", "scheme")) | within(cells, *url.span("host", "host"))
    return other_case(cells, chance.some(able & LETTERS[cells.data], 0.5))


file(
    Mutation(
        name="host_case",
        kinds=HOSTED,
        does=(
            "writes half of the letters of scheme and host in the other case: hTtP://eViL.ExAmple/"
        ),
        works_because=(
            "Scheme and host do not heed case (RFC 3986, 6.2.2.1), and neither does DNS (RFC "
            "4343). A browser sends small letters; a mail, a document or another client keeps "
            "what was written."
        ),
        rewrite=_mixed,
    )
)
