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


KNOWN_REASON = (
    "Detectors were fitted on two halves of the rows and compared on the rest, among half of the known "
    "anomalies; the other half taught what learns from them."
)


def halves(
    n_rows: int, n_odd: int, time: Codes | None, seed: int, *, known: bool = False
) -> SplitPlan:
    """Return two splits with disjoint training rows and the same valid ones.

    Parameters
    ----------
    n_rows : int
        Real rows.
    n_odd : int
        Rows after them that are to be found.
    known : bool
        Whether these are real ones: then every second of them, drawn at random, is in both training parts.
        Made ones are valid alone.
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
    odd = n_rows + (rng.permutation(n_odd) if known else np.arange(n_odd))
    taught, found = (odd[: n_odd // 2], odd[n_odd // 2 :]) if known else (odd[:0], odd)
    valid = np.concatenate([np.sort(held), np.sort(found)])
    parts = (seen[: len(seen) // 2], seen[len(seen) // 2 :])
    splits = tuple(Split(np.concatenate([np.sort(p), np.sort(taught)]), valid) for p in parts)
    return SplitPlan(splits, "halves", KNOWN_REASON if known else REASON)
