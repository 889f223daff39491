r"""Which bytes of command lines may be written otherwise: behind the program, outside of quotes.

Sources: Microsoft, "Parsing C++ command-line arguments" and "cmd"; POSIX.1-2024, Shell Command Language 2.2;
D. Bohannon, "DOSfuscation" (2018). Where two readings of a line differ, it is left as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from phantom_ml.explain.evasion.rewriting import Mask, Places, of_rows, pairs_before, within
from phantom_ml.features.cells.bytes import CellBytes, members
from phantom_ml.features.parsing.command_lines import PROGRAM_ENDS

#: The program: in quotes, a Windows path up to its ending, or a first word.
HEAD = rf"^\s*(?:\"[^\"]*\"|[A-Za-z]:\\[^\"<>|*?:\n]*?\.(?i:{PROGRAM_ENDS})(?:\s|$)|[^\s\"'|&;<>()$`=]+)"
#: cmd with its switches up to the command that it runs.
CMD = (
    r"(?i)^\s*(?:\"[^\"]*\\cmd(?:\.exe)?\"|(?:[^\s\"]*\\)?cmd(?:\.exe)?|%comspec%)"
    r"(?:\s+/[abdefqstuv](?::\w+)?)*\s+/[ck]\s+"
)
#: A line that a Unix shell reads.
POSIX = (
    r"^\s*(?:sudo\s+)?(?:/(?:usr|bin|sbin|opt|etc|home|tmp|var|root|dev)/\S+|(?:ba|da|z|k)?sh|busybox"
    r"|curl|wget|cat|ls|cd|rm|chmod|chown|uname|grep|awk|sed|tar|find|nohup|crontab|ps|kill|nc|python3?"
    r"|perl|ssh|scp|touch|mkdir|cp|mv|mount|iptables|useradd|passwd|id|who|w|free|lscpu|nproc)(?:\s|;|$)"
)
#: What tells of Windows: a drive, a variable of cmd, a program's ending.
WINDOWS = r"(?i)(?:^|[\s\"'=])(?:[a-z]:\\|%\w+%)|\.(?:exe|com|bat|cmd|ps1|dll|msi)(?:[\s\"',]|$)"
#: Read by their programs as one raw text, or given back as it was written.
RAW = (
    r"(?i)(?:^|[\\/\s\"&|;(])(?:echo|printf|set|rem|title|prompt|find|findstr|rundll32|mshta|msiexec|explorer"
    r"|runas|psexec|start|assoc|ftype|wmic)(?:\.exe)?(?:[\s\"]|$)"
    r"|(?i)(?:^|\s)(?:cd|chdir)\s+(?:/d\s|[a-z]:)"
)
#: Words that a shell knows only as they are, expansions, assignments, and texts of several lines.
GRAMMAR = (
    r"(?i)(?:^|[\s;|&(@])(?:if|for|do|done|then|else|elif|fi|while|until|case|esac|select|function|in|rem)"
    r"(?:[\s;(/)]|$)|[$`!\n\r]|<<|~[A-Za-z]|(?:^|[\s;&|(])[A-Za-z_]\w*="
)
_QUOTES = members("\"'")
_DOUBLE, _SINGLE, _PERCENT = members('"'), members("'"), members("%")


@dataclass(frozen=True)
class CommandText:
    """Command lines and what may be changed in them.

    Attributes
    ----------
    text : Series of strings
    cells : CellBytes
    """

    text: pl.Series
    cells: CellBytes

    @classmethod
    def of(cls, text: pl.Series) -> CommandText:
        """Return the lines with their bytes."""
        return cls(text, CellBytes.of(text))

    def has(self, pattern: str) -> Mask:
        """Return which lines match, shape (n_rows,)."""
        return np.asarray(self.text.str.contains(pattern).to_numpy())

    def end_of(self, pattern: str) -> Places:
        """Return how many bytes the match takes at the beginning of each line; all where none does."""
        found = self.text.str.extract(f"({pattern})", 1).str.len_bytes()
        return found.fill_null(self.text.str.len_bytes()).cast(pl.Int64).to_numpy()

    @property
    def program_end(self) -> Places:
        """Return where the program ends."""
        return self.end_of(HEAD)

    @property
    def behind_cmd(self) -> tuple[Mask, Places]:
        """Return which lines hand a command to cmd that does not begin with a quote, and where it begins."""
        begin = self.end_of(CMD)
        return self.has(rf"{CMD}[^\s\"]"), begin

    @property
    def is_posix(self) -> Mask:
        """Return which lines a Unix shell reads, as far as they tell."""
        return self.has(POSIX) & ~self.has(WINDOWS)

    def behind(self, start: Places) -> Mask:
        """Return which bytes stand behind a place of their line."""
        return within(self.cells, start, self.cells.sizes)

    @property
    def unquoted(self) -> Mask:
        """Return which bytes stand outside of quotes for sure; of a line with two kinds, before the first."""
        double, single = (pairs_before(self.cells, which) for which in (_DOUBLE, _SINGLE))
        outside = (double % 2 == 0) & (single % 2 == 0) & ~_QUOTES[self.cells.data]
        mixed = self.has('"') & self.has("'") | self.has(r"[\\^`][\"']") | ~self.balanced
        return np.asarray(outside & (~of_rows(self.cells, mixed) | (double + single == 0)))

    @property
    def unexpanded(self) -> Mask:
        """Return which bytes are not of a %variable%."""
        before = pairs_before(self.cells, _PERCENT)
        return np.asarray((before % 2 == 0) & ~_PERCENT[self.cells.data])

    @property
    def balanced(self) -> Mask:
        """Return which lines have their quotes in pairs."""
        counts = [self.cells.count(which) % 2 == 0 for which in (_DOUBLE, _SINGLE)]
        return np.asarray(counts[0] & counts[1])

    def rows(self, which: Mask) -> Mask:
        """Return which bytes belong to some of the lines."""
        return of_rows(self.cells, which)
