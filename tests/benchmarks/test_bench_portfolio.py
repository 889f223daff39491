"""The order that is learned: what gains the most in a second comes first, whatever the set is called."""

import json

import numpy as np
import pytest

from benchmarks.portfolio import Shelf, learn, write
from phantom_ml.automl.search.portfolio import FILE, learned
from phantom_ml.config import ProblemKind

N = 400
POOL = [
    {"algorithm": name, "settings": {}}
    for name in ("blind", "slow", "quick", "good", "fair", "a", "b", "c")
]


def shelf(name: str, noise: dict[str, float], seconds: dict[str, float], seed: int = 0) -> Shelf:
    """Return trials that see the truth through noise of their own."""
    rng = np.random.default_rng(seed)
    target = (rng.random(N) < 0.4).astype(np.int64)
    seen = [3.0 * target - 1.5 + n * rng.normal(size=N) for n in noise.values()]
    predictions = np.stack([1.0 / (1.0 + np.exp(-s)) for s in seen])[:, :, None]
    settings = [{"algorithm": algorithm, "settings": {}} for algorithm in noise]
    cost = np.array([seconds[algorithm] for algorithm in noise])
    metric = "average_precision"
    return Shelf(name, settings, predictions.astype(np.float32), cost, target, "binary", metric)


def names(order) -> list[str]:
    """Return the algorithms that were tried, in their order."""
    return [c["algorithm"] for c in order]


def test_of_equals_the_quicker_comes_first():
    shelves = [
        shelf(f"set{i}", {"slow": 1.0, "quick": 1.0}, {"slow": 4.0, "quick": 1.0}, seed=i)
        for i in range(4)
    ]
    assert names(learn(shelves, POOL))[0] == "quick"


def test_of_equally_quick_ones_the_clearest_comes_first():
    noise = {"blind": 60.0, "fair": 0.8, "good": 0.5}
    cost = dict.fromkeys(noise, 1.0)
    shelves = [shelf(f"set{i}", noise, cost, seed=i) for i in range(4)]
    assert names(learn(shelves, POOL))[0] == "good"


def test_the_name_of_a_set_decides_nothing():
    noise, cost = {"a": 1.0, "b": 2.0, "c": 0.8}, {"a": 1.0, "b": 0.5, "c": 2.0}
    one = learn([shelf("first", noise, cost), shelf("second", noise, cost, 1)], POOL)
    two = learn([shelf("other", noise, cost), shelf("names", noise, cost, 1)], POOL)
    assert one == two


def test_nothing_is_left_after_everything_was_tried():
    found = shelf("set", {"a": 1.0, "b": 1.2}, {"a": 1.0, "b": 1.0})
    assert found.left_after(found.settings, 10.0) == pytest.approx(0.0, abs=0.05)


def test_an_order_is_written_as_the_engine_reads_it(tmp_path):
    order = [{"algorithm": "LightGBM", "settings": {"num_leaves": 31}, "binary": {"num_leaves": 7}}]
    write(order, tmp_path / "order.json")
    leaves = [
        learned(tmp_path / "order.json", kind)[0].settings["num_leaves"]
        for kind in (ProblemKind.BINARY, ProblemKind.REGRESSION)
    ]
    assert leaves == [7, 31]


def test_the_portfolio_names_no_data_set():
    keys = {key for c in json.loads(FILE.read_text()) for key in c}
    assert keys <= {"algorithm", "settings", *(kind.value for kind in ProblemKind)}
