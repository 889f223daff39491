"""Comments for the blanks of SQL."""

from __future__ import annotations

import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.explain.evasion.mutation import Chance, Mutation, file
from phantom_ml.explain.evasion.sql_text import KEYWORDS, is_injection

_BLANK = rf"(?i)\b({'|'.join(KEYWORDS)}) +"


def _commented(text: pl.Series, _: Chance) -> pl.Series:
    # A comment ends at the first */, so that one in another would end both.
    able = is_injection(text) & ~text.str.contains("/*", literal=True)
    return text.str.replace_all(_BLANK, "${1}/**/").set(~able, None)


file(
    Mutation(
        name="sql_comments",
        kinds=frozenset({ColumnKind.HTTP_PAYLOAD}),
        does=(
            "writes an empty comment for the blank behind each of SQL's keywords: "
            "union/**/select/**/1"
        ),
        works_because=(
            "A comment parts words as a blank does in MySQL, PostgreSQL, SQL Server, Oracle and"
            " SQLite; sqlmap calls it space2comment."
        ),
        rewrite=_commented,
        technique="T1190",
    )
)
