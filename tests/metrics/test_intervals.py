from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from phantom_ml.config import ProblemKind
from phantom_ml.errors import BadSetting
from phantom_ml.metrics.intervals import (
    Resampling,
    bootstrap_interval,
    clopper_pearson,
    poisson_bounds,
)
from phantom_ml.metrics.lookup import get_metric

AUC = get_metric("auc", ProblemKind.BINARY)


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    truth = (rng.random(600) < 0.2).astype(np.int64)
    return truth, np.round(rng.normal(truth, 1.0), 2)[:, None]


@pytest.mark.parametrize(("hits", "trials"), [(0, 50), (50, 50), (7, 50), (1, 3000)])
def test_exact_bounds_equal_those_of_scipy(hits, trials):
    theirs = stats.binomtest(hits, trials).proportion_ci(0.95, "exact")
    assert clopper_pearson(hits, trials) == pytest.approx((theirs.low, theirs.high))


@pytest.mark.parametrize("count", [0, 1, 7, 250])
def test_bounds_of_a_count_leave_a_fortieth_beyond_either_side(count):
    low, high = poisson_bounds(count)
    assert stats.poisson.cdf(count, high) == pytest.approx(0.025)
    assert count == low == 0 or stats.poisson.sf(count - 1, low) == pytest.approx(0.025)


def test_no_trial_bounds_nothing():
    assert clopper_pearson(0, 0) == (0.0, 1.0)


def test_exact_bounds_are_vectorised():
    low, high = clopper_pearson(np.array([0, 5]), 10)
    assert low.shape == high.shape == (2,)


def test_bootstrap_bounds_hold_the_score(rows):
    low, high = bootstrap_interval(AUC, *rows)
    assert low < AUC.score(*rows) < high


def test_bootstrap_is_as_wide_as_theory(rows):
    truth, prediction = rows
    accuracy = get_metric("accuracy", ProblemKind.BINARY)
    low, high = bootstrap_interval(accuracy, truth, prediction)
    p = accuracy.score(truth, prediction)
    assert high - low == pytest.approx(2 * 1.96 * math.sqrt(p * (1 - p) / len(truth)), rel=0.2)


def test_bootstrap_of_one_seed_is_the_same_twice(rows):
    assert bootstrap_interval(AUC, *rows) == bootstrap_interval(AUC, *rows)


def test_blocks_of_equal_rows_widen_the_interval(rows):
    truth, prediction = (np.repeat(part[:60], 10, axis=0) for part in rows)
    groups = np.repeat(np.arange(60), 10)
    row_low, row_high = bootstrap_interval(AUC, truth, prediction)
    low, high = bootstrap_interval(AUC, truth, prediction, groups=groups)
    assert high - low > 2 * (row_high - row_low)


def test_function_without_weights_gets_copied_rows(rows):
    own = get_metric(lambda y, p: AUC.score(y, p[:, None]), ProblemKind.BINARY)
    assert bootstrap_interval(own, *rows) == pytest.approx(bootstrap_interval(AUC, *rows))


def test_undefined_metric_has_no_interval():
    bounds = bootstrap_interval(AUC, np.zeros(5, np.int64), np.zeros((5, 1)))
    assert np.isnan(bounds).all()


def test_impossible_resampling_is_refused():
    with pytest.raises(BadSetting, match="0 resamples"):
        Resampling(n_resamples=0)
