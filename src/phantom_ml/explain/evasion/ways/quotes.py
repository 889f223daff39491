"""Pairs of quotes inside of words: whoever parts a line into arguments drops them."""

from __future__ import annotations

import numpy as np
import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.explain.evasion.command_text import CMD, GRAMMAR, RAW, CommandText
from phantom_ml.explain.evasion.mutation import Chance, Mutation, file
from phantom_ml.explain.evasion.rewriting import before_each, neighbours
from phantom_ml.features.cells.bytes import LETTERS


def _quoted(text: pl.Series, chance: Chance) -> pl.Series:
    lines = CommandText.of(text)
    runs, begin = lines.behind_cmd
    rows = (runs | ~lines.has(CMD)) & ~lines.has(GRAMMAR) & ~lines.has(RAW)
    start = np.where(runs, begin, lines.program_end)
    able = lines.behind(start) & lines.rows(rows) & lines.unquoted & lines.unexpanded
    before = neighbours(lines.cells, -1)
    able &= LETTERS[lines.cells.data] & LETTERS[before] & (neighbours(lines.cells, -2) != ord("\\"))
    return before_each(lines.cells, chance.some(np.asarray(able), 0.25), b'""')


file(
    Mutation(
        name="quotes",
        kinds=frozenset({ColumnKind.COMMAND_LINE}),
        does=(
            'puts "" into words behind the program, a quarter of the places between two '
            'letters: -En""c'
        ),
        works_because=(
            "Two quotes side by side are nothing to the C runtime that parts a line into "
            "arguments (Microsoft, Parsing C++ command-line arguments), to cmd (Bohannon, "
            "DOSfuscation, 2018) and to Unix shells (POSIX.1-2024, 2.2.3). Programs that read "
            "their line raw are left."
        ),
        rewrite=_quoted,
        technique="T1027.010",
    )
)
