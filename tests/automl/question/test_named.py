"""Algorithms and search spaces that are of no use for the problem are refused before any work."""

import polars as pl
import pytest

from phantom_ml.errors import BadSetting
from tests.automl.asked import posed
from tests.core.tables import events


def test_an_algorithm_that_does_not_solve_the_problem_is_refused_before_any_work():
    rows = events(90).with_columns(label=pl.int_range(90).cast(pl.Float64))
    with pytest.raises(BadSetting, match="solves no regression problem"):
        posed(rows, task_type="regression", algorithms_to_try=["LogisticRegression"])


def test_a_space_of_an_algorithm_that_cannot_solve_the_problem_is_refused():
    told = r"tuning\.spaces has one of HBOS, which is of no use.*solves no binary problem"
    with pytest.raises(BadSetting, match=told):
        posed(events(90), tuning={"spaces": {"HBOS": {"n_bins": [5, 9]}}})


def test_a_space_of_an_algorithm_without_settings_is_told_as_of_no_use():
    with pytest.raises(BadSetting, match=r"one of ECOD.*solves no binary problem"):
        posed(events(90), tuning={"spaces": {"ecod": {"n_bins": [5]}}})
