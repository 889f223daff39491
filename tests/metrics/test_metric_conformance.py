from __future__ import annotations

import dataclasses
import pickle
import re
from pathlib import Path

import numpy as np
import pytest

from phantom_ml.metrics.base import Metric, families, metrics
from phantom_ml.testing.metric_checks import CHECKS, check_metric

ALL = [
    *metrics,
    *(
        families.get(name).make(families.get(name).example * 2 / 3)
        for name in families.names()
        if not families.get(name).integer
    ),
    families.get("precision_at").make(7),
]
DOCUMENT = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.name)
def test_every_metric_keeps_every_promise(metric, check):
    check(metric)


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.name)
def test_every_metric_travels_to_a_child_process(metric):
    assert pickle.loads(pickle.dumps(metric)).name == metric.name


def test_every_documented_metric_exists():
    stems = {re.sub(r"_[\d.]+$", "", name) for name in metrics.names()}
    assert set(re.findall(r"^### `(\w+?)(?:_<\w+>)?`$", DOCUMENT, re.MULTILINE)) == stems


def test_names_are_filed_as_the_metric_calls_itself():
    assert [metric.name for metric in metrics] == metrics.names()


def test_no_two_metrics_share_an_alias():
    spellings = [s for metric in metrics for s in (metric.name, *metric.aliases)]
    assert len(spellings) == len(set(spellings))


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"greater_is_better": False}, "wrong way round"),
        ({"function": lambda y, p, w: 2.0}, "out of its bounds"),
        ({"function": lambda y, p, w: float(w is not None)}, "prefer"),
        ({"function": lambda y, p, w: float(np.mean((p[:, 0] > 0.5) == y))}, "misreads weights"),
    ],
)
def test_checks_find_a_faulty_metric(fault, sentence):
    faulty: Metric = dataclasses.replace(metrics.get("accuracy"), **fault)
    with pytest.raises(AssertionError, match=sentence):
        check_metric(dataclasses.replace(faulty, kinds=metrics.get("f1").kinds))
