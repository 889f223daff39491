"""Names of hosts and domains: how they are built, and whether a machine or an impostor made them up.

Sources: see host_parts, brands and suffixes in parsing.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.base import encoders
from phantom_ml.features.parsing.host_parts import (
    HOST_NUMBERS,
    HOST_WORDS,
    host_parts,
    host_parts_of_few,
)
from phantom_ml.features.parsing.spellings import bare_hosts
from phantom_ml.features.parts import PartsEncoder


@encoders.add("domain")
class DomainEncoder(PartsEncoder):
    """Parts of a host's name; a port and the brackets of an address are left off."""

    name = "domain"
    version = 2
    kinds = frozenset({ColumnKind.DOMAIN})
    numbers = HOST_NUMBERS
    words = HOST_WORDS

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return the wanted parts of each host."""
        return host_parts(bare_hosts(text), wanted)

    @classmethod
    def of_few(cls, cells: list[str], wanted: Collection[str]) -> dict[str, list[Any]]:
        """Return the same of a few hosts."""
        return host_parts_of_few(bare_hosts(pl.Series(cells, dtype=pl.String)).to_list(), wanted)
