"""Names of hosts and domains: how they are built, and whether a machine or an impostor made them up.

Sources: see host_parts, brands and suffixes in parsing.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.base import encoders
from phantom_ml.features.cells.patterns import replaced, rows_with
from phantom_ml.features.parsing.host_parts import HOST_NUMBERS, HOST_WORDS, host_parts
from phantom_ml.features.parts import PartsEncoder

#: Blanks around a name, and a name with a port.
BLANKS, PORT = r"^\s|\s$", r"^([^:]*):[0-9]{1,5}$"


@encoders.add("domain")
class DomainEncoder(PartsEncoder):
    """Parts of a host's name; a port and the brackets of an address are left off."""

    name = "domain"
    kinds = frozenset({ColumnKind.DOMAIN})
    numbers = HOST_NUMBERS
    words = HOST_WORDS

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return the wanted parts of each host."""
        bare = text.str.strip_chars() if len(rows_with(BLANKS, text)) else text
        return host_parts(replaced(bare, PORT, "$1", every=False), wanted)
