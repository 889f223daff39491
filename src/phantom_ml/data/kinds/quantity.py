"""Numbers: ports, volumes with a heavy tail, and everything that is just a number."""

from __future__ import annotations

import polars as pl

from phantom_ml.data.columns.column import Column, name_words
from phantom_ml.data.kinds.base import (
    FLOOR,
    Claim,
    Recogniser,
    but_for_a_few,
    evidence,
    hints_at,
    kinds,
)
from phantom_ml.data.schema import ColumnKind

PORT_HINTS = name_words(
    """port sport dport srcport dstport lport rport spt dpt idorigp idrespp sourceport
    destinationport localport remoteport svcport"""
)
#: A number of ports is no port.
PORT_VETOES = name_words("""num number count n rate ratio share pct percent total avg mean std""")
#: Words that can mean nothing but a volume.
COUNTED = name_words(
    """byte bytes octets pkt pkts packet packets bytesin bytesout inbytes outbytes srcbytes
    dstbytes payloadsize filesize"""
)
BYTES_HINTS = COUNTED | name_words("""size length len volume traffic""")
#: The length of a key is told in bits.
BYTES_VETOES = name_words("""ratio share pct percent entropy key keylength keysize""")
#: Skewness from which a tail is heavy; that of the exponential distribution.
HEAVY_TAIL = 2.0
#: A port and, as scanners and firewalls write it, what runs over it: 443/tcp.
WITH_TRANSPORT = r"^([0-9]{1,5})(?:/(?i:tcp|udp|sctp|dccp))?$"
MAX_PORT = 65_535
#: So few cells show no tail.
FEW_CELLS = 20
#: Times of day, counted in their unit.
SPANS = (pl.Time, pl.Duration)


def _port(column: Column) -> Claim | None:
    if not hints_at(column, PORT_HINTS) or not PORT_VETOES.isdisjoint(column.words):
        return None
    numbers = column.mostly
    if numbers is None:
        return _with_transport(column) if column.is_text else None
    what = "whole numbers from 0 to 65535"
    rate = column.number_share * _share_of_ports(numbers)
    if rate >= FLOOR:
        return Claim(ColumnKind.PORT, rate, evidence(rate, what, True))
    # Of few ports a few wrong cells are many of the distinct values.
    rate = _share_of_ports(column.number_cells)
    why = f"{round(100 * rate, 1):g} % of the cells are {what}, and the name says so."
    return Claim(ColumnKind.PORT, rate, why) if rate >= FLOOR else None


def _share_of_ports(numbers: pl.Series) -> float:
    ports = numbers.is_between(0, MAX_PORT) & (numbers == numbers.floor())
    return float(ports.sum()) / max(1, len(ports))


def _with_transport(column: Column) -> Claim | None:
    rate = column.rate(_are_ports, FLOOR)
    what = "ports with what runs over them, as 443/tcp"
    return Claim(ColumnKind.PORT, rate, evidence(rate, what, True)) if rate else None


def _are_ports(text: pl.Series) -> pl.Series:
    number = text.str.extract(WITH_TRANSPORT).cast(pl.UInt32, strict=False)
    return (number <= MAX_PORT).fill_null(value=False)


def _volume(column: Column) -> Claim | None:
    if not hints_at(column, BYTES_HINTS) or not BYTES_VETOES.isdisjoint(column.words):
        return None
    numbers = column.mostly
    if numbers is None or numbers.min() < 0:  # type: ignore[operator]
        return None
    skew = column.skewness
    if skew is not None and skew > HEAVY_TAIL and column.n_distinct >= 3:
        why = f"Numbers from 0 up with a heavy tail (skewness {skew:.0f}), and the name says so."
        return Claim(ColumnKind.BYTES, column.number_share, but_for_a_few(column, why))
    is_counted = hints_at(column, COUNTED)
    if column.mostly_whole is None or (column.n_present >= FEW_CELLS and not is_counted):
        return None
    why = but_for_a_few(column, "Whole numbers from 0 up, and the name says so.")
    return Claim(ColumnKind.BYTES, column.number_share, why)


def _number(column: Column) -> Claim | None:
    if column.is_text and column.mostly is None:
        return None
    if not column.is_text and not column.is_number and column.values.dtype not in SPANS:
        return None
    how = "written as text" if column.is_text else f"stored as {column.values.dtype}"
    rate = column.number_share if column.is_text else 1.0
    return Claim(ColumnKind.NUMBER, rate, but_for_a_few(column, f"Numbers, {how}."))


kinds.add("port")(Recogniser(ColumnKind.PORT, 130, _port))
kinds.add("bytes")(Recogniser(ColumnKind.BYTES, 140, _volume))
kinds.add("number")(Recogniser(ColumnKind.NUMBER, 200, _number))
