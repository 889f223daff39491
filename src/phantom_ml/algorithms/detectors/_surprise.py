"""Surprise: a detector's score in nats, so that detectors of any kind can be compared and averaged.

The surprise of a score is minus the logarithm of the share of training rows that score at least as high:
0.7 is half of them, 4.6 one in a hundred, 6.9 one in a thousand. Above all of training there is no
share to count. There the tail is taken for a Pareto one (a generalised Pareto with shape 1):
log(1 + excess / scale) is added, with the mean excess of the highest twentieth as the scale. Of the
shapes that real tails have it is the heaviest, so surprise grows slowest; order is kept however far
out a row lies, yet one member of an ensemble that lost its ground cannot outvote all others. The same tail,
with the scale of all but the highest few, bounds the nats within training from below: two rows far out among
three hundred are rarer than two in three hundred.

Sources: Kriegel et al., "Interpreting and Unifying Outlier Scores", SDM 2011,
doi:10.1137/1.9781611972818.2, for scores on one scale; Pickands, "Statistical Inference Using Extreme
Order Statistics", 1975, doi:10.1214/aos/1176343003, for the tail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from phantom_ml.parts.arrays import Arrays, Form, require

Array = NDArray[np.float64]

#: Knots by equal steps of share, and again by equal steps of surprise, which are dense in the tail.
KNOTS = 256
#: Share of training rows whose mean excess is the scale beyond all of them.
TAIL = 0.05
#: Of how many of the highest it counts only that they are high, where typical scores of the tail are asked for.
FAR = 5


@dataclass(frozen=True)
class Surprise:
    """A rising map from scores to nats.

    Attributes
    ----------
    scores, nats : float64 arrays of shape (n_knots,)
        Scores rise strictly. Between knots the map is straight.
    scale : float64 array of shape (1,)
        How far beyond the last knot a score must lie to add log(2).
    """

    scores: Array
    nats: Array
    scale: Array
    FORM: ClassVar[Form] = {
        "surprise.scores": (np.float64, 1),
        "surprise.nats": (np.float64, 1),
        "surprise.scale": (np.float64, 1),
    }

    @classmethod
    def fit(cls, raw: Array) -> Surprise:
        """Return the map for the scores of training rows, shape (n_rows,), n_rows at least 1."""
        raw = _rounded(raw)
        n = len(raw)
        scores, first = np.unique(np.sort(raw), return_index=True)
        # Half a row is added, so that even the highest score is one that can come again.
        nats = np.log((n + 0.5) / (n - first + 0.5))
        tail = np.sort(raw)[-max(1, int(TAIL * n)) :]
        nats = np.maximum(nats, _by_distance(scores, tail))
        kept = _knots(first / n, nats)
        excess = float((tail - tail[0]).mean())
        floor = max(abs(float(scores[-1])), 1.0) * 1e-6
        scale = excess if excess > floor else max(float(scores[-1] - scores[0]), floor)
        return cls(scores[kept], nats[kept], np.array([scale]))

    def of(self, raw: Array) -> Array:
        """Return the surprise of scores, the same shape, in nats, at least 0."""
        raw = _rounded(raw)
        beyond = np.maximum(raw - self.scores[-1], 0.0)
        counted = np.interp(raw, self.scores, self.nats)
        return np.asarray(counted + np.log1p(beyond / self.scale[0]))

    def arrays(self) -> Arrays:
        """Return what ``save_arrays`` takes."""
        return {name: getattr(self, name.partition(".")[2]) for name in self.FORM}

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> Surprise:
        """Return the map that was saved; raises BundleDamaged."""
        found = cls(*(arrays[name] for name in cls.FORM))
        require(found.scale.shape == (1,), "the scale of surprise is missing")
        same = 0 < len(found.scores) == len(found.nats)
        require(same, "surprise and scores have other lengths")
        finite = all(bool(np.isfinite(a).all()) for a in (found.scores, found.nats, found.scale))
        rising = bool((np.diff(found.scores) > 0).all() and (np.diff(found.nats) >= 0).all())
        require(finite and rising and found.scale[0] > 0, "surprise does not rise with the score")
        require(found.nats[0] >= 0, "surprise is below 0")
        return found


def _by_distance(scores: Array, tail: Array) -> Array:
    """Return nats of scores by their distance alone: those of a Pareto tail that begins where ``tail`` does."""
    excess = tail - tail[0]
    n_high = min(FAR, (len(tail) - 1) // 2)
    typical = float(np.minimum(excess, excess[-1 - n_high]).sum()) / (len(tail) - n_high)
    if not typical > 0:
        return np.zeros(len(scores))
    beyond = np.maximum(scores - tail[0], 0.0) / typical
    return np.where(beyond > 0, np.log1p(beyond) - np.log(TAIL), 0.0)


def _rounded(raw: Array) -> Array:
    # A row alone rounds otherwise than one among many; where scores are dense the map would show it.
    return raw.astype(np.float32).astype(np.float64)


def _knots(share: Array, nats: Array) -> NDArray[np.int64]:
    """Return which scores are knots, both ends among them."""
    even = np.searchsorted(share, np.linspace(0, 1, KNOTS))
    dense = np.searchsorted(nats, np.linspace(0, nats[-1], KNOTS))
    return np.unique(np.clip(np.concatenate([even, dense, [0]]), 0, len(nats) - 1))
