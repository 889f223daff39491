"""Labels of many hosts at once: the longest of each host, and what browsers show for xn-- labels."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.cells.bytes import CellBytes

#: RFC 1035: longer labels are none, and decoding takes quadratic time.
MAX_LABEL = 63
#: Shorter labels in an alphabet of codes are mostly words.
MIN_CODED = 16
PUNYCODE = r"(?i)(?:^|\.)xn--"


def coded_labels(hosts: pl.Series) -> pl.DataFrame:
    """Return the bytes of each host's longest label, and which code it looks like.

    Returns
    -------
    DataFrame
        ``longest_label``, ``looks_hex``, ``looks_base32``, ``looks_base64`` (RFC 4648).

    Examples
    --------
    >>> coded_labels(pl.Series(["www.example.com", "4f2a1b0c9d8e7f6a.example.com"])).rows()
    [(7, False, False, False), (16, True, False, False)]
    """
    starts, sizes = _longest(hosts)
    rows = np.flatnonzero(sizes >= MIN_CODED)
    frame = pl.DataFrame(
        {"host": hosts.gather(rows).cast(pl.Binary), "at": starts[rows], "size": sizes[rows]}
    )
    label = pl.col("host").bin.slice(pl.col("at"), pl.col("size")).cast(pl.String).alias("label")
    looks = frame.select(label).select(_looks())
    columns = [pl.Series("longest_label", sizes)]
    for name in looks.columns:
        all_rows = np.zeros(len(hosts), np.bool_)
        all_rows[rows] = looks[name].to_numpy()
        columns.append(pl.Series(name, all_rows))
    return pl.DataFrame(columns)


def _looks() -> list[pl.Expr]:
    label, small = pl.col("label"), pl.col("label").str.to_lowercase()
    is_hex = small.str.contains("^[0-9a-f]+$") & small.str.contains("[a-f]")
    is_hex &= small.str.contains("[0-9]")
    # Words with a number behind them are no code: a digit must stand within.
    is_base32 = small.str.contains("^[a-z2-7]+$") & small.str.contains("[a-z][2-7]+[a-z]")
    is_base64 = label.str.contains("^[A-Za-z0-9+/=_-]+$")
    is_base64 &= label.str.contains("[A-Za-z][0-9]+[A-Za-z]")
    is_base64 &= label.str.count_matches("[a-z0-9][A-Z]") > 2
    return [
        is_hex.alias("looks_hex"),
        (is_base32 & ~is_hex).alias("looks_base32"),
        (is_base64 & ~is_hex).alias("looks_base64"),
    ]


def _longest(hosts: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where the longest label of each host starts, and its bytes; the first of several."""
    cells = CellBytes.of(hosts)
    dots = np.flatnonzero(cells.data == ord("."))
    first = np.searchsorted(dots, cells.offsets[:-1]) + np.arange(len(hosts))
    starts = np.sort(np.concatenate([cells.offsets[:-1], dots + 1]), kind="stable")
    sizes = np.sort(np.concatenate([dots, cells.offsets[1:]]), kind="stable") - starts
    greatest = np.maximum.reduceat(sizes, first) if len(hosts) else sizes
    cell = np.repeat(np.arange(len(hosts)), np.diff(np.append(first, len(starts))))
    found = np.flatnonzero(sizes == greatest[cell])[::-1]
    longest = np.zeros(len(hosts), np.int64)
    longest[cell[found]] = found  # backwards: the first one is written last
    return starts[longest] - cells.offsets[:-1], greatest


def shown_hosts(hosts: pl.Series) -> pl.Series:
    """Return hosts as people see them: xn-- labels decoded (RFC 3492), wrong ones left as they are.

    Examples
    --------
    >>> shown_hosts(pl.Series(["xn--80ak6aa92e.com", "bank.com"])).to_list()
    ['аррӏе.com', 'bank.com']
    """
    coded = hosts.str.contains(PUNYCODE).fill_null(value=False)
    if not coded.any():
        return hosts
    labels = hosts.filter(coded).str.split(".")
    flat = labels.explode()
    distinct = flat.filter(flat.str.starts_with("xn--")).unique()
    shown = flat.replace(distinct, pl.Series([_decoded(label) for label in distinct]))
    frame = pl.DataFrame({"label": shown, "row": _row_of_each(labels)})
    joined = frame.group_by("row", maintain_order=True).agg(pl.col("label").str.join("."))
    return hosts.clone().scatter(coded.arg_true(), joined["label"])


def _row_of_each(labels: pl.Series) -> pl.Series:
    sizes = labels.list.len().to_numpy()
    return pl.Series(np.repeat(np.arange(len(sizes)), sizes))


def _decoded(label: str) -> str:
    if len(label) > MAX_LABEL:
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return label
