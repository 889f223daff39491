"""Rows of one site stay together: a model of URLs or domains meets new sites, not new pages of those it knows."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.schema import ColumnKind, TableSchema
from phantom_ml.features.base import as_text
from phantom_ml.features.parsing.hosts import split_hosts
from phantom_ml.features.parsing.urls import split_urls

#: With fewer sites, or one that has more of the rows than this, sites are not what rows are about.
LEAST_SITES, LARGEST_SHARE = 50, 0.1


def sites_of(frame: pl.DataFrame, inputs: TableSchema) -> tuple[NDArray[np.int64], str] | None:
    """Return a code of each row's site, negative for none, and the column that names it.

    None where no column, or more than one, names sites, or the rows are about few of them.
    """
    urls, domains = inputs.of_kind(ColumnKind.URL), inputs.of_kind(ColumnKind.DOMAIN)
    if len(urls) + len(domains) != 1:
        return None
    (column,) = [*urls, *domains]
    text = as_text(frame[column])
    sites = _sites(split_urls(text)["host"] if urls else text)
    counts = sites.drop_nulls().alias("site").value_counts(sort=True)["count"]
    if len(counts) < LEAST_SITES or counts[0] > LARGEST_SHARE * frame.height:
        return None
    codes = sites.rank("dense").cast(pl.Int64).fill_null(-1).to_numpy()
    return codes, column


def _sites(hosts: pl.Series) -> pl.Series:
    """Return what was registered of each host; whole names where a company gives names away."""
    different = hosts.drop_nulls().unique()
    parts = split_hosts(different)
    own = pl.col("is_private_suffix") | (pl.col("registered") == "")
    site = parts.select(pl.when(own).then("host").otherwise("registered")).to_series()
    return hosts.replace_strict(different, site, default=None, return_dtype=pl.String)
