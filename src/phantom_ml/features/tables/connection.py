"""Who connects to whom: both addresses of a connection, and the ports and the service between them.

Columns are found by what logs call them (see parsing/sides). A pair of networks and a port that are
rarely seen together are worth a look though each of them is common; networks, not addresses, so that it
holds for the next host too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache, cached_property
from typing import ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.schema import ColumnKind, TableSchema
from phantom_ml.features.base import as_text
from phantom_ml.features.before import Before
from phantom_ml.features.cells.entity import joined
from phantom_ml.features.columns.frequency import AS_WRITTEN, FrequencyEncoder
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.lately import FEW, Lately
from phantom_ml.features.parsing.addresses import Addresses, parse_addresses
from phantom_ml.features.parsing.networks import BIT, flag_bits
from phantom_ml.features.parsing.ports import PORT_CLASSES, PORTS, classes, expected, parse_ports
from phantom_ml.features.parsing.sides import Pair, address_pairs, one_of, single
from phantom_ml.features.tables.base import table_encoders
from phantom_ml.features.tables.parts import Part, TablePartsEncoder, Values

BOTH = ("source", "destination")
DIRECTIONS = ("in", "out", "lateral", "external")
CLASS_PAIRS = tuple(f"{a}_to_{b}" for a in PORT_CLASSES for b in PORT_CLASSES)
#: The part that rows of training count for each other.
RARITY = "pair_rarity"


@table_encoders.add("connection")
class ConnectionEncoder(TablePartsEncoder):
    """Parts of a pair of addresses; one encoder a pair."""

    name = "connection"
    prefix = "connection"
    parts: ClassVar[dict[str, Part]] = {
        "direction": Part(
            "in and out of the network, lateral within it, external outside of it", BOTH, DIRECTIONS
        ),
        "same_network_24": Part("1 where both are in one /24 (IPv6: /48)", BOTH),
        "same_network_16": Part("1 where both are in one /16 (IPv6: /32)", BOTH),
        "both_private": Part("1 where both addresses are private or local", BOTH),
        "port_classes": Part(
            "class of the source port to class of the destination port",
            ("source_port", "destination_port"),
            CLASS_PAIRS,
        ),
        "is_service_mismatch": Part(
            "1 where the service is not one of the destination port",
            ("service", "destination_port"),
        ),
        RARITY: Part(
            "-log2 of the share of rows between these /24 networks, to this port if there is one",
            BOTH,
        ),
    }

    rarity: FrequencyEncoder | None = None

    @classmethod
    def fit(cls, frame: pl.DataFrame, schema: TableSchema) -> Sequence[Self]:
        """Return an encoder for each pair of columns of addresses."""
        pairs = address_pairs(schema.of_kind(ColumnKind.IP))
        fitted = [cls._fit_pair(frame, schema, pair) for pair in pairs]
        return [encoder for encoder in fitted if encoder is not None]

    @classmethod
    def _fit_pair(cls, frame: pl.DataFrame, schema: TableSchema, pair: Pair) -> Self | None:
        found = cls(columns=_columns(schema, pair))
        keys = schema.column(pair[0]).model_copy(update={"kind": AS_WRITTEN})
        rarity = FrequencyEncoder.fit(_Rows(found.columns, frame).networks, keys)
        return found.model_copy(update={"rarity": rarity}).varying(frame)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the raw columns that the kept parts need."""
        port = self.columns.get("destination_port", ()) if RARITY in self.kept else ()
        return tuple(dict.fromkeys([*super().inputs, *port]))

    def _columns_of(self, part: str) -> tuple[str, ...]:
        port = self.columns.get("destination_port", ()) if part == RARITY else ()
        return super()._columns_of(part) + port

    def compute(self, frame: pl.DataFrame, wanted: Collection[str]) -> dict[str, Values]:
        """Return the wanted parts."""
        rows = _Rows(self.columns, frame)
        return {part: self._rarity(rows) if part == RARITY else rows.part(part) for part in wanted}

    def training(self, frame: pl.DataFrame, before: Before, out: NDArray[np.float32]) -> None:
        """Write the parts, the rarity among what came before each row."""
        self.transform(frame, out)
        if self.rarity is not None and RARITY in self.kept:
            at = self.kept.index(RARITY)
            networks = _Rows(self.columns, frame).networks
            self.rarity.training(networks, before, out[:, at : at + 1])

    def _rarity(self, rows: _Rows) -> Values:
        out = np.full((len(rows.networks), 1), np.nan, np.float32)
        if self.rarity is not None:
            self.rarity.transform(rows.networks, out)
        return out[:, 0]


def _columns(schema: TableSchema, pair: Pair) -> dict[str, tuple[str, ...]]:
    """Return the columns of each role that the table has."""
    columns: dict[str, tuple[str, ...]] = {"source": (pair[0],), "destination": (pair[1],)}
    ports = schema.of_kind(ColumnKind.PORT, ColumnKind.NUMBER)
    for side in BOTH:
        if port := one_of("port", side, ports):
            columns[f"{side}_port"] = (port,)
    if service := single("service", schema.of_kind(ColumnKind.CATEGORY)):
        columns["service"] = (service,)
    return columns


class _Rows:
    """Rows with what several parts need, each found out once."""

    def __init__(self, columns: dict[str, tuple[str, ...]], frame: pl.DataFrame) -> None:
        self.columns = columns
        self.frame = frame

    def part(self, name: str) -> Values:
        """Return one part that needs no training."""
        values: Values = getattr(self, f"_{name}")()
        return values

    @cached_property
    def source(self) -> Addresses:
        return parse_addresses(as_text(self._of("source")))

    @cached_property
    def destination(self) -> Addresses:
        return parse_addresses(as_text(self._of("destination")))

    @cached_property
    def flags(self) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
        return flag_bits(self.source), flag_bits(self.destination)

    @cached_property
    def networks(self) -> pl.Series:
        """Return a key for both networks and the port; null where an address is missing."""
        keys = [a.network(24, 48).cast(pl.String) for a in (self.source, self.destination)]
        if "destination_port" in self.columns:
            port = self.destination_port.cast(pl.String)
            keys.append(port.fill_null("?") if port.has_nulls() else port)
        return joined(keys, ">")

    def _of(self, role: str) -> pl.Series:
        return self.frame[self.columns[role][0]]

    @cached_property
    def source_port(self) -> pl.Series:
        return parse_ports(self._of("source_port"))

    @cached_property
    def destination_port(self) -> pl.Series:
        return parse_ports(self._of("destination_port"))

    def _where_known(self, values: Values) -> Values:
        known = self.source.known & self.destination.known
        return np.where(known, values.astype(np.float32), np.nan)

    def _direction(self) -> Values:
        # What nobody reaches over the Internet is within; so is what is sent to a group of hosts.
        within, to_within = (
            (f & BIT["is_global"] == 0) | (f & BIT["is_multicast"] > 0) for f in self.flags
        )
        codes = np.select([~within & to_within, within & ~to_within, within], [0, 1, 2], 3)
        return self._where_known(codes)

    def _same(self, v4_bits: int, v6_bits: int) -> Values:
        one, other = (a.networks(v4_bits, v6_bits) for a in (self.source, self.destination))
        return self._where_known(one == other)

    def _same_network_24(self) -> Values:
        return self._same(24, 48)

    def _same_network_16(self) -> Values:
        return self._same(16, 32)

    def _both_private(self) -> Values:
        return self._where_known(self.flags[0] & self.flags[1] & BIT["is_private"] > 0)

    def _port_classes(self) -> Values:
        one, other = self.source_port, self.destination_port
        codes = classes(_filled(one)) * len(PORT_CLASSES) + classes(_filled(other))
        return np.where(_missing(one) | _missing(other), np.nan, codes)

    def _is_service_mismatch(self) -> Values:
        names, table = _applications()
        port, service = self.destination_port, as_text(self._of("service"))
        code = _places(service, names)
        at_home = table[code, _filled(port)]
        return np.where((code == len(names)) | _missing(port), np.nan, ~at_home)


_SERVICES: Lately[int] = Lately()


def _places(services: pl.Series, names: list[str]) -> NDArray[np.int64]:
    """Return the place of each application among the known ones; one more than there are for none."""
    if len(services) > FEW:
        return _first(services, names)
    cells = services.to_list()
    return np.array(
        _SERVICES.of(cells, lambda new: _first(services[new], names).tolist()), np.int64
    )


def _first(services: pl.Series, names: list[str]) -> NDArray[np.int64]:
    # Zeek writes several services with commas, the first one found first.
    service = services.str.to_lowercase().str.extract(r"^([^,]+)", 1)
    code = service.cast(pl.Enum(names), strict=False).to_physical()
    return code.fill_null(len(names)).to_numpy().astype(np.int64)


def _missing(ports: pl.Series) -> NDArray[np.bool_]:
    return ports.is_null().to_numpy() if ports.has_nulls() else np.zeros(len(ports), np.bool_)


def _filled(ports: pl.Series) -> NDArray[np.uint16]:
    return ports.fill_null(0).to_numpy() if ports.has_nulls() else ports.to_numpy()


@cache
def _applications() -> tuple[list[str], NDArray[np.bool_]]:
    """Return the known applications, and where each is expected, and none, shape (n + 1, 65536)."""
    names = list(knowledge("ports")["applications"])
    nowhere = np.zeros(PORTS, np.bool_)
    return names, np.array([*(expected(name) for name in names), nowhere])
