import numpy as np
import polars as pl
import pytest

from phantom_ml.config import SUPERVISED, AutoMLTaskType, ProblemKind, ThresholdPolicy
from phantom_ml.errors import TargetUnusable, UnknownName
from phantom_ml.metrics.lookup import get_metric
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.tasks.base import tasks

CHANCE = np.array([[0.1], [0.5], [0.9]])
TOP = Threshold(policy=None, value=0.9, n_positives=1, n_negatives=1)


def present(name: str, prediction, kind, classes=(), threshold=None) -> pl.DataFrame:
    return tasks.get(name).present(np.asarray(prediction), ProblemKind(kind), classes, threshold)


def test_a_task_is_known_by_its_type():
    assert all(tasks.get(t.task_type) is t for t in tasks)


def test_a_task_that_is_not_there_yet_is_told():
    with pytest.raises(UnknownName, match="No task is called"):
        tasks.get("divination")


@pytest.mark.parametrize("task", list(tasks), ids=lambda t: t.task_type.value)
@pytest.mark.parametrize("kind", list(ProblemKind))
def test_the_figures_beside_the_metric_fit_the_problem(task, kind):
    two_classes = task.task_type is AutoMLTaskType.SECURITY_THREAT_DETECTION
    if task.of_series or kind is ProblemKind.FORECAST:
        pytest.skip("forecasts have measures of their own")
    if (kind is ProblemKind.ANOMALY) == task.learns_from_answers:
        pytest.skip("the task does not pose this kind of problem")
    if two_classes and kind is not ProblemKind.BINARY:
        pytest.skip("threats are told from the rest: two classes")
    names = (*task.other_metrics(kind), *task.evaluated_by(kind))
    for name in (task.default_metric(kind).name, *names):
        assert kind in get_metric(name, kind).kinds


def test_an_anomaly_is_a_score_and_an_alert():
    found = present("anomaly_detection", [[0.1], [7.0]], "anomaly", (), TOP)
    assert found.to_dict(as_series=False) == {"score": [0.1, 7.0], "alert": [False, True]}


def test_a_forecast_is_a_number_and_its_quantiles():
    found = present("time_series", [[5.0, 4.0, 6.0]], "forecast", (0.1, 0.9))
    assert found.to_dict(as_series=False) == {
        "prediction": [5.0], "quantile_0.1": [4.0], "quantile_0.9": [6.0],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "accepted"),
    [
        ({"top_k": 5}, True),
        ({"alerts_per_day": 5}, True),
        ({"max_fpr": 0.01}, True),
        ({"min_precision": 0.5}, False),
        ({"cost": {"false_negative": 3}}, False),
    ],
)
def test_without_answers_only_the_number_of_alerts_can_be_kept(policy, accepted):
    task = tasks.get("anomaly_detection")
    assert task.accepts(ThresholdPolicy(**policy), ProblemKind.ANOMALY) is accepted


def test_two_classes_show_both_probabilities_and_the_alert():
    found = present("classification", CHANCE, "binary", ("ok", "bad"))
    assert found.columns == ["prediction", "probability_ok", "probability_bad", "alert"]


def test_without_a_threshold_one_half_is_an_alert():
    found = present("classification", CHANCE, "binary", ("ok", "bad"))
    assert found["alert"].to_list() == [False, True, True]


def test_a_probability_on_the_threshold_is_an_alert():
    found = present("classification", CHANCE, "binary", ("ok", "bad"), TOP)
    assert found["prediction"].to_list() == ["ok", "ok", "bad"]


@pytest.mark.parametrize("classes", [("ok", "bad"), (0, 1), (False, True), (0.5, 1.5)])
def test_a_prediction_has_the_type_of_the_classes(classes):
    found = present("classification", CHANCE, "binary", classes)["prediction"].to_list()
    assert found == [classes[0], classes[1], classes[1]]


def test_the_most_probable_of_many_classes_is_predicted():
    chances = [[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]]
    found = present("classification", chances, "multiclass", ("a", "b", "c"))
    assert found["prediction"].to_list() == ["b", "a"]
    assert found.columns == ["prediction", "probability_a", "probability_b", "probability_c"]


def test_a_regression_is_one_column():
    found = present("regression", [[1.5], [2.5]], "regression")
    assert found.to_dict(as_series=False) == {"prediction": [1.5, 2.5]}


@pytest.mark.parametrize("kind", SUPERVISED)
def test_only_two_classes_take_a_threshold(kind):
    policy = ThresholdPolicy(top_k=5)
    accepted = tasks.get("classification").accepts(policy, kind)
    assert accepted == (kind is ProblemKind.BINARY)


def test_a_regression_reads_numbers():
    target = tasks.get("regression").read_target(pl.Series("y", [1, 2, 3]), None)
    assert target.values.tolist() == [1.0, 2.0, 3.0]


def test_a_regression_refuses_words():
    with pytest.raises(TargetUnusable, match="'y'"):
        tasks.get("regression").read_target(pl.Series("y", ["low", "high"]), None)


def test_a_classification_knows_its_alert():
    target = tasks.get("classification").read_target(pl.Series("y", ["a", "b", "a", "b"]), "a")
    assert target.classes == ("b", "a")


def test_tasks_are_named_as_the_configuration_names_them():
    assert set(tasks.names()) <= {t.value for t in AutoMLTaskType}
