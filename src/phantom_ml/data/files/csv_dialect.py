"""The dialect of delimited text, found by looking at its first lines."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phantom_ml.data.files.source import ReadOptions

if TYPE_CHECKING:
    from _csv import Reader

#: In this order where several fit equally: a comma is also found inside values and decimals.
DELIMITERS = ("\t", ";", "|", ",")
#: Stands for "none": a character that text has not (U+001F, the unit separator).
LINES = "\x1f"
#: Below this share of records as wide as the first, text is no table but lines.
MIN_FIT = 0.9
#: Sampled records; more would tell little more.
MAX_RECORDS = 500
NUMBER = re.compile(r"\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s*")
COMMA_NUMBER = re.compile(r"\s*[+-]?\d+,\d+\s*")
POINT_NUMBER = re.compile(r"\s*[+-]?\d*\.\d+\s*")
TIME = re.compile(r"\s*(\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?|\d\d?[/.]\d\d?[/.]\d{2,4}( .*)?)\s*")
SINGLE_QUOTED = re.compile(r"(?:^|[,;\t|])'[^'\n]*'(?=[,;\t|\r\n]|$)", re.MULTILINE)
LINE_IN_QUOTES = re.compile(r'^".*"\r?$', re.MULTILINE)
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Dialect:
    """How a delimited text is to be read.

    Attributes
    ----------
    delimiter : str
        One character.
    quote : str
        One character, or empty where quotes are plain characters.
    decimal : str
        ``.`` or ``,``.
    names : tuple of str
        The header's names as they are; empty where there is no header.
    n_columns : int
    skip_lines : int
        Lines before the first record: comments, and the header.
    comments : bool
        Whether lines that begin with ``#`` may follow, as in a Zeek log.
    padded : bool
        Whether a space follows each delimiter and is no part of the value.
    """

    delimiter: str
    quote: str
    decimal: str
    names: tuple[str, ...]
    n_columns: int
    skip_lines: int = 0
    comments: bool = False
    padded: bool = False


@dataclass(frozen=True)
class Sample:
    """The first records of a text, and how many physical lines the first of them ends after."""

    rows: list[list[str]]
    first_lines: int


def sniff(
    sample: str, options: ReadOptions, *, whole: bool = True, a_table: bool = False
) -> Dialect:
    r"""Return the dialect of a text; whatever ``options`` gives is taken as given.

    Parameters
    ----------
    sample : str
        The text from its beginning.
    options : ReadOptions
    whole : bool
        Whether the sample is all of it; else its last record may be cut and is not looked at.
    a_table : bool
        Whether the name says that it is delimited; text that fits badly is else read as lines.

    Examples
    --------
    >>> dialect = sniff("a;b\n1,5;x\n2,5;y\n", ReadOptions())
    >>> dialect.delimiter, dialect.decimal, dialect.names
    (';', ',', ('a', 'b'))
    """
    sample = sample if whole else _whole_lines(sample)
    comments, body = _split_comments(sample)
    zeek = next((c for c in comments if c.startswith("#fields\t")), None)
    if zeek is not None:
        return _zeek_dialect(zeek, len(comments))
    quote = _quote(body) if options.quote is None else options.quote
    delimiter = options.delimiter or _delimiter(body, quote, a_table)
    if delimiter == LINES and options.quote is None and not LINE_IN_QUOTES.search(body):
        quote = ""
    looked = take_records(body, delimiter, quote)
    if comments and not _are_comments(comments, looked.rows, delimiter):
        comments, looked = [], take_records(sample, delimiter, quote)
    rows = looked.rows
    header = has_header(rows) if options.has_header is None else options.has_header
    data = rows[1:] if header else rows
    return Dialect(
        delimiter=delimiter,
        quote=quote,
        decimal=options.decimal or _decimal(data, delimiter),
        names=tuple(rows[0]) if header and rows else (),
        n_columns=len(rows[0]) if rows else 0,
        skip_lines=len(comments) + (looked.first_lines if header else 0),
        padded=_padded(data),
    )


def _zeek_dialect(fields: str, n_lines: int) -> Dialect:
    names = tuple(fields.rstrip("\r\n").split("\t")[1:])
    # Zeek escapes what it must and quotes nothing, so a quote is a plain character.
    return Dialect("\t", "", ".", names, len(names), n_lines, comments=True)


def take_records(text: str, delimiter: str, quote: str) -> Sample:
    """Return the first records of a text, blank lines left out."""
    rows: list[list[str]] = []
    first_lines = 0
    reader = csv_reader(io.StringIO(text, newline=""), delimiter, quote)
    for row in reader:
        if row:
            first_lines = first_lines or reader.line_num
            rows.append(row)
        if len(rows) >= MAX_RECORDS:
            break
    return Sample(rows, first_lines)


def csv_reader(lines: Iterable[str], delimiter: str, quote: str) -> Reader:
    """Return the standard library's reader; it understands quotes as the fast one does."""
    csv.field_size_limit(1 << 30)
    if not quote:
        return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    return csv.reader(lines, delimiter=delimiter, quotechar=quote)


def has_header(rows: Rows) -> bool:
    """Return whether the first record names the columns.

    Each column votes: a word over numbers is a name; a number, or a value that comes again below,
    is not. Text alone, with nothing that comes again, has a header.

    Examples
    --------
    >>> has_header([["0", "tcp"], ["1", "udp"], ["2", "tcp"]])
    False
    >>> has_header([["duration", "protocol"], ["0", "tcp"]])
    True
    """
    if not rows:
        return False
    first, body = rows[0], rows[1:]
    if len(first) == 1 and len(first[0].split()) > 3:
        return False
    votes = [
        _vote(cell.strip(), [r[j] for r in body if j < len(r)]) for j, cell in enumerate(first)
    ]
    return (
        sum(votes) > 0 or (sum(votes) == 0 and -1 not in votes) or votes.count(-1) < votes.count(1)
    )


def _vote(cell: str, below: list[str]) -> int:
    values = [v for v in below if v.strip()]
    if not cell:
        return 0
    if _typed(cell):
        return -1
    if not values:
        return 0
    if sum(map(_typed, values)) >= 0.8 * len(values):
        return 1
    return -1 if cell in values else 0


def _typed(cell: str) -> bool:
    return bool(NUMBER.fullmatch(cell) or TIME.fullmatch(cell))


def _whole_lines(sample: str) -> str:
    end = max(sample.rfind("\n"), sample.rfind("\r"))
    return sample[: end + 1] if end >= 0 else sample


def _split_comments(sample: str) -> tuple[list[str], str]:
    comments, start = [], 0
    while sample.startswith("#", start):
        end = sample.find("\n", start) + 1 or len(sample)
        comments.append(sample[start:end])
        start = end
    return comments, sample[start:]


def _are_comments(comments: list[str], rows: Rows, delimiter: str) -> bool:
    """Return False where the only line with a hash is as wide as the records: it is the header."""
    widths = Counter(map(len, rows))
    return not (len(comments) == 1 and rows and comments[0].count(delimiter) + 1 in widths)


def _quote(text: str) -> str:
    return "'" if '"' not in text and len(SINGLE_QUOTED.findall(text)) > 1 else '"'


def _delimiter(text: str, quote: str, a_table: bool) -> str:
    """Return the delimiter under which most records are as wide as the first one.

    A tab, semicolon or bar that fits nearly as well as the best wins over a comma, for commas are
    found in values and numbers too. Spaces count only where nothing else does and every line fits;
    where nothing does, each line is one value.
    """
    fits = {d: _fit(text, d, quote) for d in DELIMITERS}
    best = max(fits.values())
    if best >= MIN_FIT or (best > 0 and a_table):
        return next(d for d in DELIMITERS if fits[d] >= 0.9 * best)
    # A quote that prose leaves open would make one record of all that follows.
    several = text.count("\n") > 1 and len(take_records(text, " ", quote).rows) > 1
    return " " if several and _fit(text, " ", quote) == 1.0 else LINES


def _fit(text: str, delimiter: str, quote: str) -> float:
    """Return the share of records as wide as the first, 0 where that is one column only."""
    widths = [len(row) for row in take_records(text, delimiter, quote).rows]
    if not widths or widths[0] < 2:
        common = Counter(widths).most_common(1)
        # A title above the table: the others may still agree.
        return 0.5 * common[0][1] / len(widths) if common and common[0][0] > 2 else 0.0
    return sum(w == widths[0] for w in widths) / len(widths)


def _decimal(rows: Rows, delimiter: str) -> str:
    if delimiter == ",":
        return "."
    cells = [cell for row in rows for cell in row]
    commas = sum(bool(COMMA_NUMBER.fullmatch(c)) for c in cells)
    return "," if commas > sum(bool(POINT_NUMBER.fullmatch(c)) for c in cells) else "."


def _padded(rows: Rows) -> bool:
    cells = [cell for row in rows for cell in row[1:] if cell]
    return bool(cells) and sum(cell[0] == " " for cell in cells) > 0.9 * len(cells)
