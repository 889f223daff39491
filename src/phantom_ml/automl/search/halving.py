"""Hyperband over rows: settings are tried on few rows, and the better third on three times as many.

Source: Li et al., "Hyperband", 2018, arXiv:1603.06560; promotion as soon as a rung allows it, without waiting
for its last trial: Li et al., "A System for Massively Parallel Hyperparameter Tuning", 2020,
arXiv:1810.05934.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from phantom_ml.automl.trials.children import Candidate, Finished, said

#: One in so many is promoted, to so many times the rows.
FACTOR = 3
#: The first rung has a ninth of the rows, but no fewer than these: fewer rank settings by chance.
N_RUNGS, LEAST_ROWS = 3, 1_000


def rungs(n_rows: int) -> tuple[int | None, ...]:
    """Return the rows of each rung, None for all of them.

    Examples
    --------
    >>> rungs(90_000), rungs(6_000), rungs(900)
    ((10000, 30000, None), (2000, None), (None,))
    """
    few = [n_rows // FACTOR**k for k in range(N_RUNGS - 1, 0, -1)]
    return (*(n for n in few if n >= LEAST_ROWS), None)


def promoted(
    seen: Sequence[Finished],
    ladder: Sequence[int | None],
    begun: Sequence[Candidate] = (),
    factor: int = FACTOR,
) -> Candidate | None:
    """Return the best settings that have earned more rows, from the highest rung down; None for none.

    The trials that ended decide; what was ``begun`` on more rows, ended or not, is not promoted again. A
    ``factor`` of 1 promotes all of them in turn, which is for where nothing else is left to try.
    """
    known = {said(c) for c in (*begun, *(f.order.candidate for f in seen))}
    tried = [f for f in seen if f.order.candidate.raced and f.complete]
    for rows, more in reversed(list(pairwise(ladder))):
        for name in dict.fromkeys(f.trial.algorithm for f in tried):
            rung = [f for f in tried if f.trial.algorithm == name and _rows(f) == rows]
            best = sorted(rung, key=lambda f: (float(np.mean(f.losses)), f.trial.number))
            for f in best[: len(rung) // factor]:
                candidate = replace(f.order.candidate, max_rows=more)
                if said(candidate) not in known:
                    return candidate
    return None


def _rows(finished: Finished) -> int | None:
    return finished.order.candidate.max_rows
