"""A model that scores one table after another, and remembers between them what entities did."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.target.column import require_columns
from phantom_ml.data.times.parse import NO_TIME
from phantom_ml.data.times.unread import UnreadTimes, unread_cells
from phantom_ml.errors import BadSetting
from phantom_ml.features.past import Past
from phantom_ml.features.windows.events import microseconds
from phantom_ml.features.windows.saved import load_state, save_state
from phantom_ml.model.last_shown import LastShown
from phantom_ml.model.pipeline import Pipeline
from phantom_ml.model.read_times import as_trained, times_of
from phantom_ml.model.suppression import Suppression


@dataclass
class Stream:
    """A pipeline that moves on with the rows it has scored.

    Attributes
    ----------
    pipeline : Pipeline
        What it knows so far; the model on disk never changes.
    folder : Path or None
        Where what happened is kept between runs; None: it is forgotten.
    shown : LastShown
        The alerts that were shown so far, of a model that suppresses repeats.
    unread : UnreadTimes
        Cells of all rows so far that hold something and no time as training read times.
    """

    pipeline: Pipeline
    folder: Path | None = None
    shown: LastShown = field(default_factory=LastShown.nothing)
    unread: UnreadTimes = field(default_factory=UnreadTimes)

    @classmethod
    def of(cls, pipeline: Pipeline, folder: Path | None) -> Stream:
        """Return the stream that goes on from a folder, or begins where training ended.

        Raises
        ------
        BadSetting
            The model keeps no past, or the folder holds that of another model.
        BundleDamaged, BundleVersion
            The folder cannot be read.
        """
        if folder is None:
            return cls(pipeline)
        past, rule = pipeline.encoder.past, pipeline.spec.suppression
        if past is None and rule is None:
            raise BadSetting(
                "This model counts nothing of what happened before: it has no state to keep.",
                "Leave the state out, or train with a time column and entities, long enough to keep windows: "
                "'phantom models MODEL' tells what became of them.",
            )
        if not folder.exists():
            return cls(pipeline, folder)
        unread = UnreadTimes()
        if past is not None:
            unread.known.until = past.state.until
            encoder = replace(pipeline.encoder, past=_resumed(past, folder))
            pipeline = replace(pipeline, encoder=encoder)
        shown = LastShown.nothing() if rule is None else LastShown.load(folder, rule.columns)
        return cls(pipeline, folder, shown, unread)

    @property
    def inputs(self) -> list[str]:
        """Return the raw columns that are read."""
        rule = self.pipeline.spec.suppression
        more = [] if rule is None else rule.inputs
        return list(dict.fromkeys([*self.pipeline.encoder.inputs, *more]))

    def order(self, rows: pl.LazyFrame) -> NDArray[np.int64] | None:
        """Return the rows by their time; None where no past goes by it, or they lie so already."""
        past, rule = self.pipeline.encoder.past, self.pipeline.spec.suppression
        if past is not None:
            name, form = past.plan.time, past.plan.time_form
        elif rule is not None:
            name, form = rule.time_column, rule.time_form
        else:
            return None
        time, known = microseconds(rows.select(name).collect()[name], form)
        if (np.diff(time[known]) >= 0).all():
            return None
        return np.argsort(np.where(known, time, NO_TIME), kind="stable")

    def predict(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return predictions row for row; afterwards the rows are past."""
        scored = self.scored(frame)
        self.pipeline = self.pipeline.after(frame)
        return scored

    def scored(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return predictions row for row, and which alerts are ``suppressed`` where the model does so."""
        rule = self.pipeline.spec.suppression
        if rule is None:
            return self.pipeline.predict(frame, self.unread)
        require_columns(frame.columns, rule.inputs)
        scored = self.pipeline.predict(frame, self.unread)
        self._look_at_alerts(rule, frame, scored["alert"])
        repeated, self.shown = rule.repeats(frame, scored["alert"].to_numpy(), self.shown)
        return scored.with_columns(suppressed=repeated)

    def _look_at_alerts(self, rule: Suppression, frame: pl.DataFrame, alert: pl.Series) -> None:
        """Count what is no time where the rule alone reads the time, and an alert without one cannot repeat."""
        name, encoder = rule.time_column, self.pipeline.encoder
        if name in times_of(encoder) or not len(
            unread_cells(frame[name].filter(alert), rule.time_form)
        ):
            return
        self.unread.add(as_trained(name, self.pipeline.spec.inputs, rule.time_form), frame[name])

    def save(self) -> None:
        """Write what happened into the folder, if there is one."""
        if self.folder is None:
            return
        past, rule = self.pipeline.encoder.past, self.pipeline.spec.suppression
        if past is not None:
            save_state(past.state, self.folder)
        if rule is not None:
            self.shown.save(self.folder, rule.columns)


def _resumed(past: Past, folder: Path) -> Past:
    state = load_state(folder)
    if state.plan != past.plan:
        raise BadSetting(
            f"The state in {str(folder)!r} is of another model: it counts other things.",
            "Name a new folder for this model.",
        )
    return replace(past, state=state)
