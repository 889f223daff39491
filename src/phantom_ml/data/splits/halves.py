"""Two halves that never met, measured on the same rows: whether what was learned is stable."""

from __future__ import annotations

import numpy as np

from phantom_ml.data.splits.plan import Codes, Split, SplitPlan

#: Of the rows, the share that measures; the last ones where rows have a time.
HELD_OUT = 0.25
REASON = (
    "Detectors were fitted on two halves of the rows and compared on the rest, among anomalies that were "
    "made. These are estimates without answers: they rank detectors, and promise no recall."
)


def halves(n_rows: int, n_made: int, time: Codes | None, seed: int) -> SplitPlan:
    """Return two splits with disjoint training rows and the same valid ones.

    Parameters
    ----------
    n_rows : int
        Real rows.
    n_made : int
        Rows after them that were made to be found: valid alone.
    time : int64 array of shape (n_rows,) or None
        Valid rows are the last ones in time, where it is known.
    seed : int

    Examples
    --------
    >>> plan = halves(8, 2, None, 0)
    >>> [(len(s.train), len(s.valid)) for s in plan.splits]
    [(3, 4), (3, 4)]
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(n_rows) if time is None else np.argsort(time, kind="stable")
    n_held = max(1, round(HELD_OUT * n_rows))
    seen, held = order[: n_rows - n_held], order[n_rows - n_held :]
    seen = rng.permutation(seen)
    valid = np.concatenate([np.sort(held), np.arange(n_rows, n_rows + n_made)])
    parts = (seen[: len(seen) // 2], seen[len(seen) // 2 :])
    return SplitPlan(tuple(Split(np.sort(p), valid) for p in parts), "halves", REASON)
