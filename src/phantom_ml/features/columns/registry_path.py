"""Paths of the Windows registry: which hive and area, whether it starts programs, and what the name is like.

Source: MITRE ATT&CK T1547, T1546, T1543.003, T1112 (the areas, with their techniques, are a list beside).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any, ClassVar

import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.base import encoders
from phantom_ml.features.cells.bytes import CONSONANTS, DIGITS, CellBytes
from phantom_ml.features.cells.classes import runs, spread
from phantom_ml.features.cells.listed import Listed
from phantom_ml.features.cells.patterns import Signs, Sought
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parsing.places import Places
from phantom_ml.features.parsing.registry_keys import registry_keys
from phantom_ml.features.parts import PartsEncoder

#: A GUID of its own or at the end of a key: {8-4-4-4-12 hexadecimal digits} (RFC 9562).
GUID = r"^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$"
#: What stands where a key is in no known area.
NO_AREA = "other"
#: Parts that need the area, which is dearer than the others.
AREA_PARTS = {"area", "is_autostart"}


@encoders.add("registry_path")
class RegistryPathEncoder(PartsEncoder):
    """Hive, area and name of a registry key or value."""

    name = "registry_path"
    kinds = frozenset({ColumnKind.REGISTRY_PATH})
    numbers: ClassVar[Mapping[str, str]] = {
        "length": "characters of the path",
        "key_depth": "components below the hive",
        "is_autostart": "whether what stands there is started by Windows or a program",
        "is_wow6432": "whether it is the place for 32-bit programs",
        "name_length": "characters of the last component",
        "name_entropy": "Shannon entropy of the last component's bytes, in bits, 0 to 8",
        "name_consonant_run": "most consonants in a row in the last component",
        "name_is_guid": "whether the last component is a GUID",
        "digit_share": "share of digits in the path below the hive, 0 to 1",
        "is_non_ascii": "whether there is any character beyond ASCII",
        "has_null": "whether there is a null character, which hides a value from editors",
    }
    words: ClassVar[Mapping[str, str]] = {
        "hive": "hive: hklm, hkcu, hku, hkcr, hkcc, app",
        "area": "kind of place (run_key, service, ifeo, winlogon, ...)",
    }

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return the wanted parts of each path."""
        table = registry_keys(text).with_columns(text.alias("path"))
        table = table.with_columns(pl.col("key").str.extract(r"([^\\]*)$", 1).alias("name"))
        parts = _signs().of(table, wanted)
        if AREA_PARTS & set(wanted):
            parts |= _areas(table["place"])
        parts |= _measured(table, wanted)
        return pl.DataFrame({part: parts[part] for part in wanted})


@cache
def _signs() -> Signs:
    path, key = pl.col("path"), pl.col("key")
    return Signs(
        flags={
            "is_wow6432": Sought("key", "wow6432node"),
            "name_is_guid": Sought("name", GUID),
            "has_null": Sought("path", r"\x00"),
        },
        others={
            "length": path.str.len_chars(),
            "key_depth": key.str.count_matches("\\", literal=True) + (key != ""),
            "name_length": pl.col("name").str.len_chars(),
            "is_non_ascii": path.str.len_bytes() > path.str.len_chars(),
            "hive": pl.col("hive"),
        },
    )


def _areas(place: pl.Series) -> dict[str, pl.Series]:
    area = _known_areas().of(place).fill_null(NO_AREA)
    return {"area": area, "is_autostart": _autostart().of(area)}


@cache
def _autostart() -> Listed:
    areas = knowledge("registry")["area"]
    return Listed(frozenset(entry["word"] for entry in areas if entry["autostart"]))


def _measured(table: pl.DataFrame, wanted: Collection[str]) -> dict[str, pl.Series]:
    measures: dict[str, Callable[[], NDArray[Any]]] = {
        "name_entropy": lambda: spread(CellBytes.of(table["name"]))[0],
        "name_consonant_run": lambda: runs(CellBytes.of(table["name"]), CONSONANTS)[1],
        "digit_share": lambda: CellBytes.of(table["key"]).share(DIGITS),
    }
    return {k: pl.Series(k, measure()) for k, measure in measures.items() if k in wanted}


@cache
def _known_areas() -> Places:
    areas = knowledge("registry")["area"]
    return Places({entry["word"]: entry["keys"] for entry in areas}, separator="\\")
