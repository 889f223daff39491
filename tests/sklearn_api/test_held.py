"""The same rows in tables of several libraries and units."""

import numpy as np
import polars as pl
import pytest

from phantom_ml import AlgorithmClassifier


@pytest.fixture(scope="module")
def spans():
    """Return rows whose answers hang on a length of time, and their answers."""
    seconds = np.random.default_rng(1).integers(0, 80_000, 300)
    lasted = pl.Series("lasted", seconds * 1_000_000).cast(pl.Duration("us"))
    return pl.DataFrame({"lasted": lasted, "row": range(300)}), (seconds > 40_000).astype(int)


@pytest.mark.parametrize(
    "held",
    [
        lambda rows: rows,
        pl.DataFrame.to_pandas,
        pl.DataFrame.to_arrow,
        lambda rows: rows.with_columns(pl.col("lasted").cast(pl.Duration("ms"))),
        lambda rows: rows.with_columns(pl.col("lasted").cast(pl.Duration("ns"))),
    ],
    ids=["polars", "pandas", "arrow", "milliseconds", "nanoseconds"],
)
def test_a_length_of_time_is_the_same_whatever_holds_it(spans, held):
    rows, answers = spans
    fitted = AlgorithmClassifier("LogisticRegression").fit(rows, answers)
    assert (fitted.predict_proba(held(rows)) == fitted.predict_proba(rows)).all()


def test_a_time_of_day_is_the_same_whatever_holds_it(spans):
    rows, answers = spans
    clock = rows.select(pl.col("lasted").cast(pl.Int64).mul(1000).cast(pl.Time).alias("at"), "row")
    fitted = AlgorithmClassifier("LogisticRegression").fit(clock, answers)
    assert (fitted.predict_proba(clock.to_pandas()) == fitted.predict_proba(clock)).all()
