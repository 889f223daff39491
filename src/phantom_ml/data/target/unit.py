"""The unit in which a regression's target is shown to what learns from it or judges by it, and the way back.

Trees are grown and kept in float32, and their libraries hold gains below fixed limits for none. So a target
that is very small, or far from zero, would teach them nothing. They are shown its distance from the median
instead, in the usual distance of its values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Samples
from phantom_ml.parts.arrays import require
from phantom_ml.parts.saved import read_object
from phantom_ml.parts.spreads import exponent_of, from_spreads, in_spreads

Floats = NDArray[np.float64]

FILE = "target_unit.json"
#: Where the facts of a learner hold the unit.
FACT = "target_unit"
#: A distance that is a smaller share of the greatest than this is an error of rounding.
LEAST_SHARE = 1e-13
#: Between these spreads, no further from zero than so many of them, and nowhere greater than the last, float32
#: holds a target as it is, and no fixed limit of a library is near its squares.
PLAIN_SPREADS, PLAIN_DISTANCE, PLAIN_LARGEST = (2.0**-10, 2.0**40), 2.0**12, 2.0**60


@dataclass(frozen=True)
class TargetUnit:
    """How the target of a regression is shown to a learner; classes are shown as they are.

    Attributes
    ----------
    centre : float
        The median of the training rows, by weight. 0 for classes.
    spread : float
        The power of two next to the median distance of the values that differ from the centre, above 0. So
        neither many equal values nor a few very great ones set it, and no digit is lost on the way. 1 for a
        target that never changes, and for classes.

    Examples
    --------
    >>> TargetUnit.of_values(np.array([1.7e9, 1.7e9 + 3, 1.7e9 + 7, 1.7e9 + 9]))
    TargetUnit(centre=1700000003.0, spread=4.0)
    >>> TargetUnit.of_values(np.array([5.0, 5.0]))
    TargetUnit(centre=5.0, spread=1.0)
    """

    centre: float = 0.0
    spread: float = 1.0

    @classmethod
    def of(cls, train: Samples, kind: ProblemKind) -> TargetUnit:
        """Return the unit of training rows whose answers are of such a kind."""
        if kind is not ProblemKind.REGRESSION:
            return cls()
        return cls.of_values(train.target.astype(np.float64), train.weight)

    @classmethod
    def where_needed(cls, train: Samples, kind: ProblemKind) -> TargetUnit:
        """Return the unit of training rows whose target float32 cannot hold, of others that shows it as it is.

        For what judges by the target or tells it on, and is understood in the target's own unit where it can be.
        """
        unit = cls.of(train, kind)
        low, high = PLAIN_SPREADS
        near = abs(unit.centre) <= PLAIN_DISTANCE * unit.spread
        small = np.abs(train.target).max(initial=0) <= PLAIN_LARGEST
        return cls() if low <= unit.spread <= high and near and small else unit

    @classmethod
    def of_values(cls, target: Floats, weight: Floats | None = None) -> TargetUnit:
        """Return the unit of finite values of shape (n_rows,), which have weights or all count alike."""
        weight = np.ones(len(target)) if weight is None else weight
        counted = weight > 0
        if not counted.any():
            return cls()
        target, weight = target[counted], weight[counted]
        # An exact scale of about 1, where neither squares nor sums overflow or vanish.
        exponent = exponent_of(target)
        scaled = np.ldexp(target, -exponent)
        centre = _median(scaled, weight)
        distance = np.abs(scaled - centre)
        differs = distance > LEAST_SHARE * distance.max()
        spread = 1.0
        if differs.any():
            usual = round(np.log2(_median(distance[differs], weight[differs]))) + exponent
            spread = float(np.ldexp(1.0, int(np.clip(usual, -1074, 1023))))
        return cls(float(np.ldexp(centre, exponent)), spread)

    @property
    def version(self) -> int:
        """Return the version of the state of a learner that tells its values in this unit.

        1 where it tells them as they are; 2 else, for a program of before there were units would not mind it.
        """
        return 1 if self == TargetUnit() else 2

    def shown(self, samples: Samples) -> Samples:
        """Return the rows with their target in this unit."""
        if self == TargetUnit():
            return samples
        return replace(samples, target=in_spreads(samples.target, self.centre, self.spread))

    def told(self, raw: Floats) -> Floats:
        """Return predictions in the target's own unit, finite."""
        return raw if self == TargetUnit() else from_spreads(raw, self.centre, self.spread)

    def told_parts(self, parts: Floats) -> Floats:
        """Return contributions, shape (n_rows, n_features + 1, n_outputs), in the target's own unit."""
        if self == TargetUnit():
            return parts
        features, base = parts[:, :-1], parts[:, -1:]
        return np.concatenate([from_spreads(features, 0.0, self.spread), self.told(base)], axis=1)

    def facts(self) -> dict[str, Any]:
        """Return what JSON holds of the unit: nothing where the target is shown as it is."""
        return {} if self == TargetUnit() else {FACT: asdict(self)}

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any]) -> TargetUnit:
        """Return the unit that was saved; raises BundleDamaged.

        A learner of before there were units was shown the target as it is.
        """
        if FACT not in facts:
            return cls()
        unit = facts[FACT]
        whole = isinstance(unit, dict) and set(unit) == {"centre", "spread"}
        require(whole, "the unit of its target has no centre or no spread")
        right = all(type(value) is float and np.isfinite(value) for value in unit.values())
        require(right and unit["spread"] > 0, "the unit of its target is not finite and above 0")
        return cls(**unit)

    def save(self, folder: Path) -> None:
        """Write the unit into a file of its own, for a learner without facts."""
        if self.facts():
            (folder / FILE).write_text(json.dumps(self.facts()), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> TargetUnit:
        """Return what ``save`` wrote; raises BundleDamaged."""
        path = folder / FILE
        if not path.exists():
            return cls()
        facts = read_object(path)
        require(FACT in facts, f"{FILE} holds no unit")
        return cls.of_facts(facts)


def _median(values: Floats, weight: Floats) -> float:
    """Return the least value that with those below has half of the weight."""
    order = np.argsort(values, kind="stable")
    gone = np.cumsum(weight[order])
    return float(values[order[np.searchsorted(gone, gone[-1] / 2)]])
