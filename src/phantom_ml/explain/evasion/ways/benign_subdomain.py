"""A harmless host as the beginning of the attacker's own: www.bank.example.evil.example."""

from __future__ import annotations

import polars as pl

from phantom_ml.explain.evasion.mutation import Chance, Mutation, file
from phantom_ml.explain.evasion.web_text import HOSTED, UrlText, with_label


def _posing(text: pl.Series, chance: Chance) -> pl.Series:
    donors = UrlText.of(chance.benign)
    hosts = donors.parts["host"].filter(pl.Series(donors.named))
    return with_label(text, chance.drawn(hosts, len(text)))


file(
    Mutation(
        name="benign_subdomain",
        kinds=HOSTED,
        does="puts the host of a benign row before the attacker's own",
        works_because=(
            "Whoever holds a domain answers for every name below it, by a wildcard record (RFC "
            "4592), and a name belongs to its last labels (publicsuffix.org), whatever the "
            "first ones say."
        ),
        rewrite=_posing,
        technique="T1583.001",
    )
)
