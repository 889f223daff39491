"""Where a network has its turn in a race."""

import pytest

from phantom_ml.automl.search.portfolio import DEEP, affords_deep, portfolio
from phantom_ml.config import ProblemKind


@pytest.mark.parametrize("seconds", [2.0, 8.0, 10.0])
def test_a_network_has_no_turn_where_its_share_goes_into_an_import(seconds):
    assert not affords_deep(100, 1, seconds)


def test_a_network_has_a_turn_where_a_share_bears_its_import_and_enough_epochs():
    assert affords_deep(2_000, 1, 20.0)


def test_a_network_has_no_turn_where_an_import_leaves_too_few_epochs():
    assert not affords_deep(2_400, 1, 20.0)


@pytest.mark.parametrize("seconds", [30.0, 60.0, 600.0])
def test_with_more_time_the_epochs_alone_decide(seconds):
    most = int(0.2 * seconds / (30 * 50e-6))
    assert affords_deep(most - 1, 1, seconds)
    assert not affords_deep(most + 1, 1, seconds)


def test_each_fold_counts():
    assert affords_deep(4_000, 1, 60.0)
    assert not affords_deep(4_000, 3, 60.0)


def test_a_network_has_no_turn_where_only_trials_are_counted():
    assert not affords_deep(100, 1, None)


def test_a_network_that_was_named_has_its_turn_whatever_the_time():
    found = portfolio(ProblemKind.BINARY, False, ["LightGBM", DEEP], deep=False)
    assert DEEP in {c.algorithm for c in found}
