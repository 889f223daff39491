"""Domain padding: labels of ordinary servers before the host."""

from __future__ import annotations

import polars as pl

from phantom_ml.explain.evasion.mutation import Chance, Mutation, file
from phantom_ml.explain.evasion.web_text import HOSTED, with_label

LABELS = ("www", "cdn", "mail", "static", "img", "api", "support", "docs", "news", "assets")


def _padded(text: pl.Series, chance: Chance) -> pl.Series:
    first, second = (chance.drawn(pl.Series(LABELS), len(text)) for _ in range(2))
    return with_label(text, first + "." + second)


file(
    Mutation(
        name="subdomain_padding",
        kinds=HOSTED,
        does="puts two labels of ordinary servers before the host: cdn.www.evil.example",
        works_because=(
            "Whoever holds a domain answers for every name below it, by a wildcard record (RFC "
            "4592). Not on addresses, and not below the domain of a hosting company."
        ),
        rewrite=_padded,
        technique="T1583.001",
    )
)
