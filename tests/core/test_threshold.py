import polars as pl
import pytest

from phantom_ml.errors import BadSetting, TargetMissing
from tests.core.conftest import FAST
from tests.core.tables import events, numbers


@pytest.fixture(scope="module")
def model(core):
    rows = events(300).with_columns(pl.col("label").alias("y")).drop("label", "query")
    config = FAST | {"time_column": "when", "positive_class": "attack"}
    return core.auto_create_model(rows, config).model_id


POLICIES = [
    {"max_fpr": 0.1},
    {"alerts_per_day": 5},
    {"min_precision": 0.6},
    {"min_precision": 0.6, "prevalence": 0.05},
    {"cost": {"false_positive": 1, "false_negative": 10}},
    {"top_k": 20},
]


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_every_policy_sets_the_line_of_the_next_alert(core, model, policy):
    threshold = core.set_threshold(model, policy)
    found = core.predict(model, events(80))
    chance = found["probability_attack"]
    assert found["alert"].to_list() == (chance >= threshold.value).to_list()


def test_a_threshold_is_there_in_another_program(core, model):
    value = core.set_threshold(model, {"top_k": 7}).value
    other = type(core)(home=core.home)
    found = other.predict(model, events(80))
    assert found["alert"].to_list() == (found["probability_attack"] >= value).to_list()


def test_a_dearer_miss_gives_more_alerts(core, model):
    costs = ({"cost": {"false_negative": price}} for price in (1, 100))
    low, high = (core.set_threshold(model, cost).value for cost in costs)
    assert high <= low


def test_two_rules_at_once_are_refused(core, model):
    with pytest.raises(BadSetting, match="exactly one"):
        core.set_threshold(model, {"top_k": 5, "max_fpr": 0.1})


def test_alerts_per_day_need_rows_that_span_time(core, small):
    with pytest.raises(BadSetting, match="alerts a day"):
        core.set_threshold(small.model_id, {"alerts_per_day": 5})


@pytest.mark.parametrize("kind", ["multiclass", "regression"])
def test_a_model_without_two_classes_has_no_threshold(core, kind, request):
    with pytest.raises(BadSetting, match="two classes"):
        core.set_threshold(request.getfixturevalue(kind).model_id, {"top_k": 5})


def test_a_policy_of_the_configuration_is_in_use_from_the_start(core):
    found = core.auto_create_model(numbers(), FAST | {"threshold": {"top_k": 10}})
    assert found.thresholds.current.rule == "the 10 highest rows"
    rows = core.predict(found.model_id, numbers())
    line = found.thresholds.current.value
    assert rows["alert"].to_list() == (rows["probability_1"] >= line).to_list()


def test_a_figure_lies_in_its_interval(core, binary):
    found = core.evaluate(binary.model_id, events(300, seed=8))
    assert all(f.low <= f.value <= f.high for f in found.figures.values())


def test_held_out_and_fresh_rows_agree_roughly(core, binary):
    fresh = core.evaluate(binary.model_id, events(600, seed=8)).figures[binary.metric]
    assert fresh.low - 0.1 < binary.best_score < fresh.high + 0.1


def test_the_line_of_alert_is_measured_on_fresh_rows(core, binary):
    rows = events(300, seed=8)
    line = core.evaluate(binary.model_id, rows).threshold
    found = core.predict(binary.model_id, rows)
    hits = found.filter(rows["label"] == "attack")["alert"].sum()
    assert line.recall == hits / (rows["label"] == "attack").sum()


def test_rows_without_a_known_class_are_counted_and_skipped(core, binary):
    rows = events(100).with_columns(
        label=pl.when(pl.int_range(pl.len()) < 7).then(pl.lit("?")).otherwise(pl.col("label"))
    )
    assert core.evaluate(binary.model_id, rows).n_skipped == 7


@pytest.mark.parametrize("form", [pl.Float64, pl.String, pl.Boolean, pl.Int8])
def test_answers_are_known_in_whatever_form_they_are_stored(core, small, form):
    rows = numbers(n=100).with_columns(pl.col("y").cast(form))
    assert core.evaluate(small.model_id, rows).n_rows == 100


def test_rows_without_any_answer_are_refused(core, small):
    with pytest.raises(BadSetting, match="No row has a value of 'y'"):
        core.evaluate(small.model_id, numbers(n=9).with_columns(y=pl.lit("?")))


def test_rows_without_the_target_are_refused(core, small):
    with pytest.raises(TargetMissing):
        core.evaluate(small.model_id, numbers(n=9).drop("y"))


def test_a_regression_is_evaluated(core, regression):
    found = core.evaluate(regression.model_id, numbers("regression", seed=4))
    assert set(found.figures) == {"rmse", "mae", "r2"}


def test_an_evaluation_can_be_read(core, small):
    assert "average_precision" in str(core.evaluate(small.model_id, numbers(seed=2)))


def test_a_model_that_alerts_nothing_as_it_is_comes_with_the_ways_out(core):
    sure = {"max_fpr": 0.001, "confidence": 0.95}
    result = core.auto_create_model(numbers(), FAST | {"threshold": sure})
    (told,) = [note for note in result.warnings if "alerts next to nothing" in note]
    assert all(way in told for way in ("More benign rows", "higher max_fpr", "confidence=None"))


def test_a_model_that_alerts_some_rows_comes_without_ways_out(core):
    result = core.auto_create_model(numbers(), FAST | {"threshold": {"max_fpr": 0.2}})
    assert not any("alerts next to nothing" in note for note in result.warnings)


@pytest.mark.parametrize("name", ["false_positive", "false_negative"])
@pytest.mark.parametrize("cost", [float("inf"), 1e308])
def test_a_cost_with_which_nothing_can_be_reckoned_is_refused(core, small, name, cost):
    with pytest.raises(BadSetting, match=f"cost.{name} is .*less than or equal to 1000000000000"):
        core.set_threshold(small.model_id, {"cost": {"false_negative": 1.0, name: cost}})


def test_without_end_alerts_a_day_are_no_budget(core, small):
    with pytest.raises(BadSetting, match=r"alerts_per_day is inf: it must be a finite number"):
        core.set_threshold(small.model_id, {"alerts_per_day": float("inf")})


@pytest.mark.parametrize("policy", [5, True, "0.1", '{"max_fpr": 0.01}', [1]], ids=repr)
def test_what_is_no_policy_is_refused_as_in_a_training(core, small, policy):
    with pytest.raises(BadSetting) as later:
        core.set_threshold(small.model_id, policy)
    with pytest.raises(BadSetting) as at_first:
        core.auto_create_model(numbers(), FAST | {"threshold": policy})
    assert str(later.value) == str(at_first.value)


def test_no_policy_is_the_line_of_a_training_without_one(core):
    found = core.auto_create_model(numbers(), FAST)
    core.set_threshold(found.model_id, {"top_k": 3})
    assert core.set_threshold(found.model_id, None) == found.thresholds.current


def test_no_policy_of_a_model_without_two_classes_is_refused(core, regression):
    with pytest.raises(BadSetting, match="two classes"):
        core.set_threshold(regression.model_id, None)
