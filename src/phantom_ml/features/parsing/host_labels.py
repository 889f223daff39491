"""Labels of many hosts at once: the longest of each host, and what browsers show for xn-- labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.cells.bytes import CellBytes, pieces
from phantom_ml.features.cells.patterns import Signs, Sought, rows_with
from phantom_ml.features.cells.strings import lowercase, one_way
from phantom_ml.features.lately import FEW

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
    if len(hosts) <= FEW:
        return pl.DataFrame(codes_of_few(hosts.to_list()))
    starts, sizes = _longest(CellBytes.of(hosts))
    rows = np.flatnonzero(sizes >= MIN_CODED)
    columns = [pl.Series("longest_label", sizes)]
    looks = _codes(pieces(hosts[rows], {"label": (starts[rows], sizes[rows])})) if len(rows) else {}
    for name in CODES:
        all_rows = np.zeros(len(hosts), np.bool_)
        if name in looks:
            all_rows[rows] = looks[name].to_numpy()
        columns.append(pl.Series(name, all_rows))
    return pl.DataFrame(columns)


def codes_of_few(hosts: list[str | None]) -> dict[str, list[Any]]:
    """Return the same columns of a few hosts."""
    longest = [max((host or "").encode().split(b"."), key=len) for host in hosts]
    sizes = [*map(len, longest)]
    rows = [row for row, size in enumerate(sizes) if size >= MIN_CODED]
    columns: dict[str, list[Any]] = {name: [False] * len(hosts) for name in CODES}
    if rows:
        labels: list[str | None] = [longest[row].decode() for row in rows]
        looks = _LOOKS.of({"label": labels, "small": lowercase(labels)}, CODES)
        for name, cells in looks.items():
            for row, cell in zip(rows, cells, strict=True):
                columns[name][row] = cell
    return {"longest_label": sizes, **columns}


def _codes(labels: pl.DataFrame) -> dict[str, pl.Series]:
    return _LOOKS.of(labels.with_columns(small=pl.col("label").str.to_lowercase()), CODES)


CODES = ("looks_hex", "looks_base32", "looks_base64")
_is_hex = pl.col("hex") & pl.col("hex letter") & pl.col("digit")
_LOOKS = Signs(
    flags={
        "hex": Sought("small", "^[0-9a-f]+$"),
        "hex letter": Sought("small", "[a-f]"),
        "digit": Sought("small", "[0-9]"),
        # Words with a number behind them are no code: a digit must stand within.
        "base32": Sought("small", "^[a-z2-7]+$"),
        "digit of base32 within": Sought("small", "[a-z][2-7]+[a-z]"),
        "base64": Sought("label", "^[A-Za-z0-9+/=_-]+$"),
        "digit within": Sought("label", "[A-Za-z][0-9]+[A-Za-z]"),
    },
    counts={"turns to capitals": Sought("label", one_way("[a-z0-9][A-Z]"))},
    others={
        "looks_hex": _is_hex,
        "looks_base32": pl.col("base32") & pl.col("digit of base32 within") & ~_is_hex,
        "looks_base64": pl.col("base64")
        & pl.col("digit within")
        & (pl.col("turns to capitals") > 2)
        & ~_is_hex,
    },
)


def _longest(cells: CellBytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where the longest label of each host starts, and its bytes; the first of several."""
    n = len(cells.sizes)
    dots = np.flatnonzero(cells.data == ord("."))
    first = np.searchsorted(dots, cells.offsets[:-1]) + np.arange(n)
    starts = np.sort(np.concatenate([cells.offsets[:-1], dots + 1]), kind="stable")
    sizes = np.sort(np.concatenate([dots, cells.offsets[1:]]), kind="stable") - starts
    greatest = np.maximum.reduceat(sizes, first) if n else sizes
    cell = np.repeat(np.arange(n), np.diff(np.append(first, len(starts))))
    found = np.flatnonzero(sizes == greatest[cell])[::-1]
    longest = np.zeros(n, np.int64)
    longest[cell[found]] = found  # backwards: the first one is written last
    return starts[longest] - cells.offsets[:-1], greatest


def shown_hosts(hosts: pl.Series) -> pl.Series:
    """Return hosts as people see them: xn-- labels decoded (RFC 3492), wrong ones left as they are.

    Examples
    --------
    >>> shown_hosts(pl.Series(["xn--80ak6aa92e.com", "bank.com"])).to_list()
    ['аррӏе.com', 'bank.com']
    """
    coded = rows_with(PUNYCODE, hosts)
    if not len(coded):
        return hosts
    labels = hosts[coded].str.split(".")
    flat = labels.explode()
    distinct = flat.filter(flat.str.starts_with("xn--")).unique()
    shown = flat.replace(distinct, pl.Series([_decoded(label) for label in distinct]))
    frame = pl.DataFrame({"label": shown, "row": _row_of_each(labels)})
    joined = frame.group_by("row", maintain_order=True).agg(pl.col("label").str.join("."))
    return hosts.clone().scatter(coded, joined["label"])


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
