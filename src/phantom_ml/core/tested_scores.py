"""What a finished model says of its test part, kept in its bundle: a line set later is measured there, too."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from phantom_ml.model.durable import write_atomically
from phantom_ml.model.reading import reading

Array = NDArray[np.float64]
#: The part of a bundle that holds them.
TEST_SCORES = "test_scores.npz"
#: So many scores of benign rows, and of threats, are kept at most, 8 bytes each. Rates are true to 0.001 % then.
MOST_KEPT = 100_000


@dataclass(frozen=True)
class ScoresOfTest:
    """Scores of rows that no search, no fit and no threshold saw.

    Attributes
    ----------
    benign, threats : float64 arrays of shape (n_benign,), (n_threats,)
        Ascending and finite, each of ``MOST_KEPT`` at most.
    """

    benign: Array
    threats: Array

    @classmethod
    def of(cls, truth: NDArray[np.int64], score: Array) -> ScoresOfTest:
        """Return what is kept of the scores of rows, shape (n_rows,), whose truth is 0 or 1.

        Examples
        --------
        >>> ScoresOfTest.of(np.array([0, 1, 0]), np.array([0.4, 0.9, 0.1])).benign.tolist()
        [0.1, 0.4]
        """
        return cls(_thinned(score[truth == 0]), _thinned(score[truth == 1]))

    @property
    def truth(self) -> NDArray[np.int64]:
        """Return 0 for each benign row, then 1 for each threat."""
        return np.repeat([0, 1], [len(self.benign), len(self.threats)]).astype(np.int64)

    @property
    def score(self) -> Array:
        """Return the scores in the order of ``truth``."""
        return np.concatenate([self.benign, self.threats])

    def save(self, folder: Path) -> None:
        """Write them into a bundle that is not sealed yet, whole or not at all."""
        # In memory first: who stops the writing leaves no half of a part behind.
        written = io.BytesIO()
        np.savez(written, allow_pickle=False, benign=self.benign, threats=self.threats)
        write_atomically(folder / TEST_SCORES, written.getvalue())

    @classmethod
    def load(cls, folder: Path) -> ScoresOfTest | None:
        """Return what ``save`` wrote, None where a bundle holds none; raises BundleDamaged."""
        if not (folder / TEST_SCORES).exists():
            return None
        # Through a handle: numpy leaves a path open when its content is broken.
        with reading(TEST_SCORES), (folder / TEST_SCORES).open("rb") as file:
            with np.load(file, allow_pickle=False) as arrays:
                parts = [arrays[name].astype(np.float64) for name in ("benign", "threats")]
            if any(part.ndim != 1 or not np.isfinite(part).all() for part in parts):
                raise ValueError("a score is no finite number")
            return cls(*parts)


def _thinned(score: Array) -> Array:
    """Return scores in order; of too many some, evenly by rank, so that shares of them stay as they are."""
    ordered = np.sort(score)
    if len(ordered) <= MOST_KEPT:
        return ordered
    return ordered[np.linspace(0, len(ordered) - 1, MOST_KEPT).round().astype(np.int64)]
