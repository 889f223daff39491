"""A harmless row's text behind the attack's own, where nothing heeds it: a parameter, a comment.

Source: Lowd & Meek, "Good Word Attacks on Statistical Spam Filters", CEAS 2005.
"""

from __future__ import annotations

import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.explain.evasion.mutation import Chance, Mutation, file
from phantom_ml.explain.evasion.web_text import as_value, with_parameters

#: SQL up to its end of line: what follows is a comment already.
_COMMENTED = r"(?i)['\")0-9a-z\s;](?:--|#)[\s+]*$"
_SQL = r"(?i)\b(?:select|union|or|and|order|waitfor|sleep|having|benchmark)\b"


def _goodwilled(text: pl.Series, chance: Chance) -> pl.Series:
    value = as_value(chance.drawn(chance.benign, len(text)).fill_null(""))
    with_value = with_parameters(text, "utm_term=" + value)
    commented = text.str.contains(_COMMENTED) & text.str.contains(_SQL)
    behind = text + " " + _one_line(chance.drawn(chance.benign, len(text)).fill_null(""))
    changed = behind.zip_with(commented, with_value)
    return changed if len(chance.benign) else text


def _one_line(text: pl.Series) -> pl.Series:
    return text.str.replace_all(r"[\x00-\x1f]", " ").str.slice(0, 200)


file(
    Mutation(
        name="benign_text",
        kinds=frozenset({ColumnKind.URL, ColumnKind.HTTP_PAYLOAD}),
        does=(
            "adds a benign row's text as one more parameter, or behind the comment that ends an"
            " SQL injection"
        ),
        works_because=(
            "An application looks its parameters up by name, and does not see others (WHATWG "
            "URL, 5); a database ignores a comment to the end of its line (SQL-92, 5.2)."
        ),
        rewrite=_goodwilled,
    )
)
