"""Numbers: ports, volumes with a heavy tail, codes, and everything that is just a number."""

from __future__ import annotations

import polars as pl

from phantom_ml.data.kinds.base import Claim, Recogniser, hints_at, kinds
from phantom_ml.data.kinds.column import Column, name_words
from phantom_ml.data.schema import ColumnKind

PORT_HINTS = name_words(
    """port sport dport srcport dstport lport rport spt dpt idorigp idrespp sourceport
    destinationport localport remoteport svcport"""
)
#: A number of ports is no port.
PORT_VETOES = name_words("""num number count n rate ratio share pct percent total avg mean std""")
BYTES_HINTS = name_words(
    """byte bytes octets pkt pkts packet packets size length len volume duration dur bytesin
    bytesout inbytes outbytes srcbytes dstbytes traffic payloadsize filesize"""
)
CODE_HINTS = name_words(
    """id code type eventid opcode qtype rcode proto protocol subclass category"""
)
#: More levels than this are no list of codes.
MAX_CODES = 64
#: Times of day and lengths of time, counted in their unit.
SPANS = (pl.Time, pl.Duration)
#: Skewness from which a tail is heavy; that of the exponential distribution.
HEAVY_TAIL = 2.0


def _port(column: Column) -> Claim | None:
    if not hints_at(column, PORT_HINTS) or not PORT_VETOES.isdisjoint(column.words):
        return None
    whole = column.whole
    if whole is None or not whole.is_between(0, 65_535).all():
        return None
    return Claim(ColumnKind.PORT, 1.0, "Whole numbers from 0 to 65535, and the name says so.")


def _volume(column: Column) -> Claim | None:
    if column.n_distinct < 3 or not hints_at(column, BYTES_HINTS):
        return None
    numbers = column.numbers
    if numbers is None or numbers.min() < 0:  # type: ignore[operator]
        return None
    values = column.values.cast(pl.Float64, strict=False)
    skew = values.filter(values.is_finite()).skew()
    if skew is None or not skew > HEAVY_TAIL:
        return None
    why = f"Numbers from 0 up with a heavy tail (skewness {skew:.0f}), and the name says so."
    return Claim(ColumnKind.BYTES, 1.0, why)


def _code(column: Column) -> Claim | None:
    """Whole numbers that only name things: their order and distances mean nothing."""
    few = 3 <= column.n_distinct <= min(MAX_CODES, column.n_present // 2)
    if not few or not column.words or column.words[-1] not in CODE_HINTS:
        return None
    whole = column.whole
    if whole is None or whole.min() < 0:  # type: ignore[operator]
        return None
    return Claim(ColumnKind.CATEGORY, 1.0, f"{len(whole)} whole numbers, and the name says codes.")


def _number(column: Column) -> Claim | None:
    if column.is_text and column.numbers is None:
        return None
    if not column.is_text and not column.is_number and column.values.dtype not in SPANS:
        return None
    how = "written as text" if column.is_text else f"stored as {column.values.dtype}"
    return Claim(ColumnKind.NUMBER, 1.0, f"Numbers, {how}.")


kinds.add("port")(Recogniser(ColumnKind.PORT, 130, _port))
kinds.add("bytes")(Recogniser(ColumnKind.BYTES, 140, _volume))
kinds.add("code")(Recogniser(ColumnKind.CATEGORY, 160, _code))
kinds.add("number")(Recogniser(ColumnKind.NUMBER, 200, _number))
