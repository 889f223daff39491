import importlib.util
import re
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from phantom_ml.algorithms.base import FitContext, algorithms, load_learner, save_learner
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.base import encoders
from tests.features.columns.made import HOSTILE

PAGE = Path(__file__).parents[1] / "CONTRIBUTING.md"
REGRESSION = FitContext(ProblemKind.REGRESSION, n_classes=0)


@pytest.fixture
def ridge(tmp_path, monkeypatch):
    """Return the page's algorithm, filed in the registry for one test only."""
    return contributed("Ridge", algorithms, tmp_path / "ridge.py", monkeypatch)


@pytest.fixture
def mentions(tmp_path, monkeypatch):
    """Return the page's generator of features, filed in the registry for one test only."""
    return contributed("mentions", encoders, tmp_path / "mentions.py", monkeypatch)


@pytest.fixture
def notes():
    """Return a column with a number of vulnerabilities and a technique in some of its cells."""
    named = ["CVE-2021-44228 and cve-2024-3094 by T1190", "T1059.001 was seen", "nothing", None]
    return pl.Series("note", named * 5)


def contributed(name, registry, path, monkeypatch):
    """Return what the page's file for ``path`` adds to a registry that forgets it after the test."""
    filed = {known: registry.get(known) for known in registry.names()}
    monkeypatch.setattr(registry, "_items", filed)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    path.write_text(next(block for block in blocks if f'.add("{name}")' in block))
    module_name = f"contributed_{path.stem}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, module_name, module)
    spec.loader.exec_module(module)
    return registry.get(name)


def made(generator, column):
    """Return the generator fitted on a column, and the features that it makes of it."""
    schema = ColumnSchema(name=column.name, dtype="String", kind=ColumnKind.TEXT)
    encoder = generator.fit(column, schema)
    values = np.empty((len(column), len(encoder.features)), np.float32)
    encoder.transform(column, values)
    return encoder, values


@pytest.fixture
def samples():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(200, 3)).astype(np.float32)
    target = 3.0 * values[:, 0] - 2.0 * values[:, 1] + 5.0
    values[::20, 2] = np.nan
    return Samples(Matrix(values, tuple(Feature(n, n) for n in "abc")), target.astype(np.float64))


def test_algorithm_of_the_page_learns(ridge, samples):
    predicted = ridge(penalty=1e-6).fit(samples, None, REGRESSION).predict(samples.matrix)
    assert np.abs(predicted[:, 0] - samples.target).max() < 0.01


def test_algorithm_of_the_page_is_searched(ridge):
    assert list(ridge.space()) == ["penalty"]


def test_algorithm_of_the_page_predicts_the_same_after_loading(ridge, samples, tmp_path):
    learner = ridge().fit(samples, None, REGRESSION)
    save_learner(learner, tmp_path / "learner")
    loaded = load_learner(tmp_path / "learner")
    assert np.array_equal(loaded.predict(samples.matrix), learner.predict(samples.matrix))


def test_generator_of_the_page_counts_and_names(mentions, notes):
    encoder, values = made(mentions, notes)
    assert [f.name for f in encoder.features] == ["note.cve_count", "note.technique"]
    assert values[:3, 0].tolist() == [2.0, 0.0, 0.0]
    assert encoder.levels == {"technique": ("T1059.001", "T1190")}


def test_generator_of_the_page_tells_missing_text_from_text_without_a_name(mentions, notes):
    _, values = made(mentions, notes)
    assert np.isnan(values[3]).all()
    assert np.isnan(values[2]).tolist() == [False, True]


def test_generator_of_the_page_is_the_same_after_loading(mentions, notes):
    encoder, _ = made(mentions, notes)
    assert mentions.model_validate_json(encoder.model_dump_json()) == encoder


def test_generator_of_the_page_takes_any_string(mentions):
    table = mentions.compute(pl.Series("s", HOSTILE), ["cve_count", "technique"])
    assert table.height == len(HOSTILE)


def test_generator_of_the_page_computes_what_is_wanted(mentions):
    assert mentions.compute(pl.Series(["x"]), ["technique"]).columns == ["technique"]
