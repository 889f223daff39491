"""What a model looks at is told of all columns, or it is said of which it was not measured."""

import pytest

from phantom_ml.automl.final_model import finish
from phantom_ml.automl.final_model.importance import not_measured, told_importance
from phantom_ml.core import PhantomMLCore
from tests.core.test_anomaly import flows

NONE_OF_THEIR_OWN = {"a": 0.0, "b": 0.0, "c": 0.0}
DROPS = {"a": [0.3, 0.0], "b": [0.1, 0.0], "c": [-0.2, 0.0]}
TWO = {name: DROPS[name] for name in ("a", "b")}


def test_members_with_importance_of_their_own_are_taken_at_their_word():
    assert told_importance({"a": 0.9, "b": 0.1}, {"a": [0.0, 0.0]}) == {"a": 0.9, "b": 0.1}


def test_without_it_shares_are_those_of_what_shuffling_cost():
    assert told_importance(NONE_OF_THEIR_OWN, DROPS) == pytest.approx(
        {"a": 0.75, "b": 0.25, "c": 0.0}
    )


@pytest.mark.parametrize("drops", [{}, TWO], ids=["no column", "two of three"])
def test_shares_are_not_told_of_some_columns_alone(drops):
    assert told_importance(NONE_OF_THEIR_OWN, drops) == {}


def test_columns_that_were_not_measured_are_named():
    (told,) = not_measured(NONE_OF_THEIR_OWN, TWO, timed=True)
    assert told.endswith("there was no time to shuffle 1 of 3 columns ('c').")


def test_time_is_not_blamed_where_there_was_no_limit_to_it():
    (told,) = not_measured(NONE_OF_THEIR_OWN, {}, timed=False)
    assert told.endswith("shuffling told nothing of 3 of 3 columns ('a', 'b', 'c').")


def test_nothing_is_said_where_all_columns_were_measured():
    assert not_measured(NONE_OF_THEIR_OWN, DROPS, timed=True) == []


def test_columns_that_cost_nothing_alone_are_no_importance_of_zero():
    (told,) = not_measured(NONE_OF_THEIR_OWN, {name: [0.0, 0.0] for name in DROPS}, timed=True)
    assert told.startswith("It is not known what the model looks at")


@pytest.fixture(scope="module")
def unmeasured(tmp_path_factory):
    """A home, and a training that had no time to shuffle columns."""
    config = {"task_type": "anomaly_detection", "algorithms_to_try": ["HBOS"], "n_threads": 1}
    core = PhantomMLCore(home=tmp_path_factory.mktemp("unmeasured"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finish, "SHUFFLE_ALONE_SHARE", 0.0)
        patch.setattr(finish, "SHUFFLE_START_SECONDS", 0.0)
        timed = {**config, "time_budget_seconds": 20}
        result = core.auto_create_model(flows(400).drop("is_odd"), timed)
    return core, result


def test_a_result_says_what_was_not_measured(unmeasured):
    _, result = unmeasured
    assert result.feature_importance == {}
    assert any("no time to shuffle 4 of 4 columns" in note for note in result.warnings)


def test_an_explanation_says_what_was_not_measured(unmeasured):
    core, result = unmeasured
    assert any("'bytes_out'" in note for note in core.explain_model(result.model_id).notes)
