"""What every fitted detector shares: columns in, a raw score, surprise out, and one way to save it."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms.base import AlgorithmSettings, FitContext, Learner
from phantom_ml.algorithms.detectors._apart import usual_rows
from phantom_ml.algorithms.detectors._columns import COLUMNS_FORM, Columns
from phantom_ml.algorithms.detectors._surprise import Surprise
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.parts.arrays import Arrays, Form, load_arrays, save_arrays

Array = NDArray[np.float64]
#: Rows that are scored at once: what a detector makes of them stays small.
CHUNK_ROWS = 2_048
#: Training rows that a detector learns from, at most. A sample of so many knows a share of one in ten
#: thousand; more rows cost seconds and change no rank.
MAX_ROWS = 50_000


@dataclass
class Detector(Learner):
    """A fitted detector; further fields are arrays, and ``FORM`` says of what type.

    Attributes
    ----------
    columns : Columns
    surprise : Surprise
    """

    #: A surprise adds up as it is; the word has no meaning without classes.
    contribution_scale: ClassVar[Literal["log-odds", "probability"]] = "probability"
    FORM: ClassVar[Form] = {}
    columns: Columns
    surprise: Surprise

    def __post_init__(self) -> None:
        self.version = self.columns.version

    @abstractmethod
    def raw_of(self, matrix: Matrix) -> Array:
        """Return the detector's own score of rows, shape (n_rows,), higher = more unusual."""

    @abstractmethod
    def check(self) -> None:
        """Raise BundleDamaged where the arrays of ``FORM`` do not fit together."""

    def predict(self, matrix: Matrix, n_threads: int = 1) -> Array:
        """Return the surprise of each row in nats, shape (n_rows, 1)."""
        from threadpoolctl import threadpool_limits

        found = np.empty((matrix.n_rows, 1))
        with threadpool_limits(n_threads):
            for first in range(0, matrix.n_rows, CHUNK_ROWS):
                part = slice(first, first + CHUNK_ROWS)
                rows = matrix.view(part)
                beyond = self.columns.beyond(rows).max(axis=1, initial=0.0)
                found[part, 0] = self.surprise.of(self.raw_of(rows)) + beyond
        return found

    def save(self, folder: Path) -> None:
        """Write the columns, the surprise and the detector's own arrays."""
        own = {name: getattr(self, name) for name in self.FORM}
        save_arrays(folder, {**self.columns.arrays(), **self.surprise.arrays(), **own})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the saved detector; raises BundleDamaged."""
        arrays, _ = load_arrays(folder, {**COLUMNS_FORM, **Surprise.FORM, **cls.FORM})
        return cls.of_arrays(arrays)

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> Self:
        """Return the detector of arrays that were loaded; raises BundleDamaged."""
        own = {name: arrays[name] for name in cls.FORM}
        found = cls(Columns.of_arrays(arrays), Surprise.of_arrays(arrays), **own)
        found.check()
        return found


@dataclass
class ColumnDetector(Detector):
    """A detector that looks at nothing of a row but its columns."""

    @abstractmethod
    def raw(self, rows: Array) -> Array:
        """Return the detector's own score of columns, shape (n_rows,), higher = more unusual."""

    def raw_of(self, matrix: Matrix) -> Array:
        """Return the detector's own score of rows, shape (n_rows,), higher = more unusual."""
        return self.raw(self.columns.of(matrix))


class DetectorSettings(AlgorithmSettings):
    """The settings of a detector: no answers are looked at, whatever they are."""

    kinds: ClassVar[frozenset[ProblemKind]] = frozenset({ProblemKind.ANOMALY})


@dataclass(frozen=True)
class Seen:
    """What a detector learns from: training rows, of many a sample, and its randomness.

    Attributes
    ----------
    matrix : Matrix
        The rows that do not lie apart.
    columns : Columns
    rows : float64 array of shape (n_rows, n_columns)
        Those of ``matrix``.
    everything : float64 array of shape (n_all_rows, n_columns)
        Those that lie apart among them, for what rows far out do not mislead.
    random : numpy.random.Generator
    """

    matrix: Matrix
    columns: Columns
    rows: Array
    everything: Array
    random: np.random.Generator

    @classmethod
    def of(cls, train: Samples, context: FitContext) -> Seen:
        """Return the rows of ``train`` as columns; its target is not read."""
        random = np.random.default_rng(context.seed)
        whole = train.matrix
        if whole.n_rows > MAX_ROWS:
            whole = whole.rows(np.sort(random.permutation(whole.n_rows)[:MAX_ROWS]))
        columns = Columns.fit(whole)
        everything = columns.of(whole)
        usual = usual_rows(columns.weighed(everything))
        if len(usual) == whole.n_rows:
            return cls(whole, columns, everything, everything, random)
        matrix = whole.rows(usual)
        columns = Columns.fit(matrix, whole)
        return cls(matrix, columns, columns.of(matrix), columns.of(whole), random)

    def some(self, most: int) -> Array:
        """Return the rows that do not lie apart, or of many a sample."""
        if len(self.rows) <= most:
            return self.rows
        return self.rows[np.sort(self.random.permutation(len(self.rows))[:most])]


#: A map that is replaced once training rows have scores.
UNKNOWN = Surprise(np.zeros(1), np.zeros(1), np.ones(1))


def with_surprise(detector: ColumnDetector, rows: Array) -> None:
    """Let a detector know how the columns of training rows score."""
    parts = [detector.raw(rows[i : i + CHUNK_ROWS]) for i in range(0, len(rows), CHUNK_ROWS)]
    detector.surprise = Surprise.fit(np.concatenate(parts))


def with_surprise_of(detector: Detector, matrix: Matrix) -> None:
    """Let a detector know how training rows score of which it sees more than the columns."""
    starts = range(0, matrix.n_rows, CHUNK_ROWS)
    parts = [detector.raw_of(matrix.view(slice(i, i + CHUNK_ROWS))) for i in starts]
    detector.surprise = Surprise.fit(np.concatenate(parts))
