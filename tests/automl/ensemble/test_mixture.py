import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from phantom_ml.automl.ensemble.held_out import HeldOut
from phantom_ml.automl.ensemble.mixture import (
    Mixture,
    _greedy_path,
    _sample,
    choose_mixture,
    greedy,
    stack,
)
from phantom_ml.config import ProblemKind
from tests.automl.made import held_out

BOTH = pytest.mark.parametrize("kind", ["binary", "regression"])


def mixed(rows: HeldOut, mixture: Mixture) -> float:
    return rows.loss(mixture.apply(rows.predictions))


@BOTH
@pytest.mark.parametrize("seed", range(4))
def test_a_greedy_path_is_never_worse_on_its_rows_than_its_best_member(kind, seed):
    rows = held_out(kind, seed=seed)
    shares = _greedy_path(rows)
    found = Mixture({int(i): float(shares[i]) for i in np.flatnonzero(shares)})
    assert mixed(rows, found) <= min(rows.loss(p) for p in rows.predictions) + 1e-12


@BOTH
def test_members_with_noise_of_their_own_are_better_together(kind):
    rows, fresh = held_out(kind, 2_000), held_out(kind, 2_000, seed=9)
    found = choose_mixture(rows, 0)
    assert mixed(fresh, found) < min(fresh.loss(p) for p in fresh.predictions)


@BOTH
def test_shares_of_a_mean_sum_to_one(kind):
    found = greedy(held_out(kind), 8)
    assert sum(found.weights.values()) == pytest.approx(1.0)
    assert min(found.weights.values()) > 0.0


@BOTH
def test_the_heaviest_member_comes_first(kind):
    weights = list(greedy(held_out(kind), 8).weights.values())
    assert weights == sorted(weights, reverse=True)


@pytest.mark.parametrize("unit", [2.0**-60, 2.0**60])
def test_the_unit_of_the_target_changes_no_shares(unit):
    rows = held_out("regression")
    told = [p * unit for p in rows.predictions]
    other = replace(rows, target=rows.target * unit, predictions=told)
    assert greedy(other, 8).weights == greedy(rows, 8).weights


def test_no_more_members_than_are_allowed():
    assert len(greedy(held_out(members=9), 3).weights) <= 3


def useless(n: int) -> HeldOut:
    """One member that knows the truth, and three that say nothing."""
    rows = held_out(n=n)
    known = np.where(rows.target == 1, 0.9, 0.1)[:, None]
    nothing = np.random.default_rng(1).random((3, n, 1))
    return replace(rows, predictions=[known, *nothing])


def test_few_rows_pull_to_the_best_of_each_algorithm_alike():
    few, many = (greedy(useless(n), 8).weights for n in (20, 4_000))
    assert many.get(0, 0.0) > few.get(0, 0.0)
    assert len(few) == 4


def test_one_member_alone_is_the_mixture():
    assert choose_mixture(held_out(members=1), 0) == Mixture({0: 1.0})


@BOTH
def test_the_same_rows_and_seed_give_the_same_mixture(kind):
    one, two = (choose_mixture(held_out(kind, 900), 4, max_rows=500) for _ in range(2))
    assert one == two


def test_a_stack_has_no_negative_weight():
    rows = held_out(n=2_000)
    against = replace(rows, predictions=[*rows.predictions[:3], 1.0 - rows.predictions[3]])
    found = stack(against, 8)
    assert min(found.weights.values()) > 0.0
    assert 3 not in found.weights


def test_a_stack_of_nothing_but_lies_falls_back_to_the_first():
    rows = held_out(n=2_000)
    lies = replace(rows, predictions=[1.0 - p for p in rows.predictions])
    assert stack(lies, 8) == Mixture({0: 1.0})


def test_a_stack_learns_no_worse_a_loss_than_equal_shares():
    rows = held_out(n=2_000)
    found = stack(rows, 8).apply(rows.predictions)[:, 0]
    equal = Mixture({i: 0.25 for i in range(4)}, "logit").apply(rows.predictions)[:, 0]

    def log_loss(p):
        return -np.mean(np.log(np.where(rows.target == 1, p, 1.0 - p)))

    assert log_loss(found) <= log_loss(equal) + 1e-6


def test_weights_of_rows_are_heeded():
    rows = held_out(n=1_000)
    heavy = np.where(np.arange(1_000) < 500, 1.0, 1e-9)
    first = np.arange(500)
    whole, part = stack(replace(rows, weight=heavy), 8), stack(rows.rows(first), 8)
    assert whole.weights == pytest.approx(part.weights, abs=0.2)


@BOTH
def test_a_mixture_survives_the_way_to_json(kind):
    found = choose_mixture(held_out(kind), 0)
    values = json.loads(json.dumps(asdict(found)))
    weights = {int(i): w for i, w in values["weights"].items()}
    again = Mixture(weights, values["combination"], values["intercept"])
    rows = held_out(kind, seed=3)
    np.testing.assert_array_equal(found.apply(rows.predictions), again.apply(rows.predictions))


def test_a_sample_keeps_the_rows_of_a_rare_class():
    rows = held_out(n=9_000, target=np.repeat([0, 1], [8_950, 50]))
    chosen = _sample(rows, np.random.default_rng(0), 1_000)
    assert (rows.target[chosen] == 1).sum() == 50
    assert len(chosen) <= 1_100


def test_all_rows_are_taken_where_they_are_few():
    assert len(_sample(held_out(n=50), np.random.default_rng(0), 100)) == 50


def test_many_classes_are_mixed_into_probabilities():
    rng = np.random.default_rng(0)
    target = rng.integers(0, 3, 400)
    predictions = []
    for _ in range(3):
        raw = rng.random((400, 3)) + 2.0 * np.eye(3)[target]
        predictions.append(raw / raw.sum(axis=1, keepdims=True))
    from phantom_ml.metrics.lookup import get_metric

    metric = get_metric("log_loss", ProblemKind.MULTICLASS)
    rows = HeldOut(predictions, target, None, ProblemKind.MULTICLASS, metric, ("A", "B", "C"))
    found = choose_mixture(rows, 0).apply(predictions)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
