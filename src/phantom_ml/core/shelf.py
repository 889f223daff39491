"""Shelf: what the methods of a core reach for, tables and kept models, read and checked once."""

from __future__ import annotations

import logging
import math
import os
import shutil
import time
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from phantom_ml.core.models import Kept, Loaded, as_pipeline
from phantom_ml.core.rows import rows
from phantom_ml.data.readers.base import ReadOptions
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.data.target.column import refuse_repeated, require_target
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.model.forecast import ForecastModel
from phantom_ml.model.manifest import Manifest
from phantom_ml.model.pipeline import Pipeline
from phantom_ml.model.text_table import printable
from phantom_ml.store.records import ModelRecord
from phantom_ml.store.store import Store

#: A threshold that another process sets is seen after so long.
FRESH_SECONDS = 1.0
LOG = logging.getLogger("phantom_ml")


def say(notes: Iterable[str]) -> None:
    """Log what a person should know, for a call that returns rows alone."""
    for note in notes:
        LOG.warning("%s", printable(note))


@dataclass
class Shelf:
    """Tables and models of one home.

    Attributes
    ----------
    store : Store
    loaded : Loaded
        Models in memory.
    records : dict of str to (seconds, ModelRecord)
        When each model was asked for last, and what was known of it then.
    """

    store: Store
    loaded: Loaded
    records: dict[str, tuple[float, ModelRecord]] = field(default_factory=dict)

    def read(self, source: Any, options: ReadOptions | None = None) -> Dataset:
        """Return a table from a path, folder, glob, or anything tabular in memory."""
        from phantom_ml.data.reading.read import read

        if isinstance(source, Dataset):
            return source
        scratch = self.store.stage()
        try:
            dataset = read(source, options or ReadOptions(), scratch=scratch)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
        # The parsed copy lives as long as the table that reads from it.
        weakref.finalize(dataset, shutil.rmtree, scratch, ignore_errors=True)
        return dataset

    def noted(self, data: Any) -> tuple[Any, tuple[str, ...]]:
        """Return what rows are read from, and what reading had to say; what is in memory stays as it is."""
        is_text = isinstance(data, str) and data.lstrip()[:1] in ("{", "[")
        if isinstance(data, str | os.PathLike) and not is_text:
            data = self.read(data)
        return data, data.report.warnings if isinstance(data, Dataset) else ()

    def logged(self, data: Any) -> Any:
        """Return what rows are read from; log what reading had to say, for a call that returns rows alone.

        The report of a Dataset was there to be seen before.
        """
        found, notes = self.noted(data)
        say(notes if found is not data else ())
        return found

    def frame(
        self, data: Any, target: str | None = None, *, once: Sequence[str] = ()
    ) -> pl.DataFrame:
        """Return rows in memory; raise where the target is not one column, or there are two of another name.

        Parameters
        ----------
        data : Any
        target : str or None
        once : sequence of str
            What may be no column, but not two.

        Raises
        ------
        TargetMissing, HeaderWrong
        """
        return self.frame_and_notes(data, target, once=once)[0]

    def frame_and_notes(
        self, data: Any, target: str | None = None, *, once: Sequence[str] = ()
    ) -> tuple[pl.DataFrame, tuple[str, ...]]:
        """Return the same, and what reading had to say."""
        found = rows(data)
        if found is not None:
            return found, ()
        dataset = self.read(data)
        if target is not None:
            require_target(dataset.columns, target, dataset.report.repeated)
        for name in once:
            refuse_repeated(name, dataset.report.repeated)
        return dataset.frame(), dataset.report.warnings

    def kept(self, model_id: str) -> tuple[Manifest, Kept]:
        """Return a kept model with its line of alert; loaded and checked the first time."""
        record = self.record(model_id)
        # What is in the store was checked when it came in; its signer was trusted then.
        manifest, model = self.loaded.get(
            record.id, lambda: self.store.model_folder(record.id), record.signed_by
        )
        if record.threshold is None or isinstance(model, ForecastModel):
            return manifest, model
        return manifest, model.with_threshold(Threshold.model_validate(record.threshold))

    def pipeline(self, model_id: str) -> Pipeline:
        """Return a model of rows; raises BadSetting for one of series."""
        return as_pipeline(self.kept(model_id)[1])

    def record(self, model_id: str) -> ModelRecord:
        """Return a model's row, asked for at most once a second: a stream of single rows asks often."""
        # What is no text may not even be a key; the store says so.
        known = self.records.get(model_id) if isinstance(model_id, str) else None
        asked, record = known or (-math.inf, None)
        if record is None or time.monotonic() - asked > FRESH_SECONDS:
            record = self.store.model(model_id)
            self.records[model_id] = (time.monotonic(), record)
        return record

    def forget(self, model_id: str) -> None:
        """Ask anew for a model's row: it was changed."""
        self.records.pop(model_id, None)
