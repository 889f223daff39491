"""A harmless row's words behind a command, as a comment of the shell that reads it."""

from __future__ import annotations

import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.explain.evasion.command_text import RAW, CommandText
from phantom_ml.explain.evasion.mutation import Chance, Mutation, file

#: A command of PowerShell that goes to the end of the line.
POWERSHELL = r"(?i)^\s*\"?(?:[^\s\"]*\\)?(?:powershell|pwsh)(?:\.exe)?\"?\s.*\s-c(?:ommand)?\s"
#: What would end a comment, or begin something else than one, is left out.
_UNSAFE = r"[^A-Za-z0-9 ._/:\\-]"
_OPEN_END = r"[\\^`|&]\s*$|#|<<|[\n\r]"


def _commented(text: pl.Series, chance: Chance) -> pl.Series:
    lines = CommandText.of(text)
    words = chance.drawn(chance.benign, len(text)).str.replace_all(_UNSAFE, " ").str.slice(0, 120)
    # A folder at the end would join the next line to this one.
    words = words.str.strip_chars(" \\")
    whole = lines.balanced & ~lines.has(_OPEN_END)
    by_cmd = pl.Series(lines.behind_cmd[0] & whole & ~lines.has(RAW))
    by_mark = pl.Series((lines.is_posix | lines.has(POWERSHELL)) & whole)
    nothing = pl.Series([None], dtype=pl.String)
    changed = (text + " # " + words).zip_with(by_mark & ~by_cmd, nothing)
    return (text + " & rem " + words).zip_with(by_cmd, changed)


file(
    Mutation(
        name="command_comment",
        kinds=frozenset({ColumnKind.COMMAND_LINE}),
        does=(
            "adds a benign row's words as a comment of cmd (& rem ...), a Unix shell or "
            "PowerShell (# ...)"
        ),
        works_because=(
            "cmd runs nothing behind rem, and PowerShell (about_Comments) and Unix shells "
            "(POSIX.1-2024, 2.3) nothing behind #. Not where the line hands its command to a "
            "program that is none of them."
        ),
        rewrite=_commented,
        technique="T1027.010",
    )
)
