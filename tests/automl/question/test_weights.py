"""How much each row counts: what a column of weights may hold, at any scale."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.automl.question.columns import weight_of
from phantom_ml.errors import BadSetting


def weights(*values):
    return weight_of(pl.DataFrame({"w": values}), "w")


@pytest.mark.parametrize("unit", [2.0**-1000, 1.0, 2.0**1022])
def test_weights_count_the_same_at_any_scale(unit):
    assert np.array_equal(weights(unit, 3 * unit, 0.0), [0.75, 2.25, 0.0])


@pytest.mark.parametrize("value", [None, -1.0, float("inf"), float("nan")])
def test_a_weight_that_no_row_can_have_is_refused(value):
    with pytest.raises(BadSetting, match="missing, negative or infinite"):
        weights(1.0, value)


def test_rows_of_which_none_counts_are_refused():
    with pytest.raises(BadSetting, match="no weight above 0"):
        weights(0.0, 0.0)
