"""A model that scores one table after another, and remembers between them what entities did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from phantom_ml.errors import BadSetting
from phantom_ml.features.past import Past
from phantom_ml.features.windows.saved import load_state, save_state
from phantom_ml.model.pipeline import Pipeline


@dataclass
class Stream:
    """A pipeline that moves on with the rows it has scored.

    Attributes
    ----------
    pipeline : Pipeline
        What it knows so far; the model on disk never changes.
    folder : Path or None
        Where what happened is kept between runs; None: it is forgotten.
    """

    pipeline: Pipeline
    folder: Path | None = None

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
        past = pipeline.encoder.past
        if past is None:
            raise BadSetting(
                "This model counts nothing of what happened before: it has no state to keep.",
                "Leave the state out, or train with a time column and entities.",
            )
        if not folder.exists():
            return cls(pipeline, folder)
        encoder = replace(pipeline.encoder, past=_resumed(past, folder))
        return cls(replace(pipeline, encoder=encoder), folder)

    @property
    def inputs(self) -> list[str]:
        """Return the raw columns that are read."""
        return self.pipeline.encoder.inputs

    def predict(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return predictions row for row; afterwards the rows are past."""
        scored = self.pipeline.predict(frame)
        self.pipeline = self.pipeline.after(frame)
        return scored

    def save(self) -> None:
        """Write what happened into the folder, if there is one."""
        past = self.pipeline.encoder.past
        if self.folder is not None and past is not None:
            save_state(past.state, self.folder)


def _resumed(past: Past, folder: Path) -> Past:
    state = load_state(folder)
    if state.plan != past.plan:
        raise BadSetting(
            f"The state in {str(folder)!r} is of another model: it counts other things.",
            "Name a new folder for this model.",
        )
    return replace(past, state=state)
