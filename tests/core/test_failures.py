"""Algorithms that fail in every way, brought by an outside package: rows that say why, no more."""

import json

import pytest

from tests.core.scripts import begin

PLUGIN = """
import os
from typing import ClassVar
from phantom_ml.algorithms.base import AlgorithmSettings, Learner, algorithms


class Nothing(Learner):
    algorithm = "Nothing"

    def predict(self, matrix, n_threads=1): ...
    def save(self, folder): ...
    @classmethod
    def load(cls, folder): ...


@algorithms.add("Raising")
class Raising(AlgorithmSettings):
    name = "Raising"
    learner = Nothing

    def fit(self, train, valid, context):
        raise ArithmeticError("no luck today")


@algorithms.add("Crashing")
class Crashing(Raising):
    name = "Crashing"

    def fit(self, train, valid, context):
        os.abort()


@algorithms.add("Hungry")
class Hungry(Raising):
    name = "Hungry"

    def fit(self, train, valid, context):
        import time
        hoard = bytearray(os.urandom(1 << 20) * 2000)
        time.sleep(5)
"""
SCRIPT = """
import json, sys
from phantom_ml.core import PhantomMLCore
from phantom_ml.errors import NoTrialSucceeded
from tests.core.tables import numbers

core = PhantomMLCore(home=sys.argv[1])
bad = ["Raising", "Crashing", "Hungry"]
config = {"target_column": "y", "n_threads": 1, "memory_limit_mb": 700}
try:
    core.auto_create_model(
        numbers(n=90), config | {"algorithms_to_try": "Raising", "max_trials": 1})
except NoTrialSucceeded as error:
    print(json.dumps(str(error)))
print(json.dumps([record.status.value for record in core.list_experiments()]))
found = core.auto_create_model(
    numbers(n=90), config | {"algorithms_to_try": [*bad, "LightGBM"], "max_trials": 4})
print(json.dumps(found.best_algorithm))
print(json.dumps({r.algorithm: [r.status.value, r.reason] for r in found.leaderboard}))
print(json.dumps(max(r.memory_mb or 0 for r in found.leaderboard if r.status == "done")))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plugin")
    (folder / "luckless.py").write_text(PLUGIN)
    (folder / "luckless-1.0.dist-info").mkdir()
    (folder / "luckless-1.0.dist-info" / "METADATA").write_text("Name: luckless\nVersion: 1.0\n")
    entry = "[phantom_ml.algorithms]\nluckless = luckless\n"
    (folder / "luckless-1.0.dist-info" / "entry_points.txt").write_text(entry)
    home = tmp_path_factory.mktemp("failures") / "home"
    with begin(SCRIPT, str(home), path=folder) as program:
        lines, errors = program.communicate(timeout=120)
    assert (program.returncode, errors) == (0, "")
    return [json.loads(line) for line in lines.splitlines()]


def test_where_every_trial_fails_the_reasons_are_told(told):
    assert "no luck today" in told[0]


def test_an_experiment_in_which_all_failed_has_failed(told):
    assert told[1] == ["failed"]


def test_the_run_goes_on_after_failures(told):
    assert told[2] == "LightGBM"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("Raising", "no luck today"), ("Crashing", "SIGABRT"), ("Hungry", "memory")],
)
def test_each_failure_is_a_row_with_its_reason(told, name, reason):
    status, said = told[3][name]
    assert status == "failed"
    assert reason in said


def test_those_that_were_done_kept_to_the_memory(told):
    assert 0 < told[4] < 700
