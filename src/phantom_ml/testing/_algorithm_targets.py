"""What every algorithm must make of targets that are very small, or far from zero."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Samples
from phantom_ml.testing._algorithm_data import context_of, samples_of
from phantom_ml.testing._algorithm_fits import Algorithm, expect, quick

#: Factors and offsets that a target is moved by, as another unit or another origin would.
MOVES = ((1e-6, 0.0), (1.0, 1e9))
#: Steps of the target that are still told apart when it stands at the greatest offset.
STEP = 2.0**-20
#: Moved predictions may differ by so many standard deviations of the target: ties fall otherwise.
LARGEST_DIFFERENCE = 0.1


def check_unit_of_the_target(algorithm: Algorithm) -> None:
    """Check that a target in another unit, or of another origin, is learned as well."""
    kind = ProblemKind.REGRESSION
    if kind not in algorithm.kinds:
        return
    samples = [samples_of(kind, n_rows, seed) for n_rows, seed in ((200, 1), (100, 2))]
    parts = [replace(s, target=_moved(np.round(s.target / STEP), STEP, 0.0)) for s in samples]
    plain = _predicted(algorithm, parts)
    for factor, offset in MOVES:
        moved = [replace(s, target=_moved(s.target, factor, offset)) for s in parts]
        apart = (_predicted(algorithm, moved) - offset) / factor - plain
        share = float(np.sqrt(np.mean(apart**2)) / parts[0].target.std())
        where = f"Predictions of {factor:g} y + {offset:g}"
        expect(share <= LARGEST_DIFFERENCE, f"{where} are {share:.2f} spreads from those of y.")


def _moved(target: NDArray[Any], factor: float, offset: float) -> NDArray[np.float64]:
    return np.asarray(target * factor + offset, np.float64)


def _predicted(algorithm: Algorithm, parts: list[Samples]) -> NDArray[np.float64]:
    context = context_of(ProblemKind.REGRESSION)
    return quick(algorithm).fit(parts[0], parts[1], context).predict(parts[1].matrix)
