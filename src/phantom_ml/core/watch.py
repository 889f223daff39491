"""A file of series scored by what came before it, with a folder that remembers between runs."""

from __future__ import annotations

import tempfile
from pathlib import Path

import polars as pl

from phantom_ml.errors import BadSetting
from phantom_ml.model.durable import disk_faults, written_aside
from phantom_ml.parts.arrays import FILE
from phantom_ml.streams.scorer import StreamScorer
from phantom_ml.streams.settings import StreamConfig


def watch(frame: pl.DataFrame, config: StreamConfig, state: Path | None = None) -> pl.DataFrame:
    """Return ``score``, ``alert`` and ``change_point`` of each row, row for row.

    Parameters
    ----------
    frame : DataFrame
        New rows of any of the series, in the order of time within each.
    config : StreamConfig
        What is watched; of a folder that remembers, its own holds, and it must be the same.
    state : Path or None
        A folder that keeps what the series did; None: everything begins with this table.

    Raises
    ------
    ColumnMissing, DataError
        The rows are no series, or go back in time. Rows are counted from 1, as a terminal shows them.
    BadSetting
        The folder remembers other columns or settings.
    BundleDamaged, BundleVersion
        The folder cannot be read, or not by this version.
    """
    scorer = StreamScorer(config) if state is None else _remembered(state, config)
    # A terminal shows rows of a file by these numbers.
    scorer.first_row = 1
    told = scorer.update(frame)
    if state is None:
        return told
    with disk_faults(state):
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=state) as aside, written_aside(state / FILE) as draft:
            scorer.save(Path(aside))
            (Path(aside) / FILE).replace(draft)
    return told


def _remembered(state: Path, config: StreamConfig) -> StreamScorer:
    if not (state / FILE).exists():
        return StreamScorer(config)
    scorer = StreamScorer.load(state)
    if scorer.config != config:
        asked, had = config.model_dump(), scorer.config.model_dump()
        other = next(name for name in asked if asked[name] != had[name])
        raise BadSetting(
            f"The folder {str(state)!r} remembers series with {other}={had[other]!r}, not {asked[other]!r}.",
            "Give the same settings, or another folder.",
        )
    return scorer
