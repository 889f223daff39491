"""The members of a mixture fitted once more, on all rows: what that takes, and whom there is time for.

A member is served by the fits of its folds where there is no time, and where the time ended its fit: long before
the rounds that its fold found best, or before it converged. Of such a fit nobody knows how good it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from phantom_ml.automl.ensemble.mixture import Mixture
from phantom_ml.automl.trials.children import Candidate, Finished, Order, Running, collect, start
from phantom_ml.automl.trials.room import Room
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.process.child import wait_any
from phantom_ml.process.deadline import Deadline

#: The name of the fold that holds all rows.
ALL = "all"
#: What the start of a process takes.
START_SECONDS = 0.3
#: A booster on all rows needs a little longer than on a fold's share of them.
MORE_ROUNDS = 1.1
#: A fit that the time ended before this share of its rounds is not served.
LEAST_ROUNDS = 0.75
#: Folder numbers of refits, clear of those of trials.
REFIT_NUMBERS = 50_000


@dataclass(frozen=True)
class AllRows:
    """Where refits run.

    Attributes
    ----------
    workspace : Workspace
    room : Room
    end : Deadline
        When they must be over.
    n_rows : int
        Rows that there are to fit on.
    counts : bool
        Whether the clock may not be asked: then all members are fitted.
    """

    workspace: Workspace
    room: Room
    end: Deadline
    n_rows: int
    counts: bool


def refit_seconds(finished: Finished, n_rows: int) -> float:
    """Return what a fit on so many rows is expected to take, by what the folds' fits took up to what they kept.

    Examples
    --------
    >>> from pathlib import Path
    >>> from phantom_ml.model.trial import Trial
    >>> order = Order(0, Candidate("SVM"), ("0",), 0, Deadline.never())
    >>> trial = Finished(Trial(number=0, algorithm="SVM"), order, Path(), fit_seconds=2.0, n_fitted=500)
    >>> round(refit_seconds(trial, 1_000), 1)
    4.3
    """
    most = finished.order.candidate.max_rows or n_rows
    rows = min(most, n_rows)
    more = 1.0 if finished.trial.n_rounds is None else MORE_ROUNDS
    return more * finished.fit_seconds * rows / max(1, finished.n_fitted) + START_SECONDS


def makespan(seconds: Sequence[float], slots: int) -> float:
    """Return when the last of some fits ends, the longest begun first.

    Source: R. L. Graham, "Bounds on Multiprocessing Timing Anomalies", SIAM J. Appl. Math. 17, 1969.

    Examples
    --------
    >>> makespan([2.0, 3.0, 2.0], slots=2)
    4.0
    >>> makespan([], slots=2)
    0.0
    """
    busy = [0.0] * slots
    for each in sorted(seconds, reverse=True):
        busy[busy.index(min(busy))] += each
    return max(busy)


def fit_on_all(members: Sequence[Finished], where: AllRows) -> dict[int, Finished]:
    """Fit members on all rows, as many as the time allows; return what is to be served, by trial number."""
    waiting = in_time(members, where)
    running: list[Running] = []
    done: dict[int, Finished] = {}
    while waiting or running:
        while waiting and len(running) < where.room.slots:
            running.append(start(_order(waiting.pop(0), where), where.workspace))
        for r in list(running):
            outcome = r.child.poll()
            if outcome is not None:
                running.remove(r)
                finished = collect(r, outcome)
                if is_whole(finished):
                    done[r.order.number - REFIT_NUMBERS] = finished
        wait_any([r.child for r in running], 0.1)
    return done


def in_time(members: Sequence[Finished], where: AllRows) -> list[Finished]:
    """Return the members that can be fitted on all rows until the end, the longest first.

    The heaviest are considered first; one that does not fit in keeps the fits of its folds. The first is begun
    where it may come to the rounds that are served.
    """
    if where.counts:
        return list(members)
    left, chosen = where.end.left(), list[tuple[float, Finished]]()
    for finished in members:
        seconds = refit_seconds(finished, where.n_rows)
        if not chosen and LEAST_ROUNDS * seconds <= left:
            seconds = min(seconds, left)
        if makespan([*(s for s, _ in chosen), seconds], where.room.slots) <= left:
            chosen.append((seconds, finished))
    return [f for _, f in sorted(chosen, key=lambda c: -c[0])]


def without_late(
    mixture: Mixture, members: Mapping[int, Finished], where: AllRows
) -> tuple[Mixture, dict[int, Finished]]:
    """Return the mixture without members that there is no time for while another of their algorithm has some.

    Their weight goes to the heaviest of those: fits of older rows beside a fit of all would drag it back.
    """
    timely = {f.trial.number for f in in_time(list(members.values()), where)}
    weights = dict(mixture.weights)
    for i, f in members.items():
        alike = [j for j, g in members.items() if g.trial.algorithm == f.trial.algorithm]
        ready = [j for j in alike if members[j].trial.number in timely]
        if f.trial.number not in timely and ready:
            weights[max(ready, key=weights.__getitem__)] += weights.pop(i)
    return replace(mixture, weights=weights), {i: members[i] for i in weights}


def is_whole(refitted: Finished) -> bool:
    """Return whether a refit came to its end, or near it.

    Most of the trees that were asked for are near the end, and so is a schedule that was shortened to as many of
    its epochs. Of a fit that was ended before it converged, or in the middle of its schedule, nobody knows how
    near it was.
    """
    asked, done = refitted.order.n_rounds, refitted.trial.n_rounds
    if refitted.trial.reason:
        return False
    if asked is None or done is None:
        return not refitted.is_cut_short
    ends_anywhere = refitted.n_trees > 0
    return done >= LEAST_ROUNDS * asked and (ends_anywhere or not refitted.is_cut_short)


def _order(finished: Finished, where: AllRows) -> Order:
    trial = finished.trial
    rounds = None if trial.n_rounds is None else max(1, round(MORE_ROUNDS * trial.n_rounds))
    candidate = Candidate(trial.algorithm, trial.settings, finished.order.candidate.max_rows)
    order = replace(finished.order, candidate=candidate, folds=(ALL,), race=())
    return replace(order, number=REFIT_NUMBERS + trial.number, deadline=where.end, n_rounds=rounds)
