"""Hardware addresses in one spelling: 48 bits, or 64 as in IPv6 and Zigbee (EUI-64, IEEE Std 802-2014)."""

from __future__ import annotations

import polars as pl

from phantom_ml.features.cells.patterns import contained, lowered, replaced

ADDRESS = "^(?:[0-9a-f]{12}|[0-9a-f]{16})$"


def mac_digits(text: pl.Series) -> pl.Series:
    """Return the 12 or 16 hexadecimal digits of addresses; null where there are others.

    Examples
    --------
    >>> mac_digits(pl.Series(["00-50-56-AA-BB-CC", "0050.56aa.bbcc", "0:50:56:aa:bb:cc", "x"])).to_list()
    ['005056aabbcc', '005056aabbcc', '005056aabbcc', None]
    """
    small = lowered(text.str.strip_chars())
    # Solaris and macOS leave zeros in front of an octet out.
    full = replaced(replaced(small, r"\b([0-9a-f])\b", "0$1"), "[:.-]", "").alias("mac")
    return full.set(~contained(full, ADDRESS), None)
