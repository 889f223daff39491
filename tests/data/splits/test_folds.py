import numpy as np
import pytest

from phantom_ml.config import ProblemKind
from phantom_ml.data.splits import choose_folds, make_splits

BINARY, REGRESSION = ProblemKind.BINARY, ProblemKind.REGRESSION


@pytest.mark.parametrize(("positives", "folds"), [(100, 5), (99, 3), (30, 3), (9, 3), (8, 2)])
def test_folds_follow_the_rarest_class(positives, folds):
    assert choose_folds(10_000, positives, BINARY) == folds


def test_regression_counts_rows():
    assert choose_folds(500, 0, REGRESSION) == 5


@pytest.mark.parametrize(("seconds", "folds"), [(3.0, 5), (3.1, 3), (5.0, 3), (5.1, 1)])
def test_slow_fits_lower_the_folds(seconds, folds):
    assert choose_folds(10_000, 500, BINARY, seconds, 100.0) == folds


def test_without_a_clock_the_speed_does_not_matter():
    assert choose_folds(10_000, 500, BINARY, 1e9, None) == 5


@pytest.mark.parametrize("n_folds", [1, 5])
def test_folds_of_values_are_not_said_to_have_classes(n_folds):
    plan = make_splits(np.arange(60.0), REGRESSION, n_folds=n_folds, seed=0)
    assert "its share of small and large values" in plan.reason
