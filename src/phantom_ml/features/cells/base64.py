"""Base64 in the middle of strings: the token of each cell that looks like it, and what it decodes to.

RFC 4648, section 4. Only the token is decoded, only its beginning, and nothing that comes out is run or
kept: all that is told is how much of it could be read. PowerShell's encoded commands are UTF-16LE.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.cells.bytes import BASE64, HEX, LOWER, UPPER, CellBytes, members, pieces

#: Characters that a token has at least; and how many of them are decoded at most.
MIN_CHARACTERS, MAX_CHARACTERS = 40, 8192
_ALPHABET = r"[A-Za-z0-9+/]+={0,2}"
#: One slash in so many characters at most: paths have more, base64 one in 64.
_CHARACTERS_A_SLASH = 10
_SLASH, _NO_LETTER = members("/"), members("0123456789+/=")
_READABLE = np.array([32 <= b < 127 or b in b"\t\n\r" for b in range(256)])
_SIX_BITS = np.zeros(256, np.uint8)
_SIX_BITS[
    np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", np.uint8)
] = np.arange(64, dtype=np.uint8)


def base64_tokens(text: pl.Series) -> pl.Series:
    """Return the longest token of each string that looks like base64; null where none does.

    It has MIN_CHARACTERS at least, capitals, small letters and a digit or sign, is not hexadecimal and
    has few slashes.

    Examples
    --------
    >>> base64_tokens(pl.Series(["run SQBuAHYAbwBrAGUALQBXAGUAYgBSAGUAcQB1AGUAcwB0AA== now"])).to_list()
    ['SQBuAHYAbwBrAGUALQBXAGUAYgBSAGUAcQB1AGUAcwB0AA==']
    >>> base64_tokens(pl.Series(["/usr/lib/python3/dist-packages/setuptools/command"])).to_list()
    [None]
    """
    row, begin, size = _runs(CellBytes.of(text))
    out = pl.Series(text.name, [None], pl.String).new_from_index(0, len(text))
    if not len(row):
        return out
    found = pieces(text[row], {"token": (begin, size)}).to_series()
    tokens = found.str.extract(_ALPHABET, 0)
    looks = np.flatnonzero(_looks(tokens))
    longest_last = looks[np.argsort(size[looks], kind="stable")]
    return out.scatter(row[longest_last], tokens.gather(longest_last))


def _runs(cells: CellBytes) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the cell, the beginning in it and the size of each long enough run of base64's bytes."""
    other = ~BASE64[cells.data]
    # Runs lie between bytes that do not belong, and end where their cell does.
    border = np.zeros(len(other) + 1, np.bool_)
    border[cells.offsets] = True
    border[:-1] |= other
    border[1:] |= other
    borders = np.flatnonzero(border)
    begin, size = borders[:-1], np.diff(borders)
    long = size >= MIN_CHARACTERS
    begin, size = begin[long], size[long]
    row = np.searchsorted(cells.offsets, begin, side="right") - 1
    return row, begin - cells.offsets[row], size


def _looks(tokens: pl.Series) -> NDArray[np.bool_]:
    cells = CellBytes.of(tokens)
    sizes = cells.sizes
    mixed = (cells.count(UPPER) > 0) & (cells.count(LOWER) > 0) & (cells.count(_NO_LETTER) > 0)
    few_slashes = cells.count(_SLASH) * _CHARACTERS_A_SLASH <= sizes
    # Four characters are three bytes; a rest of one is none.
    whole = (sizes - cells.count(members("="))) % 4 != 1
    looks: NDArray[np.bool_] = mixed & few_slashes & whole & (cells.count(HEX) < sizes)
    return looks


def decoded(tokens: pl.Series) -> CellBytes:
    """Return the bytes that tokens stand for: whole groups of four characters, MAX_CHARACTERS at most.

    Examples
    --------
    >>> decoded(pl.Series(["SGVsbG8h", None, "SGk="])).data.tobytes()
    b'Hello!'
    """
    plain = tokens.fill_null("").str.strip_chars_end("=").str.slice(0, MAX_CHARACTERS)
    whole = plain.str.head((plain.str.len_bytes() // 4 * 4).cast(pl.Int64))
    cells = CellBytes.of(whole)
    bits = _SIX_BITS[cells.data].reshape(-1, 4).astype(np.uint32)
    word = bits[:, 0] << 18 | bits[:, 1] << 12 | bits[:, 2] << 6 | bits[:, 3]
    data = np.stack([word >> 16, word >> 8 & 255, word & 255], axis=1).astype(np.uint8).ravel()
    return CellBytes(data, cells.offsets // 4 * 3)


def readable_shares(tokens: pl.Series) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return which share of what tokens decode to is readable: as UTF-16LE, and as ASCII.

    Readable are the printable characters of ASCII and its blanks, in both codes. Chinese text in UTF-16
    is not: any two bytes of ASCII would be such a character.

    Examples
    --------
    >>> readable_shares(pl.Series(["aQBkAA==", "aGVsbG8h"]))[0].tolist()
    [1.0, 0.0]
    """
    cells = decoded(tokens)
    begin, sizes = cells.offsets[:-1], cells.sizes
    readable = _READABLE[cells.data]
    pair = np.zeros(len(readable), np.bool_)
    pair[:-1] = readable[:-1] & (cells.data[1:] == 0)
    pair[cells.offsets[1:][sizes > 0] - 1] = False  # the next byte is another cell's
    # A character of UTF-16 begins at an even distance from the beginning of its cell.
    odd = (np.arange(len(pair)) - np.repeat(begin, sizes)) % 2
    wide = _sums(pair & (odd == 0), cells.offsets) / np.maximum(sizes // 2, 1)
    narrow = _sums(readable, cells.offsets) / np.maximum(sizes, 1)
    return wide.astype(np.float32), narrow.astype(np.float32)


def _sums(yes: NDArray[np.bool_], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    total = np.zeros(len(yes) + 1, np.int64)
    np.cumsum(yes, out=total[1:])
    found: NDArray[np.int64] = total[offsets[1:]] - total[offsets[:-1]]
    return found
