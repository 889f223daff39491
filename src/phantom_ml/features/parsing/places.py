"""Which known place a path lies in: the first of a list whose folders it begins with.

Lists are written for people (``?:/users/*/downloads``): ``?:`` is any drive, ``*`` any part of one folder,
and what lies below a folder belongs to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from phantom_ml.features.cells.listed import Meanings
from phantom_ml.features.cells.patterns import extracted

#: What has a meaning of its own in a pattern, Rust's or Python's.
MEANING = re.compile(r"[][.^$+?{}()|\\#&~-]")
ESCAPED = r"\\\g<0>"


@dataclass(frozen=True)
class Places:
    """Words for places, in the order in which they are tried.

    Attributes
    ----------
    folders : word -> its folders, in lower case.
    separator : what stands between folders.
    """

    folders: Mapping[str, Sequence[str]]
    separator: str = "/"

    def of(self, paths: pl.Series) -> pl.Series:
        r"""Return the place of each path, null where it is in none.

        Examples
        --------
        >>> places = Places({"downloads": ["?:/users/*/downloads"], "user": ["?:/users"]})
        >>> places.of(pl.Series(["c:/users/ann/downloads/a.exe", "d:/users/ann", "/users"])).to_list()
        ['downloads', 'user', None]
        """
        found = extracted(paths, self._begins)
        # There are few distinct folders: only they are looked at one by one, to tell which of them it is.
        distinct = found.unique().drop_nulls().to_list()
        return Meanings({f: word for f in distinct if (word := self._word(f))}).of(found)

    def _word(self, folder: str) -> str | None:
        match = self._which.fullmatch(folder)
        return self._words[match.lastindex - 1] if match and match.lastindex else None

    @cached_property
    def _words(self) -> list[str]:
        return list(self.folders)

    @cached_property
    def _begins(self) -> str:
        every = [f for folders in self.folders.values() for f in folders]
        return f"^({self._pattern(every)})(?:{self._separator}|$)"

    @cached_property
    def _which(self) -> re.Pattern[str]:
        return re.compile("|".join(f"({self._pattern(f)})" for f in self.folders.values()))

    @cached_property
    def _separator(self) -> str:
        return MEANING.sub(ESCAPED, self.separator)

    def _pattern(self, folders: Sequence[str]) -> str:
        return "|".join(self._folder(f) for f in folders)

    def _folder(self, folder: str) -> str:
        drive = "[a-z]:" if folder.startswith("?:") else ""
        rest = MEANING.sub(ESCAPED, folder.removeprefix("?:"))
        return drive + rest.replace("*", f"[^{self._separator}]*")
