"""Which cells of new rows a model read no time from, seen by what it made of them.

To read a column of text again takes longer than to score one row. So what the encoder made tells which rows
have no time, and only their cells are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.schema import ColumnKind, ColumnSchema, TableSchema
from phantom_ml.data.times.known import KnownTimes
from phantom_ml.data.times.unread import UnreadTimes
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.past import Seen
from phantom_ml.features.windows.events import microseconds

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Encoded:
    """Rows, and what was made of them.

    Attributes
    ----------
    raw : DataFrame
        As they were given.
    rows : DataFrame
        Matched to what the model was trained on.
    values : float32 array of shape (n_rows, n_features)
    seen : Seen
    """

    raw: pl.DataFrame
    rows: pl.DataFrame
    values: NDArray[np.float32]
    seen: Seen


def look(found: UnreadTimes, inputs: TableSchema, encoder: Encoder, block: Encoded) -> None:
    """Add to ``found`` the cells of a block of rows from which no time was read, and the rows' times."""
    found.n_rows += block.raw.height
    if block.seen.times is not None:
        # A stream's past moves on with its rows: the first block is told where it ended before them.
        if found.known.until is None:
            found.known.until = past_end(encoder)
        found.known.add(block.seen.times)
    for name in times_of(encoder):
        found.add_zone(as_trained(name, inputs, _form(encoder)), block.raw[name])
        untold = _untold(name, encoder, block)
        if untold is not None:
            found.add(
                as_trained(name, inputs, _form(encoder)), block.raw[name].filter(pl.Series(untold))
            )


def unread_times(
    inputs: TableSchema, encoder: Encoder, frame: pl.DataFrame, also: Iterable[str | None] = ()
) -> tuple[str, ...]:
    """Return what to say of the columns of times of a table, a string a column with unread cells.

    Parameters
    ----------
    inputs : TableSchema
        As training saw the columns.
    encoder : Encoder
    frame : DataFrame
        Rows as they were given.
    also : iterable of str or None
        Columns that are read as times beside those of the encoder; None, and what is no column, is left out.
    """
    found = UnreadTimes(frame.height)
    for name in dict.fromkeys([*times_of(encoder), *also]):
        if name is not None and name in frame.columns:
            column = as_trained(name, inputs, _form(encoder))
            found.add(column, frame[name])
            found.add_zone(column, frame[name])
    return found.notes()


def past_end(encoder: Encoder) -> int | None:
    """Return when the past of an encoder ends, in microseconds since 1970; None where it counts none."""
    return None if encoder.past is None else encoder.past.state.until


def known_times(inputs: TableSchema, encoder: Encoder, frame: pl.DataFrame) -> tuple[str, ...]:
    """Return what to say where most rows of a table, as they were given, are not after a model's past."""
    past, found = encoder.past, KnownTimes(past_end(encoder))
    if past is not None and past.plan.time in frame.columns:
        form = as_trained(past.plan.time, inputs, past.plan.time_form).time_form
        times, known = microseconds(frame[past.plan.time], form)
        found.add(times[known])
    return found.notes()


def times_of(encoder: Encoder) -> tuple[str, ...]:
    """Return the columns that an encoder reads as times."""
    past = () if encoder.past is None else (encoder.past.plan.time,)
    return tuple(dict.fromkeys((*encoder.calendars, *past)))


def _untold(name: str, encoder: Encoder, block: Encoded) -> Flags | None:
    """Return the rows without a time; None where each has one."""
    cells = block.rows[name]
    if cells.dtype.is_temporal():
        # What was text became a time, or missing.
        lost = cells.null_count() > block.raw[name].null_count()
        return cells.is_null().to_numpy() if lost else None
    untold: Flags
    if name in encoder.calendars:
        untold = np.isnan(block.values[:, encoder.calendars[name]])
    elif block.seen.windows.shape[1]:
        untold = np.all(np.isnan(block.seen.windows), axis=1)
    else:
        untold = np.ones(len(cells), np.bool_)
    return untold if untold.any() else None


def as_trained(name: str, inputs: TableSchema, form: str | None) -> ColumnSchema:
    """Return a column as training saw it; one that it never described by the form of its times alone."""
    known = next((c for c in inputs.columns if c.name == name), None)
    if known is not None:
        return known
    return ColumnSchema(name=name, dtype="", kind=ColumnKind.TIMESTAMP, time_form=form)


def _form(encoder: Encoder) -> str | None:
    return None if encoder.past is None else encoder.past.plan.time_form
