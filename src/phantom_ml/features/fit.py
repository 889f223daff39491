"""Which encoders a table gets, fitted on its training rows without a look at the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from phantom_ml.config import FeatureSettings
from phantom_ml.data.schema import (
    NUMBER_KINDS,
    TEXT_KINDS,
    UNUSED_KINDS,
    ColumnKind,
    ColumnSchema,
    TableSchema,
)
from phantom_ml.features.base import ColumnEncoder, encoders
from phantom_ml.features.columns.number import words_alone
from phantom_ml.features.columns.timestamp import TimestampEncoder
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.past import Past
from phantom_ml.features.tables.base import table_encoders
from phantom_ml.features.windows.choose import plan_windows, with_steps

#: Kinds that are written in words.
PROSE_KINDS = frozenset({ColumnKind.TEXT, ColumnKind.LOG_MESSAGE})

TEXT = "text"


def fit_encoder(
    frame: pl.DataFrame,
    schema: TableSchema,
    settings: FeatureSettings,
    time: str | None = None,
    groups: Sequence[str] = (),
    *,
    past: bool = True,
) -> Encoder:
    """Return the encoder fitted on training rows, without a look at the target.

    Parameters
    ----------
    frame : DataFrame
        The training rows, at least the columns of ``schema``.
    schema : TableSchema
        The input columns only: no target, no ids.
    settings : FeatureSettings
        Which families are wanted.
    time : str, optional
        The column by which rows come before others; else the only timestamp.
    groups : sequence of str
        Columns of ``schema`` that name entities, whatever their kind.
    past : bool
        Whether windows are among what is wanted.
    """
    columns = [e for c in schema.columns for e in _fit_column(frame[c.name], c, settings)]
    tables = [
        e for kind in table_encoders if kind.wanted(settings) for e in kind.fit(frame, schema)
    ]
    texts = [c for c in schema.columns if c.kind in TEXT_KINDS] if settings.text else []
    prose = tuple(c.name for c in texts if c.kind in PROSE_KINDS)
    wanted = settings.temporal and past
    windows = fit_past(frame, schema, time, groups) if wanted else None
    return Encoder(tuple(columns), tuple(c.name for c in texts), prose, tuple(tables), windows)


def keeping_steps(
    encoder: Encoder,
    frame: pl.DataFrame,
    schema: TableSchema,
    time: str | None = None,
    groups: Sequence[str] = (),
) -> Encoder:
    """Return the encoder with the last events of an entity kept one by one, where there are such."""
    known = schema.names()
    plan = with_steps(
        None if encoder.past is None else encoder.past.plan,
        frame,
        schema,
        time=time if time in known else None,
        groups=[c for c in groups if c in known],
    )
    return encoder if plan is None else replace(encoder, past=Past.before(plan).learned(frame))


def fit_past(
    frame: pl.DataFrame, schema: TableSchema, time: str | None, groups: Sequence[str]
) -> Past | None:
    """Return the windows after training rows, as ``fit_encoder`` makes them; None where there can be none."""
    known = schema.names()
    plan = plan_windows(
        frame,
        schema,
        time=time if time in known else None,
        groups=[c for c in groups if c in known],
    )
    return None if plan is None else Past.before(plan).after(frame)


def _fit_column(
    values: pl.Series, schema: ColumnSchema, settings: FeatureSettings
) -> list[ColumnEncoder]:
    if schema.kind in UNUSED_KINDS:
        return []
    kinds = [e for e in encoders if schema.kind in e.kinds and e.wanted(settings)]
    # Yes and no, on and off: two words are a category. Where any cell is a number, words are missing ones.
    if schema.kind in NUMBER_KINDS and values.dtype == pl.String and words_alone(values):
        kinds = [encoders.get("category")]
    fitted = [_fit(kind, values, schema, settings) for kind in kinds]
    return _told_once([encoder for encoder in fitted if encoder is not None])


def _told_once(fitted: list[ColumnEncoder]) -> list[ColumnEncoder]:
    """Return the encoders of a column; what its kind tells, statistics of any text do not tell again."""
    own = {f.name for e in fitted if e.family != TEXT for f in e.features}
    left = (
        e if e.family != TEXT else e.keeping({f.name for f in e.features} - own) for e in fitted
    )
    return [encoder for encoder in left if encoder is not None]


def _fit(
    kind: type[ColumnEncoder], values: pl.Series, schema: ColumnSchema, settings: FeatureSettings
) -> ColumnEncoder | None:
    if kind is TimestampEncoder and settings.time_zone is not None:
        return TimestampEncoder.fit_in_zone(values, schema, settings.time_zone)
    return kind.fit(values, schema)
