"""Fits begin where what they import is there already."""

from phantom_ml.automl.trials.ready import LOOK, look, wait_for
from phantom_ml.process import run_child, warm_up


def test_a_child_tells_whether_a_module_is_missing():
    assert look({"modules": ["sys"]}) == {"there": True}
    assert look({"modules": ["sys", "no_such_module"]}) == {"there": False}


def test_what_was_asked_for_is_there_after_the_wait(tmp_path):
    modules = ("colorsys", "phantom_ml.automl.trials.plugins")
    warm_up(modules)
    assert wait_for(modules, tmp_path) > 0.0
    assert run_child(LOOK, {"modules": modules}, tmp_path) == {"there": True}


def test_a_module_that_is_missing_is_not_waited_for_for_ever(tmp_path):
    warm_up(("no_such_module",))
    assert wait_for(("no_such_module",), tmp_path) > 0.0
