"""Python values, from JSON or from a caller, made into columns.

Numbers that no column holds are refused wherever they stand: as text they would lose their sense unseen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from phantom_ml.errors import SourceUnreadable

#: Objects nested deeper than this stay JSON text.
MAX_DEPTH = 8
JSON_TYPES = frozenset({bool, int, float, str, list, dict})
#: Names of the types of pandas' NA and NaT, by which a missing value is told without importing pandas.
NO_VALUE = frozenset({"NAType", "NaTType"})


def frame_of_rows(rows: Sequence[Mapping[str, Any]]) -> tuple[pl.DataFrame, dict[str, str]]:
    """Return rows as a frame, nested objects as dotted columns, lists as JSON text.

    Returns
    -------
    frame : DataFrame
        Columns in the order of first appearance.
    odd : dict
        Columns that became text because their values are of several types, with an example of one.

    Examples
    --------
    >>> frame_of_rows([{"a": 1, "b": {"c": [1]}}])[0].row(0, named=True)
    {'a': 1, 'b.c': '[1]'}
    """
    flat = [_flat(row) for row in rows]
    names: dict[str, None] = {}
    for row in flat:
        if not row.keys() <= names.keys():
            names.update(dict.fromkeys(row))
    return frame_of_columns({name: [row.get(name) for row in flat] for name in names})


def frame_of_columns(columns: Mapping[str, Sequence[Any]]) -> tuple[pl.DataFrame, dict[str, str]]:
    """Return lists as the columns of a frame, as ``frame_of_rows`` does."""
    series, odd = [], {}
    for name, values in columns.items():
        column, example = series_of(name, values)
        series.append(column)
        if example is not None:
            odd[name] = example
    return pl.DataFrame(series), odd


def series_of(name: str, values: Sequence[Any]) -> tuple[pl.Series, str | None]:
    """Return values as a column; those of several types become text, with an odd one.

    Raises
    ------
    SourceUnreadable
        A value is a complex number, or a float of more than 64 bits.

    Examples
    --------
    >>> series_of("a", [1, "x", None])
    (shape: (3,)
    Series: 'a' [str]
    [
        "1"
        "x"
        null
    ], 'x')
    """
    kinds = set(map(type, values)) - {type(None)}
    if not NO_VALUE.isdisjoint(kind.__name__ for kind in kinds):
        return series_of(name, [None if type(v).__name__ in NO_VALUE else v for v in values])
    if kinds <= {bool}:
        return pl.Series(name, values, pl.Boolean if kinds else pl.Null), None
    if kinds == {str}:
        return _strings(name, values), None
    if kinds <= {int, float}:
        return _numbers(name, values, kinds), None
    if kinds <= JSON_TYPES:
        text = [_text(v, name) for v in values]
        odd = _odd_one(values, text) if len(kinds) > 1 and not kinds <= {list, dict} else None
        return _strings(name, text), odd
    for kind in kinds:
        _refuse_number(name, kind)
    return _series_of_objects(name, values), None


def _refuse_number(name: str, kind: type) -> None:
    """Raise SourceUnreadable for numbers that would become text."""
    if issubclass(kind, complex | np.complexfloating):
        raise SourceUnreadable(
            f"Complex data not supported: column {name[:60]!r} holds values of type {kind.__name__}.",
            "Give the real and the imaginary part as columns of their own.",
        )
    if issubclass(kind, np.longdouble):
        raise SourceUnreadable(
            f"Column {name[:60]!r} holds values of type {kind.__name__}: no column has more than 64 bits.",
            "Give them as 64-bit floats: astype('float64').",
        )


def _strings(name: str, values: Sequence[str | None]) -> pl.Series:
    """Return text as a column; halves of a character (lone surrogates), which UTF-8 has not, become ``?``."""
    try:
        return pl.Series(name, values, pl.String)
    except UnicodeEncodeError:
        whole = [None if v is None else v.encode("utf-8", "replace").decode() for v in values]
        return pl.Series(name, whole, pl.String)


def some_with_a_zone(values: Iterable[Any]) -> bool:
    """Return whether some datetimes name a zone and others none, which no type of a column holds."""
    return len({v.tzinfo is None for v in values if isinstance(v, datetime)}) > 1


def _series_of_objects(name: str, values: Sequence[Any]) -> pl.Series:
    if some_with_a_zone(values):  # the column would lose the zones unseen
        return _strings(name, [None if v is None else str(v) for v in values])
    try:
        series = pl.Series(name, values, strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        series = pl.Series(name, [], pl.Object)
    if series.dtype == pl.Object:
        return _strings(name, [None if v is None else str(v) for v in values])
    return series


def _numbers(name: str, values: Sequence[Any], kinds: set[type]) -> pl.Series:
    try:
        if len(kinds) == 1:
            return pl.Series(name, values, pl.Int64 if kinds == {int} else pl.Float64)
        return pl.Series(name, [None if v is None else float(v) for v in values], pl.Float64)
    except (OverflowError, TypeError):  # integers beyond 64 bits
        return pl.Series(name, [_float(v) for v in values], pl.Float64)


def _float(value: float | None) -> float | None:
    try:
        return None if value is None else float(value)
    except OverflowError:
        return float("inf")


def _text(value: Any, name: str) -> str | None:
    if value is None or isinstance(value, str):
        return value

    def of_no_json_type(part: Any) -> str:
        _refuse_number(name, type(part))
        return str(part)

    return json.dumps(value, ensure_ascii=False, default=of_no_json_type)


def _odd_one(values: Sequence[Any], text: Sequence[str | None]) -> str:
    """Return the text of the first value of another type than the first of all."""
    present = [(type(v), t) for v, t in zip(values, text, strict=True) if t is not None]
    return next(t for kind, t in present if kind is not present[0][0])


def _flat(row: Mapping[str, Any]) -> Mapping[str, Any]:
    if dict not in set(map(type, row.values())):
        return row
    return dict(_pairs(row, "", 1))


def _pairs(row: Mapping[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
    for key, value in row.items():
        name = f"{prefix}{key}"
        if not isinstance(value, dict):
            yield name, value
        elif depth >= MAX_DEPTH:
            yield name, _text(value, name)
        else:
            yield from _pairs(value, f"{name}.", depth + 1)


def told_odd(odd: Mapping[str, str]) -> list[str]:
    """Return a warning for each column that became text because its values are of several types."""
    return [
        f"Column {name[:60]!r} has values of several types and is read as text, "
        f"{value[:60]!r} for one."
        for name, value in odd.items()
    ]
