"""Templates of log messages: what is left of a message when its parameters are taken out.

Parameters are masked in whole columns; the distinct masked messages then go down a prefix tree of fixed
depth (number of tokens, first word, templates), and the most similar template takes them in. It knows
nothing of features.

Source: He, Zhu, Zheng & Lyu, "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017,
doi:10.1109/ICWS.2017.13; depth 4 and similarity 0.4 are its defaults.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

#: Share of tokens that a message must have in common with a template to be of it.
SIMILARITY = 0.4
#: Templates kept, tokens of a message read, and its characters: the input is an attacker's.
MAX_TEMPLATES, MAX_TOKENS, MAX_CHARACTERS = 2_000, 64, 2_000
#: First words that have a branch of their own; all others share one (the paper's maxChild).
MAX_CHILDREN = 100
#: A token in which messages of one template differ.
ANY = "<*>"
#: Codes of such a token, and of a token that no template has.
ANY_CODE, UNKNOWN_CODE = 0, -1

#: A word and its place among the tokens: what the tree branches by. A process and its number, as in
#: "sshd[<number>]:", say less than the word behind them.
Branch = tuple[int, str]
NO_WORD: Branch = (-1, ANY)

#: In this order, since a uuid has numbers and a path may have an address. None of the names has a digit.
MASKS = (
    # The header of RFC 3164: every message has one, and what all share makes none alike.
    (r"^(?:\([0-9]{1,3}\))?[A-Z][a-z]{2} [ 0-9]?[0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [^ ]+ ", ""),
    (r'"[^"]*"', "<quoted>"),
    (r"(^|[ \t=(\[,:])'[^']*'", "${1}<quoted>"),
    (r"(?-u:\b[A-Za-z][A-Za-z0-9+.-]*://)[^\s<>\"']+", "<url>"),
    (r"(?-u:\b[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\b)", "<uuid>"),
    (r"(?-u:\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b)", "<mac>"),
    (r"(?-u:\b(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}\b)", "<ip>"),
    (r"(?-u:\b(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}\b)", "<ip>"),
    (
        r"(?-u:\b(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[T ])?[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?Z?\b)",
        "<time>",
    ),
    (r"(?-u:\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]{1,5})?\b)", "<ip>"),
    (r"(^|[ \t=(\[,:;|])(?:[A-Za-z]:)?(?:[\\/][^\s\\/:,;()\[\]<>|=]+)+[\\/]?", "${1}<path>"),
    (r"(?-u:\b0[xX][0-9A-Fa-f]+\b)", "<hex>"),
    (r"(?-u:\b[0-9]+(?:[.,][0-9]+)*\b)", "<number>"),
    (r"(?-u:\b[0-9A-Fa-f]{8,}\b)", "<hex>"),
    (r"[0-9]+", "<number>"),
)


def masked(messages: pl.Series) -> pl.Series:
    """Return messages with their parameters replaced by what they are, tokens one space apart.

    Examples
    --------
    >>> masked(pl.Series(["Failed password for root from 10.0.0.7 port 4242 ssh2"])).item()
    'Failed password for root from <ip> port <number> ssh<number>'
    """
    return messages.alias("s").to_frame().select(_masking()).to_series()


@cache
def _masking() -> pl.Expr:
    # Angle brackets are ours: a message that writes them cannot pose as a parameter.
    s = pl.col("s").str.replace_all("<", "(", literal=True).str.replace_all(">", ")", literal=True)
    for pattern, name in MASKS:
        s = s.str.replace_all(pattern, name)
    return s.str.replace_all(r"\s+", " ").str.strip_chars(" ").str.slice(0, MAX_CHARACTERS)


class Templates:
    """The prefix tree.

    Parameters
    ----------
    templates : strings, in the order in which they were found
        What ``texts`` gave: the tree is the same again.

    Examples
    --------
    >>> tree = Templates()
    >>> for message in ("session opened for root", "session opened for eve", "reboot"):
    ...     tree.add(message)
    >>> tree.texts
    ['session opened for <*>', 'reboot']
    >>> tree.match("session opened for mallory"), tree.match("shutdown")
    (0, None)
    """

    def __init__(self, templates: Iterable[str] = ()) -> None:
        self._templates: list[list[str]] = []
        self._leaves: dict[tuple[int, Branch], _Leaf] = {}
        self._branches: dict[int, set[Branch]] = {}
        self._codes: dict[str, int] = {ANY: ANY_CODE}
        self._exact: dict[str, int] | None = None
        for text in templates:
            self._file(text.split(" "))

    @property
    def texts(self) -> list[str]:
        """Return the templates in the order in which they were found."""
        return [" ".join(tokens) for tokens in self._templates]

    def add(self, message: str) -> None:
        """Let the most similar template take a masked message in, or make it a new one if there is room."""
        tokens = _tokens(message)
        leaf = self._leaf(tokens)
        at = leaf.most_similar(self._coded(tokens)) if leaf else None
        if leaf is not None and at is not None:
            self._widen(leaf, at, tokens)
        elif len(self._templates) < MAX_TEMPLATES:
            self._file(tokens)
        self._exact = None

    def match(self, message: str) -> int | None:
        """Return the place of a masked message's template among ``texts``; None where none is similar.

        The message itself comes first, then the most exact template that fits each of its words, then the
        most similar one.
        """
        if self._exact is None:
            texts = self.texts
            self._exact = {texts[i]: i for i in reversed(range(len(texts)))}
        if message in self._exact:
            return self._exact[message]
        tokens = _tokens(message)
        leaf = self._leaf(tokens)
        if leaf is None:
            return None
        coded = self._coded(tokens)
        at = leaf.fitting(coded)
        at = leaf.most_similar(coded) if at is None else at
        return None if at is None else leaf.places[at]

    def _file(self, tokens: list[str]) -> None:
        """Make ``tokens`` a template."""
        known = self._branches.setdefault(len(tokens), set())
        if len(known) < MAX_CHILDREN:
            known.add(_first_word(tokens))
        key = (len(tokens), self._branch(tokens))
        codes = [self._codes.setdefault(t, len(self._codes)) for t in tokens]
        self._leaves.setdefault(key, _Leaf(len(tokens))).append(codes, len(self._templates))
        self._templates.append(list(tokens))

    def _widen(self, leaf: _Leaf, at: int, tokens: Sequence[str]) -> None:
        """Let the template at ``at`` have any token where it differs from ``tokens``."""
        known = self._templates[leaf.places[at]]
        for i, token in enumerate(tokens):
            if known[i] != token:
                known[i] = ANY
                leaf.codes[i, at] = ANY_CODE

    def _branch(self, tokens: Sequence[str]) -> Branch:
        wanted = _first_word(tokens)
        return wanted if wanted in self._branches.get(len(tokens), ()) else NO_WORD

    def _leaf(self, tokens: Sequence[str]) -> _Leaf | None:
        return self._leaves.get((len(tokens), self._branch(tokens)))

    def _coded(self, tokens: Sequence[str]) -> NDArray[np.int32]:
        return np.array([self._codes.get(t, UNKNOWN_CODE) for t in tokens], np.int32)


class _Leaf:
    """Templates of one number of tokens and one first word, a column of codes each."""

    def __init__(self, n_tokens: int) -> None:
        self.codes = np.full((n_tokens, 4), UNKNOWN_CODE, np.int32)
        self.places: list[int] = []

    def append(self, codes: Sequence[int], place: int) -> None:
        if len(self.places) == self.codes.shape[1]:
            self.codes = np.concatenate([self.codes, np.empty_like(self.codes)], axis=1)
        self.codes[:, len(self.places)] = codes
        self.places.append(place)

    def most_similar(self, coded: NDArray[np.int32]) -> int | None:
        """Return the column with most tokens in common; of several, the one with most parameters."""
        same, n_any = self._in_common(coded)
        best = int((same * (len(coded) + 1) + n_any).argmax())
        return best if same[best] >= SIMILARITY * len(coded) else None

    def fitting(self, coded: NDArray[np.int32]) -> int | None:
        """Return the column that differs in parameters only; of several, the one with fewest."""
        same, n_any = self._in_common(coded)
        fits = same + n_any == len(coded)
        if not fits.any():
            return None
        return int(np.where(fits, n_any, len(coded) + 1).argmin())

    def _in_common(self, coded: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return how many tokens each template shares with a message, and how many may be any."""
        known = self.codes[:, : len(self.places)]
        same = (known == coded[:, None]).sum(axis=0, dtype=np.int32)
        return same, (known == ANY_CODE).sum(axis=0, dtype=np.int32)


def _first_word(tokens: Sequence[str]) -> Branch:
    """Return the first token without a parameter, of the first two, and its place."""
    return next(((i, t) for i, t in enumerate(tokens[:2]) if "<" not in t), NO_WORD)


def _tokens(message: str) -> list[str]:
    return message.split(" ", MAX_TOKENS)[:MAX_TOKENS]
