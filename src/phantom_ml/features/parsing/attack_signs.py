"""What in a web request is the language of an attack: tokens by class, tautologies.

Text must be decoded and in small letters. Lists and their sources: knowledge/web_attacks.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from typing import Any

import polars as pl

from phantom_ml.features.cells.patterns import contained, rows_with
from phantom_ml.features.cells.strings import extracted, has, one_way
from phantom_ml.features.knowledge.lists import knowledge

#: Part of a name -> what its tokens are.
CLASSES = {
    "sql": "SQL",
    "xss": "scripts and tags of HTML",
    "template": "server-side templates",
    "traversal": "ways through folders and known files",
    "command": "shell commands",
    "xxe": "XML entities",
    "ldap": "LDAP filters",
    "comment": "comments of SQL, scripts and HTML",
}
#: or 1=1, and 'a'='a', || "x" like "x: what stands on both sides.
COMPARED = one_way(
    r"(?:(?-u:\b)(?:or|and|having|where|xor|if)(?-u:\b)|\|\||&&)[ \t-\r('\x22%]*([0-9a-z_]+)['\x22%)]*"
    r"[ \t-\r]*(?:=|<=>|like(?-u:\b)|>=|<=)[ \t-\r('\x22%]*([0-9a-z_]+)"
)
ALWAYS_TRUE = (
    r"(?:(?-u:\b)or(?-u:\b)|\|\|)[ \t-\r('\x22]+"
    r"(?:true(?-u:\b)|not[ \t-\r]+false|1[ \t-\r'\x22]*(?:$|--|#))"
)
#: Unicode classes are several times slower, and the tokens are ASCII.
ASCII_CLASSES = ((r"\s", r"[ \t-\r]"), (r"\d", "[0-9]"), (r"\b", r"(?-u:\b)"), (r"\w", "[0-9a-z_]"))


def has_tautology(text: pl.Series) -> pl.Series:
    """Return whether a condition is true whatever the data, such as or 1=1.

    Examples
    --------
    >>> has_tautology(pl.Series(["1' or '1'='1", "x or y=z", "a=a"])).to_list()
    [True, False, False]
    """
    found = contained(text, ALWAYS_TRUE)
    # Most texts have no comparison.
    rows = rows_with("=|like", text)
    rows = rows[rows_with(COMPARED, text[rows])]
    if not len(rows):
        return found
    sides = text[rows].str.extract_groups(COMPARED).struct
    same = sides.field("1") == sides.field("2")
    return found.scatter(rows, found[rows] | same.fill_null(False))


def tautology_in_few(text: list[Any]) -> list[bool | None]:
    """Return the same of a few texts."""
    found = has(ALWAYS_TRUE, text)
    if not any(has(COMPARED, text)):
        return found
    sides = zip(extracted(COMPARED, 1, text), extracted(COMPARED, 2, text), strict=True)
    same = [left is not None and left == right for left, right in sides]
    return [hit or is_same for hit, is_same in zip(found, same, strict=True)]


@cache
def pattern(name: str) -> str:
    """Return one pattern of all tokens of a class."""
    joined = _either(knowledge("web_attacks")[name])
    for wide, narrow in ASCII_CLASSES:
        joined = _outside_brackets(joined, wide, narrow)
    return one_way(joined)


def _either(tokens: Iterable[str]) -> str:
    """Return one pattern of several, in their order; those in a row that begin a word say so once.

    An engine that goes back tries none of them where no word begins.
    """
    rows = groupby(tokens, lambda token: token.startswith(r"\b") and _has_no_choice(token))
    return "|".join(
        rf"\b(?:{'|'.join(f'(?:{token[2:]})' for token in row)})"
        if begins_word
        else "|".join(f"(?:{token})" for token in row)
        for begins_word, row in rows
    )


def _has_no_choice(token: str) -> bool:
    """Return whether no bar stands outside of all brackets."""
    plain = re.sub(r"\\.|\[\^?\]?[^\]]*\]", "", token)
    while plain != (fewer := re.sub(r"\([^()]*\)", "", plain)):
        plain = fewer
    return "|" not in plain


def _outside_brackets(joined: str, wide: str, narrow: str) -> str:
    """Return a pattern with a class narrowed, also inside of [ ], where its own brackets go."""
    parts = joined.split(wide)
    found = parts[0]
    for part in parts[1:]:
        plain = re.sub(r"\\.", "", found)
        inside = plain.rfind("[") > plain.rfind("]")
        found += (narrow.strip("[]") if inside else narrow) + part
    return found
