"""When boosters stop."""

import numpy as np
import pytest

from phantom_ml.algorithms._boosting import (
    SLOW_ROUNDS,
    RoundClock,
    Stopper,
    constant_loss,
    patience,
    settled_loss,
)
from phantom_ml.algorithms.base import FitContext, algorithms
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.process.deadline import Deadline
from phantom_ml.testing._algorithm_data import context_of, samples_of


class Clock:
    """A clock that is moved by hand."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def stopper(n_rows=100_000, limit=1000, has_valid=True, **context):
    return Stopper(FitContext(ProblemKind.BINARY, **context), n_rows, limit, has_valid=has_valid)


def test_patience_shrinks_with_rows_to_twenty():
    assert [patience(n, 0) for n in (1, 10_000, 20_000, 10**7)] == [300, 300, 150, 20]


def test_patience_grows_with_the_best_round():
    assert patience(10**7, 1000) == 320


def test_the_best_round_is_remembered_through_worse_ones():
    rounds = stopper()
    for loss in (3.0, 1.0, 2.0):
        rounds.goes_on(loss)
    assert rounds.best_round == 2


def test_the_share_of_rounds_after_the_best_is_told():
    rounds = stopper()
    for loss in (3.0, 1.0, 2.0, 2.0):
        rounds.goes_on(loss)
    assert rounds.waited == 0.5


@pytest.mark.parametrize("name", ["LightGBM", "XGBoost", "CatBoost", "GradientBoosting"])
def test_a_booster_tells_how_long_it_waited_in_vain(name):
    algorithm, kind = algorithms.get(name), ProblemKind.BINARY
    if not algorithm.available():
        pytest.skip(f"the extra {algorithm.extra!r} is not installed")
    parts = [samples_of(kind, n, seed) for n, seed in ((200, 1), (60, 2))]
    waited = algorithm().fit(*parts, context_of(kind)).waited
    told = algorithm().fit(parts[0], None, context_of(kind, n_rounds=5)).waited
    assert (0.0 < waited < 1.0, told) == (True, 0.0)


def test_rounds_without_a_better_loss_end_the_fit():
    rounds = stopper()
    assert rounds.goes_on(1.0)
    went_on = [rounds.goes_on(2.0) for _ in range(30)]
    assert went_on == [True] * 29 + [False]


def test_a_loss_that_is_not_a_number_is_never_the_best():
    rounds = stopper()
    for loss in (1.0, float("nan")):
        rounds.goes_on(loss)
    assert rounds.best_round == 1


def test_a_settled_loss_ends_the_fit_at_once():
    context = FitContext(ProblemKind.BINARY)
    rounds = Stopper(context, 100, 1000, has_valid=True, settled=0.01)
    assert [rounds.goes_on(loss) for loss in (0.5, 0.02, 0.009)] == [True, True, False]
    assert rounds.best_round == 3


def watched(target, weight=None):
    return Samples(Matrix(np.zeros((len(target), 1), np.float32), ()), np.array(target), weight)


def test_a_settled_loss_is_a_share_of_that_of_a_constant():
    loss = settled_loss(watched([0, 0, 1, 1]), FitContext(ProblemKind.BINARY))
    assert loss == pytest.approx(1e-4 * np.log(2))


def test_a_settled_loss_minds_the_weights():
    rows = watched([0, 0, 1], np.array([1.0, 1.0, 2.0]))
    loss = settled_loss(rows, FitContext(ProblemKind.BINARY))
    assert loss == pytest.approx(1e-4 * np.log(2))


def test_one_class_alone_has_no_settled_loss():
    assert settled_loss(watched([0, 0]), FitContext(ProblemKind.BINARY)) == 0.0


def test_values_have_no_settled_loss():
    assert settled_loss(watched([0.5, 1.0]), FitContext(ProblemKind.REGRESSION, 0)) == 0.0


def test_a_constant_s_loss_for_values_is_their_spread():
    rows = watched([1.0, 5.0, 9.0], np.array([1.0, 0.0, 1.0]))
    assert constant_loss(rows, FitContext(ProblemKind.REGRESSION, 0)) == 4.0


def rounds_of(losses, slow, **context):
    """Return how many of the losses are told, and the best round of them."""
    context = FitContext(ProblemKind.BINARY, **context)
    rounds = Stopper(context, 100, len(losses), has_valid=True, slow=slow)
    told = next(number for number, loss in enumerate(losses, 1) if not rounds.goes_on(loss))
    return told, rounds.best_round


#: Each round gains a millionth.
SLOW_LOSSES = 1.0 - 1e-6 * np.arange(1000)


def test_rounds_that_gain_next_to_nothing_end_the_fit_at_the_best():
    assert rounds_of(SLOW_LOSSES, 1e-3) == (SLOW_ROUNDS + 1, SLOW_ROUNDS + 1)


def test_rounds_that_gain_enough_together_go_on():
    assert rounds_of(SLOW_LOSSES, 1e-4) == (1000, 1000)


def test_any_gain_counts_where_no_more_is_asked_for():
    assert rounds_of(SLOW_LOSSES, 0.0) == (1000, 1000)


def test_a_given_number_of_rounds_asks_for_no_gain():
    assert rounds_of(SLOW_LOSSES, 1e-3, n_rounds=900) == (900, 900)


def test_a_given_number_of_rounds_is_exact():
    rounds = stopper(n_rounds=3)
    assert [rounds.goes_on(loss) for loss in (1.0, 9.0, 9.0)] == [True, True, False]
    assert rounds.best_round == 3


def test_without_guidance_rounds_are_limited():
    assert stopper(has_valid=False, limit=10_000).limit == 300


def test_no_round_is_begun_that_would_pass_the_deadline():
    clock = Clock()
    rounds = RoundClock(Deadline(10.0, 0.0, clock))
    went_on = []
    for _ in range(9):
        clock.now += 1.0
        went_on.append(rounds.allows_another())
    assert went_on.count(True) == 8


def test_half_of_what_the_first_round_took_is_setting_up():
    clock = Clock()
    rounds = RoundClock(Deadline(10.0, 0.0, clock))
    clock.now += 5.0
    assert rounds.allows_another()
    clock.now += 2.0
    assert not rounds.allows_another()
