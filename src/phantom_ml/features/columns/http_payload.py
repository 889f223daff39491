"""Payloads of web requests: what they hide behind encoding, and the language of which attack they speak.

Counts are of the decoded text, length and percent signs of the text as it came. Catalogue: OWASP, and the
features of Gimenez et al. on CSIC 2010 and of the ECML/PKDD 2007 challenge.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache, reduce
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.base import encoders
from phantom_ml.features.cells.bytes import (
    CONTROL,
    DIGITS,
    LETTERS,
    SPACE,
    SPECIAL,
    CellBytes,
    Members,
    members,
)
from phantom_ml.features.cells.classes import class_counts, runs, spread
from phantom_ml.features.cells.patterns import Signs, Sought
from phantom_ml.features.cells.queries import Column
from phantom_ml.features.cells.strings import lowercase, one_way
from phantom_ml.features.parsing.attack_signs import (
    CLASSES,
    has_tautology,
    pattern,
    tautology_in_few,
)
from phantom_ml.features.parsing.decoding import decode, decode_few
from phantom_ml.features.parsing.url_bytes import longest_value
from phantom_ml.features.parts import Few, PartsEncoder

#: A name and a value, where a query, a body or a cookie begins or goes on: 1=1 within a value is none.
PARAMETER = one_way(r"(?:^['\x22]?|[?&;\n])\s*[^\s=&?;'\x22<>]+=[^=&;\s]")
METHOD = r"^[\s\x22']*(GET|POST|HEAD|PUT|DELETE|PATCH|OPTIONS|TRACE|CONNECT|PROPFIND|DEBUG|TRACK)\s"
#: Classes of which the share of bytes is told.
SHARES: Mapping[str, Members] = {
    "digit": DIGITS, "letter": LETTERS, "space": SPACE, "special": SPECIAL, "non_printable": CONTROL,
}  # fmt: skip
#: What opens and closes in pairs.
PAIRS = (("(", ")"), ("[", "]"), ("{", "}"), ("<", ">"))
BRACKETS = [bracket for pair in PAIRS for bracket in pair]
QUOTES = "'\"`"
MARKS: Mapping[str, Members] = {c: members(c) for c in (*QUOTES, *BRACKETS)}
COUNTED = {**SHARES, **MARKS, "quote": members(QUOTES), "bracket": members("".join(BRACKETS))}
BYTE_PARTS = frozenset(
    {*(f"{name}_share" for name in SHARES), "quote_count", "bracket_count", "has_open_quote", "has_open_bracket"}
)  # fmt: skip
NUMBERS = {
    "length": "characters",
    "decoding_rounds": "rounds of encoding that were undone, 0 to 3",
    "encoded_share": "share of the characters that decoding took away, 0 to 1",
    "percent_share": "share of percent signs before decoding, 0 to 1",
    "parameter_count": "parameters (name=value)",
    "longest_value": "characters of the longest parameter's value",
    "entropy": "bits a byte, 0 to 8",
    **{f"{name}_share": f"share of {name.replace('_', '-')} bytes, 0 to 1" for name in SHARES},
    "longest_special_run": "most punctuation marks in a row",
    "longest_digit_run": "most digits in a row",
    "longest_token": "most letters and digits in a row",
    "quote_count": "quotation marks of any kind",
    "bracket_count": "brackets of any kind",
    "has_open_quote": "whether a kind of quotation mark comes an odd number of times, 0 or 1",
    "has_open_bracket": "whether a kind of bracket opens more or less often than it closes, 0 or 1",
    **{f"{name}_count": f"tokens of {what}" for name, what in CLASSES.items()},
    "keyword_density": "tokens of attacks per character",
    "has_tautology": "whether a condition is always true (or 1=1), 0 or 1",
}


@encoders.add("http_payload")
class HTTPPayloadEncoder(PartsEncoder):
    """Parts of a request's payload: a value, a query, a body, or the request line."""

    name = "http_payload"
    version = 4
    kinds = frozenset({ColumnKind.HTTP_PAYLOAD})
    numbers: ClassVar[Mapping[str, str]] = NUMBERS
    words: ClassVar[Mapping[str, str]] = {"method": "method of the request line, in capitals"}

    @classmethod
    def compute(cls, text: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
        """Return the wanted parts of each payload."""
        decoded = decode(text)
        table = pl.DataFrame([text.alias("text"), decoded.text.alias("clear")])
        table = table.with_columns(lower=pl.col("clear").str.to_lowercase())
        parts = _signs().of(table, wanted)
        parts |= {p: pl.Series(p, v) for p, v in _measures(text, decoded.text, wanted).items()}
        if "has_tautology" in wanted:
            parts["has_tautology"] = has_tautology(table["lower"])
        parts["decoding_rounds"] = pl.Series(decoded.rounds)
        return pl.DataFrame({part: parts[part] for part in wanted})

    @classmethod
    def of_few(cls, cells: list[str], wanted: Collection[str]) -> dict[str, Few]:
        """Return the same of a few payloads."""
        clear, rounds = decode_few([*cells])
        table: dict[str, list[Any]] = {"text": cells, "clear": clear, "lower": lowercase(clear)}
        parts: dict[str, Few] = {**_signs().of(table, wanted), "decoding_rounds": rounds}
        parts |= _measures(table["text"], clear, wanted)
        if "has_tautology" in wanted:
            parts["has_tautology"] = tautology_in_few(table["lower"])
        return parts


@cache
def _signs() -> Signs:
    text, clear = pl.col("text").str, pl.col("clear").str
    length = text.len_chars()
    tokens = pl.sum_horizontal(f"{name}_count" for name in CLASSES if name != "comment")
    counts = {f"{name}_count": Sought("lower", pattern(name)) for name in CLASSES}
    counts["parameter_count"] = Sought("text", PARAMETER)
    others = {
        "length": length,
        "encoded_share": pl.when(length > 0).then(1 - clear.len_chars() / length).otherwise(0.0),
        "percent_share": text.count_matches("%", literal=True) / length.clip(1),
        "keyword_density": tokens / clear.len_chars().clip(1),
    }
    return Signs(counts=counts, words={"method": Sought("text", METHOD)}, others=others)


def _measures(
    text: Column, clear: Column, wanted: Collection[str]
) -> dict[str, NDArray[np.generic]]:
    cells = CellBytes.of(clear)
    found: dict[str, NDArray[np.generic]] = {}
    if BYTE_PARTS & set(wanted):
        counts = class_counts(cells, COUNTED)
        found |= _from_counts(counts, cells.sizes)
    if "entropy" in wanted:
        found["entropy"] = spread(cells)[0]
    for name, kind in LONGEST.items():
        if name in wanted:
            found[name] = runs(cells, kind)[1]
    if "longest_value" in wanted:
        found["longest_value"] = longest_value(text)
    return {name: values for name, values in found.items() if name in wanted}


LONGEST: Mapping[str, Members] = {
    "longest_special_run": SPECIAL,
    "longest_digit_run": DIGITS,
    "longest_token": LETTERS | DIGITS,
}


def _from_counts(
    counts: Mapping[str, NDArray[np.float32]], sizes: NDArray[np.int64]
) -> dict[str, NDArray[np.generic]]:
    of_bytes = np.maximum(sizes, 1)
    return {
        **{f"{name}_share": counts[name] / of_bytes for name in SHARES},
        "quote_count": counts["quote"],
        "bracket_count": counts["bracket"],
        "has_open_quote": reduce(np.logical_or, (counts[q] % 2 for q in QUOTES)),
        "has_open_bracket": reduce(np.logical_or, (counts[a] != counts[b] for a, b in PAIRS)),
    }
