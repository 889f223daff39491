"""What an ensemble falls back to where its rows tell little."""

from dataclasses import replace

import numpy as np
import pytest

from phantom_ml.automl.ensemble.held_out import HeldOut
from phantom_ml.automl.ensemble.prior import (
    PRIOR_EVIDENCE,
    PRIOR_FAMILIES,
    SHIFTED_TRUST,
    evidence,
    expected_errors,
    prior_shares,
    trust_in,
)
from phantom_ml.config import ProblemKind
from tests.automl.made import held_out


def useless(n: int) -> HeldOut:
    """One member that knows the truth, and three that say nothing."""
    rows = held_out(n=n)
    known = np.where(rows.target == 1, 0.9, 0.1)[:, None]
    nothing = np.random.default_rng(1).random((3, n, 1))
    return replace(rows, predictions=[known, *nothing])


def test_the_prior_gives_each_algorithm_the_same_however_many_speak_for_it():
    rows = held_out(families=("A", "A", "A", "B"))
    assert prior_shares(rows).tolist() == [0.25, 0.25, 0.0, 0.5]


def test_the_prior_is_of_the_best_few_algorithms():
    rows = held_out(members=PRIOR_FAMILIES + 2)
    assert np.count_nonzero(prior_shares(rows)) == PRIOR_FAMILIES


def test_the_prior_of_values_leaves_out_what_is_far_behind():
    rows = held_out("regression")
    bad = replace(rows, predictions=[*rows.predictions[:3], rows.predictions[3] + 100.0])
    assert prior_shares(bad)[3] == 0.0


def test_evidence_is_the_rarest_class():
    rows = held_out(target=np.repeat([0, 1], [590, 10]))
    assert evidence(rows) == 10.0
    assert evidence(rows) / (evidence(rows) + PRIOR_EVIDENCE) < 0.05


def test_rows_of_another_time_are_believed_less_however_many_they_are():
    many = held_out(n=20_000)
    assert trust_in(many) > 0.9
    assert trust_in(replace(many, shifted=True)) <= SHIFTED_TRUST


def test_rows_with_hardly_an_error_are_believed_less():
    rows = useless(4_000)
    sure = np.where(rows.target == 1, 1 - 1e-4, 1e-4)[:, None]
    certain = replace(rows, predictions=[sure, *rows.predictions[1:]])
    assert trust_in(certain) < 0.1
    assert trust_in(rows) > 0.8


def test_expected_errors_of_many_classes_are_the_shares_of_wrong_ones():
    shares = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])
    assert expected_errors(shares, np.array([0, 1])) == pytest.approx(0.3 + 0.9)


def test_known_anomalies_are_believed_sooner_than_rows_that_chose_among_many_trials():
    rows = held_out(target=np.repeat([0, 1], [580, 20]))
    assert trust_in(replace(rows, kind=ProblemKind.ANOMALY)) > 0.6 > trust_in(rows)
