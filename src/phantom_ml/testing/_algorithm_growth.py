"""Checks of what grows: it stops in time, makes the rounds that it is told, and shows itself on its way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from phantom_ml.algorithms.base import Learner
from phantom_ml.algorithms.looks import Looks
from phantom_ml.process.deadline import Deadline
from phantom_ml.testing._algorithm_data import context_of, matrix_of, samples_of
from phantom_ml.testing._algorithm_fits import Algorithm, check_answer, expect, kinds_of, quick

#: Rounds, trees or epochs of a fit that is looked at, and when.
N_GROWN, LOOKED_AT = 6, (2, 4)
#: Seconds that a fit may take whose deadline has passed before it began.
LATE_SECONDS = 5.0


def check_deadline(algorithm: Algorithm) -> None:
    """Check that a learner which says it can stop does so when time is up, and is of use."""
    if not algorithm.can_stop:
        return
    for kind in kinds_of(algorithm):
        train, valid = samples_of(kind, 500, 1), samples_of(kind, 100, 2)
        watch = Deadline.after(LATE_SECONDS)
        learner = algorithm().fit(train, valid, context_of(kind, deadline=Deadline.after(0.0)))
        expect(not watch.passed, f"It went on for {LATE_SECONDS:g} s after its deadline.")
        check_answer(learner.predict(valid.matrix), 100, context_of(kind))


def check_rounds(algorithm: Algorithm) -> None:
    """Check that a learner which grows makes exactly the rounds it is told."""
    kind = kinds_of(algorithm)[0]
    train = samples_of(kind, 300, 1)
    learner = algorithm().fit(train, None, context_of(kind, n_rounds=7))
    told = learner.n_rounds in (None, 7)
    expect(told, f"It made {learner.n_rounds} rounds instead of 7.")


def check_looks(algorithm: Algorithm) -> None:
    """Check that a learner which grows shows itself on its way, and is the same in the end."""
    if algorithm.grows is None:
        return
    for kind in kinds_of(algorithm):
        train, valid = samples_of(kind, 200, 1), samples_of(kind, 100, 2)
        settings, test = quick(algorithm, **{algorithm.grows: N_GROWN}), matrix_of(50, 3)
        shown: list[Learner] = []
        looked = replace(context_of(kind), looks=Looks(LOOKED_AT, shown.append))
        found = settings.fit(train, valid, looked).predict(test)
        plain = settings.fit(train, valid, context_of(kind)).predict(test)
        expect(np.array_equal(found, plain), "A fit that is looked at comes to something else.")
        expect(len(shown) == len(LOOKED_AT), f"It showed itself {len(shown)} times.")
        for learner in shown:
            check_answer(learner.predict(test), 50, context_of(kind))
