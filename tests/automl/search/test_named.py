"""What is said of algorithms that were named and gave nothing."""

from dataclasses import replace

from phantom_ml.automl.preparation.quick import QUICK
from phantom_ml.automl.search.named import named_in_vain, nothing_succeeded, of_first
from phantom_ml.config import AutoMLConfig
from tests.automl.made import failed, finished

NAMED = AutoMLConfig.of({"target_column": "y", "algorithms_to_try": ["SVM", "LSTM"]})


def first():
    made = finished(0, (0.5,))
    return replace(made, order=replace(made.order, folds=(QUICK,)))


def test_what_failed_is_told_with_its_reason_and_what_to_do():
    tried = [replace(failed(1), hint="Use 'auto'."), finished(2, algorithm="LSTM")]
    assert named_in_vain(NAMED, tried) == ["SVM gave no model: No luck. Use 'auto'."]


def test_what_was_not_begun_is_told():
    assert named_in_vain(NAMED, [finished(1, algorithm="SVM")]) == [
        "LSTM had no turn: the time was over."
    ]


def test_a_first_model_that_is_served_is_not_said_to_be_no_rival():
    told = of_first(NAMED, [first(), failed(1)], is_served=True, beaten=[])
    assert told == [
        "Nothing that was named gave a model: the first model, LightGBM on a sample of the rows, is "
        "served instead. Give more time, or fewer rows."
    ]


def test_nothing_is_said_of_a_first_model_where_nothing_was_named():
    config = AutoMLConfig.of({"target_column": "y"})
    assert of_first(config, [first()], is_served=True, beaten=[]) == []


def test_where_all_failed_alike_the_advice_is_the_algorithms_own():
    tried = [replace(failed(n, "NeuralNetwork"), hint="Use 'auto'.") for n in (1, 2)]
    assert nothing_succeeded([f.trial for f in tried], tried).hint == "Use 'auto'."


def test_where_each_failed_for_a_reason_of_its_own_all_advice_is_told():
    tried = [replace(failed(n), hint=hint) for n, hint in enumerate(["Use 'auto'.", "Sort it."])]
    assert nothing_succeeded([f.trial for f in tried], tried).hint == "Use 'auto'. Sort it."


def test_where_failures_told_what_to_do_no_more_time_is_advised():
    config = AutoMLConfig.of({"target_column": "y", "algorithms_to_try": ["SVM"]})
    tried = [first(), replace(failed(1), hint="Use 'auto'.")]
    (told,) = of_first(config, tried, is_served=True, beaten=[])
    assert told.endswith("is served instead.")


def test_after_a_person_ended_the_search_time_is_not_blamed():
    tried = [first()]
    told = [
        *named_in_vain(NAMED, tried, interrupted=True),
        *of_first(NAMED, tried, is_served=True, beaten=[], interrupted=True),
    ]
    assert "time" not in " ".join(told)


def test_where_trials_are_counted_their_number_ended_the_search():
    counting = NAMED.model_copy(update={"max_trials": 1})
    assert named_in_vain(counting, [finished(1, algorithm="SVM")]) == [
        "LSTM had no turn: max_trials is 1."
    ]
