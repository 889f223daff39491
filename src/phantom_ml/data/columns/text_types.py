"""The type of a text column: the narrowest that holds every one of its values, none left out."""

from __future__ import annotations

from enum import StrEnum

import polars as pl


class TextType(StrEnum):
    """What the values of a text column have turned out to be so far."""

    EMPTY = "empty"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    FLOAT = "float"
    DATETIME = "datetime"
    MOMENT = "moment"
    TEXT = "text"


DTYPES: dict[TextType, pl.DataType] = {
    TextType.EMPTY: pl.String(),
    TextType.BOOLEAN: pl.Boolean(),
    TextType.INTEGER: pl.Int64(),
    TextType.FLOAT: pl.Float64(),
    TextType.DATETIME: pl.Datetime("us"),
    TextType.MOMENT: pl.Datetime("us", "UTC"),
    TextType.TEXT: pl.String(),
}
#: What a column may become when a value does not fit, in the order of trial; TEXT holds everything.
WIDER = {
    TextType.EMPTY: (
        TextType.INTEGER,
        TextType.FLOAT,
        TextType.BOOLEAN,
        TextType.DATETIME,
        TextType.MOMENT,
    ),
    TextType.INTEGER: (TextType.INTEGER, TextType.FLOAT),
    TextType.FLOAT: (TextType.FLOAT,),
    TextType.BOOLEAN: (TextType.BOOLEAN,),
    TextType.DATETIME: (TextType.DATETIME, TextType.MOMENT),
    TextType.MOMENT: (TextType.MOMENT,),
    TextType.TEXT: (),
}
#: What a clock showed, and moments: times that name their zone, or stand among such.
TIMES = frozenset({TextType.DATETIME, TextType.MOMENT})
#: ISO 8601 (RFC 3339 among it), with a space too; those with a zone end in ``%#z``.
ISO_FORMATS = (
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M%#z",
)
ZONE = "%#z"
HEAD = 100
#: Between these lie the texts that begin with a zero and a digit (the colon follows the nine).
ZERO_ON = (pl.lit("00"), pl.lit("0:"))
MINUS_ZERO_ON = (pl.lit("-00"), pl.lit("-0:"))


def parsed_expr(
    name: str, kind: TextType, decimal: str = ".", head: pl.Series | None = None
) -> pl.Expr:
    """Return a column of text as ``kind``; null where a value does not fit.

    Parameters
    ----------
    name : str
    kind : TextType
    decimal : str
        ``.`` or ``,``.
    head : Series or None
        Some of its values, to try only the datetime formats that they are in.
    """
    text = pl.col(name)
    if kind is TextType.BOOLEAN:
        return text.str.to_lowercase().replace_strict({"true": True, "false": False}, default=None)
    if kind in TIMES:
        return datetime_expr(name, kind, iso_formats_of(head) if head is not None else ())
    if kind is TextType.INTEGER:
        return pl.when(~_leading_zero(text)).then(text.cast(pl.Int64, strict=False))
    if kind is TextType.FLOAT:
        number = text if decimal == "." else _with_point(text)
        return pl.when(~_leading_zero(text)).then(number.cast(pl.Float64, strict=False))
    return text


def datetime_expr(name: str, kind: TextType, formats: tuple[str, ...] = ()) -> pl.Expr:
    """Return a column of ISO 8601 text as Datetime in microseconds; null where it is none of this kind.

    Parameters
    ----------
    name : str
    kind : TextType
        DATETIME: of times without a zone. MOMENT: of all times, in UTC, which those without a zone are
        taken to be told in.
    formats : tuple of str
        Those that it may be in; empty for all.
    """
    with_zone = kind is TextType.MOMENT
    tried = [f for f in formats or ISO_FORMATS if with_zone or not f.endswith(ZONE)]
    times = [_one_format(pl.col(name), form) for form in tried or ISO_FORMATS[1:2]]
    return pl.coalesce([t.dt.replace_time_zone("UTC") for t in times] if with_zone else times)


def _one_format(text: pl.Expr, form: str) -> pl.Expr:
    time = text.str.to_datetime(form, strict=False, time_unit="us")
    return time.dt.replace_time_zone(None) if form.endswith(ZONE) else time


def iso_formats_of(values: pl.Series) -> tuple[str, ...]:
    """Return those of ISO_FORMATS in which any of these texts is."""
    head = values.drop_nulls().head(HEAD)
    name = head.name
    tried = head.to_frame().select(
        _one_format(pl.col(name), form).is_not_null().any().alias(form) for form in ISO_FORMATS
    )
    return tuple(form for form in ISO_FORMATS if tried[form][0])


def _leading_zero(text: pl.Expr) -> pl.Expr:
    # "007" is a code, not the number 7; "0", "0.7" and "0,7" are numbers. Comparisons take a third
    # of the time of a regular expression.
    codes = text.is_between(*ZERO_ON, closed="left")
    return codes | text.is_between(*MINUS_ZERO_ON, closed="left")


def _with_point(text: pl.Expr) -> pl.Expr:
    grouped = text.str.contains(".", literal=True)
    return pl.when(~grouped).then(text.str.replace(",", ".", literal=True))


def guess_types(head: pl.DataFrame, decimal: str) -> dict[str, TextType]:
    """Return for each column of text the first type that holds all values of these rows.

    Examples
    --------
    >>> guess_types(pl.DataFrame({"a": ["1", "2.5", None], "zip": ["01234", None, "99999"]}), ".")
    {'a': <TextType.FLOAT: 'float'>, 'zip': <TextType.TEXT: 'text'>}
    """
    kinds = dict.fromkeys(head.columns, TextType.TEXT)
    empty = {
        n for n, c in zip(head.columns, head.null_count().row(0), strict=True) if c == len(head)
    }
    kinds |= dict.fromkeys(sorted(empty), TextType.EMPTY)
    left = [name for name in head.columns if name not in empty]
    for kind in WIDER[TextType.EMPTY]:
        likely = [n for n in left if kind not in TIMES or _looks_iso(head[n])]
        fitting = _fitting(head.select(likely), kind, decimal)
        kinds |= dict.fromkeys(fitting, kind)
        left = [name for name in left if name not in fitting]
    return kinds


def type_of(values: pl.Series, start: TextType, decimal: str) -> TextType:
    """Return the first type, from ``start`` on, that holds all of these texts.

    Examples
    --------
    >>> type_of(pl.Series("a", ["1", "2.5", None]), TextType.INTEGER, ".")
    <TextType.FLOAT: 'float'>
    """
    frame = values.to_frame()
    for kind in WIDER[start]:
        if _fitting(frame.head(HEAD), kind, decimal) and _fitting(frame, kind, decimal):
            return kind
    return TextType.TEXT


def _fitting(frame: pl.DataFrame, kind: TextType, decimal: str) -> set[str]:
    """Return the columns of text all of whose values are of a type."""
    if not frame.width:
        return set()
    parsed = frame.select(parsed_expr(name, kind, decimal) for name in frame.columns)
    counts = zip(frame.null_count().row(0), parsed.null_count().row(0), strict=True)
    return {n for n, (had, has) in zip(frame.columns, counts, strict=True) if had == has}


def _looks_iso(values: pl.Series) -> bool:
    first = str(values.drop_nulls().head(1).to_list()[0])
    return first[:4].isdigit() and first[4:5] == "-"


def odd_values(frame: pl.DataFrame, decimal: str) -> dict[str, str]:
    """Return, for columns of text that are numbers but for a few, one of those few.

    Examples
    --------
    >>> odd_values(pl.DataFrame({"a": ["1", "2", "3", "x"], "b": ["x", "y", "z", "1"]}), ".")
    {'a': 'x'}
    """
    if not frame.width:
        return {}
    numbers = frame.select(parsed_expr(n, TextType.FLOAT, decimal) for n in frame.columns)
    missing = zip(frame.columns, frame.null_count().row(0), strict=True)
    lost = dict(zip(frame.columns, numbers.null_count().row(0), strict=True))
    odd = {}
    for name, n_missing in missing:
        if 0 < lost[name] - n_missing <= 0.5 * (frame.height - n_missing):
            fails = numbers[name].is_null() & frame[name].is_not_null()
            odd[name] = str(frame[name].filter(fails)[0])
    return odd
