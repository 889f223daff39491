"""How alerts of a stream are scored: the Numenta benchmark's way, and by pooled points.

Sources: Lavin & Ahmad, "Evaluating Real-time Anomaly Detection Algorithms: the Numenta Anomaly Benchmark",
ICMLA 2015, arXiv:1510.03336; Katser & Kozitsin, "Skoltech Anomaly Benchmark", 2020,
doi:10.34740/KAGGLE/DSV/1693952.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: The standard profile: what a found window, a false alert and a missed window count.
FOUND, FALSE, MISSED = 1.0, 0.11, 1.0
#: Share of a series that is not scored, of so many points at most.
PROBATION, PROBATION_OF = 0.15, 5_000
#: So many widths after a window an alert is wholly false.
FAR = 3.0


def probation(n: int) -> int:
    """Return how many points at the start of a series are not scored."""
    return int(min(PROBATION * n, PROBATION * PROBATION_OF))


@dataclass(frozen=True)
class Worth:
    """What an alert at each point of a series would count.

    Attributes
    ----------
    points : array of shape (n,)
        In a window what an alert there earns, from 1 at its left edge to near 0 at its right; elsewhere what it
        costs, as a negative number.
    window : int array of shape (n,)
        The number of the window, -1 outside of all.
    scored : bool array of shape (n,)
        False for the probation part.
    """

    points: np.ndarray
    window: np.ndarray
    scored: np.ndarray

    @classmethod
    def of(cls, inside: np.ndarray) -> Worth:
        """Return the worth of each point of a series, given whether it lies in a window."""
        n = len(inside)
        steps = np.diff(np.concatenate([[0], inside.astype(np.int64), [0]]))
        first, last = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1) - 1
        window = np.where(inside, np.cumsum(steps[:-1] == 1) - 1, -1)
        before = np.searchsorted(last, np.arange(n), side="left") - 1
        width = (last - first + 1).astype(np.float64)
        place = np.full(n, FAR)
        if len(width):
            past = (np.arange(n) - last[before]) / np.maximum(width[before] - 1, 1)
            place = np.where(before >= 0, past, FAR)
            place[inside] = ((np.arange(n) - last[window] - 1) / width[window])[inside]
        worth = np.where(place >= FAR, -1.0, _sigmoid(place))
        points = np.where(inside, FOUND * worth / _sigmoid(np.array(-1.0)), FALSE * worth)
        return cls(points, window, np.arange(n) >= probation(n))


def _sigmoid(place: np.ndarray) -> np.ndarray:
    """Return the scaled sigmoid of a place relative to a window: -1 its left edge, 0 its right."""
    return np.asarray(2.0 / (1.0 + np.exp(5.0 * np.minimum(place, FAR))) - 1.0)


def nab_curve(
    worths: Sequence[Worth], scores: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Return thresholds, descending, and the corpus' score at each: an alert is a score at or above it.

    0 is a detector without alerts, 100 a perfect one; below 0 is worse than silence.
    """
    points, window, flat, n_windows = [], [], [], 0
    for worth, score in zip(worths, scores, strict=True):
        own = worth.window[worth.scored]
        points.append(worth.points[worth.scored])
        window.append(np.where(own >= 0, own + n_windows, -1))
        flat.append(score[worth.scored])
        n_windows += int(worth.window.max(initial=-1)) + 1
    gain, place, score = (np.concatenate(a) for a in (points, window, flat))
    order = np.argsort(-score, kind="stable")
    gain, place, score = gain[order], place[order], score[order]
    change = np.where(place < 0, gain, 0.0)
    for number in range(n_windows):
        own = np.flatnonzero(place == number)
        found = np.maximum.accumulate(np.concatenate([[-MISSED], gain[own]]))
        change[own] = np.diff(found)
    total = np.cumsum(change) - MISSED * n_windows
    ends = np.flatnonzero(np.append(score[1:] != score[:-1], True))
    low, high = -MISSED * n_windows, FOUND * n_windows
    return score[ends], 100.0 * (total[ends] - low) / (high - low)


def nab_best(worths: Sequence[Worth], scores: Sequence[np.ndarray]) -> tuple[float, float]:
    """Return the highest score over thresholds, and its threshold; 0 and infinity where silence is best."""
    thresholds, found = nab_curve(worths, scores)
    best = int(found.argmax())
    return (float(found[best]), float(thresholds[best])) if found[best] > 0 else (0.0, np.inf)


def nab_at(worths: Sequence[Worth], alerts: Sequence[np.ndarray]) -> float:
    """Return the corpus' score of alerts, each an array of bool."""
    thresholds, found = nab_curve(worths, [a.astype(np.float64) for a in alerts])
    return float(found[0]) if thresholds[0] > 0.5 else 0.0


def pooled(truths: Sequence[np.ndarray], alerts: Sequence[np.ndarray]) -> dict[str, float]:
    """Return F1, the false-alarm rate and the missing-alarm rate of all points together, in percent but F1."""
    truth, alert = np.concatenate(truths).astype(bool), np.concatenate(alerts).astype(bool)
    found, false = float((truth & alert).sum()), float((~truth & alert).sum())
    missed = float((truth & ~alert).sum())
    return {
        "f1": found / max(found + (false + missed) / 2, 1.0),
        "far": 100.0 * false / max(float((~truth).sum()), 1.0),
        "mar": 100.0 * missed / max(float(truth.sum()), 1.0),
    }
