"""Made anomalies: of the same columns and types, each unlike the rows that it was made of."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.automl.question.injection import LEAST, MOST, injected
from phantom_ml.data.recognise import recognise


def rows(n: int = 1_000) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    size = rng.normal(size=n)
    return pl.DataFrame(
        {
            "size": size,
            "twice": 2.0 * size,
            "port": rng.choice([22, 443], n),
            "user": [f"u{i % 17}" for i in range(n)],
            "holes": [None if i % 3 else float(i) for i in range(n)],
        }
    )


def made(frame: pl.DataFrame, seed: int = 0) -> pl.DataFrame:
    return injected(frame, recognise(frame), seed)


def test_columns_and_types_stay():
    assert made(rows()).schema == rows().schema


@pytest.mark.parametrize(("n", "expected"), [(60, LEAST), (1_000, 50), (50_000, MOST)])
def test_there_is_a_share_of_them_within_bounds(n, expected):
    assert made(rows(n)).height == expected


def test_what_belongs_together_does_no_longer():
    found = made(rows())
    apart = (found["twice"] - 2.0 * found["size"]).abs() > 1e-9
    assert apart.mean() > 0.3


def test_some_numbers_lie_far_out():
    assert made(rows())["size"].abs().max() > 2 * rows()["size"].quantile(0.99)


def test_the_same_seed_makes_the_same_rows():
    assert made(rows(), 3).equals(made(rows(), 3))
    assert not made(rows(), 3).equals(made(rows(), 4))


def test_a_table_of_words_can_be_disturbed_too():
    words = rows().select("user").with_columns(other=pl.col("user").reverse())
    assert made(words).height == 50
