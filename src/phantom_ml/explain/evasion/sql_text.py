"""Which payloads speak SQL, and its words that may be written otherwise."""

from __future__ import annotations

import polars as pl

#: Reserved words of SQL-92 that injections are made of.
KEYWORDS = (
    "select", "union", "all", "distinct", "from", "where", "and", "or", "not", "having", "group", "order", "by",
    "like", "between", "case", "when", "then", "else", "end", "insert", "into", "update", "delete", "values",
    "null",
)  # fmt: skip
#: A statement, a condition or a function that only a database understands; prose has none of them.
_INJECTION = (
    r"(?i)\bunion\b.{1,20}\bselect\b|\bselect\b.+\bfrom\b|\bselect\b.{0,40}\(|\border\s+by\s+[0-9]"
    r"|(?:\b(?:or|and|having|where)\b|\|\|).{1,80}(?:=|<|>|\blike\b)|\bwaitfor\s+delay\b"
    r"|\b(?:sleep|benchmark|pg_sleep)\s*\("
)


def is_injection(text: pl.Series) -> pl.Series:
    """Return which texts are of SQL.

    Examples
    --------
    >>> is_injection(pl.Series(["1' or '1'='1", "salt and pepper"])).to_list()
    [True, False]
    """
    return text.str.contains(_INJECTION)
