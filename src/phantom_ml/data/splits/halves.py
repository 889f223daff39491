"""Two halves that never met, measured on the same rows: whether what was learned is stable."""

from __future__ import annotations

import numpy as np

from phantom_ml.data.splits.plan import Codes, Split, SplitPlan
from phantom_ml.data.times.parse import NO_TIME

#: Of the rows, the share that measures; the last ones where rows have a time.
HELD_OUT = 0.25
REASON = (
    "Detectors were fitted on two halves of the rows and compared on the rest, among anomalies that were "
    "made. These are estimates without answers: they rank detectors, and promise no recall."
)


KNOWN_REASON = (
    "Detectors were fitted on two halves of the rows and compared on the rest, among half of the known "
    "anomalies; the other half is for what learns from them."
)
ALL_KNOWN_REASON = (
    "Detectors were fitted on two halves of the rows and compared on the rest, among all known anomalies: "
    "nothing that was to be tried learns from them."
)


def halves(
    n_rows: int, n_odd: int, time: Codes | None, seed: int, *, n_taught: int | None = None
) -> SplitPlan:
    """Return two splits with disjoint training rows and the same valid ones.

    Parameters
    ----------
    n_rows : int
        Real rows.
    n_odd : int
        Rows after them that are to be found.
    n_taught : int or None
        Of these, where they are known ones, so many are drawn at random for both training parts; the others
        are valid. None: they were made, and are valid alone.
    time : int64 array of shape (n_rows,) or None
        Valid rows are the last ones in time, where it is known; those without one are taken to be of any time.
    seed : int

    Examples
    --------
    >>> plan = halves(8, 2, None, 0)
    >>> [(len(s.train), len(s.valid)) for s in plan.splits]
    [(3, 4), (3, 4)]
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(n_rows) if time is None else _in_order(time, rng)
    n_held = max(1, round(HELD_OUT * n_rows))
    seen, held = order[: n_rows - n_held], order[n_rows - n_held :]
    seen = rng.permutation(seen)
    odd = n_rows + (np.arange(n_odd) if n_taught is None else rng.permutation(n_odd))
    taught, found = np.split(odd, [n_taught or 0])
    valid = np.concatenate([np.sort(held), np.sort(found)])
    parts = (seen[: len(seen) // 2], seen[len(seen) // 2 :])
    splits = tuple(Split(np.concatenate([np.sort(p), np.sort(taught)]), valid) for p in parts)
    by_known = KNOWN_REASON if n_taught else ALL_KNOWN_REASON
    return SplitPlan(splits, "halves", REASON if n_taught is None else by_known)


def _in_order(time: Codes, rng: np.random.Generator) -> Codes:
    """Return the positions of rows by time; those without one lie anywhere among the others.

    All at the beginning, they would be usual to both halves and among the rows that measure none.
    """
    known = np.flatnonzero(time != NO_TIME)
    if len(known) == len(time):
        return np.argsort(time, kind="stable")
    place = rng.random(len(time))
    place[known[np.argsort(time[known], kind="stable")]] = np.arange(len(known)) / max(
        len(known), 1
    )
    return np.argsort(place, kind="stable")
