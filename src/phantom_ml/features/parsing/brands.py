"""Names that pose as a well-known brand: one letter off, look-alike letters, or the brand beside others.

All names one edit away from a brand are listed once, so that a look-up finds them.
Sources: look-alike letters after Unicode TS #39 (confusables); one edit, or two letters changing places,
after Damerau, "A technique for computer detection and correction of spelling errors", CACM 1964.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import polars as pl

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
    frame, label, near = labels.alias("label").to_frame(), pl.col("label"), _near().implode()
    true = label.is_in([*_list("brands"), *_list("words")])
    found = frame.select(label.is_in(near) & ~true).to_series()
    # Most labels have no letter that looks like another.
    rows = frame.select((label.str.contains(LOOKS_LIKE) & ~true).arg_true()).to_series()
    seen = frame[rows].select(skeleton(label).is_in(near)).to_series()
    return found.scatter(rows, seen | found.gather(rows))


def names_brand(hosts: pl.DataFrame) -> pl.Series:
    """Return whether a brand is a word of the host while the registered domain is another's.

    Parameters
    ----------
    hosts : what ``split_hosts`` returns
    """
    word = rf"(?:^|[.-])(?:{'|'.join(_list('brands'))})(?:[.-]|$)"
    subdomain, domain = pl.col("subdomain").str, pl.col("domain")
    own = domain.is_in([*_list("brands"), *_list("servants")])
    # What a brand's customers call themselves at its own domain is not its word.
    guest = own & pl.col("is_private_suffix") & subdomain.contains(word)
    return hosts.select(
        guest | (~own & (subdomain.contains(word) | domain.str.contains(word)))
    ).to_series()


def skeleton(label: pl.Expr) -> pl.Expr:
    """Return the plain letters that labels look like: m for rn, o for 0, Latin for Cyrillic."""
    known = knowledge("brands")["confusables"]
    plain = label.str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    return plain.str.replace_many(list(known), list(known.values()), leftmost=True)


def _list(key: str) -> list[str]:
    return list(knowledge("brands")[key])


@cache
def _near() -> pl.Series:
    """Return the brands and all that is one edit away from the longer ones."""
    found = {*_list("brands"), *_list("words")}
    for brand in _list("brands"):
        if len(brand) >= MIN_LETTERS:
            found.update(_edits(brand))
    return pl.Series(sorted(found))


def _edits(word: str) -> Iterator[str]:
    for i in range(len(word) + 1):
        before, after = word[:i], word[i:]
        yield from (before + c + after for c in LETTERS)
        if after:
            yield before + after[1:]
            yield from (before + c + after[1:] for c in LETTERS)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
