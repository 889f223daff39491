"""A gap in the tail of ordered values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.parts.gaps import n_beyond_gap


def falling(values) -> np.ndarray:
    return np.sort(np.asarray(values, np.float64))[::-1]


@pytest.mark.parametrize("n_far", [2, 5, 20])
def test_values_beyond_a_gap_are_counted(n_far):
    usual = np.random.default_rng(0).exponential(size=500)
    assert n_beyond_gap(falling([*usual, *np.linspace(20, 21, n_far)])) == n_far


def test_a_tail_without_a_gap_seldom_seems_to_have_one():
    rng = np.random.default_rng(1)
    found = [n_beyond_gap(falling(rng.exponential(size=400))) > 0 for _ in range(300)]
    assert np.mean(found) < 0.03


def test_too_many_values_are_no_exception():
    usual = np.random.default_rng(0).exponential(size=500)
    assert n_beyond_gap(falling([*usual, *np.linspace(20, 21, 100)])) == 0


def test_a_longer_usual_step_hides_a_gap():
    values = falling([*np.random.default_rng(0).exponential(size=500), 20.0, 21.0])
    assert n_beyond_gap(values, least=10.0) == 0


def test_equal_values_have_no_gap():
    assert n_beyond_gap(np.ones(300)) == 0


@given(st.lists(st.floats(-1e6, 1e6), max_size=80))
@settings(max_examples=60, deadline=None)
def test_at_most_a_twentieth_lies_beyond(values):
    assert 0 <= n_beyond_gap(falling(values)) <= len(values) / 20
