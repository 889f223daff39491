"""What is told of a search: its curve, what mattered, its trials side by side."""

import json
from dataclasses import replace

import pytest

from phantom_ml.config import OptimizationMethod
from phantom_ml.tuning.result import LONGEST, MOST_ROWS, OptimizationResult, TuningTrial
from phantom_ml.tuning.space import axes
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


def page_of(**changes) -> str:
    trials = (
        TuningTrial(0, {"level": 0.5, "kind": "<b>"}, "done", 0.25, (0.25,), 0.1),
        TuningTrial(1, {"level": 0.9}, "failed", None, (), 0.1, "ValueError: <i>too</i> high"),
    )
    space = axes({"level": (0.0, 1.0), "kind": ["<b>", "c"]}, ["level", "kind"])
    method, notes = OptimizationMethod.RANDOM_SEARCH, ("A <u>note</u>.",)
    best = trials[0].params
    found = OptimizationResult(best, 0.25, trials, None, method, 1.0, space, notes)
    return replace(found, **changes)._repr_html_()


def test_a_notebook_shows_the_best_settings():
    assert "<p>level = 0.5</p>" in page_of()


def test_a_notebook_shows_the_best_score():
    assert "<p>Best score  0.25 (random_search)</p>" in page_of()


def test_a_notebook_shows_a_row_a_trial():
    cells = "<td>0</td><td>done</td><td>0.25</td><td>0.10</td><td>0.5</td>"
    assert cells in page_of()


def test_a_notebook_shows_a_dash_where_a_trial_has_no_such_setting():
    assert "<td>failed</td><td>-</td><td>0.10</td><td>0.9</td><td>-</td>" in page_of()


@pytest.mark.parametrize("tag", ["<b>", "<i>", "<u>"])
def test_what_a_notebook_shows_is_escaped(tag):
    assert tag not in page_of()


def test_a_notebook_shows_why_trials_failed():
    assert "<li>1 failed: ValueError: &lt;i&gt;too&lt;/i&gt; high</li>" in page_of()


def test_a_notebook_tells_how_many_trials_it_leaves_out():
    trials = tuple(TuningTrial(i, {}, "done", 0.1, (0.1,), 0.1) for i in range(MOST_ROWS + 3))
    assert "<li>3 more trials are in .trials.</li>" in page_of(trials=trials)
