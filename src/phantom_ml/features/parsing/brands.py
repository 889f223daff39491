"""Names that pose as a well-known brand: one letter off, look-alike letters, or the brand beside others.

All names one edit away from a brand are listed once, so that a look-up finds them.
Sources: look-alike letters after Unicode TS #39 (confusables); one edit, or two letters changing places,
after Damerau, "A technique for computer detection and correction of spelling errors", CACM 1964.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import polars as pl

from phantom_ml.features.cells.listed import Listed
from phantom_ml.features.cells.patterns import Signs, Sought, rows_with
from phantom_ml.features.knowledge.lists import knowledge

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"
#: One letter off a shorter brand is often a word of its own.
MIN_LETTERS = 6
#: What is in confusables: a label without it looks as it is spelt.
LOOKS_LIKE = r"[^a-z24679-]|rn|vv"


def resembles_brand(labels: pl.Series) -> pl.Series:
    """Return whether labels (small letters, as people see them) nearly spell a brand, but not quite.

    Examples
    --------
    >>> resembles_brand(pl.Series(["paypal", "paypa1", "paypall", "\u0440aypal"])).to_list()
    [False, True, True, True]
    """
    other = ~_known().of(labels)
    found = _near().of(labels) & other
    # Most labels have no letter that looks like another.
    rows = rows_with(LOOKS_LIKE, labels)
    if not len(rows):
        return found
    plain = labels[rows].alias("label").to_frame().select(skeleton(pl.col("label"))).to_series()
    return found.scatter(rows, (_near().of(plain) & other[rows]) | found[rows])


def resembles_brand_in_few(labels: list[str | None]) -> list[bool | None]:
    """Return the same of a few labels."""
    if len(rows_with(LOOKS_LIKE, labels)):
        return resembles_brand(pl.Series(labels, dtype=pl.String)).to_list()
    known, near = _known().of(labels), _near().of(labels)
    return [None if a is None else b and not a for a, b in zip(known, near, strict=True)]


@cache
def brand_signs() -> Signs:
    """Return ``names_brand`` of what ``split_hosts`` returns.

    It is whether a brand is a word of the host while the registered domain is another's.
    """
    word = rf"(?:^|[.-])(?:{'|'.join(_list('brands'))})(?:[.-]|$)"
    flags = {f"{part} has one": Sought(part, word) for part in ("subdomain", "domain")}
    sub, domain = (pl.col(flag) for flag in flags)
    own = pl.col("domain").is_in([*_list("brands"), *_list("servants")])
    # What a brand's customers call themselves at its own domain is not its word.
    guest = own & pl.col("is_private_suffix") & sub
    return Signs(flags, others={"names_brand": guest | (~own & (sub | domain))})


def skeleton(label: pl.Expr) -> pl.Expr:
    """Return the plain letters that labels look like: m for rn, o for 0, Latin for Cyrillic."""
    known = knowledge("brands")["confusables"]
    plain = label.str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    return plain.str.replace_many(list(known), list(known.values()), leftmost=True)


def _list(key: str) -> list[str]:
    return list(knowledge("brands")[key])


@cache
def _known() -> Listed:
    return Listed(frozenset({*_list("brands"), *_list("words")}))


@cache
def _near() -> Listed:
    """Return the brands and all that is one edit away from the longer ones."""
    long = (edit for b in _list("brands") if len(b) >= MIN_LETTERS for edit in _edits(b))
    return Listed(_known().words.union(long))


def _edits(word: str) -> Iterator[str]:
    for i in range(len(word) + 1):
        before, after = word[:i], word[i:]
        yield from (before + c + after for c in LETTERS)
        if after:
            yield before + after[1:]
            yield from (before + c + after[1:] for c in LETTERS)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
