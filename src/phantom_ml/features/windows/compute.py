"""What is told of the events on a line: each function gives columns in the order of words.py.

All of it is searches and differences of running totals; there is no loop over rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.features.cells.hashing import MISSING, Hashes
from phantom_ml.features.windows.events import FAILURE, NO_AMOUNT, SUCCESS, UNKNOWN, Ints
from phantom_ml.features.windows.line import HORIZON, SECOND, Line
from phantom_ml.features.windows.memory import Memory, pair_key
from phantom_ml.features.windows.plan import EntityPlan
from phantom_ml.features.windows.rhythm import rhythm
from phantom_ml.features.windows.seen import NEVER, NEVER_YET
from phantom_ml.features.windows.words import burst_windows, failure_window

Column = NDArray[Any]


def told(plan: EntityPlan, line: Line, memory: Memory) -> Iterator[Column]:
    """Yield what the plan tells of the rows that are asked for, each of shape (n_asked,)."""
    since = {w: line.since(w) for w in {*plan.windows, HORIZON}}
    yield from _arrivals(plan, line, memory, since)
    for i in range(len(plan.distinct)):
        yield from _values(plan, line, memory, i)
    for i in range(len(plan.sums)):
        yield from _amounts(plan, line, i, since)
    if plan.failures:
        yield from _failures(plan, line, since)
    if plan.rhythm:
        yield from rhythm(line, since[HORIZON])


def _arrivals(
    plan: EntityPlan, line: Line, memory: Memory, since: dict[int, Ints]
) -> Iterator[Column]:
    now = line.asked.time
    first, last = _entity_times(line, memory)
    is_new = first >= now
    age = np.where(is_new, np.nan, (now - np.where(is_new, now, first)) / SECOND)
    yield is_new
    # Without an end both would tell how old the data is, and no row of training is as old as the next one.
    yield np.minimum(age, HORIZON)
    gap = np.where(last == NEVER, np.nan, (now - np.where(last == NEVER, now, last)) / SECOND)
    yield np.minimum(gap, HORIZON)
    counts = {w: line.head - since[w] for w in plan.windows}
    yield from counts.values()
    burst = burst_windows(plan.windows)
    if burst:
        short, long = burst
        observed = np.clip(np.where(is_new, 0.0, age), short, long)
        yield np.log2((counts[short] + 1) / (counts[long] * (short / observed) + 1))
    session = line.session(since[HORIZON])
    yield line.head - session
    begun = np.where(session < line.head, line.time_at(session), now)
    yield (now - begun) / SECOND


def _entity_times(line: Line, memory: Memory) -> tuple[Ints, Ints]:
    """Return when the entity of each row was first seen, and when last before the row."""
    now, has_past = line.asked.time, line.has_past
    first = np.where(has_past, line.time_at(line.start), NEVER_YET)
    last = np.where(has_past, line.time_at(line.head - 1), NEVER)
    if memory.parts:
        known, entity = np.unique(line.asked.entity, return_inverse=True)
        known_first, known_last = memory.entity_times(known)
        first = np.minimum(first, known_first[entity])
        older = known_last[entity]
        last = np.maximum(last, np.where(older < now, older, NEVER))
    return first, last


def _values(plan: EntityPlan, line: Line, memory: Memory, column: int) -> Iterator[Column]:
    """Yield how many distinct values each window holds, and whether the row's own is new.

    An event stands for its value from its time on until the window has passed it or the value comes
    again: the distinct values at a time are the events begun before it, less those ended before it.
    """
    known = line.events.values[:, column] != MISSING
    key_of = pair_key(line.events, column)
    order = np.argsort(key_of, kind="stable")
    order = order[known[order]]
    pair, key = key_of[order], line.key[order]
    is_pair = np.ones(len(order), np.bool_)
    np.not_equal(pair[1:], pair[:-1], out=is_pair[1:])
    begins = is_pair.copy()
    begins[1:] |= key[1:] != key[:-1]  # of several at one time, one stands for the value
    begun = np.zeros(len(line.key) + 1, np.int64)
    begun[order[begins] + 1] = 1
    begun = np.cumsum(begun)[line.head]
    start, next_start = key[begins], _next(key[begins], is_pair[begins])
    now = line.asked_key
    for window in plan.windows:
        ends = np.sort(np.minimum(start + window * SECOND, next_start))
        yield begun - np.searchsorted(ends, now, side="left")
    own = pair_key(line.asked, column)
    is_new = _first_of(own, pair[is_pair], key[is_pair]) >= now
    if memory.parts:
        is_new &= memory.pair_first(own) >= line.asked.time
    yield np.where(line.asked.values[:, column] == MISSING, np.nan, is_new)


def _first_of(asked: Hashes, pairs: Hashes, first: Ints) -> Ints:
    """Return where each pair that is asked for begins; the end of all time where it never does."""
    if not len(pairs):
        return np.full(len(asked), NEVER_YET)
    at = np.minimum(np.searchsorted(pairs, asked), len(pairs) - 1)
    return np.where(pairs[at] == asked, first[at], NEVER_YET)


def _next(start: Ints, is_pair: NDArray[np.bool_]) -> Ints:
    """Return where the same pair begins again; the end of all time where it does not."""
    following = np.full(len(start), NEVER_YET)
    following[:-1] = np.where(is_pair[1:], following[:-1], start[1:])
    return following


def _amounts(plan: EntityPlan, line: Line, column: int, since: dict[int, Ints]) -> Iterator[Column]:
    amount = line.events.amounts[:, column]
    known = amount != NO_AMOUNT
    total, count = _running(np.where(known, amount, 0)), _running(known)
    for window in plan.windows:
        yield total[line.head] - total[since[window]]
    past = since[HORIZON]
    n = count[line.head] - count[past]
    mean = (total[line.head] - total[past]) / np.maximum(n, 1)
    own = line.asked.amounts[:, column]
    ratio = np.log2((np.maximum(own, 0) + 1.0) / (np.maximum(mean, 0.0) + 1.0))
    yield np.where((own != NO_AMOUNT) & (n > 0), ratio, np.nan)


def _failures(plan: EntityPlan, line: Line, since: dict[int, Ints]) -> Iterator[Column]:
    outcome = line.events.outcome
    failed, known = _running(outcome == FAILURE), _running(outcome != UNKNOWN)
    failures = {w: failed[line.head] - failed[since[w]] for w in plan.windows}
    for window, n_failed in failures.items():
        n_known = known[line.head] - known[since[window]]
        yield n_failed
        yield (n_failed + 1) / (n_known + 2)
    window_before = failure_window(plan.windows)
    if window_before is not None:
        own = line.asked.outcome
        told = np.where(own == SUCCESS, failures[window_before], 0).astype(np.float64)
        yield np.where(own == UNKNOWN, np.nan, told)


def _running(values: NDArray[Any]) -> Ints:
    """Return the total of all values before each place, and at last of all."""
    total = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=total[1:])
    return total
