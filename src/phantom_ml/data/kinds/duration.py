"""Lengths of time, counted in some unit: how long a flow, a session or an answer took."""

from __future__ import annotations

import polars as pl

from phantom_ml.data.columns.column import Column, name_words
from phantom_ml.data.kinds.base import Claim, Recogniser, but_for_a_few, hints_at, kinds
from phantom_ml.data.kinds.quantity import FEW_CELLS
from phantom_ml.data.schema import ColumnKind

HINTS = name_words(
    """duration durations dur elapsed latency rtt took runtime uptime lifetime dwell delay jitter
    iat idle timetaken responsetime requesttime flowduration"""
)
#: A unit at the end of the name: elapsed_ms, wait_seconds.
UNITS = name_words(
    """ms msec msecs millis milliseconds sec secs second seconds usec usecs micros microseconds
    nanos nanoseconds minutes hours"""
)
#: Beside one of these, "time" is a length and no point: response_time, time-taken.
SPANS = name_words(
    """response request taken elapsed processing service wait waiting idle active connect
    connection cpu run running execution round trip query load up handshake upstream"""
)
#: Something a second, or a number of seconds' steps, is no length of time.
VETOES = name_words("""rate ratio per count num share pct percent zone offset std""")
#: Skewness from which a tail is long: lengths of time rarely end as sharply as they begin.
LONG_TAIL = 1.0


def _claim(column: Column) -> Claim | None:
    if column.values.dtype == pl.Duration:
        return Claim(ColumnKind.DURATION, 1.0, "The column is stored as lengths of time.")
    if column.n_distinct < 2 or not _named(column):
        return None
    numbers = column.mostly
    if numbers is None or numbers.min() < 0:  # type: ignore[operator]
        return None
    skew = column.skewness
    if column.n_present >= FEW_CELLS and (skew is None or not skew > LONG_TAIL):
        return None
    why = "Numbers from 0 up with a long tail, and the name says a length of time."
    return Claim(ColumnKind.DURATION, column.number_share, but_for_a_few(column, why))


def _named(column: Column) -> bool:
    words = column.words
    if not VETOES.isdisjoint(words):
        return False
    spans = "time" in words and not SPANS.isdisjoint(words)
    return hints_at(column, HINTS) or spans or not UNITS.isdisjoint(words[-1:])


kinds.add("duration")(Recogniser(ColumnKind.DURATION, 138, _claim))
