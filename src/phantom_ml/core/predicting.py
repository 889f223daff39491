"""Rows scored: at once or block by block, from where training ended or from where a stream left off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from phantom_ml.core.shelf import Shelf, say
from phantom_ml.core.stream import Stream
from phantom_ml.data.columns.tidy import finite_only, told_infinite
from phantom_ml.model.pipeline import Pipeline


def predicted(
    shelf: Shelf,
    pipeline: Pipeline,
    data: Any,
    output: str | Path | None,
    state: str | Path | None,
) -> pl.DataFrame:
    """Return predictions row for row, and log what is to be said of the rows.

    Parameters
    ----------
    shelf : Shelf
        It reads the rows.
    pipeline : Pipeline
    data : table, path, a row as mapping, or JSON text
    output : path or None
        Where predictions are written; then the first rows alone are returned.
    state : path or None
        A folder that keeps what entities did.
    """
    given, data = data, shelf.logged(data)
    stream = Stream.of(pipeline, None if state is None else Path(state).expanduser())
    if output is not None:
        from phantom_ml.core.output import write_predictions

        scored = write_predictions(stream, shelf.read(data), Path(output).expanduser())
    else:
        score = stream.scored if state is None else stream.predict
        frame = shelf.frame(data)
        scored = score(frame)
        # What is in memory was read without a report.
        say(told_infinite(finite_only(frame)[1]) if data is given else ())
    stream.save()
    say(stream.unread.notes())
    return scored
