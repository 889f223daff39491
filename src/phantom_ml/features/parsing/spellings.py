"""One spelling of values that are written in several: names in any case, addresses and ports in any dress.

Whatever counts how often a value came, or what an entity did, counts the spellings of one value together.
"""

from __future__ import annotations

import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.base import as_text
from phantom_ml.features.cells.patterns import lowered, replaced
from phantom_ml.features.parsing.macs import mac_digits
from phantom_ml.features.parsing.ports import parse_ports

#: Kinds that are the same in small letters and in capitals.
ANY_CASE = frozenset({ColumnKind.HASH, ColumnKind.DOMAIN, ColumnKind.EMAIL})


def one_spelling(values: pl.Series, kind: ColumnKind) -> pl.Series:
    """Return values as text, all spellings of one value as the same; null where a MAC or a port is none.

    Examples
    --------
    >>> one_spelling(pl.Series(["Example.COM.", "example.com"]), ColumnKind.DOMAIN).to_list()
    ['example.com', 'example.com']
    >>> one_spelling(pl.Series(["00-50-56-AA-BB-CC", "00:50:56:aa:bb:cc"]), ColumnKind.MAC).n_unique()
    1
    """
    if kind is ColumnKind.PORT:
        return parse_ports(values).cast(pl.String)
    text = as_text(values)
    if kind is ColumnKind.MAC:
        return mac_digits(text)
    if kind not in ANY_CASE:
        return text
    small = lowered(text)
    return replaced(small, r"\.$", "") if kind is ColumnKind.DOMAIN else small
