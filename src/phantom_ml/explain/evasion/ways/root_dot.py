"""The dot of the root behind a host: evil.example. is the same name."""

from __future__ import annotations

import polars as pl

from phantom_ml.explain.evasion.mutation import Chance, Mutation, file
from phantom_ml.explain.evasion.web_text import HOSTED, UrlText


def _rooted(text: pl.Series, _: Chance) -> pl.Series:
    url = UrlText.of(text)
    return url.joined(host=pl.col("host") + ".").set(pl.Series(~url.named), None)


file(
    Mutation(
        name="root_dot",
        kinds=HOSTED,
        does="puts the dot of the root behind the host: http://evil.example./",
        works_because=(
            "A name that ends in a dot is the same name, told to be whole (RFC 1034, 3.1; RFC "
            "3986, 3.2.2). A web server that compares names strictly may answer with another "
            "site."
        ),
        rewrite=_rooted,
    )
)
