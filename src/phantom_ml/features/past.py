"""The windows of a model: what is counted, what happened before, and which of the counts are kept."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature, History
from phantom_ml.features.windows.events import Events, Rows
from phantom_ml.features.windows.history import (
    FIRST_KNOWN,
    OUTCOMES,
    Steps,
    codes,
    frequent,
    steps_of,
)
from phantom_ml.features.windows.plan import EntityPlan, WindowPlan
from phantom_ml.features.windows.saved import load_model_state, save_state
from phantom_ml.features.windows.state import WindowState
from phantom_ml.features.windows.told import window_features
from phantom_ml.features.windows.usual import usual_values
from phantom_ml.parts.saved import read_object

FILE = "windows.json"


@dataclass(frozen=True)
class Seen:
    """What the past tells of some rows.

    Attributes
    ----------
    windows : float32 array of shape (n_rows, n_window_features)
    history : History or None
    times : int64 array of shape (n_rows,), or None
        Microseconds since 1970, NO_TIME where not known; None where no past is counted.
    """

    windows: NDArray[np.float32]
    history: History | None = None
    times: NDArray[np.int64] | None = None

    def rows(self, where: slice) -> Seen:
        """Return what it tells of some of the rows."""
        history = None if self.history is None else self.history.rows(where)
        return Seen(self.windows[where], history, None if self.times is None else self.times[where])


@dataclass(frozen=True)
class Past:
    """Window features of a table, given what happened before it.

    Attributes
    ----------
    plan : WindowPlan
    state : WindowState
        What happened before; a bundle's never changes.
    kept : tuple of str
        Names of the features that the model reads.
    others : tuple of Events, or None
        For each entity of the plan, the rows of the table that rows are asked about from: these see each
        other only there. None: rows are a table themselves.
    words : tuple of uint64 arrays
        Of the entity whose last events are kept one by one, the hashes that have a code, by column;
        empty where nothing is kept so.
    """

    plan: WindowPlan
    state: WindowState
    kept: tuple[str, ...]
    others: tuple[Events, ...] | None = None
    words: tuple[NDArray[np.uint64], ...] = ()

    @classmethod
    def before(cls, plan: WindowPlan) -> Past:
        """Return the windows of a plan before anything happened."""
        return cls(plan, WindowState.empty(plan), tuple(f.name for f in plan.features))

    def learned(self, frame: pl.DataFrame) -> Past:
        """Return the windows after the training rows, whose frequent values have codes from now on."""
        past = self.after(frame)
        place = past._stepped
        if place is None:
            return past
        memory, plan = past.state.memories[place], self.plan.entities[place]
        values = memory.whole(plan, past.state.share).events.values
        return replace(past, words=tuple(frequent(column) for column in values.T))

    @property
    def _stepped(self) -> int | None:
        """Return the place of the entity whose last events are kept one by one."""
        return next((i for i, e in enumerate(self.plan.entities) if e.steps), None)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return what the columns of ``transform`` mean."""
        kept = frozenset(self.kept)
        return tuple(f for f in self.plan.features if f.name in kept)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the raw columns that are read."""
        return self.plan.inputs

    def seen(self, frame: pl.DataFrame) -> Seen:
        """Return what the past tells of rows, which see earlier ones among them."""
        rows = Rows(frame, self.plan)
        return Seen(self._windows(rows), self.history(frame), rows.moments)

    def forgotten(self) -> Past:
        """Return the same windows, before anything happened."""
        return replace(self, state=self.state.empty(self.plan))

    def transform(self, frame: pl.DataFrame) -> NDArray[np.float32]:
        """Return the features of rows, shape (n_rows, n_features); rows see earlier ones among them."""
        return self._windows(Rows(frame, self.plan))

    def _windows(self, rows: Rows) -> NDArray[np.float32]:
        kept = frozenset(self.kept)
        places = [i for i, f in enumerate(self.plan.features) if f.name in kept]
        return window_features(self.plan, rows, self.state, self.others)[:, places]

    def keeping(self, names: Collection[str]) -> Past | None:
        """Return the windows with the features that are named; None if none is."""
        kept = tuple(name for name in self.kept if name in names)
        return replace(self, kept=kept) if kept or self.words else None

    def history(self, frame: pl.DataFrame) -> History | None:
        """Return the last events of each row's entity; None where none are kept."""
        place = self._stepped
        if place is None or not self.words:
            return None
        plan, memory = self.plan.entities[place], self.state.memories[place]
        others = None if self.others is None else self.others[place]
        return self._coded(plan, steps_of(plan, Rows(frame, self.plan), memory, others))

    @property
    def _sizes(self) -> tuple[int, ...]:
        return (*(len(known) + FIRST_KNOWN for known in self.words), OUTCOMES)

    def _sources(self, plan: EntityPlan) -> tuple[str, ...]:
        """Return the raw column of each channel; of several that tell failure, the first."""
        outcome = plan.failures[0].column if plan.failures else ""
        return (*plan.distinct, outcome, self.plan.time)

    def _coded(self, plan: EntityPlan, steps: Steps) -> History:
        """Return the codes of each column and of the outcome, and the logarithm of the gap."""
        columns = [
            codes(steps.values[:, :, i], steps.happened, known)
            for i, known in enumerate(self.words)
        ]
        outcome = np.where(steps.happened, steps.outcome + 2, 0).astype(np.float32)
        gap = np.log1p(np.maximum(steps.gap, 0.0))
        values = np.stack([*columns, outcome, gap], axis=2)
        return History(values, self._sizes, self._sources(plan))

    @cached_property
    def usual(self) -> list[NDArray[np.float64]]:
        """Return the values of each kept feature among remembered events, ascending; empty where unknown."""
        kept = frozenset(self.kept)
        found = zip(self.plan.features, usual_values(self.plan, self.state), strict=True)
        return [values for feature, values in found if feature.name in kept]

    def after(self, frame: pl.DataFrame) -> Past:
        """Return the windows after more has happened."""
        return replace(self, state=self.state.after(frame))

    def among(self, frame: pl.DataFrame) -> Past:
        """Return the windows of rows of ``frame`` that are asked about one by one.

        They are told what they would be told in ``frame``. A state would not do: it forgets what is seven
        days older than its newest event, and a row may be older than that.
        """
        rows = Rows(frame, self.plan)
        return replace(self, others=tuple(rows.events(e).past() for e in self.plan.entities))

    def save(self, folder: Path) -> None:
        """Write the plan, what is kept and the state into ``folder`` (made if absent)."""
        folder.mkdir(parents=True, exist_ok=True)
        words = [known.tolist() for known in self.words]
        parts = {"plan": self.plan.model_dump(mode="json"), "kept": self.kept, "words": words}
        (folder / FILE).write_text(json.dumps(parts))
        save_state(self.state, folder / "state")

    @classmethod
    def load(cls, folder: Path) -> Past:
        """Return what ``save`` wrote; raises BundleDamaged and BundleVersion."""
        # The state tells its version: the plan of another may not be understood.
        state = load_model_state(folder / "state")
        parts = read_object(folder / FILE)
        plan = WindowPlan.model_validate(parts["plan"])
        words = tuple(np.array(known, np.uint64) for known in parts.get("words", ()))
        return cls(plan, state, tuple(parts["kept"]), words=words)
