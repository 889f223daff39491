"""ValidationScores: what a threshold is cut on, the held-out truth beside its probabilities."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from phantom_ml.errors import BadSetting, BundleDamaged


@dataclass(frozen=True)
class ValidationScores:
    """Rows that no fit has seen, with the probability that the model gave them.

    Attributes
    ----------
    truth : int64 array of shape (n_rows,)
        1 for the positive class, 0 for the other.
    score : float64 array of shape (n_rows,)
        The calibrated probability of class 1, as ``predict`` will give it.
    weight : float64 array of shape (n_rows,) or None
        At least 0.
    days : float or None
        How many days the rows span; None without a time column.
    of_anomalies : bool
        Whether scores are nats of surprise, which have a tail. More of the known anomalies are held out than of
        the other rows then, and weights give them the share that they have in the table.
    n_unanswered : int
        Rows of the same days without an answer; they alert all the same.
    unanswered : float64 array of shape (n_scored,) or None
        What the model says of them, or of some of them that stand for all; None where nobody asked it.

    Raises
    ------
    BadSetting
        The parts do not belong together: another length, other codes, scores that are not numbers.
    """

    truth: NDArray[np.int64]
    score: NDArray[np.float64]
    weight: NDArray[np.float64] | None = None
    days: float | None = None
    of_anomalies: bool = False
    n_unanswered: int = 0
    unanswered: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        fault = self._fault()
        if fault:
            raise BadSetting(
                f"The held-out scores cannot be used: {fault}.",
                "Give truth codes 0 and 1, one finite score a row, and weights of at least 0.",
            )

    def _fault(self) -> str:
        if self.truth.ndim != 1 or len(self.truth) == 0:
            return f"truth has the shape {self.truth.shape}"
        for name, part in (("score", self.score), ("weight", self.weight)):
            if part is not None and part.shape != self.truth.shape:
                return f"{name} has the shape {part.shape}, truth {self.truth.shape}"
        if not np.isin(self.truth, (0, 1)).all():
            return f"truth holds {self.truth[~np.isin(self.truth, (0, 1))][0]!r}"
        if not np.isfinite(self.score).all():
            return "a score is not finite"
        return self._weight_fault()

    def _weight_fault(self) -> str:
        if self.weight is not None and not (self.weight >= 0).all():
            return "a weight is below 0 or not a number"
        if self.days is not None and not 0 < self.days < float("inf"):
            return f"the rows span {self.days} days"
        if self.n_unanswered < 0:
            return f"{self.n_unanswered} rows have no answer"
        scored = self.unanswered
        if scored is not None and (
            len(scored) > self.n_unanswered or not np.isfinite(scored).all()
        ):
            return f"{len(scored)} scores are of {self.n_unanswered} rows without an answer"
        return ""

    def save(self, path: Path) -> None:
        """Write the arrays to ``path`` (npz, no object arrays)."""
        arrays: dict[str, NDArray[np.generic]] = {"truth": self.truth, "score": self.score}
        if self.weight is not None:
            arrays["weight"] = self.weight
        if self.days is not None:
            arrays["days"] = np.array(self.days, np.float64)
        if self.of_anomalies:
            arrays["of_anomalies"] = np.array(self.of_anomalies)
        if self.n_unanswered:
            arrays["n_unanswered"] = np.array(self.n_unanswered, np.int64)
        if self.unanswered is not None:
            arrays["unanswered"] = self.unanswered
        # Through a handle: given a path, numpy would add a suffix to it.
        with path.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: Path) -> ValidationScores:
        """Return what ``save`` wrote; raises BundleDamaged where the file is another or broken."""
        try:
            # Through a handle again: numpy leaves a path open when its content is broken.
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                weight = arrays["weight"].astype(np.float64) if "weight" in arrays else None
                days = float(arrays["days"]) if "days" in arrays else None
                truth, score = arrays["truth"].astype(np.int64), arrays["score"].astype(np.float64)
                of_anomalies = "of_anomalies" in arrays and bool(arrays["of_anomalies"])
                n_unanswered = int(arrays["n_unanswered"]) if "n_unanswered" in arrays else 0
                rest = arrays["unanswered"].astype(np.float64) if "unanswered" in arrays else None
            return cls(truth, score, weight, days, of_anomalies, n_unanswered, rest)
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, BadSetting) as error:
            raise BundleDamaged(
                f"The held-out scores in {path.name!r} cannot be read: {error}",
                "Export the model again, or use an earlier one.",
            ) from None
