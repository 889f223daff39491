"""What a training row may count of the others: what came before it, never itself.

A count over all training rows tells a row of itself and of its own future: an address seen in one row
only is rare at training, and just as rare would be every row of an attack that comes back. At scoring,
all training rows lie in the past. Source: the rule of strictly earlier rows, `Kaufman et al., "Leakage in
Data Mining", 2012, doi:10.1145/2382577.2382579`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.times.parse import NO_TIME

Codes = NDArray[np.int64]
#: Parts that groups are dealt to. All rows but those of the own group would tell a row how large its group
#: is: what it lacks. Of a part, which holds groups of all sizes, that says nothing.
N_PARTS = 5


@dataclass(frozen=True)
class Before:
    """Which training rows count for which: earlier ones, those of other parts, or all but the row itself.

    Attributes
    ----------
    time : int64 array of shape (n_rows,) or None
        When each row happened; rows of equal time do not count for each other. Of a row without a time
        (``NO_TIME``) nobody knows what came before it: it counts for none, and none for it.
    groups : int64 array of shape (n_rows,) or None
        Whom each row belongs to; read where there is no time. Groups are dealt to parts, and rows of other parts
        count, scaled to all rows.
    """

    time: Codes | None = None
    groups: Codes | None = None

    def rows(self, where: NDArray[np.int64]) -> Before:
        """Return the same of some rows."""
        time = None if self.time is None else self.time[where]
        return Before(time, None if self.groups is None else self.groups[where])

    @property
    def is_timed(self) -> NDArray[np.bool_] | None:
        """Return which rows have a time, None where all have one or none is asked for."""
        is_timed = None if self.time is None else self.time != NO_TIME
        return None if is_timed is None or is_timed.all() else is_timed

    @cached_property
    def part(self) -> Codes:
        """Return the part of each row's group, shape (n_rows,); each holds two groups, if there are four."""
        if self.groups is None:
            raise ValueError("parts are of groups")
        known, group = np.unique(self.groups, return_inverse=True)
        n_parts = min(N_PARTS, max(2, len(known) // 2))
        return (np.random.default_rng(0).permutation(len(known)) % n_parts)[group]

    def counts(self, codes: Codes) -> tuple[Codes, Codes]:
        """Return how many rows of its code count for each row, and how many rows of any code.

        Parameters
        ----------
        codes : int64 array of shape (n_rows,)

        Examples
        --------
        >>> Before(time=np.array([1, 2, 2, 3])).counts(np.array([7, 7, 7, 7]))[0].tolist()
        [0, 1, 1, 3]
        >>> Before(time=np.array([NO_TIME, 1, 2])).counts(np.array([7, 7, 7]))[0].tolist()
        [0, 0, 1]
        >>> Before().counts(np.array([7, 7, 8]))[0].tolist()
        [1, 1, 0]
        """
        everyone = np.zeros(len(codes), np.int64)
        if self.time is not None:
            return _earlier(codes, self.time), _earlier(everyone, self.time)
        if self.groups is not None:
            share = _outside(everyone, self.part) / len(codes)
            seen = _outside(codes, self.part) / np.where(share > 0, share, 1.0)
            return np.rint(seen).astype(np.int64), np.where(share > 0, len(codes), 0)
        return _sizes(codes) - 1, np.full(len(codes), len(codes) - 1, np.int64)

    def distinct(self, codes: Codes, within: Codes | None = None) -> Codes:
        """Return how many different codes the rows that count for each row have.

        Parameters
        ----------
        codes : int64 array of shape (n_rows,)
        within : int64 array of shape (n_rows,), optional
            Count codes of rows alike in this alone; rows of one code are alike in it.

        Examples
        --------
        >>> Before(time=np.array([1, 2, 2, 3])).distinct(np.array([7, 7, 8, 7])).tolist()
        [0, 1, 1, 2]
        >>> Before().distinct(np.array([7, 7, 8])).tolist()
        [2, 2, 1]
        """
        whole = np.zeros(len(codes), np.int64) if within is None else within
        if self.time is not None:
            return self.sums(whole, _firsts(codes, self.time)[:, None])[0][:, 0].astype(np.int64)
        # A code that only rows have which do not count is not seen.
        alone = np.arange(len(codes)) if self.groups is None else self.part
        own = _sizes(codes) == _sizes(_both(codes, alone))
        once = _firsts(codes, np.zeros(len(codes), np.int64))
        return _totals(whole, once) - _totals(_both(whole, alone), once * own)

    def sums(self, codes: Codes, values: NDArray[np.float64], delay: int = 0) -> Sums:
        """Return the sums of earlier rows' values by code; only where there is a time.

        Parameters
        ----------
        codes : int64 array of shape (n_rows,)
        values : float64 array of shape (n_rows, n_outputs)
        delay : int
            Until a row's value is known, in the unit of ``time``.
        """
        if self.time is None:
            raise ValueError("sums of earlier rows need a time")
        order = np.lexsort((self.time, codes))
        firsts, lasts = _known_by(codes[order], self.time[order], delay)
        totals = np.zeros((len(codes) + 1, values.shape[1]))
        np.cumsum(values[order], axis=0, out=totals[1:])
        sums, counts = np.empty_like(values), np.empty(len(codes), np.int64)
        sums[order] = totals[lasts] - totals[firsts]
        counts[order] = lasts - firsts
        return sums, counts


Sums = tuple[NDArray[np.float64], Codes]


def _known_by(codes: Codes, time: Codes, delay: int) -> tuple[Codes, Codes]:
    """Return, for rows sorted by code and time, from where to where rows of their code are known by then."""
    changes = codes[1:] != codes[:-1]
    ranks = np.cumsum(np.concatenate([[0], changes.astype(np.int64)]))
    untimed = time == NO_TIME
    # Rows without a time stand first in their code: what is known begins after them.
    firsts = (
        _starts(changes, len(codes)) + np.bincount(ranks, weights=untimed).astype(np.int64)[ranks]
    )
    if delay <= 0:
        same = ~changes & (time[1:] == time[:-1])
        lasts = _starts(~same, len(codes))
    else:
        # One ordered key for code and time. Times stand for their order: codes times nanoseconds fit no 64 bits.
        times, place = np.unique(time, return_inverse=True)
        known = np.searchsorted(times, np.where(untimed, time, time - delay), side="left")
        each = len(times) + 1
        lasts = np.searchsorted(ranks * each + place, ranks * each + known, side="left")
    return firsts, np.where(untimed, firsts, np.maximum(firsts, lasts))


def _starts(changes: NDArray[np.bool_], n: int) -> Codes:
    """Return where the stretch of each row begins."""
    at = np.where(np.concatenate([[True], changes])[:n], np.arange(n), 0)
    return np.maximum.accumulate(at) if n else at


def _earlier(codes: Codes, time: Codes) -> Codes:
    order = np.lexsort((time, codes))
    firsts, lasts = _known_by(codes[order], time[order], 0)
    counts = np.empty(len(codes), np.int64)
    counts[order] = lasts - firsts
    return counts


def _sizes(codes: Codes) -> Codes:
    _, places, counts = np.unique(codes, return_inverse=True, return_counts=True)
    sizes: Codes = counts[places].astype(np.int64)
    return sizes


def _outside(codes: Codes, part: Codes) -> Codes:
    return _sizes(codes) - _sizes(_both(codes, part))


def _both(codes: Codes, groups: Codes) -> Codes:
    """Return one code for each pair of a code and a group."""
    own, group = np.unique(codes, return_inverse=True)[1], np.unique(groups, return_inverse=True)[1]
    return own.astype(np.int64) * (int(group.max(initial=0)) + 1) + group


def _firsts(codes: Codes, time: Codes) -> NDArray[np.float64]:
    """Return 1 for the earliest row of each code, 0 for the others; rows without a time come last."""
    order = np.lexsort((time, time == NO_TIME, codes))
    first = np.zeros(len(codes))
    first[order[np.concatenate([[True], np.diff(codes[order]) != 0])[: len(order)]]] = 1.0
    return first


def _totals(codes: Codes, values: NDArray[np.float64]) -> Codes:
    """Return the sum of the values of each row's code."""
    places = np.unique(codes, return_inverse=True)[1]
    return np.bincount(places, weights=values)[places].astype(np.int64)
