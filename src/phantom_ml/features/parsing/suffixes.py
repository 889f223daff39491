"""The Public Suffix List as a tree of names, from the copy that tldextract carries; never the network.

A rule is a name (``co.uk``), a wildcard (``*.ck``: each name under it) or an exception (``!www.ck``).
Source: Mozilla, https://publicsuffix.org/list/ (MPL-2.0), through tldextract (BSD-3-Clause).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
#: So few names are looked up one by one: a cast to thousands of categories takes a while to begin.
FEW = 64


@dataclass(frozen=True)
class Suffixes:
    """Each rule and each ending of a rule is a name; what it is stands at its code.

    The last place of each array is for a name that is in no rule.

    Attributes
    ----------
    names : the names; the physical value is the code.
    rules, wildcards : bool of shape (2, n_names + 1); row 0 for registries, 1 for private owners.
    exceptions : names that a wildcard does not take.
    deeper : names that some longer rule ends with.
    """

    names: pl.Enum
    rules: Flags
    wildcards: Flags
    exceptions: Flags
    deeper: Flags

    @cached_property
    def code(self) -> dict[str, int]:
        """Return the code of each name, for those who ask for few."""
        return {name: code for code, name in enumerate(self.names.categories)}

    def taken(self, labels: list[str]) -> tuple[int, int]:
        """Return how many labels the longest rule of a registry and of a private owner takes of a name.

        Examples
        --------
        >>> suffixes().taken(["ann", "github", "io"]), suffixes().taken(["www", "ck"])
        ((1, 2), (1, 0))
        """
        other = above = len(self.exceptions) - 1
        taken = [0, 0]
        for depth in range(1, len(labels) + 1):
            code = self.code.get(".".join(labels[-depth:]), other)
            for owner in (0, 1):
                is_under = self.wildcards[owner, above]
                if is_under and self.exceptions[code]:
                    # The exception to *.ck ends where ck does.
                    taken[owner] = depth - 1
                elif is_under or self.rules[owner, code]:
                    taken[owner] = depth
            if not self.deeper[code]:
                break
            above = code
        return taken[0], taken[1]

    def codes(self, names: pl.Series) -> NDArray[np.int64]:
        """Return the code of each name, shape (n_names,)."""
        if len(names) <= FEW:
            other = len(self.exceptions) - 1
            return np.array([self.code.get(cell or "", other) for cell in names.to_list()])
        known = names.cast(self.names, strict=False).to_physical()
        return known.fill_null(len(self.exceptions) - 1).to_numpy().astype(np.int64)


@cache
def suffixes() -> Suffixes:
    """Return the list; the first call takes tenths of a second."""
    # The library reaches for requests when imported: only those who split a host pay for it.
    from tldextract import TLDExtract

    def listed(private: bool) -> set[str]:
        known = TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=private)
        return set(known.tlds)

    public = listed(False)
    return _tree(public, listed(True) - public)


def _tree(public: Iterable[str], private: Iterable[str]) -> Suffixes:
    owned = [
        (rule, owner) for owner, rules in enumerate((public, private)) for rule in _spelt(rules)
    ]
    codes: dict[str, int] = {}
    for rule, _ in owned:
        for name in _endings(rule.removeprefix("*.").removeprefix("!")):
            codes.setdefault(name, len(codes))
    flags = np.zeros((6, len(codes) + 1), np.bool_)
    for rule, owner in owned:
        name = rule.removeprefix("*.").removeprefix("!")
        place = 4 if rule.startswith("!") else 2 + owner if rule.startswith("*.") else owner
        flags[place, codes[name]] = True
        flags[5, [codes[ending] for ending in _endings(name)[1:]]] = True
    flags[5] |= flags[2] | flags[3]
    return Suffixes(pl.Enum(list(codes)), flags[:2], flags[2:4], flags[4], flags[5])


def _spelt(rules: Iterable[str]) -> list[str]:
    """Return rules as they are and, where they are not ASCII, as DNS spells them too."""
    known = sorted(rules)
    return known + [r.encode("idna").decode("ascii") for r in known if not r.isascii()]


def _endings(name: str) -> list[str]:
    labels = name.split(".")
    return [".".join(labels[i:]) for i in range(len(labels))]
