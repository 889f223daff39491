"""How far out a value lies, also among numbers at the very end of what float64 holds."""

import numpy as np
import pytest

from phantom_ml.parts.tails import Tails, require_tails

LARGEST = float(np.finfo(np.float64).max)


def column(*values: float) -> np.ndarray:
    return np.array(values)[:, None]


@pytest.mark.parametrize("great", [1e110, 1e300, LARGEST, -LARGEST])
def test_the_tails_of_a_column_with_one_absurd_number_are_whole(great):
    require_tails(Tails.fit(column(1.0, 2.0, 3.0, great)), 1)


def test_the_skewness_is_that_of_the_column_in_any_unit():
    rows = np.random.default_rng(0).lognormal(size=(500, 2))
    away = rows - rows.mean(axis=0)
    skew = (away**3).mean(axis=0) / (away**2).mean(axis=0) ** 1.5
    np.testing.assert_allclose(Tails.fit(rows * [1.0, 1e250]).skew, skew, rtol=1e-9)


def test_a_column_of_zeros_has_no_skewness():
    assert Tails.fit(column(0.0, 0.0)).skew.tolist() == [0.0]


def test_a_value_between_the_two_ends_of_float64_lies_in_their_middle():
    tails = Tails.fit(column(*[-LARGEST] * 3, *[LARGEST] * 3))
    low, high = tails.nats(column(0.0))
    assert low == pytest.approx(high)
