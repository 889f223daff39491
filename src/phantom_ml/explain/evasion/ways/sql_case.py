"""Capitals in the keywords of SQL."""

from __future__ import annotations

import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.explain.evasion.mutation import Chance, Mutation, file
from phantom_ml.explain.evasion.sql_text import KEYWORDS, is_injection


def _mixed(text: pl.Series, _: Chance) -> pl.Series:
    changed = text
    for word in KEYWORDS:
        mixed = "".join(c.upper() if i % 2 else c for i, c in enumerate(word))
        changed = changed.str.replace_all(rf"(?i)\b{word}\b", mixed)
    return changed.set(~is_injection(text), None)


file(
    Mutation(
        name="sql_case",
        kinds=frozenset({ColumnKind.HTTP_PAYLOAD}),
        does="writes every second letter of SQL's keywords in capitals: uNiOn sElEcT",
        works_because="SQL's keywords do not heed case (SQL-92, 5.2); sqlmap calls it randomcase.",
        rewrite=_mixed,
        technique="T1190",
    )
)
