from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from phantom_ml.metrics.drift import ks_statistic, most_by_chance, psi, psi_of_counts

RNG = np.random.default_rng(0)
BEFORE = RNG.normal(size=4000)
AGAIN = RNG.normal(size=4000)


def test_same_distribution_is_stable():
    assert psi(BEFORE, AGAIN) < 0.02


def test_shifted_distribution_is_a_shift():
    assert psi(BEFORE, AGAIN + 1) > 0.25


def test_missing_values_are_a_bin_of_their_own():
    gone = AGAIN.copy()
    gone[::2] = np.nan
    assert psi(BEFORE, gone) > 0.25


def test_constant_that_moves_is_a_shift():
    assert psi(np.zeros(100), np.ones(100)) > 1


def test_constant_that_stays_is_stable():
    assert psi(np.zeros(100), np.zeros(50)) == 0.0


def test_column_that_was_all_missing_and_stays_so_is_stable():
    assert psi(np.full(5, np.nan), np.full(9, np.nan)) == 0.0


def test_empty_sample_is_undefined():
    assert math.isnan(psi(BEFORE, BEFORE[:0]))


def test_counts_equal_the_formula():
    expected = (0.7 - 0.5) * math.log(0.7 / 0.5) + (0.3 - 0.5) * math.log(0.3 / 0.5)
    assert psi_of_counts([5, 5], [70, 30]) == pytest.approx(expected)


def test_new_category_costs_finitely_much():
    assert 1 < psi_of_counts([10, 0], [5, 5]) < 10


def test_ks_equals_scipy():
    rounded = np.round(AGAIN + 0.3, 1)
    assert ks_statistic(BEFORE, rounded) == pytest.approx(stats.ks_2samp(BEFORE, rounded).statistic)


def test_ks_without_a_number_is_undefined():
    assert math.isnan(ks_statistic(BEFORE, np.full(3, np.nan)))


@pytest.mark.parametrize("hits", [0, 3, 40])
def test_chance_allows_what_fishers_test_does_not_reject(hits):
    most = most_by_chance(hits, 1_000, 1_500)
    chance = [
        stats.fisher_exact([[k, 1_500 - k], [hits, 1_000 - hits]], alternative="greater").pvalue
        for k in (most, most + 1)
    ]
    assert chance[0] >= 0.01 > chance[1]


def test_chance_allows_all_where_all_were_hit_before():
    assert most_by_chance(10, 10, 30) == 30


def test_later_rows_of_one_rate_seldom_lie_above_what_chance_allows():
    before, after = RNG.binomial(2_000, 0.01, 300), RNG.binomial(3_000, 0.01, 300)
    above = [k > most_by_chance(h, 2_000, 3_000) for h, k in zip(before, after, strict=True)]
    assert np.mean(above) <= 0.02
