from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from phantom_ml.config import SUPERVISED
from phantom_ml.metrics.calibration import (
    Calibrator,
    expected_calibration_error,
    fit_calibration,
    reliability_table,
)
from phantom_ml.metrics.lookup import get_metric

BINARY, MULTICLASS, REGRESSION = SUPERVISED
LOG_LOSS = get_metric("log_loss", BINARY)


def sigmoid(odds):
    return 1.0 / (1.0 + np.exp(-odds))


def rows(n, seed=0, mean=-1.0):
    """Return truth and the log-odds that it was drawn with."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(mean, 2.0, n)
    return (rng.random(n) < sigmoid(odds)).astype(np.int64), odds


@pytest.mark.parametrize(
    "distort", [lambda z: 3 * z, lambda z: 0.3 * z, lambda z: z + 3, lambda z: z + z**3 / 10]
)
def test_distorted_scores_are_put_right(distort):
    truth, odds = rows(6000)
    wrong = sigmoid(distort(odds))[:, None]
    right = fit_calibration(truth, wrong, BINARY).apply(wrong)
    assert (
        expected_calibration_error(truth, right) < 0.03 < expected_calibration_error(truth, wrong)
    )


def test_it_helps_on_rows_that_it_has_not_seen():
    truth, odds = rows(4000)
    fresh, fresh_odds = rows(4000, seed=1)
    found = fit_calibration(truth, sigmoid(3 * odds)[:, None], BINARY)
    wrong = sigmoid(3 * fresh_odds)[:, None]
    assert LOG_LOSS.score(fresh, found.apply(wrong)) < LOG_LOSS.score(fresh, wrong) - 0.1


@pytest.mark.parametrize("seed", range(5))
def test_right_scores_are_left_alone(seed):
    truth, odds = rows(3000, seed)
    found = fit_calibration(truth, sigmoid(odds)[:, None], BINARY)
    fresh, fresh_odds = rows(20000, seed + 100)
    right = sigmoid(fresh_odds)[:, None]
    assert LOG_LOSS.score(fresh, found.apply(right)) < LOG_LOSS.score(fresh, right) + 0.003


def test_few_positives_leave_scores_as_they_are():
    truth = np.repeat([0, 1], [5000, 19])
    wrong = np.random.default_rng(0).random((5019, 1))
    assert fit_calibration(truth, wrong, BINARY).kind == "identity"


def test_some_positives_bear_platt_at_most():
    truth, odds = rows(300, mean=-3)
    assert 20 <= truth.sum() < 100
    assert fit_calibration(truth, sigmoid(odds + odds**3 / 10)[:, None], BINARY).kind in (
        "platt",
        "identity",
    )


@pytest.mark.parametrize("distort", [lambda z: 3 * z, lambda z: 0.1 * z, lambda z: z + z**3 / 10])
def test_no_two_scores_that_differ_are_tied(distort):
    truth, odds = rows(5000)
    wrong = sigmoid(distort(odds)).astype(np.float32).astype(np.float64)[:, None]
    right = fit_calibration(truth, wrong, BINARY).apply(wrong)
    order = np.argsort(wrong[:, 0])
    apart = np.diff(wrong[order, 0]) > 1e-15
    assert (np.diff(right[order, 0])[apart] > 0).all()


def test_scores_that_mislead_are_not_turned_round():
    truth, odds = rows(2000)
    wrong = sigmoid(-odds)[:, None]
    right = fit_calibration(truth, wrong, BINARY).apply(wrong)
    assert (np.diff(right[np.argsort(wrong[:, 0]), 0]) > 0).all()


def test_exact_zeros_and_ones_become_finite():
    truth, odds = rows(4000)
    votes = np.round(sigmoid(2 * odds), 1)[:, None]
    right = fit_calibration(truth, votes, BINARY).apply(votes)
    assert 0.0 < right.min() < right.max() < 1.0
    assert LOG_LOSS.score(truth, right) < LOG_LOSS.score(truth, votes)


def test_weights_count():
    truth, odds = rows(5000)
    wrong = sigmoid(odds)[:, None]
    weight = np.where(truth == 1, 20.0, 1.0)
    found = fit_calibration(truth, wrong, BINARY, weight)
    assert np.average(found.apply(wrong)[:, 0], weights=weight) == pytest.approx(
        np.average(truth, weights=weight), abs=0.02
    )


def test_size_of_weights_does_not_matter():
    truth, odds = rows(2000)
    wrong = sigmoid(3 * odds)[:, None]
    one, other = (
        fit_calibration(truth, wrong, BINARY, np.full(2000, size)) for size in (1.0, 1000.0)
    )
    assert one.parameters == pytest.approx(other.parameters)


def test_boastful_classes_get_a_temperature():
    rng = np.random.default_rng(0)
    odds = rng.normal(size=(3000, 4))
    truth = (odds + rng.gumbel(size=odds.shape)).argmax(axis=1)
    share = np.exp(3 * odds)
    share /= share.sum(axis=1, keepdims=True)
    found = fit_calibration(truth, share, MULTICLASS)
    assert found.kind == "temperature"
    assert found.parameters[0] == pytest.approx(3.0, rel=0.15)
    assert (found.apply(share).argmax(axis=1) == share.argmax(axis=1)).all()
    assert found.apply(share).sum(axis=1) == pytest.approx(1.0)


def sure_and_right(n, seed):
    """Return rows of three classes that are told apart, and the true shares of their classes."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, n)
    odds = rng.normal(size=(n, 3))
    odds[np.arange(n), truth] += 4.0
    share = np.exp(4.0 * odds)
    return truth, share / share.sum(axis=1, keepdims=True)


def test_rows_that_are_all_right_make_true_shares_no_surer_than_they_are():
    unseen, their_share = sure_and_right(20_000, seed=99)

    def loss(share):
        return float(-np.log(share[np.arange(len(unseen)), unseen]).mean())

    for seed in range(10):
        found = fit_calibration(*sure_and_right(120, seed), MULTICLASS)
        assert loss(found.apply(their_share)) < 1.2 * loss(their_share)


def test_values_are_left_alone():
    truth = np.random.default_rng(0).normal(size=200)
    found = fit_calibration(truth, truth[:, None] * 2, REGRESSION)
    assert (found.apply(truth[:, None]) == truth[:, None]).all()


def test_calibrator_survives_json():
    found = Calibrator(kind="beta", parameters=(0.5, 2.0, -1.0))
    assert Calibrator.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("platt", (1.0,)),
        ("platt", (-1.0, 0.0)),
        ("beta", (1.0, 0.0, 0.0)),
        ("platt", (1.0, float("nan"))),
        ("temperature", (0.0,)),
        ("identity", (1.0,)),
    ],
)
def test_impossible_parameters_are_refused(kind, parameters):
    with pytest.raises(ValidationError):
        Calibrator(kind=kind, parameters=parameters)


def test_reliability_bins_hold_equally_many_rows():
    truth, odds = rows(1000)
    table = reliability_table(truth, sigmoid(odds)[:, None])
    assert {row.n_rows for row in table} == {100}


def test_reliability_of_right_scores_lies_within_bounds():
    truth, odds = rows(5000)
    table = reliability_table(truth, sigmoid(odds)[:, None])
    assert sum(row.observed_low <= row.predicted <= row.observed_high for row in table) >= 8


def test_reliability_of_the_top_looks_at_the_highest_scores_only():
    truth, odds = rows(5000)
    table = reliability_table(truth, sigmoid(odds)[:, None], n_bins=2, top_share=0.01)
    assert sum(row.n_rows for row in table) == 50


def test_equal_scores_share_a_bin():
    assert len(reliability_table(np.array([0, 1, 1, 0]), np.full((4, 1), 0.5))) == 1


def test_calibration_error_of_certain_mistakes_is_one():
    assert expected_calibration_error(np.array([0, 1]), np.array([[1.0], [0.0]])) == 1.0


def test_calibration_error_of_many_classes_judges_the_most_probable():
    prediction = np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]])
    assert expected_calibration_error(np.array([0, 1]), prediction) == 0.0
