"""What is imported before the first trial, and in which order."""

from phantom_ml.automl.trials.preload import LEAN, PRELOAD, TORCH, preload_of
from phantom_ml.config import AutoMLConfig


def preloaded(**settings):
    return preload_of(AutoMLConfig.of({"target_column": "y", **settings}))


def test_where_trials_are_counted_the_library_of_networks_comes_before_all_else():
    found = preloaded(algorithms_to_try=["NeuralNetwork"], max_trials=1)
    assert found == (TORCH, *PRELOAD)


def test_where_a_first_model_comes_first_its_library_does_too():
    assert preloaded(algorithms_to_try=["NeuralNetwork"]) == PRELOAD


def test_trials_that_need_no_more_than_others_import_no_more():
    assert preloaded(algorithms_to_try=["SVM"], max_trials=1) == PRELOAD


def test_under_a_limit_of_memory_little_is_imported():
    assert preloaded(memory_limit_mb=900, max_trials=1) == LEAN
