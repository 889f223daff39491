import numpy as np
import polars as pl
import pytest

from phantom_ml.config import ProblemKind
from phantom_ml.explain.contributions import Shares, exact_contributions
from phantom_ml.explain.text_columns import by_text_column, hashed_alone, shares_by_column
from tests.explain.models import model, rows

FRAME = rows(40, seed=5, text=True)


def shares_of(names: tuple[str, ...], frame: pl.DataFrame = FRAME) -> tuple[Shares, Shares]:
    """Return contributions before and after they are divided."""
    pipeline = model(ProblemKind.BINARY, names, text=True)
    told = exact_contributions(pipeline, pipeline.encode(frame))
    return told, by_text_column(told, pipeline, frame)


@pytest.mark.parametrize("names", [("LightGBM",), ("LogisticRegression",)])
def test_every_contribution_belongs_to_a_column(names):
    _, divided = shares_of(names)
    assert {f.source for f in divided.features} <= set(FRAME.columns)


@pytest.mark.parametrize("names", [("LightGBM",), ("LogisticRegression",)])
def test_the_sum_stays(names):
    told, divided = shares_of(names)
    np.testing.assert_allclose(divided.total, told.total, atol=1e-9)


def test_what_words_add_goes_to_the_column_that_tells():
    # The words of "query" tell the answer, those of "agent" do not.
    _, divided = shares_of(("LogisticRegression",))
    amount = {f.name: np.abs(divided.values[:, i]).mean() for i, f in enumerate(divided.features)}
    assert amount["query.text.score"] > 5 * amount["agent.text.score"]


def test_a_missing_text_carries_nothing():
    frame = FRAME.with_columns(pl.lit(None, pl.String).alias("agent"))
    _, divided = shares_of(("LightGBM",), frame)
    place = [f.name for f in divided.features].index("agent.text.score")
    assert not divided.values[:, place].any()


def test_the_column_whose_words_tell_makes_nearly_all_of_the_score():
    shares = shares_by_column(model(ProblemKind.BINARY, ("LightGBM",), text=True), FRAME)
    assert shares["query"] > 0.9


def test_the_shares_of_text_columns_sum_to_one():
    shares = shares_by_column(model(ProblemKind.BINARY, ("LightGBM",), text=True), FRAME)
    assert sum(shares.values()) == pytest.approx(1.0)


def test_one_row_divides_no_score():
    pipeline = model(ProblemKind.BINARY, ("LightGBM",), text=True)
    assert shares_by_column(pipeline, FRAME.head(1)) == {}


def test_the_columns_hashed_alone_add_up_to_the_text_of_all():
    pipeline = model(ProblemKind.BINARY, ("LightGBM",), text=True)
    alone = hashed_alone(pipeline, FRAME)
    difference = pipeline.encoder.text(FRAME) - alone["query"] - alone["agent"]
    assert abs(difference).max() < 1e-6
