"""Text in numbers that need no language: length, classes of characters, runs, tokens, entropy.

Classes are those of ASCII bytes; shares are of the bytes of a string in UTF-8. The n-grams of the same
columns go beside the matrix (see ngrams), and a linear score of them is fitted inside each fold (see
text_score).

Source: the string statistics of EMBER (Anderson & Roth, arXiv:1804.04637) and of lexical URL and domain
models (Ma et al., KDD 2009; Schüppen et al., "FANCI", USENIX Security 2018), read off any text.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.schema import TEXT_KINDS, ColumnKind, ColumnSchema
from phantom_ml.features.base import encoders
from phantom_ml.features.cells import bytes as b
from phantom_ml.features.cells.bytes import CellBytes, Members
from phantom_ml.features.cells.classes import class_counts, longest_repeat, runs, spread
from phantom_ml.features.parts import PartsEncoder

#: Part -> the bytes whose share it is, then whose number it is.
SHARES: dict[str, Members] = {
    "digit_share": b.DIGITS,
    "upper_share": b.UPPER,
    "special_share": b.SPECIAL,
    "space_share": b.SPACE,
    "non_ascii_share": b.NON_ASCII,
    "control_share": b.CONTROL,
    "vowel_share": b.VOWELS,
}
COUNTS: dict[str, Members] = {
    "percent_count": b.members("%"),
    "slash_count": b.members("/\\"),
    "dot_count": b.members("."),
}
CLASSES = {**SHARES, **COUNTS}
Found = dict[str, NDArray[Any]]
#: What a template leaves open of a log message; how it is worded, the template itself tells (see log_message).
OF_MESSAGES = (
    "length",
    "non_ascii_share",
    "control_share",
    "token_count",
    "longest_token",
    "percent_count",
    "entropy",
)


@encoders.add("text")
class TextEncoder(PartsEncoder):
    """Language-free statistics of a string; NaN where it is missing.

    Of a log message only lengths, tokens, entropy and odd characters: how it is worded, its template tells.
    """

    name = "text"
    version = 2
    kinds = TEXT_KINDS
    family = "text"
    numbers: ClassVar[Mapping[str, str]] = {
        "length": "characters",
        "digit_share": "share of digits, 0 to 1",
        "upper_share": "share of capitals, 0 to 1",
        "special_share": "share of ASCII punctuation, 0 to 1",
        "space_share": "share of white space, 0 to 1",
        "non_ascii_share": "share of bytes beyond ASCII, 0 to 1",
        "control_share": "share of control characters, 0 to 1",
        "vowel_share": "share of the vowels a, e, i, o, u, 0 to 1",
        "token_count": "words and numbers",
        "longest_token": "bytes of the longest word or number",
        "longest_digit_run": "most digits in a row",
        "longest_letter_run": "most ASCII letters in a row",
        "longest_same_run": "most times that one byte stands in a row",
        "percent_count": "percent signs",
        "slash_count": "slashes and backslashes",
        "dot_count": "number of dots",
        "entropy": "bits a byte, 0 to 8",
        "distinct_characters": "different bytes, 0 to 256",
    }

    @classmethod
    def telling(cls, schema: ColumnSchema) -> Collection[str]:
        """Return the statistics that say more of a column than its other encoders do."""
        return OF_MESSAGES if schema.kind is ColumnKind.LOG_MESSAGE else cls.numbers

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return the wanted statistics of each string.

        Examples
        --------
        >>> found = TextEncoder.compute(pl.Series(["id=1%27 OR 11"]), ["token_count", "percent_count"])
        >>> found.row(0)
        (5.0, 1.0)
        """
        length = text.str.len_chars().to_numpy() if "length" in wanted else None
        found = _measured(CellBytes.of(text), length, wanted)
        told = {p: np.asarray(found[p], np.float32) for p in cls.numbers if p in wanted}
        return pl.DataFrame(told)

    @classmethod
    def of_few(cls, cells: list[str], wanted: Collection[str]) -> Found:
        """Return the same of a few strings."""
        length = np.array([*map(len, cells)]) if "length" in wanted else None
        return _measured(CellBytes.of([*cells]), length, wanted)


def _measured(cells: CellBytes, length: NDArray[Any] | None, wanted: Collection[str]) -> Found:
    found: Found = {} if length is None else {"length": length}
    counts = class_counts(cells, {p: CLASSES[p] for p in CLASSES if p in wanted})
    sizes = np.maximum(cells.sizes, 1).astype(np.float32)
    found |= {p: n / sizes if p in SHARES else n for p, n in counts.items()}
    found |= _runs(cells, wanted)
    if "entropy" in wanted or "distinct_characters" in wanted:
        found["entropy"], found["distinct_characters"] = spread(cells)
    return found


def _runs(cells: CellBytes, wanted: Collection[str]) -> Found:
    found: Found = {}
    if "token_count" in wanted or "longest_token" in wanted:
        found["token_count"], found["longest_token"] = runs(cells, b.WORD)
    if "longest_digit_run" in wanted:
        found["longest_digit_run"] = runs(cells, b.DIGITS)[1]
    if "longest_letter_run" in wanted:
        found["longest_letter_run"] = runs(cells, b.LETTERS)[1]
    if "longest_same_run" in wanted:
        found["longest_same_run"] = longest_repeat(cells)
    return found
