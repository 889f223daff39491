"""By what models are judged: the metric that was named, or the task's own."""

import pytest

from phantom_ml.errors import BadSetting, UnknownName
from tests.automl.asked import posed
from tests.core.tables import events


def test_the_metric_is_the_task_s_where_none_is_named():
    assert posed(events(90)).metric.name == "average_precision"
    assert posed(events(90), optimization_metric="AUC").metric.name == "roc_auc"


def test_a_metric_that_is_unknown_is_told():
    with pytest.raises(UnknownName, match="metric"):
        posed(events(90), optimization_metric="beauty")


def test_a_metric_of_another_kind_of_problem_is_told():
    with pytest.raises(BadSetting, match="'rmse'"):
        posed(events(90), optimization_metric="rmse")
