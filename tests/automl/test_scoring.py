"""How alike two fits rank the same rows."""

import numpy as np
import pytest

from phantom_ml.automl.scoring import stability

ROWS = np.tile(np.arange(4), 2)


def test_two_fits_that_rank_alike_are_stable():
    told = np.array([[0.1], [0.2], [0.3], [0.4], [1.0], [2.0], [3.0], [4.0]])
    assert stability(ROWS, told) == pytest.approx({"stability": 1.0})


@pytest.mark.parametrize("flat", [slice(0, 4), slice(4, 8), slice(0, 8)])
def test_a_fit_that_ranks_nothing_has_no_stability_and_raises_no_warning(flat):
    told = np.random.default_rng(0).normal(size=(8, 1))
    told[flat] = 1.0
    assert stability(ROWS, told) == {}


def test_fits_of_other_rows_are_not_compared():
    assert stability(np.arange(8), np.random.default_rng(0).normal(size=(8, 1))) == {}
