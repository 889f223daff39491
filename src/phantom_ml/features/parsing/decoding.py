"""What is hidden behind percent, HTML and plus encoding, undone round by round in whole columns.

Attackers encode twice or thrice so that a filter sees nothing. Sources: RFC 3986 (percent), the WHATWG
HTML Standard (entities), the ``escape`` of ECMAScript's annex B (%uXXXX), OWASP on double encoding, and
Unicode technical report 36 on over-long UTF-8 (%c0%af is a slash).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from phantom_ml.features.cells.bytes import CellBytes
from phantom_ml.features.cells.patterns import rows_with
from phantom_ml.features.cells.strings import LONGEST, has

#: Rounds of encoding that are undone.
MAX_ROUNDS = 3
#: Entities that attacks need, by name.
NAMED = {
    "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&nbsp;": " ", "&sol;": "/", "&bsol;": "\\",
    "&colon;": ":", "&semi;": ";", "&lpar;": "(", "&rpar;": ")", "&lsqb;": "[", "&rsqb;": "]",
    "&lcub;": "{", "&rcub;": "}", "&equals;": "=", "&num;": "#", "&dollar;": "$", "&percnt;": "%",
    "&excl;": "!", "&quest;": "?", "&comma;": ",", "&period;": ".", "&plus;": "+", "&ast;": "*",
    "&grave;": "`", "&vert;": "|", "&lowbar;": "_", "&commat;": "@", "&tab;": "\t", "&newline;": "\n",
    "&amp;": "&",
}  # fmt: skip
#: Numbers of ASCII characters, decimal and hexadecimal, as they are after leading zeros are gone.
NUMBERED = {form: chr(code) for code in range(1, 127) for form in (f"&#{code};", f"&#x{code:x};")}
#: Over-long UTF-8 of the characters that lead up and down folders.
OVERLONG = {"%c0%af": "/", "%c0%ae": ".", "%c1%9c": "\\", "%e0%80%af": "/", "%e0%80%ae": "."}
OVERLONG_BEGINS = "%[cCeE]"
UNICODE = "%[uU]"
#: An escaped character of ASCII; and what is undone with other escapes in view.
ESCAPE = re.compile("%([0-7][0-9a-fA-F])")
HARD = f"{OVERLONG_BEGINS}|{UNICODE}|%[89a-fA-F][0-9a-fA-F]"
#: What any entity begins with.
ENTITY = "&(?:#|[a-zA-Z]+;)"
#: Value of each hexadecimal digit; -1 for other bytes.
HEX_VALUE = np.full(256, -1, np.int64)
for _digits in (b"0123456789abcdef", b"0123456789ABCDEF"):
    HEX_VALUE[list(_digits)] = range(16)
#: First bytes of UTF-8 from and to, the second byte from and to, and the bytes in all (RFC 3629).
SEQUENCES = (
    (0xC2, 0xDF, 0x80, 0xBF, 2), (0xE0, 0xE0, 0xA0, 0xBF, 3), (0xE1, 0xEC, 0x80, 0xBF, 3),
    (0xED, 0xED, 0x80, 0x9F, 3), (0xEE, 0xEF, 0x80, 0xBF, 3), (0xF0, 0xF0, 0x90, 0xBF, 4),
    (0xF1, 0xF3, 0x80, 0xBF, 4), (0xF4, 0xF4, 0x80, 0x8F, 4),
)  # fmt: skip
#: From a full-width form (U+FF01 to U+FF5E) to its ASCII character.
FULL_WIDTH = 0xFEE0


class Decoded(NamedTuple):
    """Text in clear, and how many rounds it took."""

    text: pl.Series
    rounds: NDArray[np.int64]


def decode(text: pl.Series) -> Decoded:
    """Return strings decoded until nothing changes, three rounds at most.

    Plus signs become spaces first; that alone is no round.

    Examples
    --------
    >>> found = decode(pl.Series(["a", "%2527+or+1", "%u003cb&#x3E;"]))
    >>> found.text.to_list(), found.rounds.tolist()
    (['a', "' or 1", '<b>'], [0, 2, 1])
    """
    clear = text.str.replace_all("+", " ", literal=True)
    rounds = np.zeros(len(text), np.int64)
    rows = np.arange(len(text))
    for _ in range(MAX_ROUNDS):
        rows = rows[rows_with("[%&]", clear[rows])]
        if not len(rows):
            break
        before = clear.gather(rows)
        after = _round(before)
        changed = (after != before).to_numpy()
        rows = rows[changed]
        rounds[rows] += 1
        clear = clear.scatter(rows, after.filter(pl.Series(changed, dtype=pl.Boolean)))
    return Decoded(clear, rounds)


def decode_few(text: list[str | None]) -> tuple[list[str | None], NDArray[np.int64]]:
    """Return the same of a few strings."""
    clear = [cell and cell.replace("+", " ") for cell in text]
    rounds = np.zeros(len(text), np.int64)
    rows = [*range(len(text))]
    for _ in range(MAX_ROUNDS):
        rows = [
            row for row, hit in zip(rows, has("[%&]", [clear[r] for r in rows]), strict=True) if hit
        ]
        if not rows:
            break
        after = _round_of_few([clear[row] or "" for row in rows])
        changed = {row: cell for row, cell in zip(rows, after, strict=True) if cell != clear[row]}
        for row, cell in changed.items():
            clear[row] = cell
            rounds[row] += 1
        rows = [*changed]
    return clear, rounds


def percent_decoded(text: pl.Series) -> pl.Series:
    """Return strings with %XX undone; bytes that are no UTF-8 stay escaped.

    Examples
    --------
    >>> percent_decoded(pl.Series(["%C3%A9t%c3%a9", "100%", "%ff%41"])).to_list()
    ['été', '100%', '%ffA']
    """
    if not len(rows_with("%", text)):
        return text
    cells = CellBytes.of(text)
    starts, values = _escapes(cells, b"%", 2)
    sound = _is_sound(np.searchsorted(cells.offsets, starts, side="right"), starts, values)
    return _replaced(cells, starts[sound], values[sound], 3)


def _is_sound(
    cell: NDArray[np.int64], starts: NDArray[np.int64], values: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which escaped bytes are ASCII or part of a whole UTF-8 sequence of escaped bytes."""
    sound, n = values < 128, len(values)
    if sound.all():
        return sound
    for first, last, low, high, size in SEQUENCES:
        lead = np.flatnonzero((values >= first) & (values <= last))
        lead = lead[lead + size <= n]
        for i in range(1, size):
            bounds = (low, high) if i == 1 else (0x80, 0xBF)
            follows = (starts[lead + i] == starts[lead] + 3 * i) & (cell[lead + i] == cell[lead])
            follows &= (values[lead + i] >= bounds[0]) & (values[lead + i] <= bounds[1])
            lead = lead[follows]
        for i in range(size):
            sound[lead + i] = True
    return sound


def _round(text: pl.Series) -> pl.Series:
    if len(rows_with(OVERLONG_BEGINS, text)):
        text = text.str.replace_many(OVERLONG, ascii_case_insensitive=True)
    return _entities(percent_decoded(_unicode_decoded(text)))


def _round_of_few(cells: list[str]) -> list[str]:
    """Return the same of a few strings; most hide nothing but ASCII, behind percent signs."""
    if any(has(HARD, cells)) or max(map(len, cells)) > LONGEST:
        return _round(pl.Series(cells, dtype=pl.String)).to_list()
    plain = [ESCAPE.sub(lambda found: chr(int(found[1], 16)), cell) for cell in cells]
    if any(has(ENTITY, plain)):
        return _entities(pl.Series(plain, dtype=pl.String)).to_list()
    return plain


def _unicode_decoded(text: pl.Series) -> pl.Series:
    """Return strings with %uXXXX undone; full-width letters become plain, other characters ``?``."""
    if not len(rows_with(UNICODE, text)):
        return text
    cells = CellBytes.of(text)
    parts = [_escapes(cells, mark, 4) for mark in (b"%u", b"%U")]
    starts, values = (np.concatenate(p) for p in zip(*parts, strict=True))
    values = np.where(
        (values > FULL_WIDTH + 32) & (values < FULL_WIDTH + 127), values - FULL_WIDTH, values
    )
    return _replaced(cells, starts, np.where(values < 128, values, ord("?")), 6)


def _entities(text: pl.Series) -> pl.Series:
    if not len(rows_with(ENTITY, text)):
        return text
    named = pl.col("t").str.replace_many(NAMED, ascii_case_insensitive=True)
    # Zeros in front and a missing semicolon change nothing for a browser.
    number = named.str.replace_all("&#0*([0-9]+);?", "&#$1;")
    number = number.str.replace_all("(?i)&#x0*([0-9a-f]+);?", "&#x$1;")
    number = number.str.replace_many(NUMBERED, ascii_case_insensitive=True)
    number = number.str.replace_all("(?i)&#(?:[0-9]+|x[0-9a-f]+);", "?")  # beyond ASCII
    has_number = pl.col("t").str.contains("&#|&amp;#", literal=False)
    undone = pl.when(has_number).then(number).otherwise(named)
    return text.alias("t").to_frame().select(undone).to_series()


def _escapes(
    cells: CellBytes, mark: bytes, digits: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where ``mark`` is followed by that many hexadecimal digits, and their value."""
    starts = np.flatnonzero(cells.data == mark[0]).astype(np.int64)
    ends = cells.offsets[np.searchsorted(cells.offsets, starts, side="right")]
    starts = starts[starts + len(mark) + digits <= ends]
    for i in range(1, len(mark)):
        starts = starts[cells.data[starts + i] == mark[i]]
    values = np.zeros(len(starts), np.int64)
    known = np.ones(len(starts), np.bool_)
    for i in range(digits):
        digit = HEX_VALUE[cells.data[starts + len(mark) + i]]
        known &= digit >= 0
        values = values * 16 + digit
    return starts[known], values[known]


def _replaced(
    cells: CellBytes, starts: NDArray[np.int64], values: NDArray[np.int64], width: int
) -> pl.Series:
    """Return the cells with ``width`` bytes at each start replaced by one."""
    data, kept = cells.data.copy(), np.ones(len(cells.data), np.bool_)
    data[starts] = values
    for i in range(1, width):
        kept[starts + i] = False
    cell = np.searchsorted(cells.offsets, starts, side="right") - 1
    removed = np.bincount(cell, minlength=len(cells.sizes)) * (width - 1)
    offsets = np.concatenate([[0], np.cumsum(cells.sizes - removed)]).astype(np.int64)
    if cells.few is not None:
        raw, borders = data[kept].tobytes(), pairwise(offsets.tolist())
        return pl.Series([raw[a:b].decode() for a, b in borders], dtype=pl.String)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data[kept])]
    array = pa.Array.from_buffers(pa.large_binary(), len(cells.sizes), buffers)
    return pl.Series(array.cast(pa.large_string()))
