"""Ports: their class, and what listens there, by tables of 65,536 entries.

Source: RFC 6335 for the three ranges; the services stand in knowledge/ports.toml.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.base import as_text
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.lately import FEW

PORTS = 65_536
#: RFC 6335: where registered and dynamic ports begin.
REGISTERED, DYNAMIC = 1024, 49_152
#: A port, and what may stand around it.
PLAIN = re.compile("[0-9]{1,5}")
DRESSED = r"^\s*([0-9]{1,5})(?:\.0+)?(?:/[A-Za-z]+)?\s*$"
PORT_CLASSES = ("well_known", "registered", "dynamic")


def parse_ports(values: pl.Series) -> pl.Series:
    """Return ports as UInt16, null where a cell is none; ``443/tcp`` and ``443.0`` are ports.

    Examples
    --------
    >>> parse_ports(pl.Series(["443", "80/tcp", "8080.0", "70000", "http"])).to_list()
    [443, 80, 8080, None, None]
    """
    ports = values
    if not values.dtype.is_integer():
        text = as_text(values)
        few = text.to_list() if len(text) <= FEW else [""]
        if all(cell is None or PLAIN.fullmatch(cell) for cell in few):
            return text.cast(pl.UInt16, strict=False)
        ports = text.str.extract(DRESSED, 1)
    return ports.cast(pl.UInt16, strict=False)


def classes(ports: NDArray[np.uint16]) -> NDArray[np.int64]:
    """Return the place of each port's class in PORT_CLASSES."""
    return np.digitize(ports, (REGISTERED, DYNAMIC))


def listed(name: str) -> NDArray[np.bool_]:
    """Return which ports a list of knowledge/ports.toml names, shape (65536,)."""
    return _members(tuple(knowledge("ports")[name]))


@cache
def services() -> tuple[tuple[str, ...], NDArray[np.int16]]:
    """Return the groups of services, and for each port the place of its group, -1 for none."""
    groups: Mapping[str, list[int]] = knowledge("ports")["groups"]
    table = np.full(PORTS, -1, np.int16)
    for i, ports in enumerate(groups.values()):
        table[ports] = i
    return tuple(groups), table


@cache
def expected(application: str) -> NDArray[np.bool_] | None:
    """Return where an application is expected, shape (65536,); None for one that is not known.

    Examples
    --------
    >>> bool(expected("ssh")[22]), bool(expected("ssh")[443]), expected("nonsense")
    (True, False, None)
    """
    ports = knowledge("ports")["applications"].get(application)
    return None if ports is None else _members(tuple(ports))


@cache
def _members(ports: tuple[int, ...]) -> NDArray[np.bool_]:
    found = np.zeros(PORTS, np.bool_)
    found[list(ports)] = True
    return found
