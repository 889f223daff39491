"""A fit whose time was over before it had learned anything is made anew with more, as long as there is more."""

from __future__ import annotations

from collections.abc import Callable

from phantom_ml.algorithms.base import Learner
from phantom_ml.errors import ChildTimeout
from phantom_ml.process.deadline import Deadline

#: Of a fold's time, what fitting may take.
FIT_SHARE = 0.85
#: A fit that is made anew has so many times what the last one had, and so many times what that said it needs.
LONGER, MARGIN = 1.5, 1.2
#: It is not, where this fold and those to come need so many times what is left: measured on a busy machine, a
#: need of less may well be met, since the first fit paid for what is imported too.
HOPELESS = 2.0
#: A fit that ended before so much of its time took no step, because it found its machine too slow. What it says
#: it needs is then measured in a bad moment, and little was lost: the next one gets somewhat more, not all.
EARLY = 0.5


def learned(
    fit: Callable[[Deadline], Learner], stop: Deadline, end: Deadline, n_folds: int
) -> tuple[Learner, float]:
    """Return a learner that learned something, and the seconds of its fit.

    Parameters
    ----------
    fit : callable of Deadline
        Returns what it learned by then.
    stop : Deadline
        Of the first fit: its fold's share of the time.
    end : Deadline
        Of the whole trial.
    n_folds : int
        Folds that are still to be done in this time, this one among them. The last one is made anew as long as
        there is more time, whatever it says it needs: nothing else is waiting for it.

    Raises
    ------
    ChildTimeout
        There is too little time left to learn anything.
    """
    while True:
        had, began = stop.left(), stop.clock()
        learner = fit(stop)
        seconds, needed = stop.clock() - began, learner.needed_seconds
        if needed <= 0.0:
            return learner, seconds
        most, early = FIT_SHARE * end.left(), seconds < EARLY * had
        hopeless = n_folds > 1 and n_folds * needed > HOPELESS * end.left()
        if hopeless or most <= LONGER * had:
            raise _nothing_learned(needed, seconds, had)
        stop = end.within(min(most, LONGER * had if early else max(LONGER * had, MARGIN * needed)))


def _nothing_learned(needed: float, seconds: float, had: float) -> ChildTimeout:
    """Return the error of a fit that was over after so many seconds of those that it had."""
    given = "that it had"
    if seconds < EARLY * had:
        given = f"after which it gave up, of {_plain(had)} s that it had"
    return ChildTimeout(
        f"A fit needs about {_plain(needed)} s, and had learned nothing in the "
        f"{_plain(seconds)} s {given}.",
        "Give more time, fewer rows or smaller settings.",
    )


def _plain(seconds: float) -> str:
    """Return seconds with two digits that count, never as a power of ten.

    Examples
    --------
    >>> _plain(131.2), _plain(4.26), _plain(0.0312)
    ('130', '4.3', '0.031')
    """
    return f"{float(f'{seconds:.2g}'):,.10g}"
