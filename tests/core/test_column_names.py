"""Columns may be called anything: names that the code uses for itself clash with none of them."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore
from phantom_ml.errors import PhantomError

#: What the code calls columns of frames of its own.
NAMES = ("rows", "count", "value", "index", "literal", "class", "score", "alert", "len", "y")
#: What a frame of polars takes for other columns where it is asked for it.
PATTERNS = ("*", "^a.*$", "^.*$", "^rows$")


@pytest.mark.parametrize("kind", ["category", "url", "number"])
def test_a_table_is_learned_whatever_its_columns_are_called(tmp_path, kind):
    rng = np.random.default_rng(0)
    cells = {
        "category": lambda: [f"v{i}" for i in rng.integers(0, 9, 200)],
        "url": lambda: [f"http://h{i}.example{i % 40}.com/a" for i in range(200)],
        "number": lambda: rng.normal(size=200),
    }
    table = pl.DataFrame(
        {n: cells[kind]() for n in (*NAMES, *PATTERNS)} | {"user": ["a", "b"] * 100}
    )
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


@pytest.mark.parametrize("suffix", ["csv", "parquet", "json", "pandas", "polars"])
@pytest.mark.parametrize("name", PATTERNS)
def test_a_column_named_like_a_pattern_is_learned_from(tmp_path, name, suffix):
    answer = np.arange(200) % 2
    table = pl.DataFrame({"p": [1.0, 2.0, 2.0, 1.0] * 50, "rows": answer[::-1].copy(), "y": answer})
    table = table.with_columns(pl.Series(name, answer * 5.0 + np.linspace(0, 1, 200))).drop("rows")
    file = tmp_path / f"table.{suffix}"
    given = {
        "csv": lambda: table.write_csv(file),
        "parquet": lambda: table.write_parquet(file),
        "json": lambda: table.write_ndjson(file),
    }
    source = table.to_pandas() if suffix == "pandas" else table
    if suffix in given:
        given[suffix]()
        source = file
    asked = {"target_column": "y", "max_trials": 1, "n_threads": 1}
    core = PhantomMLCore(home=tmp_path / "home")
    found = core.auto_create_model(source, {**asked, "algorithms_to_try": ["LogisticRegression"]})
    assert max(found.feature_importance, key=found.feature_importance.get) == f"_{name}"
    assert (core.predict(found.model_id, source)["prediction"] == table["y"]).all()


def test_a_target_named_like_a_pattern_is_told_its_new_name(tmp_path):
    table = pl.DataFrame({"size": np.arange(200.0), "*": ["a", "b"] * 100})
    with pytest.raises(PhantomError, match=r"'_\*'"):
        PhantomMLCore(home=tmp_path).auto_create_model(table, {"target_column": "*"})
