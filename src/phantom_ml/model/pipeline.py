"""Pipeline: a model in memory; a raw table in, predictions out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.algorithms.base import Learner, algorithms, load_learner
from phantom_ml.data.matrix import Matrix
from phantom_ml.data.times.unread import UnreadTimes
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fold_fitted import FoldFitted
from phantom_ml.features.past import Seen
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.model.align import align
from phantom_ml.model.combine import combine, mean_of
from phantom_ml.model.read_times import Encoded, known_times, look, unread_times
from phantom_ml.model.reading import reading
from phantom_ml.model.spec import ModelSpec
from phantom_ml.model.usual import Usual
from phantom_ml.tasks.base import tasks

Array = NDArray[np.float64]
#: Rows scored at a time: the encoded block stays in the cache of the machine, memory stays constant.
BATCH_ROWS = 65_536
#: Rows from which more than one thread pays.
THREADED_ROWS = 512
#: The folder of what is usual, in a bundle and where one is made.
USUAL = "usual"
#: The folder of the encoder in a bundle.
ENCODER = "encoder"


@dataclass(frozen=True)
class LoadedPart:
    """A learner with its fold-fitted features."""

    learner: Learner
    side: FoldFitted


@dataclass(frozen=True)
class Pipeline:
    """A model in memory.

    Attributes
    ----------
    spec : ModelSpec
    encoder : Encoder
    members : tuple of tuple of LoadedPart
        In the order of ``spec.members``.
    n_threads : int
    usual : Usual or None
        What the training rows of a detector held; None for other models, and where it was not kept.
    """

    spec: ModelSpec
    encoder: Encoder
    members: tuple[tuple[LoadedPart, ...], ...]
    n_threads: int = 1
    usual: Usual | None = None

    @classmethod
    def load(cls, folder: Path, spec: ModelSpec, n_threads: int = 1) -> Pipeline:
        """Return the pipeline whose parts lie in ``folder``, already verified.

        Raises
        ------
        BundleDamaged, BundleVersion
        """
        sides: dict[str, FoldFitted] = {}

        def part(learner: str, side: str) -> LoadedPart:
            if side not in sides:
                with reading(side):
                    sides[side] = FoldFitted.load(folder / side)
            with reading(learner):
                return LoadedPart(load_learner(folder / learner), sides[side])

        members = tuple(tuple(part(p.learner, p.side) for p in m.parts) for m in spec.members)
        with reading(ENCODER):
            encoder = _as_read(Encoder.load(folder / ENCODER), spec)
        with reading(USUAL):
            usual = Usual.load(folder / USUAL)
        return cls(spec, encoder, members, n_threads, usual)

    def with_threshold(self, threshold: Threshold | None) -> Pipeline:
        """Return the same model with another line of alert."""
        return replace(self, spec=self.spec.model_copy(update={"threshold": threshold}))

    def after(self, frame: pl.DataFrame) -> Pipeline:
        """Return the same model after the rows of ``frame`` have happened: it counts them as past."""
        if self.encoder.past is None:
            return self
        return replace(self, encoder=self.encoder.after(self._aligned(frame)))

    def among(self, frame: pl.DataFrame) -> Pipeline:
        """Return the same model for rows of ``frame`` that are asked about one by one.

        Each is scored as it is in ``frame``, and a row that was changed as in its own place there: it sees
        the rows of ``frame`` with an earlier time, and no other row that is asked about.
        """
        if self.encoder.past is None:
            return self
        return replace(self, encoder=self.encoder.among(self._aligned(frame)))

    @property
    def is_among(self) -> bool:
        """Return whether rows are asked about one by one, among others that are known already."""
        past = self.encoder.past
        return past is not None and past.others is not None

    def _aligned(self, frame: pl.DataFrame) -> pl.DataFrame:
        return align(frame, self.spec.inputs, self.encoder.inputs)

    def encode(self, frame: pl.DataFrame) -> Matrix:
        """Return the matrix of a raw table, before fold-fitted features."""
        return self.encoder.transform(self._aligned(frame))

    def seen(self, frame: pl.DataFrame) -> Seen:
        """Return what the past tells of the rows of a raw table."""
        return self.encoder.seen(self._aligned(frame))

    def score(
        self, frame: pl.DataFrame, unread: UnreadTimes | None = None, seen: Seen | None = None
    ) -> Array:
        """Return calibrated predictions, shape (n_rows, n_outputs).

        To ``unread`` are added the cells of ``frame`` that hold something and no time as training read times.
        ``seen`` is what the past tells of the rows, where it is known already.
        """
        rows = self._aligned(frame)
        past, blocks = self.encoder.seen(rows) if seen is None else seen, []
        for start in range(0, max(1, frame.height), BATCH_ROWS):
            some, known = rows.slice(start, BATCH_ROWS), past.rows(slice(start, start + BATCH_ROWS))
            matrix = self.encoder.transform(some, known)
            blocks.append(self.score_matrix(matrix))
            if unread is not None:
                block = Encoded(frame.slice(start, BATCH_ROWS), some, matrix.values, known)
                look(unread, self.spec.inputs, self.encoder, block)
        return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)

    def unread_times(self, frame: pl.DataFrame, also: Iterable[str | None] = ()) -> tuple[str, ...]:
        """Return what to say of cells that hold something and no time as training read times.

        ``also`` names columns of times that others than the encoder read.
        """
        return unread_times(self.spec.inputs, self.encoder, frame, also)

    def known_times(self, frame: pl.DataFrame) -> tuple[str, ...]:
        """Return what to say where most rows are not after what the model counts as past already."""
        return known_times(self.spec.inputs, self.encoder, frame)

    def score_matrix(self, matrix: Matrix) -> Array:
        """Return calibrated predictions of an encoded table."""
        predictions = self.member_predictions(matrix)
        weights = [m.weight for m in self.spec.members]
        mixed = combine(predictions, weights, self.spec.combination, self.spec.intercept)
        return self.spec.calibrator.apply(mixed)

    def member_predictions(self, matrix: Matrix) -> list[Array]:
        """Return each member's own prediction, the mean of its parts."""
        wide: dict[int, Matrix] = {}

        def widened(side: FoldFitted) -> Matrix:
            if id(side) not in wide:
                wide[id(side)] = side.widen(matrix)
            return wide[id(side)]

        # Waking threads takes longer than scoring a few rows.
        threads = 1 if matrix.n_rows < THREADED_ROWS else self.n_threads
        return [
            mean_of([p.learner.predict(widened(p.side), threads) for p in parts])
            for parts in self.members
        ]

    def predict(self, frame: pl.DataFrame, unread: UnreadTimes | None = None) -> pl.DataFrame:
        """Return predictions row for row, in the columns that the task promises; ``unread`` as for ``score``."""
        task, spec = tasks.get(self.spec.task_type), self.spec
        return task.present(self.score(frame, unread), spec.kind, spec.classes, spec.threshold)


def _as_read(encoder: Encoder, spec: ModelSpec) -> Encoder:
    """Return the encoder without what no member reads."""
    kinds = [algorithms.get(member.algorithm) for member in spec.members]
    if not any(kind.reads_strings for kind in kinds):
        encoder = replace(encoder, string_columns=())
    if not any(kind.reads_entity for kind in kinds):
        encoder = replace(encoder, entity_columns=())
    if encoder.past is not None and not any(kind.reads_history for kind in kinds):
        encoder = replace(encoder, past=replace(encoder.past, words=()))
    return encoder
