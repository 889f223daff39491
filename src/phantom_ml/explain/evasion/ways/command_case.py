"""Capitals in programs of Windows, and in the switches of those that do not heed case."""

from __future__ import annotations

import numpy as np
import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.explain.evasion.command_text import CommandText
from phantom_ml.explain.evasion.mutation import Chance, Mutation, file
from phantom_ml.explain.evasion.rewriting import letters_after, neighbours, other_case, within
from phantom_ml.features.cells.bytes import LETTERS, SPACE, members

#: Programs that compare their switches without case.
_OWN = (
    "cmd|powershell|net1?|reg|sc|schtasks|wmic|certutil|bitsadmin|regsvr32|vssadmin|wevtutil|bcdedit|nltest"
    "|ipconfig|tasklist|taskkill|netsh|icacls|attrib|wscript|cscript|whoami|mshta|rundll32|msiexec"
)
_PROGRAM = rf"(?i)^\s*\"?(?:[a-z]:\\[^\"]*\\|[^\s\"]*\\)?(?:{_OWN})(?:\.exe)?(?:[\s\"]|$)"
_WINDOWS = r"(?i)^\s*\"?[^\"]*?\.(?:exe|com|bat|cmd|scr)(?:[\s\"]|$)"
_MARKS, _ENDS = members("-/"), members(" \t:")


def _mixed(text: pl.Series, chance: Chance) -> pl.Series:
    lines = CommandText.of(text)
    cells, own = lines.cells, lines.has(_PROGRAM)
    program = (own | lines.has(_WINDOWS)) & ~lines.is_posix
    end = np.where(program, lines.program_end, 0)
    able = within(cells, np.zeros_like(end), end)
    able |= _switches(lines) & lines.rows(own & program) & lines.unquoted
    return other_case(cells, chance.some(able & LETTERS[cells.data], 0.5))


def _switches(lines: CommandText) -> np.ndarray:
    """Return which letters are of a switch: a blank, a mark, letters, and a blank, a colon or the end."""
    cells = lines.cells
    found, mark = letters_after(cells, _MARKS)
    found[found] = SPACE[neighbours(cells, -1)[mark[found]]]
    following = neighbours(cells, 1)
    ends = found & ~LETTERS[following]
    good = np.zeros(len(found), np.bool_)
    good[mark[ends & (_ENDS[following] | (following == 0))]] = True
    found[found] = good[mark[found]]
    return found


file(
    Mutation(
        name="command_case",
        kinds=frozenset({ColumnKind.COMMAND_LINE}),
        does=(
            "writes half of the letters of a Windows program and of its switches in the other "
            "case: pOWersHeLl -eNC"
        ),
        works_because=(
            "Windows finds files without heeding case (Microsoft, Naming Files), and cmd, "
            "PowerShell and the tools of Windows compare switches so. Switches of other "
            "programs, values and scripts are left."
        ),
        rewrite=_mixed,
        technique="T1027.010",
    )
)
