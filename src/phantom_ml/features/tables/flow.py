"""How much went which way, how fast, and how the connection ended.

Columns are found by what logs call them (see parsing/sides); "out" is what the side that opened the
connection sent. Sources: RFC 7011 (IPFIX) for counters, Zeek's conn.log for states and history.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.schema import NUMBER_KINDS, ColumnKind, TableSchema
from phantom_ml.features.base import as_text
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.lately import FEW
from phantom_ml.features.parsing.numbers import amounts
from phantom_ml.features.parsing.sides import duration, pair_of, single
from phantom_ml.features.tables.base import table_encoders
from phantom_ml.features.tables.parts import Part, TablePartsEncoder, Values

#: Bytes of the smallest Ethernet frame (IEEE 802.3): fewer a packet is hardly more than headers.
SMALL = 64
#: Zeek's letters of a history, and its mark of sides that were swapped.
HISTORY = r"^[-^SHADFRCGTWIQXshadfrcgtwiqx]+$"
Amounts = NDArray[np.float64]

#: Share of distinct values that must be states, or histories.
FLOOR = 0.9
#: Kinds of columns of words.
WORD_KINDS = (ColumnKind.CATEGORY, ColumnKind.ENTITY, ColumnKind.TEXT)

BYTES, PACKETS, TIME = ("bytes",), ("packets",), ("duration",)
OUT_IN = "log2((1 + out) / (1 + in)): 0 for as much out as in"


def _flag(words: str) -> Part:
    return Part(f"1 where the connection {words}", ("state",))


@table_encoders.add("flow")
class FlowEncoder(TablePartsEncoder):
    """Parts of a flow; one encoder a table."""

    name = "flow"
    prefix = "flow"
    parts: ClassVar[dict[str, Part]] = {
        "bytes_log": Part("log2(1 + bytes of both sides)", BYTES),
        "bytes_out_in": Part(f"{OUT_IN}, in bytes", BYTES),
        "bytes_out_share": Part("share of the bytes that went out, 0 to 1", BYTES),
        "packets_log": Part("log2(1 + packets of both sides)", PACKETS),
        "packets_out_in": Part(f"{OUT_IN}, in packets", PACKETS),
        "packets_out_share": Part("share of the packets that went out, 0 to 1", PACKETS),
        "bytes_per_packet": Part("bytes a packet, of both sides", BYTES + PACKETS),
        "bytes_per_packet_out": Part("bytes a packet that went out", BYTES + PACKETS),
        "is_small_packets": Part("1 for fewer than 64 bytes a packet", BYTES + PACKETS),
        "bytes_per_second": Part("bytes of both sides a second", BYTES + TIME),
        "packets_per_second": Part("packets of both sides a second", PACKETS + TIME),
        "is_one_way": Part("1 where one side alone sent bytes", BYTES),
        "is_unanswered": Part("1 where the destination sent no packet", PACKETS),
        "is_established": _flag("was established"),
        "is_failed": _flag("got no answer"),
        "is_rejected": _flag("was rejected"),
        "is_reset": _flag("was aborted by a side"),
        "is_half_open": _flag("shows half of a handshake"),
        "is_midstream": _flag("began before the sensor saw it"),
        "history_length": Part("events in the history", ("history",)),
        "history_out_share": Part("share of the history's events by the source", ("history",)),
        "history_resets": Part("resets in the history", ("history",)),
        "history_retransmits": Part("marks of retransmission in the history", ("history",)),
        "history_problems": Part("bad checksums, gaps, odd flags, zero windows", ("history",)),
    }

    seconds: float = 1.0

    @classmethod
    def fit(cls, frame: pl.DataFrame, schema: TableSchema) -> Sequence[Self]:
        """Return the encoder of the table's counters, state and history; none where it has none."""
        numbers = schema.of_kind(*NUMBER_KINDS)
        columns: dict[str, tuple[str, ...]] = {}
        for noun in ("bytes", "packets"):
            if pair := pair_of(noun, numbers):
                columns[noun] = pair
        seconds = 1.0
        if columns and (found := duration(numbers)):
            columns["duration"], seconds = (found[0],), found[1]
        columns |= _word_columns(frame, schema)
        if not columns:
            return []
        fitted = cls(columns=columns, seconds=seconds).varying(frame)
        return [] if fitted is None else [fitted]

    def compute(self, frame: pl.DataFrame, wanted: Collection[str]) -> dict[str, Values]:
        """Return the wanted parts."""
        rows = _Rows(self, frame)
        return {part: rows.part(part) for part in wanted}


def _word_columns(frame: pl.DataFrame, schema: TableSchema) -> dict[str, tuple[str, ...]]:
    """Return the columns of Zeek's states and histories, by name and by what is in them."""
    names = schema.of_kind(*WORD_KINDS)
    states = pl.Series(list(knowledge("zeek")["states"]))
    found: dict[str, tuple[str, ...]] = {}
    for what in ("state", "history"):
        name = single(what, names)
        values = None if name is None else as_text(frame[name]).drop_nulls().unique()
        if name is None or values is None or not len(values):
            continue
        fits = values.is_in(states) if what == "state" else values.str.contains(HISTORY)
        if int(fits.sum()) >= FLOOR * len(values):
            found[what] = (name,)
    return found


class _Rows:
    """Rows with what several parts need, each found out once."""

    def __init__(self, encoder: FlowEncoder, frame: pl.DataFrame) -> None:
        self.columns = encoder.columns
        self.unit = encoder.seconds
        self.frame = frame

    def part(self, name: str) -> Values:
        """Return one part."""
        if name in FlowEncoder.parts and FlowEncoder.parts[name].needs == ("state",):
            return self._of_state(name)
        if name.startswith("history_"):
            return self._of_history(name.removeprefix("history_"))
        if name.startswith("is_"):
            return self._flag(name)
        return self._of_counts(name)

    @cached_property
    def bytes(self) -> tuple[Amounts, Amounts]:
        return self._both("bytes")

    @cached_property
    def packets(self) -> tuple[Amounts, Amounts]:
        return self._both("packets")

    @cached_property
    def duration(self) -> Amounts:
        values = self.frame[self.columns["duration"][0]]
        return amounts(values) * (1.0 if values.dtype == pl.Duration else self.unit)

    def _both(self, noun: str) -> tuple[Amounts, Amounts]:
        out, back = self.columns[noun]
        return amounts(self.frame[out]), amounts(self.frame[back])

    def _of_counts(self, name: str) -> Amounts:
        noun, _, measure = name.partition("_")
        out, back = self.bytes if noun == "bytes" else self.packets
        if measure == "log":
            return _log(out + back)
        if measure == "out_in":
            return _log(out) - _log(back)
        if measure == "out_share":
            return _ratio(out, out + back)
        if measure == "per_second":
            return _ratio(out + back, self.duration)
        if measure == "per_packet_out":
            return _ratio(out, self.packets[0])
        return _ratio(out + back, self.packets[0] + self.packets[1])

    def _flag(self, name: str) -> Values:
        if name == "is_small_packets":
            size = self._of_counts("bytes_per_packet")
            return np.where(np.isnan(size), np.nan, size < SMALL)
        if name == "is_unanswered":
            back = self.packets[1]
            return np.where(np.isnan(back), np.nan, back == 0)
        out, back = self.bytes
        return np.where(np.isnan(out + back), np.nan, (out > 0) != (back > 0))

    @cached_property
    def states(self) -> NDArray[np.uint32]:
        """The place of each row's state among those that are known; one more than there are for none."""
        known = {state: i for i, state in enumerate(knowledge("zeek")["states"])}
        state = as_text(self.frame[self.columns["state"][0]])
        if len(state) <= FEW:
            return np.array([known.get(s, len(known)) for s in state.to_list()], np.uint32)
        codes = state.cast(pl.Enum(list(known)), strict=False).to_physical().cast(pl.UInt32)
        return codes.fill_null(len(known)).to_numpy()

    def _of_state(self, flag: str) -> Values:
        flags = knowledge("zeek")["states"].values()
        table = np.array([*(flag in of_state for of_state in flags), np.nan], np.float32)
        found: Values = table[self.states]
        return found

    @cached_property
    def history(self) -> pl.Series:
        return as_text(self.frame[self.columns["history"][0]])

    def _of_history(self, measure: str) -> Values:
        history = self.history
        if measure == "length":
            return _counts(history, "[A-Za-z]")
        if measure == "out_share":
            return _ratio(_counts(history, "[A-Z]"), _counts(history, "[A-Za-z]"))
        return _counts(history, f"(?i)[{knowledge('zeek')['history'][f'history_{measure}']}]")


def _log(a: Amounts) -> Amounts:
    logs: Amounts = np.log2(1.0 + a)
    return logs


def _counts(text: pl.Series, pattern: str) -> Amounts:
    """Return how many letters of each string are of a class."""
    if len(text) <= FEW:
        letter = re.compile(pattern)
        found = [np.nan if s is None else len(letter.findall(s)) for s in text.to_list()]
        return np.array(found, np.float64)
    counts: Amounts = text.str.count_matches(pattern).cast(pl.Float64).to_numpy()
    return counts


def _ratio(a: Amounts, b: Amounts) -> Amounts:
    """Return a / b; NaN where b is 0."""
    out: Amounts = np.divide(a, b, out=np.full(len(a), np.nan), where=b > 0)
    return out
