"""Parameters that nobody asks for behind those of a URL, a query or a request."""

from __future__ import annotations

import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.explain.evasion.mutation import Chance, Mutation, file
from phantom_ml.explain.evasion.web_text import with_parameters

#: Of trackers, so that no application reads them as its own.
NAMES = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "fbclid", "gclid")


def _padded(text: pl.Series, chance: Chance) -> pl.Series:
    n, names = len(text), pl.Series(NAMES)
    parts = [
        chance.drawn(names, n) + "=" + pl.Series(chance.rng.integers(0, 10**8, n)).cast(pl.String)
        for _ in range(3)
    ]
    return with_parameters(text, parts[0] + "&" + parts[1] + "&" + parts[2])


file(
    Mutation(
        name="junk_parameters",
        kinds=frozenset({ColumnKind.URL, ColumnKind.HTTP_PAYLOAD}),
        does="adds three parameters of trackers: &utm_source=48151623&gclid=4281&fbclid=815",
        works_because=(
            "An application looks its parameters up by name, and does not see others (WHATWG "
            "URL, 5). One that signs its queries would."
        ),
        rewrite=_padded,
    )
)
