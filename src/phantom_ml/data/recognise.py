"""What each column of a table is, decided from its values, with evidence and second guesses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from phantom_ml.data.columns.column import Column
from phantom_ml.data.columns.copies import equal_columns
from phantom_ml.data.kinds.base import Claim, Recogniser, in_order
from phantom_ml.data.schema import NUMBER_KINDS, UNUSED_KINDS, ColumnKind, ColumnSchema, TableSchema
from phantom_ml.data.times.form import time_form
from phantom_ml.errors import ColumnMissing, UnknownName

NO_OVERRIDES: Mapping[str, str] = {}
#: Rows that tell what the columns of a long table are, and values of a column that are few.
SAMPLE_ROWS, MOST_FLAT = 20_000, 2


def recognise(
    frame: pl.DataFrame,
    overrides: Mapping[str, str] = NO_OVERRIDES,
    *,
    names_only: Sequence[str] | None = None,
) -> TableSchema:
    """Return the kind of each column.

    Up to 2,000 distinct values a column are put to all recognisers in the order of their
    precedence; the first kind that 0.9 of the values fit (0.6 if the name hints at it too) is it.
    The same frame always gives the same schema.

    Parameters
    ----------
    frame : polars.DataFrame
        A sample of the rows; some 20,000 are plenty.
    overrides : mapping of str to str
        Column to kind, where a person knows better.
    names_only : sequence of str, optional
        Look at these columns alone; the schema keeps the frame's order.

    Raises
    ------
    ColumnMissing
        A column that is named is not in the frame.
    UnknownName
        A kind that is named does not exist.

    Examples
    --------
    >>> frame = pl.DataFrame({"src": ["10.0.0.1", "8.8.8.8"], "n": [1.5, 2.0]})
    >>> [c.kind.value for c in recognise(frame).columns]
    ['ip', 'number']
    >>> recognise(frame, {"n": "entity"}).column("n").overridden
    True
    """
    wanted = frame.columns if names_only is None else list(names_only)
    missing = [name for name in [*wanted, *overrides] if name not in frame.columns]
    if missing:
        raise ColumnMissing(missing, frame.columns)
    given = {name: kind_called(kind) for name, kind in overrides.items()}
    order, chosen = in_order(), frozenset(wanted)
    return TableSchema(
        columns=tuple(
            _column(series, given.get(series.name), order)
            for series in frame.iter_columns()
            if series.name in chosen
        )
    )


def recognise_sampled(
    frame: pl.DataFrame,
    overrides: Mapping[str, str] = NO_OVERRIDES,
    *,
    seed: int = 0,
    named: Sequence[str | None] = (),
) -> TableSchema:
    """Return the kind of each column of a table of any length, by a sample of its rows.

    A column with at most two values in the sample is looked at again, with rows that hold others. A column
    that equals an earlier one in every row, and of which no kind is given, is a copy; of those that are
    ``named`` for a role (the time, an entity) the other one is.
    """
    if frame.height <= SAMPLE_ROWS:
        return _with_copies(recognise(frame, overrides), frame, frame, named)
    rows = np.random.default_rng(seed).choice(frame.height, SAMPLE_ROWS, replace=False)
    sample = frame[np.sort(rows)]
    schema = recognise(sample, overrides)
    flat = [c.name for c in schema.columns if c.n_distinct <= MOST_FLAT and not c.overridden]
    again = {name: _with_others(sample[name], frame[name]) for name in flat}
    seen_anew = {c.name: c for series in again.values() for c in _anew(series)}
    columns = (_with_form(seen_anew.get(c.name, c), frame) for c in schema.columns)
    schema = TableSchema(columns=tuple(columns))
    return _with_copies(schema, sample, frame, named)


def _with_form(column: ColumnSchema, whole: pl.DataFrame) -> ColumnSchema:
    """Return a column of times with how they are written by all rows: one of them may prove it."""
    if column.kind is not ColumnKind.TIMESTAMP:
        return column
    return column.model_copy(update={"time_form": time_form(look_at(whole[column.name]).values)})


def _with_copies(
    schema: TableSchema, sample: pl.DataFrame, whole: pl.DataFrame, named: Sequence[str | None]
) -> TableSchema:
    """Return the schema in which columns that equal an earlier one, in the sample and beyond, are copies."""
    known = [c for c in schema.columns if c.kind not in UNUSED_KINDS and not c.overridden]
    open_ = [c.name for c in known if whole[c.name].dtype != pl.Object]
    alike = equal_columns(sample.select(sorted(open_, key=lambda name: name not in named)))
    first_of = {copy: first for first, copy in alike if whole[first].equals(whole[copy])}
    columns = (_copy(c, first_of[c.name]) if c.name in first_of else c for c in schema.columns)
    return TableSchema(columns=tuple(columns))


def _copy(column: ColumnSchema, first: str) -> ColumnSchema:
    told = {
        "kind": ColumnKind.COPY,
        "match_rate": 1.0,
        "evidence": f"Equal to {first!r} in every row.",
        "alternatives": (column.kind, *column.alternatives),
    }
    return column.model_copy(update=told)


def _with_others(sample: pl.Series, whole: pl.Series) -> pl.Series | None:
    """Return the sample with values that it lacks; None where it lacks none, or they have no order."""
    if whole.dtype.is_nested() or whole.dtype == pl.Object:
        return None
    others = whole.filter(whole.is_not_null() & ~whole.is_in(sample.unique().implode()))
    return None if others.is_empty() else pl.concat([sample, others.head(SAMPLE_ROWS)])


def _anew(series: pl.Series | None) -> tuple[ColumnSchema, ...]:
    return () if series is None else recognise(series.to_frame()).columns


def kind_called(name: str) -> ColumnKind:
    """Return the kind with this name, whatever its case; raises UnknownName.

    Examples
    --------
    >>> kind_called("User Agent").value
    'user_agent'
    """
    plain = name.strip().lower().replace(" ", "_").replace("-", "_")
    if plain not in {kind.value for kind in ColumnKind}:
        raise UnknownName("kind of column", name, [kind.value for kind in ColumnKind])
    return ColumnKind(plain)


def _column(series: pl.Series, given: ColumnKind | None, order: list[Recogniser]) -> ColumnSchema:
    column = look_at(series)
    claims = _claims(column, order)
    levels = isinstance(series.dtype, pl.Categorical | pl.Enum)
    if levels:  # whoever stores digits as categories means their names
        claims = [claim for claim in claims if claim.kind not in NUMBER_KINDS]
    if not claims:
        rest = ColumnKind.CATEGORY if levels else ColumnKind.TEXT
        claims = [Claim(rest, 1.0, f"Stored as {series.dtype.base_type()}, of no special form.")]
    if given is not None:
        claims = [Claim(given, 1.0, "Given by the user."), *claims]
    first = claims[0]
    others = dict.fromkeys(claim.kind for claim in claims[1:] if claim.kind is not first.kind)
    return ColumnSchema(
        name=series.name,
        dtype=str(series.dtype),
        kind=first.kind,
        match_rate=first.rate,
        evidence=first.evidence,
        alternatives=tuple(others),
        overridden=given is not None,
        missing_share=column.missing_share,
        n_distinct=column.n_distinct,
        time_form=time_form(column.values) if first.kind is ColumnKind.TIMESTAMP else None,
    )


def _claims(column: Column, order: list[Recogniser]) -> list[Claim]:
    claims = []
    for recogniser in order:
        claim = recogniser.claim(column)
        if claim is not None:
            claims.append(claim)
            if claim.kind in UNUSED_KINDS and column.n_distinct < 2:
                break
    return claims


def look_at(series: pl.Series) -> Column:
    """Return a column as recognisers see it: missing cells left out, odd types as plain ones."""
    values = _plain(series)
    if values.dtype.is_float():
        values = values.fill_nan(None)
    return Column(series.name, values.drop_nulls(), len(series))


def _plain(series: pl.Series) -> pl.Series:
    if isinstance(series.dtype, pl.Categorical | pl.Enum):
        return series.cast(pl.String)
    if series.dtype == pl.Binary:
        return _decoded(series)
    if series.dtype.is_decimal():
        return series.cast(pl.Float64)
    if series.dtype.is_nested():
        boxed = series.alias("value").to_frame().select(pl.struct("value").struct.json_encode())
        return boxed.to_series().set(series.is_null(), None)
    return series


def _decoded(series: pl.Series) -> pl.Series:
    try:
        return series.cast(pl.String)
    except pl.exceptions.ComputeError:  # not all of it is UTF-8
        return series.bin.encode("hex")
