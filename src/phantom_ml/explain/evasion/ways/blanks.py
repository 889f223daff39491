"""More blanks between arguments."""

from __future__ import annotations

import numpy as np
import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.explain.evasion.command_text import GRAMMAR, RAW, CommandText
from phantom_ml.explain.evasion.mutation import Chance, Mutation, file
from phantom_ml.explain.evasion.rewriting import before_each, neighbours
from phantom_ml.features.cells.bytes import members

_ESCAPES = members("\\^`")


def _spaced(text: pl.Series, chance: Chance) -> pl.Series:
    lines = CommandText.of(text)
    rows = ~lines.has(GRAMMAR) & ~lines.has(RAW)
    start = np.maximum(lines.program_end - 1, 0)
    able = lines.behind(start) & lines.rows(rows) & lines.unquoted
    able &= (lines.cells.data == ord(" ")) & ~_ESCAPES[neighbours(lines.cells, -1)]
    return before_each(lines.cells, chance.some(np.asarray(able), 0.7), b"   ")


file(
    Mutation(
        name="blanks",
        kinds=frozenset({ColumnKind.COMMAND_LINE}),
        does="makes seven in ten blanks between arguments four",
        works_because=(
            "Several blanks part arguments as one does: to the C runtime (Microsoft, Parsing "
            "C++ command-line arguments), to cmd and to Unix shells (POSIX.1-2024, 2.3). "
            "Programs that give their line back are left."
        ),
        rewrite=_spaced,
        technique="T1027.010",
    )
)
