"""A table whose columns have types already, brought to the few types that the engine knows.

These are Boolean, integers, floats, String and Datetime in microseconds: in UTC where the time names a zone,
naive where it does not. Nested columns become columns with dotted names; lists become JSON text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from phantom_ml.data.columns.names import clean_names, is_pattern
from phantom_ml.data.columns.text_types import TextType, datetime_expr, iso_formats_of
from phantom_ml.wording import counted

LOOK_ROWS = 1000
PLAIN = (pl.Boolean(), pl.Int64(), pl.Int32(), pl.Float64(), pl.Float32(), pl.String())
TIMES = (pl.Datetime("us"), pl.Datetime("us", "UTC"))


@dataclass(frozen=True)
class Column:
    """A column to come: its dotted name, what it is made of, and the type of that."""

    name: str
    expr: pl.Expr
    dtype: pl.DataType


def flat_columns(schema: Mapping[str, pl.DataType]) -> list[Column]:
    """Return the columns of a table with structs taken apart, in order."""
    # By place: a name may be a pattern.
    places = enumerate(schema.items())
    return [c for i, (name, dtype) in places for c in _fields(name, pl.nth(i), dtype)]


def _fields(name: str, expr: pl.Expr, dtype: pl.DataType) -> Iterator[Column]:
    if isinstance(dtype, pl.Struct):
        for field in dtype.fields:
            inside = expr.struct.field(field.name)
            yield from _fields(f"{name}.{field.name}", inside, pl.Schema({"": field.dtype})[""])
    else:
        yield Column(name, expr, dtype)


def plain_expr(column: Column) -> pl.Expr:
    """Return a column as one of the engine's types."""
    expr, dtype = column.expr, column.dtype
    if isinstance(dtype, pl.List | pl.Array):
        return _as_json(expr.arr.to_list() if isinstance(dtype, pl.Array) else expr)
    if isinstance(dtype, pl.Datetime):
        return (expr.dt.convert_time_zone("UTC") if dtype.time_zone else expr).dt.cast_time_unit(
            "us"
        )
    if isinstance(dtype, pl.Duration):
        return expr.dt.total_microseconds() / 1e6
    if isinstance(dtype, pl.Binary):
        return expr.bin.encode("hex")
    target = _plain_dtype(dtype)
    return expr if target == dtype else expr.cast(target)


def is_plain(schema: Mapping[str, pl.DataType]) -> bool:
    """Return whether all columns have plain names, and types that the engine knows."""
    plain = all(dtype in PLAIN or dtype in TIMES for dtype in schema.values())
    return plain and all(name.strip() and not is_pattern(name) for name in schema)


def plain_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return structs as dotted columns, and every column of a type that the engine knows.

    Examples
    --------
    >>> from datetime import timedelta
    >>> plain_table(pl.DataFrame({"took": [timedelta(seconds=90)]}))["took"].to_list()
    [90.0]
    """
    if is_plain(frame.schema):
        return frame
    columns = flat_columns(frame.schema)
    names, _ = clean_names([c.name for c in columns])
    return frame.select(plain_expr(c).alias(n) for c, n in zip(columns, names, strict=True))


def _plain_dtype(dtype: pl.DataType) -> pl.DataType:
    if isinstance(dtype, pl.Date):
        return pl.Datetime("us")
    if isinstance(dtype, pl.Decimal | pl.Int128):
        return pl.Float64()
    if dtype.is_numeric() or isinstance(dtype, pl.Boolean | pl.String):
        return dtype
    return pl.String()


def _as_json(values: pl.Expr) -> pl.Expr:
    # The encoder takes structs only: {"v":[1,2]} is undressed again.
    dressed = pl.struct(values.alias("v")).struct.json_encode()
    return pl.when(values.is_not_null()).then(dressed.str.slice(5).str.strip_suffix("}"))


def iso_columns(frame: pl.LazyFrame) -> dict[str, TextType]:
    """Return the text columns all of whose values are ISO 8601 times: clock times, or moments."""
    text = [name for name, dtype in frame.collect_schema().items() if dtype == pl.String]
    if not text:
        return {}
    head = frame.select(text).head(LOOK_ROWS).collect()
    likely = [name for name in text if _looks_iso(head[name])]
    if not likely:
        return {}
    lost = frame.select(
        (datetime_expr(name, kind).is_null() & pl.col(name).is_not_null())
        .any()
        .alias(f"{kind.value}:{name}")
        for name in likely
        for kind in (TextType.DATETIME, TextType.MOMENT)
    )
    failed = lost.collect(engine="streaming").row(0, named=True)
    fits = {
        name: [kind for kind in TextType if not failed.get(f"{kind.value}:{name}", True)]
        for name in likely
    }
    return {name: kinds[0] for name, kinds in fits.items() if kinds}


def _looks_iso(values: pl.Series) -> bool:
    first = values.drop_nulls().head(1)
    return bool(len(first)) and bool(iso_formats_of(first))


def finite_only(frame: pl.DataFrame) -> tuple[pl.DataFrame, Counter[str]]:
    """Return a frame whose floats are finite or null, and how many were infinite by column."""
    floats = [name for name, dtype in frame.schema.items() if dtype.is_float()]
    if not floats:
        return frame, Counter()
    odd = frame.select((~pl.col(floats).is_finite()).any()).row(0)
    touched = [name for name, found in zip(floats, odd, strict=True) if found]
    if not touched:
        return frame, Counter()
    infinite = frame.select(pl.col(touched).is_infinite().sum()).row(0)
    counts = Counter({n: c for n, c in zip(touched, infinite, strict=True) if c})
    return frame.with_columns(finite_expr(name) for name in touched), counts


def finite_expr(name: str) -> pl.Expr:
    """Return a float column with null in place of NaN and infinity."""
    return pl.when(pl.col(name).is_finite()).then(pl.col(name))


def told_infinite(counts: Mapping[str, int]) -> list[str]:
    """Return a warning for each column that had infinite values."""
    return [
        f"Column {name[:60]!r} had {counted(count, 'infinite value')}; "
        f"{'it is' if count == 1 else 'they are'} missing now."
        for name, count in counts.items()
    ]


def told_without_zone(examples: Mapping[str, str]) -> list[str]:
    """Return a warning for each column whose times name a zone, but for some; one of these, by column."""
    return [
        f"Column {name[:60]!r} has times with a zone and others without, {example[:60]!r} for one: those without "
        "are taken for UTC."
        for name, example in examples.items()
    ]


def without_zone(name: str) -> pl.Expr:
    """Return the first that names no zone of a column of ISO 8601 times in text; null where each names one."""
    # A day has ten characters: what is a minus further on begins a zone.
    zoned = pl.col(name).str.slice(10).str.contains(r"[Zz]$|[+-]\d\d:?\d*$")
    return pl.col(name).filter(~zoned).first()


def tidied(frame: pl.LazyFrame, *, keep_infinite: bool = False) -> tuple[pl.LazyFrame, list[str]]:
    """Return a table of the engine's types, and what a person should know about the change.

    Columns that have one of these types already are passed on as they are, without a copy. Infinite
    numbers are missing, or stay as they are where ``keep_infinite`` says so.
    """
    columns = flat_columns(frame.collect_schema())
    names, warnings = clean_names([column.name for column in columns])
    plain = frame.select(plain_expr(c).alias(n) for c, n in zip(columns, names, strict=True))
    schema = plain.collect_schema()
    times = iso_columns(plain)
    changes = [datetime_expr(name, kind) for name, kind in times.items()]
    warnings += told_without_zone(_without_zone(plain, times))
    floats = [name for name, dtype in schema.items() if dtype.is_float()]
    if keep_infinite:
        changes += [pl.col(floats).fill_nan(None)] if floats else []
    elif floats:
        odd, counts = _not_finite(plain, floats)
        changes += [finite_expr(name) for name in odd]
        warnings += told_infinite(counts)
    return (plain.with_columns(changes) if changes else plain), warnings


def _without_zone(frame: pl.LazyFrame, times: Mapping[str, TextType]) -> dict[str, str]:
    """Return for each column of moments one that names no zone, where there is any."""
    moments = [name for name, kind in times.items() if kind is TextType.MOMENT]
    if not moments:
        return {}
    found = frame.select(without_zone(name) for name in moments).collect(engine="streaming")
    return {name: value for name, value in found.row(0, named=True).items() if value is not None}


def _not_finite(frame: pl.LazyFrame, floats: list[str]) -> tuple[list[str], dict[str, int]]:
    found = frame.select(
        (~pl.col(floats).is_finite()).any().name.prefix("odd:"),
        pl.col(floats).is_infinite().sum().name.prefix("infinite:"),
    ).collect(engine="streaming")
    odd = [name for name in floats if found[f"odd:{name}"][0]]
    counts = {name: int(found[f"infinite:{name}"][0]) for name in odd}
    return odd, {name: count for name, count in counts.items() if count}
