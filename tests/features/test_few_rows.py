"""What is looked up row by row where rows are few gives what the columnar way gives."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.data.recognise import recognise
from phantom_ml.features.tables.base import table_encoders

N = 200
STATES = ["SF", "S0", "REJ", "unheard of", None]


@pytest.fixture(scope="module")
def flows():
    rng = np.random.default_rng(0)
    return pl.DataFrame(
        {
            "orig_bytes": rng.integers(0, 9_000, N),
            "resp_bytes": rng.integers(0, 9_000, N),
            "conn_state": [STATES[i] for i in rng.integers(0, 5, N)],
            "service": [["http", "dns", "ssh", None][i] for i in rng.integers(0, 4, N)],
        }
    )


@pytest.mark.parametrize("name", ["flow", "pair_rarity"])
def test_a_row_alone_has_the_features_that_it_has_among_many(flows, name):
    (encoder,) = table_encoders.get(name).fit(flows, recognise(flows))
    together = np.empty((N, len(encoder.features)), np.float32)
    encoder.transform(flows, together)
    alone = np.empty_like(together)
    for row in range(N):
        encoder.transform(flows[row], alone[row : row + 1])
    np.testing.assert_array_equal(alone, together)
