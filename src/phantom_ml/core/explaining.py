"""Rows explained among those before them, with what is no time in either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from phantom_ml.config.counts import check_count
from phantom_ml.core.models import Kept
from phantom_ml.explain.explanation import explain
from phantom_ml.explain.forecast import explain_forecast
from phantom_ml.explain.forms import Explanation
from phantom_ml.model.forecast import ForecastModel


def explained(
    model: Kept,
    card: Mapping[str, Any],
    frame: pl.DataFrame | None,
    before: pl.DataFrame | None,
    n_nearest: int,
) -> Explanation:
    """Return an explanation with what is no time in its rows.

    Parameters
    ----------
    model : Pipeline or ForecastModel
    card : mapping
        What the model's manifest tells about it.
    frame : DataFrame or None
        Rows to explain; None: the model as a whole.
    before : DataFrame or None
        It counts as past where the model counts what happened before.
    n_nearest : int
        Normal rows that an anomaly model tells of beside each row, 0 for none.

    Raises
    ------
    BadSetting
        ``n_nearest`` is no such number.
    ColumnMissing, DataError, TypeUnsafe
        The rows are not what the model was trained on.
    """
    check_count("n_nearest", n_nearest)
    if isinstance(model, ForecastModel):
        return explain_forecast(model, card, frame)
    pipeline, notes = model, []
    if before is None and frame is not None and frame.height:
        # The first rows alone are explained; they may see any other.
        pipeline = pipeline.among(frame)
    elif before is not None and pipeline.encoder.past is not None:
        pipeline = pipeline.among(before)
        # Where the row itself is all that is before, its cells are told once.
        own = () if frame is None else pipeline.unread_times(frame)
        told_before = (note for note in pipeline.unread_times(before) if note not in own)
        notes += [f"Of the rows before: {note}" for note in told_before]
    told = explain(pipeline, card, frame, n_nearest)
    # The rows before may hold the row itself: where training ended, the model alone tells.
    here = () if frame is None else (*pipeline.unread_times(frame), *model.known_times(frame))
    return told.model_copy(update={"notes": (*told.notes, *here, *notes)})
