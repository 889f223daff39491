"""What a fit shows on its way: for trees, what a fit of that size comes to."""

from dataclasses import replace

import numpy as np
import pytest

from phantom_ml.algorithms.base import algorithms
from phantom_ml.algorithms.looks import Looks
from phantom_ml.config import ProblemKind
from phantom_ml.testing._algorithm_data import context_of, matrix_of, samples_of

TREES = [
    a.name for a in algorithms if a.grows in ("max_rounds", "n_estimators") and a.extra is None
]
TREES.append("CatBoost")


@pytest.mark.parametrize("name", sorted(set(TREES) - {"IsolationForest"}))
def test_trees_so_far_are_those_of_a_fit_of_so_many(name):
    algorithm, kind, shown = algorithms.get(name), ProblemKind.BINARY, []
    train, valid, test = samples_of(kind, 200, 1), samples_of(kind, 100, 2), matrix_of(50, 3)
    context = context_of(kind)

    def settings(amount):
        return algorithm.model_validate({**algorithm.quick, algorithm.grows: amount})

    settings(9).fit(train, valid, replace(context, looks=Looks([3], shown.append)))
    few = settings(3).fit(train, valid, context)
    assert np.array_equal(shown[0].predict(test), few.predict(test))


def test_a_look_for_which_a_fit_is_too_short_is_none():
    shown = []
    looks = Looks([2, 9], shown.append)
    looks.reached(5, lambda: "five")
    assert (shown, looks.next) == (["five"], 9)


def test_no_batch_goes_beyond_the_next_look():
    looks = Looks([4], print)
    assert [looks.up_to(0, 10), looks.up_to(3, 10), looks.up_to(3, 0)] == [4, 1, 0]


def test_a_fit_without_looks_makes_all_that_it_wants():
    assert Looks.none().up_to(3, 10) == 10


def test_a_learner_within_another_shows_the_whole():
    shown = []
    looks = Looks([1, 2], shown.append)
    looks.through(lambda part: f"around {part}").reached(1, lambda: "part")
    assert (shown, looks.next) == (["around part"], 2)


@pytest.mark.parametrize("limit", [60, 260])
def test_catboost_goes_on_to_any_number_of_rounds(limit):
    # From 200 iterations on it takes other defaults than below.
    kind, shown = ProblemKind.BINARY, []
    train, valid, test = samples_of(kind, 200, 1), samples_of(kind, 100, 2), matrix_of(50, 3)
    slow = algorithms.get("CatBoost")(max_rounds=limit, depth=2, learning_rate=0.005)
    looks = Looks([limit // 9, limit // 3], shown.append)
    found = slow.fit(train, valid, replace(context_of(kind), looks=looks)).predict(test)
    assert [learner.n_rounds for learner in shown] == [limit // 9, limit // 3]
    assert np.array_equal(found, slow.fit(train, valid, context_of(kind)).predict(test))
