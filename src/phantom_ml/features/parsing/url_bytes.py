"""What the bytes of URLs, their paths and queries tell: shares, runs, entropy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.cells.bytes import (
    CONSONANTS,
    DIGITS,
    HEX,
    LETTERS,
    SPECIAL,
    UPPER,
    VOWELS,
    CellBytes,
    Members,
    members,
)
from phantom_ml.features.cells.classes import class_counts, runs, spread
from phantom_ml.features.cells.patterns import rows_with
from phantom_ml.features.cells.queries import Column
from phantom_ml.features.lately import FEW

#: Classes of a whole URL, and of a path.
URL_CLASSES: Mapping[str, Members] = {
    "digit": DIGITS, "letter": LETTERS, "upper": UPPER, "percent": members("%"), "at": members("@"),
    "special": SPECIAL,
}  # fmt: skip
PATH_CLASSES: Mapping[str, Members] = {
    "digit": DIGITS, "upper": UPPER, "hyphen": members("-"), "dot": members("."),
    "underscore": members("_"), "vowel": VOWELS, "consonant": CONSONANTS,
}  # fmt: skip
COUNTED = frozenset(
    {"digit_share", "letter_share", "upper_share", "percent_share", "at_count", "special_count"}
)  # fmt: skip
PATH_COUNTED = frozenset(
    {"digit_share", "upper_share", "hyphen_count", "dot_count", "underscore_count"}
)
_VALUES = pl.col("query").str.extract_all("=[^&]*")
_LONGEST = _VALUES.list.eval(pl.element().str.len_chars()).list.max().fill_null(1) - 1
#: Bytes of a path of which the longest run is told.
PATH_RUNS: Mapping[str, Members] = {"longest_segment": ~members("/"), "longest_hex_run": HEX}


def url_bytes(urls: Column, wanted: Collection[str]) -> dict[str, NDArray[np.generic]]:
    """Return the wanted ones of COUNTED, ``longest_digit_run`` and ``longest_token``."""
    found: dict[str, NDArray[np.generic]] = {}
    cells = CellBytes.of(urls)
    counted = COUNTED & set(wanted)
    counts = class_counts(cells, {stem: URL_CLASSES[stem] for stem in map(_stem, counted)})
    found |= _shares_and_counts(counts, cells.sizes, counted)
    if "longest_digit_run" in wanted:
        found["longest_digit_run"] = runs(cells, DIGITS)[1]
    if "longest_token" in wanted:
        found["longest_token"] = runs(cells, LETTERS | DIGITS)[1]
    return found


def path_bytes(paths: Column, wanted: Collection[str]) -> dict[str, NDArray[np.generic]]:
    """Return the wanted ones of PATH_COUNTED, PATH_RUNS, vowel share, entropy, unique share."""
    found: dict[str, NDArray[np.generic]] = {}
    cells = CellBytes.of(paths)
    counted = PATH_COUNTED & set(wanted)
    stems = [*map(_stem, counted), *(("vowel", "consonant") if "vowel_share" in wanted else ())]
    counts = class_counts(cells, {stem: PATH_CLASSES[stem] for stem in stems})
    found |= _shares_and_counts(counts, cells.sizes, counted)
    if "vowel_share" in wanted:
        vowels, letters = counts["vowel"], counts["vowel"] + counts["consonant"]
        found["vowel_share"] = vowels / np.maximum(letters, 1)
    if "entropy" in wanted or "unique_share" in wanted:
        found["entropy"], distinct = spread(cells)
        found["unique_share"] = distinct / np.maximum(cells.sizes, 1)
    for name, kind in PATH_RUNS.items():
        if name in wanted:
            found[name] = runs(cells, kind)[1]
    return found


def query_bytes(queries: Column, wanted: Collection[str]) -> dict[str, NDArray[np.generic]]:
    """Return the wanted ones of ``entropy`` and ``longest_value``; most URLs have no query."""
    rows: slice | NDArray[np.int64] = slice(None)
    if isinstance(queries, pl.Series) and len(queries) > FEW:
        rows = np.flatnonzero(queries.str.len_bytes().to_numpy())
    some = queries[rows]
    measures: dict[str, Callable[[Column], NDArray[np.generic]]] = {
        "entropy": lambda s: spread(CellBytes.of(s))[0],
        "longest_value": longest_value,
    }
    found: dict[str, NDArray[np.generic]] = {}
    for name in [n for n in wanted if n in measures]:
        whole = np.zeros(len(queries), np.float32)
        whole[rows] = measures[name](some)
        found[name] = whole
    return found


def longest_value(queries: Column) -> NDArray[np.generic]:
    """Return the characters of the longest value of name=value pairs, 0 where there is none.

    Examples
    --------
    >>> longest_value(pl.Series(["a=1&bc=345&d", "x"])).tolist()
    [3, 0]
    """
    if isinstance(queries, list):
        return np.array([_longest(query) for query in queries], np.uint32)
    if not len(rows_with("=", queries)):
        return np.zeros(len(queries), np.uint32)
    return queries.alias("query").to_frame().select(_LONGEST).to_series().to_numpy()


def _longest(query: str) -> int:
    # As the pattern finds them: a value goes on to the next ampersand, whatever is in it.
    return max((len(p) - p.find("=") - 1 for p in query.split("&") if "=" in p), default=0)


def _shares_and_counts(
    counts: Mapping[str, NDArray[np.float32]], sizes: NDArray[np.int64], wanted: Collection[str]
) -> dict[str, NDArray[np.generic]]:
    found: dict[str, NDArray[np.generic]] = {}
    of_bytes = np.maximum(sizes, 1)
    for name in wanted:
        count = counts[_stem(name)]
        found[name] = count / of_bytes if name.endswith("_share") else count
    return found


def _stem(part: str) -> str:
    return part.rpartition("_")[0]
