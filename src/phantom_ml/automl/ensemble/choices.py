"""Which trials an ensemble may choose from, and what they said about held-out rows.

The best trials of a long search are near copies of one algorithm. Unlike ones are what a mixture needs, so
the best few of each algorithm come beside them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from phantom_ml.automl.ensemble.held_out import HeldOut
from phantom_ml.automl.ensemble.prior import PRIOR_EACH
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.trials.children import Finished, said

#: The best trials, whatever their algorithm.
CHOICES = 12


def choices(best: Sequence[Finished]) -> list[Finished]:
    """Return the trials that an ensemble may choose from, the best first."""
    seen: Counter[str] = Counter()
    chosen = []
    # The same settings on the same rows are one model: two of it would count its voice twice.
    once: dict[str, Finished] = {}
    for finished in best:
        once.setdefault(said(finished.order.candidate), finished)
    for place, finished in enumerate(once.values()):
        seen[finished.trial.algorithm] += 1
        if place < CHOICES or seen[finished.trial.algorithm] <= PRIOR_EACH:
            chosen.append(finished)
    return chosen


def held_out_of(problem: Problem, chosen: Sequence[Finished], rows: NDArray[np.int64]) -> HeldOut:
    """Return what some trials, the best first, said about rows."""
    return HeldOut(
        predictions=[f.prediction for f in chosen if f.prediction is not None],
        target=problem.target.values[rows],
        weight=None if problem.weight is None else problem.weight[rows],
        kind=problem.target.kind,
        metric=problem.metric,
        families=tuple(f.trial.algorithm for f in chosen),
        shifted=chosen[0].order.forward,
        is_labelled=problem.is_labelled,
    )
