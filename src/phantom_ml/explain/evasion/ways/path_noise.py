r"""The folder for "here" in a path: C:\.\Windows is C:\Windows."""

from __future__ import annotations

import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.explain.evasion.mutation import Chance, Mutation, file

_DRIVE = r"(^|[\s\"'=(,;])([A-Za-z]:)\\([A-Za-z0-9_$%])"
_ROOT = r"(^|[\s\"'=(,;|&<>])/(usr|bin|sbin|opt|etc|home|tmp|var|root|dev|proc|lib|lib64)/"
_UP = r"\.\./"


def _winding(text: pl.Series, _: Chance) -> pl.Series:
    changed = text.str.replace_all(_DRIVE, r"${1}${2}\.\${3}")
    changed = changed.str.replace_all(_ROOT, "${1}/./${2}/./")
    return changed.str.replace_all(_UP, ".././")


file(
    Mutation(
        name="path_noise",
        kinds=frozenset({ColumnKind.COMMAND_LINE, ColumnKind.HTTP_PAYLOAD}),
        does=r"puts the folder for here into paths: C:\.\Windows, /./etc/./passwd, .././",
        works_because=(
            "A dot names the folder that one is in already: Windows (Microsoft, Naming Files) "
            "and Unix (POSIX.1-2024, 4.16) come to the same file."
        ),
        rewrite=_winding,
        technique="T1027.010",
    )
)
