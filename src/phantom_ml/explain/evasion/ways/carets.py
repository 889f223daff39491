"""Carets in what cmd runs: it drops them."""

from __future__ import annotations

import numpy as np
import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.explain.evasion.command_text import CMD, CommandText
from phantom_ml.explain.evasion.mutation import Chance, Mutation, file
from phantom_ml.explain.evasion.rewriting import before_each, neighbours
from phantom_ml.features.cells.bytes import LETTERS

#: A command in one pair of quotes, which cmd takes off because of the signs in it (cmd /?).
_WRAPPED = rf"{CMD}\"[^\"]*[&<>()@^|][^\"]*\"\s*$"
#: Words that cmd knows only as they are, and expansion by exclamation marks.
_GRAMMAR = r"(?i)(?:^|[\s;|&(@\"])(?:if|for|rem|in|do|else)(?:[\s(;]|$)|[!\n\r]"


def _careted(text: pl.Series, chance: Chance) -> pl.Series:
    lines = CommandText.of(text)
    plain, begin = lines.behind_cmd
    wrapped = lines.has(_WRAPPED)
    rows = (plain | wrapped) & ~lines.has(_GRAMMAR)
    able = lines.behind(begin) & lines.rows(rows) & (lines.unquoted | lines.rows(wrapped))
    able &= LETTERS[lines.cells.data] & lines.unexpanded
    able &= neighbours(lines.cells, -1) != ord("^")
    return before_each(lines.cells, chance.some(np.asarray(able), 0.4), b"^")


file(
    Mutation(
        name="carets",
        kinds=frozenset({ColumnKind.COMMAND_LINE}),
        does=(
            "puts a caret before four in ten letters of what cmd runs, outside of quotes: cmd "
            "/c p^owersh^ell"
        ),
        works_because=(
            "cmd takes a caret off and the next character as it is (Bohannon, DOSfuscation, "
            "2018). Only where the line is cmd's own: another program would be handed the "
            "carets."
        ),
        rewrite=_careted,
        technique="T1027.010",
    )
)
