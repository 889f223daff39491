"""What is told of a search: its curve, what mattered, its trials side by side."""

import json
from dataclasses import replace

import pytest

from phantom_ml.tuning.result import LONGEST, TuningTrial
from tests.tuning.made import SPACE, Fussy, search


def test_the_best_score_so_far_never_falls():
    curve = search(n_trials=8).best_so_far()
    assert [score for _, score in curve] == sorted(score for _, score in curve)
    assert [end for end, _ in curve] == sorted(end for end, _ in curve)


def test_the_setting_that_decides_the_score_is_the_most_important():
    space = {"level": (0.0, 0.8), "other": (0.0, 1.0)}

    class Two(Fussy):
        def __init__(self, level=0.0, other=0.0):
            super().__init__(level)
            self.other = other

    shares = search(n_trials=16, space=space, estimator=Two()).importance()
    assert max(shares, key=shares.get) == "level"
    assert sum(shares.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"n_trials": 2}, "it takes 4 trials that are done, not 2"),
        ({"n_trials": 4, "scoring": lambda *_: 1.0}, "have the same score"),
    ],
)
def test_where_importance_is_empty_the_result_says_why(asked, why):
    found = search(**asked)
    assert found.importance() == {}
    assert why in repr(found)


def test_parallel_coordinates_are_plain_values():
    found = search(n_trials=3)
    told = json.loads(json.dumps(found.parallel_coordinates()))
    assert [axis["name"] for axis in told["axes"]] == list(SPACE)
    assert [line["score"] for line in told["lines"]] == [t.score for t in found.trials]


def test_where_importance_is_told_the_result_says_nothing_of_it():
    assert "importance()" not in repr(search(n_trials=6))


def test_a_long_reason_is_printed_cut():
    failed = TuningTrial(1, {}, "failed", None, (), 0.1, "ValueError: " + "x" * 3_000)
    found = search(n_trials=2)
    told = repr(replace(found, trials=(*found.trials, failed)))
    assert max(len(line) for line in told.splitlines()) < 3 * LONGEST / 2
    assert "xxx..." in told
