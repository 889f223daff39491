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
#: Column of a path taken apart -> parts that are found outside of polars expressions.
WHOLE = {
    "plain": {"location", "is_user_writable"},
    "name": {"name_entropy", "name_digit_share", "name_consonant_run"},
}


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
        "has_alternate_stream": "whether it names an alternate data stream (a.txt:b.exe)",
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
        signs = {k: e.alias(k) for k, e in _signs().items() if k in wanted}
        needed = _needed(wanted)
        apart = taken_apart(text.alias("path").to_frame().lazy())
        table = apart.select(**signs, **{f"_{c}": pl.col(c) for c in needed}).collect()
        parts = {k: table[k] for k in signs}
        if "_plain" in table.columns:
            parts |= _places(table["_plain"])
        if "_name" in table.columns:
            parts |= _measured(table["_name"], wanted)
        return pl.DataFrame(parts).select(*wanted)


def _needed(wanted: Collection[str]) -> list[str]:
    """Return the columns of a path taken apart that are measured as a whole."""
    return [column for column, parts in WHOLE.items() if parts & set(wanted)]


@cache
def _signs() -> dict[str, pl.Expr]:
    path, name = pl.col("path"), pl.col("name")
    known = pl.when(pl.col("extension").str.len_chars() <= LONGEST_EXTENSION).then("extension")
    return {
        "path_length": path.str.len_chars(),
        "path_depth": depth(),
        "name_length": name.str.len_chars(),
        "has_double_extension": name.str.contains(_double_extension()),
        "has_spaces_before_extension": name.str.contains(r"\s\s\.[^.\s]+$"),
        "ends_in_space_or_dot": path.str.contains(r"[^.\s\\/][.\s]+$"),
        "has_alternate_stream": has_stream(),
        "has_traversal": pl.col("plain").str.contains(r"(?:^|/)\.\.(?:/|$)"),
        "has_right_to_left_override": path.str.contains(TURNS),
        "is_non_ascii": path.str.len_bytes() > path.str.len_chars(),
        "is_unc": pl.col("is_unc"),
        "is_hidden": pl.col("rest").str.contains(r"(?:^|/)\.[^./]"),
        "is_misplaced_system_binary": _misplaced(),
        "extension": known,
        "extension_class": known.replace_strict(_classes(), default=None, return_dtype=pl.String),
    }


def _misplaced() -> pl.Expr:
    """Return whether a program's name stands in a folder that is not one of its own."""
    homes = knowledge("paths")["system_binaries"]
    names = {name for programs in homes.values() for name in programs}
    proper = {f"/{folder}/{name}" for folder, programs in homes.items() for name in programs}
    rest = pl.col("rest")
    elsewhere = ~rest.is_in(sorted(proper)) & ~rest.str.contains(STORES)
    # A name alone says nothing of its folder.
    has_folder = rest.str.contains("/", literal=True)
    return has_folder & elsewhere & pl.col("name").is_in(sorted(names))


def _places(plain: pl.Series) -> dict[str, pl.Series]:
    known = knowledge("paths")["location"]
    place = _locations().of(plain)
    writable = [entry["word"] for entry in known if entry["writable"]]
    return {
        "location": place.fill_null(NO_PLACE),
        "is_user_writable": place.fill_null(NO_PLACE).is_in(writable),
    }


def _measured(name: pl.Series, wanted: Collection[str]) -> dict[str, pl.Series]:
    cells = CellBytes.of(name)
    measures: dict[str, Callable[[], NDArray[Any]]] = {
        "name_entropy": lambda: spread(cells)[0],
        "name_digit_share": lambda: cells.share(DIGITS),
        "name_consonant_run": lambda: runs(cells, CONSONANTS)[1],
    }
    return {k: pl.Series(k, measure()) for k, measure in measures.items() if k in wanted}


@cache
def _locations() -> Places:
    return Places({entry["word"]: entry["folders"] for entry in knowledge("paths")["location"]})


@cache
def _classes() -> dict[str, str]:
    classes = knowledge("paths")["extensions"]
    return {extension: kind for kind, extensions in classes.items() for extension in extensions}


@cache
def _double_extension() -> str:
    rule, classes = knowledge("paths")["double_extension"], knowledge("paths")["extensions"]
    real = [extension for kind in rule["real"] for extension in classes[kind]]
    return rf"\.(?:{'|'.join(rule['shown'])})[\s_]*\.(?:{'|'.join(real)})[.\s]*$"
