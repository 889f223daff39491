"""Ports: class, service, and what an analyst looks at first, beside the plain number.

Source: RFC 6335 and the IANA registry of port numbers, see knowledge/ports.toml.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import ClassVar

import numpy as np
import polars as pl

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.base import encoders
from phantom_ml.features.parsing.ports import (
    PORT_CLASSES,
    PORTS,
    classes,
    listed,
    parse_ports,
    services,
)
from phantom_ml.features.parts import PartsEncoder

#: Linux picks source ports from here (ip_local_port_range), before RFC 6335's 49152 of Windows and macOS.
EPHEMERAL = 32_768


@encoders.add("port")
class PortEncoder(PartsEncoder):
    """Parts of a port, looked up in a table of all ports."""

    name = "port"
    kinds = frozenset({ColumnKind.PORT})
    numbers: ClassVar[dict[str, str]] = {
        "is_admin": "1 for SSH, Telnet, RPC, SMB, RDP and WinRM",
        "is_database": "1 for ports of databases",
        "is_web_alternative": "1 for web ports beside 80 and 443, as 8080",
        "is_ephemeral": "1 from 32768 on, where clients' ports begin",
        "is_malware_default": "1 for defaults of remote-access tools and worms, as 4444",
    }
    words: ClassVar[dict[str, str]] = {
        "port_class": "well_known to 1023, registered to 49151, dynamic above",
        "service": "what listens there: web, mail, dns, database, ...",
    }

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return the parts; null where the string is no port."""
        at = parse_ports(text)
        if not at.has_nulls():
            return _every_port()[at]
        return _every_port().select(pl.col(wanted).gather(at.cast(pl.UInt32)))


@cache
def _every_port() -> pl.DataFrame:
    """Return the parts of all ports, a row each."""
    port = np.arange(PORTS, dtype=np.uint16)
    groups, group = services()
    service = pl.Series(groups).gather(pl.Series(group).replace(-1, None).cast(pl.UInt32))
    return pl.DataFrame(
        {
            "is_admin": listed("admin"),
            "is_database": group == groups.index("database"),
            "is_web_alternative": listed("web_alternative"),
            "is_ephemeral": port >= EPHEMERAL,
            "is_malware_default": listed("malware_default"),
            "port_class": pl.Series(PORT_CLASSES).gather(classes(port)),
            "service": service,
        }
    )
