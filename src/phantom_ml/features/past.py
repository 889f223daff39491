"""The windows of a model: what is counted, what happened before, and which of the counts are kept."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature
from phantom_ml.features.windows.plan import WindowPlan
from phantom_ml.features.windows.saved import load_state, save_state
from phantom_ml.features.windows.state import WindowState
from phantom_ml.features.windows.told import window_features

FILE = "windows.json"


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
    alone : bool
        Whether rows do not see each other, because all of them are in the state already.
    """

    plan: WindowPlan
    state: WindowState
    kept: tuple[str, ...]
    alone: bool = False

    @classmethod
    def before(cls, plan: WindowPlan) -> Past:
        """Return the windows of a plan before anything happened."""
        return cls(plan, WindowState.empty(plan), tuple(f.name for f in plan.features))

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return what the columns of ``transform`` mean."""
        return tuple(f for f in self.plan.features if f.name in self.kept)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the raw columns that are read."""
        return self.plan.inputs

    def transform(self, frame: pl.DataFrame) -> NDArray[np.float32]:
        """Return the features of rows, shape (n_rows, n_features); rows see earlier ones among them."""
        places = [i for i, f in enumerate(self.plan.features) if f.name in self.kept]
        if not self.alone:
            return window_features(self.plan, frame, self.state)[:, places]
        rows = [frame[i : i + 1] for i in range(frame.height)]
        found = [window_features(self.plan, row, self.state) for row in rows]
        nothing = np.empty((0, len(self.plan.features)), np.float32)
        return np.concatenate([nothing, *found])[:, places]

    def keeping(self, names: Collection[str]) -> Past | None:
        """Return the windows with the features that are named; None if none is."""
        kept = tuple(name for name in self.kept if name in names)
        return replace(self, kept=kept) if kept else None

    def after(self, frame: pl.DataFrame) -> Past:
        """Return the windows after more has happened."""
        return replace(self, state=self.state.after(frame))

    def among(self, frame: pl.DataFrame) -> Past:
        """Return the windows of rows of ``frame`` that are asked about one by one."""
        return replace(self, state=self.state.after(frame), alone=True)

    def save(self, folder: Path) -> None:
        """Write the plan, what is kept and the state into ``folder`` (made if absent)."""
        folder.mkdir(parents=True, exist_ok=True)
        parts = {"plan": self.plan.model_dump(mode="json"), "kept": self.kept}
        (folder / FILE).write_text(json.dumps(parts))
        save_state(self.state, folder / "state")

    @classmethod
    def load(cls, folder: Path) -> Past:
        """Return what ``save`` wrote."""
        parts = json.loads((folder / FILE).read_text())
        plan = WindowPlan.model_validate(parts["plan"])
        return cls(plan, load_state(folder / "state"), tuple(parts["kept"]))
