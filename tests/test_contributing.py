import importlib.util
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from phantom_ml.algorithms.base import FitContext, algorithms, load_learner, save_learner
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples

PAGE = Path(__file__).parents[1] / "CONTRIBUTING.md"
REGRESSION = FitContext(ProblemKind.REGRESSION, n_classes=0)


@pytest.fixture
def ridge(tmp_path, monkeypatch):
    """Return the page's algorithm, filed in the registry for one test only."""
    filed = {name: algorithms.get(name) for name in algorithms.names()}
    monkeypatch.setattr(algorithms, "_items", filed)
    path = tmp_path / "ridge.py"
    path.write_text(re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[1])
    spec = importlib.util.spec_from_file_location("contributed_ridge", path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "contributed_ridge", module)
    spec.loader.exec_module(module)
    return algorithms.get("Ridge")


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
