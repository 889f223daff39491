"""The last events of each row's entity, one by one: what a learner of sequences reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phantom_ml.features.cells.hashing import MISSING, Hashes
from phantom_ml.features.windows.events import UNKNOWN, Events, Rows, joined
from phantom_ml.features.windows.line import SECOND, Line
from phantom_ml.features.windows.memory import Memory, events_before
from phantom_ml.features.windows.plan import EntityPlan

#: Values of a column that have a code of their own, the most frequent; all others share one.
MOST_VALUES = 1_000
#: Codes of a step in which nothing happened, of a missing value, and of one that training did not see often.
NOTHING, ABSENT, RARE, FIRST_KNOWN = 0, 1, 2, 3
#: Codes of an outcome: nothing happened, or it is unknown, a success, a failure.
OUTCOMES = 4


@dataclass(frozen=True)
class Steps:
    """The last events before each row, oldest first, and the row itself as the last.

    Attributes
    ----------
    values : uint64 array of shape (n_rows, n_steps, n_columns)
        Hashes; MISSING where there is none.
    outcome : int8 array of shape (n_rows, n_steps)
    gap : float32 array of shape (n_rows, n_steps)
        Seconds since the entity's event before; NaN for its first.
    happened : bool array of shape (n_rows, n_steps)
        Whether there is an event; a row without entity or time has but itself.
    """

    values: Hashes
    outcome: NDArray[np.int8]
    gap: NDArray[np.float32]
    happened: NDArray[np.bool_]


def steps_of(plan: EntityPlan, rows: Rows, memory: Memory, others: Events | None = None) -> Steps:
    """Return the last ``plan.steps`` events strictly before each row, and the row itself.

    ``others`` as for ``window_features``, of this entity.
    """
    n_rows, n_steps = rows.frame.height, plan.steps + 1
    found = Steps(
        np.full((n_rows, n_steps, len(plan.distinct)), MISSING, np.uint64),
        np.full((n_rows, n_steps), UNKNOWN, np.int8),
        np.full((n_rows, n_steps), np.nan, np.float32),
        np.zeros((n_rows, n_steps), np.bool_),
    )
    found.happened[:, -1] = True
    events = rows.events(plan)
    if not len(events):
        return found
    past = events_before(events, memory, others)
    _fill(found, Line.of(past.ordered(), alone=others is not None))
    return found


def _fill(found: Steps, line: Line) -> None:
    # The rows themselves stand behind all that they see.
    events, n_steps = joined([line.events, line.asked]), found.gap.shape[1]
    own = len(line.events) + np.arange(len(line.asked))
    # Ties of a row are not before it: what lies before its moment is.
    back = np.arange(n_steps - 1, 0, -1)
    places = np.concatenate([line.head[:, None] - back, own[:, None]], axis=1)
    happened = places >= line.start[:, None]
    places = np.maximum(places, 0)
    rows = line.asked.row
    found.values[rows] = np.where(happened[:, :, None], events.values[places], MISSING)
    found.outcome[rows] = np.where(happened, events.outcome[places], UNKNOWN)
    found.happened[rows] = happened
    found.gap[rows] = _gaps(events, places, happened)


def _gaps(
    events: Events, places: NDArray[np.int64], happened: NDArray[np.bool_]
) -> NDArray[np.float32]:
    time = events.time[places]
    gaps = np.full(time.shape, np.nan, np.float32)
    known = happened[:, 1:] & happened[:, :-1]
    gaps[:, 1:] = np.where(known, (time[:, 1:] - time[:, :-1]) / SECOND, np.nan)
    return gaps


def frequent(values: Hashes) -> Hashes:
    """Return the most frequent hashes of a column, ascending; the missing one is none of them."""
    known, count = np.unique(values[values != MISSING], return_counts=True)
    order = np.lexsort((known, -count))[:MOST_VALUES]
    return np.sort(known[order])


def codes(values: Hashes, happened: NDArray[np.bool_], known: Hashes) -> NDArray[np.float32]:
    """Return the code of each hash: its place among the known ones, behind the three special codes."""
    place = np.minimum(np.searchsorted(known, values), max(0, len(known) - 1))
    is_known = (known[place] == values) if len(known) else np.zeros(values.shape, np.bool_)
    found = np.where(is_known, place + FIRST_KNOWN, RARE)
    found = np.where(values == MISSING, ABSENT, found)
    return np.where(happened, found, NOTHING).astype(np.float32)
