import numpy as np
import polars as pl
import pytest

from tests.core.conftest import FAST
from tests.core.tables import numbers

#: A support vector machine is best on this round truth, but tells no exact contributions.
MIXED = FAST | {"algorithms_to_try": ["LightGBM", "SVM"], "max_trials": 2}


def ring(n: int = 400) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 4)).round(4)
    return pl.DataFrame(x, schema=list("abcd")).with_columns(
        y=pl.Series((x**2).sum(axis=1) > 3.4).cast(pl.Int64)
    )


@pytest.fixture(scope="module")
def explainable(core):
    return core.auto_create_model(ring(), MIXED | {"constraints": {"explainable": True}})


def test_an_explainable_model_is_one_with_exact_contributions(core, explainable):
    assert explainable.best_algorithm == "LightGBM"
    assert core.explain_model(explainable.model_id, ring().head(2)).method == "contributions"


def test_the_price_of_a_constraint_is_told(explainable):
    assert any("Within the constraints" in warning for warning in explainable.warnings)


def test_a_constraint_that_all_keep_costs_nothing(core):
    config = FAST | {"constraints": {"predict_us_per_row": 1e6, "max_bytes": 10**9}}
    assert core.auto_create_model(numbers(n=100), config).warnings == ()


def test_a_limit_on_time_is_kept(core):
    limit = 3_000.0
    config = MIXED | {"constraints": {"predict_us_per_row": limit}}
    best = core.auto_create_model(numbers(n=150), config)
    cost = next(r.predict_us_per_row for r in best.leaderboard if r.model_id == best.model_id)
    assert cost <= limit


@pytest.mark.parametrize("constraints", [{"predict_us_per_row": 1e-6}, {"max_bytes": 10}], ids=str)
def test_a_limit_that_nothing_keeps_is_told(core, constraints):
    best = core.auto_create_model(numbers(n=100), FAST | {"constraints": constraints})
    assert any("allowed" in warning for warning in best.warnings)


def on_disk(core, model_id):
    folder = core.home / "models" / model_id
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def test_a_limit_on_size_holds_for_the_whole_model_on_disk(core):
    config = MIXED | {"constraints": {"max_bytes": 60_000}}
    best = core.auto_create_model(numbers(n=150), config)
    assert on_disk(core, best.model_id) <= 60_000


def test_a_limit_on_size_that_no_model_keeps_is_told_with_the_size_on_disk(core):
    found = core.auto_create_model(numbers(n=150), FAST | {"constraints": {"max_bytes": 10}})
    (told,) = [w for w in found.warnings if "more than the 10 allowed" in w]
    told_bytes = int(told.split()[3].replace(",", ""))
    assert told_bytes == pytest.approx(on_disk(core, found.model_id), rel=0.2)
    assert not any("Within the constraints" in w for w in found.warnings)
