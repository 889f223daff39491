"""File paths of Windows and Unix: where a file lies, what its name ends in, and how the name disguises it.

Source: MITRE ATT&CK T1036 (masquerading) and its kinds: .002 right-to-left override, .005 name or place of
a known program, .006 space after the name, .007 double extension; T1564.004 alternate data streams.
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
from phantom_ml.features.cells.listed import Listed, Meanings
from phantom_ml.features.cells.patterns import Signs, Sought, contained
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parsing.paths import depth, has_stream, taken_apart
from phantom_ml.features.parsing.places import Places
from phantom_ml.features.parts import PartsEncoder

#: Characters that turn the direction of what follows (Unicode Standard Annex 9).
TURNS = "[\u202a-\u202e\u2066-\u2069]"
#: Copies of all programs of Windows lie here.
STORES = "^/windows/(?:winsxs|servicing|softwaredistribution)/"
#: What stands where a file is in none of the known places.
NO_PLACE = "other"
#: An extension longer than this is part of a name.
LONGEST_EXTENSION = 12
#: Parts that need the place, and the bytes of the name.
PLACE_PARTS = frozenset({"location", "is_user_writable"})
NAME_PARTS = frozenset({"name_entropy", "name_digit_share", "name_consonant_run"})


@encoders.add("path")
class PathEncoder(PartsEncoder):
    """Depth, place, extension and disguises of a file path."""

    name = "path"
    kinds = frozenset({ColumnKind.PATH})
    numbers: ClassVar[Mapping[str, str]] = {
        "path_length": "characters of the path",
        "path_depth": "folders between the root and the file",
        "name_length": "characters of the file name",
        "name_entropy": "Shannon entropy of the file name's bytes, in bits, 0 to 8",
        "name_digit_share": "share of digits in the file name, 0 to 1",
        "name_consonant_run": "most consonants in a row in the file name: random names have long runs",
        "has_double_extension": "whether a harmless extension precedes one that runs (invoice.pdf.exe)",
        "has_spaces_before_extension": "whether two spaces or more push the extension out of sight",
        "ends_in_space_or_dot": "whether the path ends in a space or dot, which Windows drops",
        "has_alternate_stream": "whether it names an alternate data stream (C:\\a.txt:b.exe)",
        "has_traversal": "whether it climbs to a parent folder (..)",
        "has_right_to_left_override": "whether characters turn the direction of reading",
        "is_non_ascii": "whether there is any character beyond ASCII",
        "is_unc": "whether it lies on another host (\\\\host\\share)",
        "is_hidden": "whether the file or a folder is a dot file",
        "is_user_writable": "whether any user may write to the place",
        "is_misplaced_system_binary": "whether it bears a Windows program's name outside that one's folder",
    }
    words: ClassVar[Mapping[str, str]] = {
        "extension": "what the file name ends in",
        "extension_class": "kind of file by its extension (executable, script, document, ...)",
        "location": "kind of place (temp, downloads, system, web_root, ...)",
    }

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return the wanted parts of each path."""
        asked = set(wanted)
        table = taken_apart(text.alias("path").to_frame().lazy()).collect()
        parts = _signs().of(table, wanted)
        if "extension_class" in asked:
            parts["extension_class"] = _classes().of(table.select(_extension()).to_series())
        if "is_misplaced_system_binary" in asked:
            parts["is_misplaced_system_binary"] = _misplaced(table)
        if asked & PLACE_PARTS:
            parts |= _places(table["plain"])
        if asked & NAME_PARTS:
            parts |= _measured(table["name"], wanted)
        return pl.DataFrame({part: parts[part] for part in wanted})


@cache
def _signs() -> Signs:
    path, name = pl.col("path"), pl.col("name")
    return Signs(
        flags={
            "has_double_extension": Sought("name", _double_extension()),
            "has_spaces_before_extension": Sought("name", r"\s\s\.[^.\s]+$"),
            "ends_in_space_or_dot": Sought("path", r"[^.\s\\/][.\s]+$"),
            "has_traversal": Sought("plain", r"(?:^|/)\.\.(?:/|$)"),
            "has_right_to_left_override": Sought("path", TURNS),
            "is_hidden": Sought("rest", r"(?:^|/)\.[^./]"),
        },
        others={
            "path_length": path.str.len_chars(),
            "path_depth": depth(),
            "name_length": name.str.len_chars(),
            "has_alternate_stream": has_stream(),
            "is_non_ascii": path.str.len_bytes() > path.str.len_chars(),
            "is_unc": pl.col("is_unc"),
            "extension": _extension(),
        },
    )


def _extension() -> pl.Expr:
    return pl.when(pl.col("extension").str.len_chars() <= LONGEST_EXTENSION).then("extension")


def _misplaced(table: pl.DataFrame) -> pl.Series:
    """Return whether a program's name stands in a folder that is not one of its own."""
    rest, (names, proper) = table["rest"], _programs()
    # A name alone says nothing of its folder.
    found = names.of(table["name"]) & contained(rest, "/")
    return found & ~proper.of(rest) & ~contained(rest, STORES)


@cache
def _programs() -> tuple[Listed, Listed]:
    """Return the names of programs, and where each may lie."""
    homes = knowledge("paths")["system_binaries"]
    names = {name for programs in homes.values() for name in programs}
    proper = {f"/{folder}/{name}" for folder, programs in homes.items() for name in programs}
    return Listed(frozenset(names)), Listed(frozenset(proper))


def _places(plain: pl.Series) -> dict[str, pl.Series]:
    place = _locations().of(plain).fill_null(NO_PLACE)
    return {"location": place, "is_user_writable": _writable().of(place)}


def _measured(name: pl.Series, wanted: Collection[str]) -> dict[str, pl.Series]:
    cells = CellBytes.of(name)
    measures: dict[str, Callable[[], NDArray[Any]]] = {
        "name_entropy": lambda: spread(cells)[0],
        "name_digit_share": lambda: cells.share(DIGITS),
        "name_consonant_run": lambda: runs(cells, CONSONANTS)[1],
    }
    return {k: pl.Series(k, measure()) for k, measure in measures.items() if k in wanted}


@cache
def _writable() -> Listed:
    known = knowledge("paths")["location"]
    return Listed(frozenset(entry["word"] for entry in known if entry["writable"]))


@cache
def _locations() -> Places:
    return Places({entry["word"]: entry["folders"] for entry in knowledge("paths")["location"]})


@cache
def _classes() -> Meanings:
    classes = knowledge("paths")["extensions"]
    return Meanings({end: kind for kind, extensions in classes.items() for end in extensions})


@cache
def _double_extension() -> str:
    rule, classes = knowledge("paths")["double_extension"], knowledge("paths")["extensions"]
    real = [extension for kind in rule["real"] for extension in classes[kind]]
    return rf"\.(?:{'|'.join(rule['shown'])})[\s_]*\.(?:{'|'.join(real)})[.\s]*$"
