"""The user agent of a harmless row."""

from __future__ import annotations

import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.explain.evasion.mutation import Chance, Mutation, file


def _posing(text: pl.Series, chance: Chance) -> pl.Series:
    return chance.drawn(chance.benign, len(text))


file(
    Mutation(
        name="user_agent_swap",
        kinds=frozenset({ColumnKind.USER_AGENT}),
        does="takes the user agent of a benign row, usual ones most often",
        works_because="A client writes what it likes into that field (RFC 9110, 10.1.5).",
        rewrite=_posing,
        technique="T1071.001",
    )
)
