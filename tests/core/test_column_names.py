"""Columns may be called anything: names that the code uses for itself clash with none of them."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore

#: What the code calls columns of frames of its own.
NAMES = ("rows", "count", "value", "index", "literal", "class", "score", "alert", "len", "y")


@pytest.mark.parametrize("kind", ["category", "url", "number"])
def test_a_table_is_learned_whatever_its_columns_are_called(tmp_path, kind):
    rng = np.random.default_rng(0)
    cells = {
        "category": lambda: [f"v{i}" for i in rng.integers(0, 9, 200)],
        "url": lambda: [f"http://h{i}.example{i % 40}.com/a" for i in range(200)],
        "number": lambda: rng.normal(size=200),
    }
    table = pl.DataFrame({n: cells[kind]() for n in NAMES} | {"user": ["a", "b"] * 100})
    asked = {"target_column": "user", "max_trials": 1, "n_threads": 1}
    core = PhantomMLCore(home=tmp_path)
    found = core.auto_create_model(table, {**asked, "algorithms_to_try": ["LightGBM"]})
    assert core.predict(found.model_id, table).height == 200
    assert core.explain_model(found.model_id, table.head(2)).rows


@pytest.mark.parametrize("name", NAMES)
def test_a_target_is_learned_whatever_it_is_called(tmp_path, name):
    rng = np.random.default_rng(0)
    table = pl.DataFrame({"size": rng.normal(size=200), name: ["a", "b"] * 100})
    asked = {"target_column": name, "max_trials": 1, "n_threads": 1}
    found = PhantomMLCore(home=tmp_path).auto_create_model(
        table, {**asked, "algorithms_to_try": ["LogisticRegression"]}
    )
    assert found.model_id
