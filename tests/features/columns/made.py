"""Encoders fitted and read back in a line, for the tests of each kind of column."""

import numpy as np
import polars as pl

from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.base import encoders

#: What an attacker may put into any cell; no encoder may fail on it or take long.
HOSTILE = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\u202egnp.exe",
    "\ufffd" * 40,
    "a" * 65_536,
    "%" * 65_536,
    "(" * 30_000 + ")" * 30_000,
    ".".join("a" for _ in range(10_000)),
    "=" * 20_000,
    "'\"`\\" * 10_000,
    "fe80::1%eth0",
    "xn--80ak6aa92e.com",
    "a" * 40_000 + "!",
    "/" * 60_000,
    "\u0130\u0131\U0001f600" * 2_000,
]


def fitted(name: str, values: list, kind: ColumnKind, column: str = "c"):
    """Return an encoder fitted on ``values``."""
    series = pl.Series(column, values)
    schema = ColumnSchema(name=column, dtype=str(series.dtype), kind=kind)
    return encoders.get(name).fit(series, schema)


def parts_of(encoder, values: list) -> pl.DataFrame:
    """Return what an encoder makes of values; categories as their words."""
    out = np.full((len(values), len(encoder.features)), 7.5, np.float32)
    encoder.transform(pl.Series(encoder.column, values), out)
    columns = []
    for i, feature in enumerate(encoder.features):
        name = feature.name.removeprefix(f"{encoder.column}.")
        column = pl.Series(name, out[:, i]).fill_nan(None)
        if feature.cardinality:
            words = pl.Series(name, list(encoder.levels[name]), dtype=pl.String)
            column = words.gather(column.cast(pl.UInt32)).alias(name)
        columns.append(column)
    return pl.DataFrame(columns)


def computed(name: str, values: list[str]) -> pl.DataFrame:
    """Return all parts of strings, as the kind's ``compute`` gives them."""
    kind = encoders.get(name)
    return kind.compute(pl.Series("s", values, dtype=pl.String), [*kind.numbers, *kind.words])
