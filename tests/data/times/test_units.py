"""Numbers that count since 1970 in two units are refused; anything else is left alone."""

import polars as pl
import pytest

from phantom_ml.data.times.units import require_one_unit
from phantom_ml.errors import DataError

SECONDS, MILLISECONDS = 1_772_409_600, 1_772_413_200_000


@pytest.mark.parametrize("values", [[SECONDS, MILLISECONDS], [f"{SECONDS}", f"{MILLISECONDS}"]])
def test_seconds_among_milliseconds_are_refused(values):
    with pytest.raises(
        DataError, match="1 of 2 times of 'when' counts seconds since 1970, 1772409600"
    ):
        require_one_unit(pl.Series("when", values))


@pytest.mark.parametrize(
    "values",
    [
        [SECONDS, SECONDS + 1, None, 0],
        [1, MILLISECONDS],
        [20_260_301, 20_260_302],
        ["2026-03-02", "2026-03-03"],
        [None, None],
    ],
)
def test_other_times_are_left_alone(values):
    require_one_unit(pl.Series("when", values))
