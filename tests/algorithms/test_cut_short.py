"""A fit that the time ended says so, and is no whole fit on all rows; one that came to its own end is."""

from dataclasses import replace
from functools import cache

import pytest

from phantom_ml.algorithms._boosting import Stopper
from phantom_ml.algorithms.base import FitContext, algorithms, load_learner, save_learner
from phantom_ml.automl.ensemble.on_all_rows import is_whole
from phantom_ml.config import ProblemKind
from phantom_ml.process.deadline import Deadline
from phantom_ml.testing._algorithm_data import context_of, samples_of
from tests.automl.made import Clock, finished

STOPPING = [(a.name, kind) for a in algorithms if a.can_stop for kind in sorted(a.kinds)]
#: More than what a fit makes before it looks at the clock.
ROUNDS = 40


def fit(name: str, kind: ProblemKind, deadline: Deadline, n_rounds: int | None = None):
    algorithm = algorithms.get(name)
    if not algorithm.available():
        pytest.skip(f"the extra {algorithm.extra!r} is not installed")
    context = context_of(kind, deadline=deadline, n_rounds=n_rounds)
    return algorithm(**algorithm.quick).fit(samples_of(kind, 300, 1), None, context)


@cache
def fit_in_time(name: str, kind: ProblemKind):
    return fit(name, kind, Deadline.never())


def refit(learner, asked: int | None):
    """Return what the refit of a learner of which so many rounds were asked came to."""
    one = finished(50_001, n_trees=learner.n_trees, is_cut_short=learner.is_cut_short)
    trial = one.trial.model_copy(update={"n_rounds": learner.n_rounds})
    return replace(one, trial=trial, order=replace(one.order, n_rounds=asked))


@pytest.mark.parametrize(("name", "kind"), STOPPING)
def test_a_fit_whose_deadline_has_passed_says_that_it_was_cut_short(name, kind):
    assert fit(name, kind, Deadline.after(0.0), ROUNDS).is_cut_short


@pytest.mark.parametrize(("name", "kind"), STOPPING)
def test_a_fit_with_time_says_that_it_was_not(name, kind):
    assert not fit_in_time(name, kind).is_cut_short


@pytest.mark.parametrize(("name", "kind"), STOPPING)
def test_a_refit_whose_deadline_has_passed_is_not_whole(name, kind):
    asked = None if fit_in_time(name, kind).n_rounds is None else ROUNDS
    assert not is_whole(refit(fit(name, kind, Deadline.after(0.0), asked), asked))


@pytest.mark.parametrize(("name", "kind"), STOPPING)
def test_a_refit_with_time_is_whole(name, kind):
    learner = fit_in_time(name, kind)
    assert is_whole(refit(learner, learner.n_rounds))


@pytest.mark.parametrize("name", ["NeuralNetwork", "LSTM", "Transformer", "Autoencoder", "DeepLog"])
def test_a_network_of_one_epoch_that_had_no_time_for_it_is_not_whole(name):
    kind = min(algorithms.get(name).kinds)
    assert not is_whole(refit(fit(name, kind, Deadline.after(0.0), 1), 1))


@pytest.mark.parametrize("name", ["SVM", "ElasticNet", "LogisticRegression"])
def test_a_fit_of_as_many_iterations_as_it_may_take_was_not_cut_short(name):
    train, context = samples_of(ProblemKind.BINARY, 300, 1), context_of(ProblemKind.BINARY)
    late = replace(context, deadline=Deadline.after(0.0))
    assert not algorithms.get(name)(max_iterations=1).fit(train, None, late).is_cut_short


def test_what_is_loaded_was_not_cut_short(tmp_path):
    learner = fit("ElasticNet", ProblemKind.BINARY, Deadline.after(0.0))
    save_learner(learner, tmp_path / "learner")
    assert not load_learner(tmp_path / "learner").is_cut_short


def test_a_last_round_that_ends_after_the_deadline_was_not_cut_short():
    clock = Clock()
    context = FitContext(ProblemKind.BINARY, deadline=clock.deadline(1.0), n_rounds=1)
    rounds = Stopper(context, 100, 50, has_valid=False)
    clock.now += 2.0
    assert not rounds.goes_on(None)
    assert not rounds.is_cut_short
