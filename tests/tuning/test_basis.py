"""A history counts only for a search of the same estimator, scoring and rows."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import make_classification
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from phantom_ml import AlgorithmClassifier, HyperparameterOptimizer
from phantom_ml.errors import BadSetting
from phantom_ml.sklearn_api.algorithm_bench import AlgorithmBench
from phantom_ml.tuning.basis import Basis
from phantom_ml.tuning.bench import Bench
from phantom_ml.tuning.scoring import scoring_for
from phantom_ml.tuning.study import splitter_for

X, Y = make_classification(90, 3, n_informative=2, n_redundant=0, random_state=0)
NAMES = ["bytes", "ports", "hosts"]
FRAME = pd.DataFrame(X, columns=NAMES)
TREE = DecisionTreeClassifier(random_state=0)
DEPTHS = {"max_depth": (1, 8)}


def search(n_trials=2, x=FRAME, y=Y, estimator=TREE, space=DEPTHS, **options):
    optimizer = HyperparameterOptimizer("random_search", n_trials)
    return optimizer.optimize(estimator, space, x, y, cv=2, **{"scoring": "roc_auc"} | options)


def basis_of(estimator=TREE, x=X, y=Y):
    return Basis.of(estimator, "roc_auc", x, y)


@pytest.fixture(scope="module")
def first():
    return search()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"scoring": "accuracy"}, "its scoring is 'roc_auc', not 'accuracy'"),
        ({"scoring": None}, "its scoring is 'roc_auc', not 'DecisionTreeClassifier.score'"),
        ({"x": FRAME[:80], "y": Y[:80]}, "its n_rows is 90, not 80"),
        ({"x": FRAME[NAMES[:2]]}, "its n_columns is 3, not 2"),
        ({"x": FRAME[NAMES[::-1]]}, "its columns have other names or another order"),
        ({"y": 1 - Y}, "its y holds other values"),
        ({"x": FRAME + 1.0}, "its X holds other values"),
        (
            {"estimator": DecisionTreeClassifier(random_state=0, max_features=1)},
            "its max_features was None, not 1",
        ),
        (
            {"estimator": ExtraTreesClassifier(5)},
            "its estimator is 'DecisionTreeClassifier', not 'ExtraTreesClassifier'",
        ),
    ],
)
def test_a_history_of_something_else_is_refused(first, changes, told):
    with pytest.raises(BadSetting) as caught:
        search(3, history=first.to_json(), **changes)
    assert told in caught.value.message


def test_an_algorithm_is_told_by_its_own_name():
    model = AlgorithmClassifier("LightGBM")
    bench = Bench(model, X, Y, scoring_for(model, None, Y), splitter_for(model, Y, 2, 0))
    assert AlgorithmBench(bench).basis.estimator == "LightGBM"


def test_a_result_in_memory_is_asked_as_its_text_is(first):
    with pytest.raises(BadSetting, match="not 'accuracy'"):
        search(3, scoring="accuracy", history=first)


@pytest.mark.parametrize(
    "same",
    [
        {"x": pl.DataFrame(X, schema=NAMES)},
        {"x": X},
        {"x": X.tolist()},
        {"y": Y.tolist()},
        {"y": Y.astype(float)},
        {"y": pd.Series(Y)},
        {"scoring": get_scorer("roc_auc")},
    ],
)
def test_the_same_in_another_form_is_gone_on_with(first, same):
    more = search(3, history=first.to_json(), **same)
    assert [t.params for t in more.trials[:2]] == [t.params for t in first.trials]


def test_a_history_that_goes_on_says_nothing(first):
    assert search(3, history=first.to_json()).notes == ()


def test_a_history_that_does_not_say_what_it_was_of_is_taken_and_told(first):
    told = json.loads(first.to_json())
    del told["basis"]
    more = search(3, scoring="accuracy", history=json.dumps(told))
    assert more.notes == (
        "The history does not say what it was made of: its scores were taken as they are.",
    )


def test_a_basis_that_is_none_cannot_be_read(first):
    told = json.loads(first.to_json()) | {"basis": {"rows": 3}}
    with pytest.raises(BadSetting, match="history cannot be read"):
        search(3, history=json.dumps(told))


def test_trials_that_are_left_out_are_told(first):
    more = search(1, space={"min_samples_leaf": (1, 9)}, history=first)
    assert more.notes == ("2 of the history's 2 trials lie outside this space and were left out.",)


def test_the_steps_of_a_pipeline_are_told_apart():
    one, two = (make_pipeline(s, LogisticRegression()) for s in (StandardScaler(), MinMaxScaler()))
    assert basis_of(one).estimator != basis_of(two).estimator


def test_more_is_better_is_part_of_it(first):
    assert json.loads(first.to_json())["basis"]["direction"] == "maximize"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-(2**50), 2**50), min_size=2, max_size=20))
def test_whole_numbers_are_the_same_answers_in_any_form(values):
    x = np.zeros((len(values), 1))
    forms = (values, np.array(values), np.array(values, float), pl.Series(values))
    assert len({basis_of(x=x, y=y) for y in forms}) == 1


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("ab", max_size=3), min_size=2, max_size=6, unique=True))
def test_other_words_are_other_answers(words):
    x = np.zeros((len(words), 1))
    assert basis_of(x=x, y=words) != basis_of(x=x, y=words[::-1])


def test_what_is_searched_may_be_set_otherwise(first):
    deeper = DecisionTreeClassifier(random_state=0, max_depth=3)
    assert len(search(3, estimator=deeper, history=first).trials) == 3


@pytest.mark.parametrize("made", [np.asarray, pl.from_pandas])
def test_the_same_numbers_in_another_kind_of_table_are_the_same(made):
    assert basis_of(x=made(FRAME)).cells == basis_of(x=FRAME).cells


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_answers_that_are_missing_are_counted_and_refused(missing):
    with pytest.raises(BadSetting, match="1 of 90 answers in y are missing"):
        search(y=[missing, *Y[1:].tolist()])


FORWARD = TimeSeriesSplit(3)


def bands(n_trials=2, **options):
    optimizer = HyperparameterOptimizer("hyperband", n_trials)
    return optimizer.optimize(TREE, DEPTHS, FRAME, Y, **{"cv": FORWARD} | options)


@pytest.fixture(scope="module")
def banded():
    return bands()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"cv": 4}, "its folds are 3, not 4"),
        ({"cv": 3}, "its folds hold other rows"),
        ({"cv": 3, "seed": 5}, "its folds hold other rows: its seed is 0, not 5"),
        ({"resource": "rows"}, "its resource is 'folds', not 'rows'"),
    ],
)
def test_scores_of_other_folds_or_of_another_resource_are_refused(banded, changes, told):
    with pytest.raises(BadSetting) as caught:
        bands(3, history=banded.to_json(), **changes)
    assert told in caught.value.message


def test_another_seed_on_the_same_folds_is_noted(banded):
    found = bands(3, history=banded, seed=5)
    assert "The history's seed is 0; what is tried next is drawn by 5." in found.notes


def test_a_history_that_was_written_before_folds_were_told_is_gone_on_with(banded):
    told = json.loads(banded.to_json())
    for name in ("n_folds", "folds", "resource", "seed"):
        del told["basis"][name]
    assert len(bands(3, history=json.dumps(told)).trials) == 3


def test_where_nothing_is_given_up_any_resource_goes_on():
    optimizer = HyperparameterOptimizer("random_search", 2)
    drawn = optimizer.optimize(TREE, DEPTHS, FRAME, Y, cv=FORWARD)
    assert len(bands(3, history=drawn, resource="rows").trials) == 3


@pytest.mark.parametrize("within", [lambda svm: svm, make_pipeline])
def test_a_setting_that_is_a_real_number_is_the_same_written_whole(within):
    step = "" if within(SVC()).__class__ is SVC else "svc__"
    old = search(estimator=within(SVC(C=1)), space={f"{step}gamma": (0.1, 1.0)})
    asked = {"estimator": within(SVC(C=1.0)), "space": {f"{step}gamma": (0.1, 1.0)}}
    assert len(search(3, history=old.to_json(), **asked).trials) == 3


def test_a_setting_of_which_a_whole_number_is_another_thing_is_told_apart():
    old = search(estimator=DecisionTreeClassifier(random_state=0, max_features=1))
    with pytest.raises(BadSetting, match=r"its max_features was 1, not 1\.0"):
        search(3, estimator=DecisionTreeClassifier(random_state=0, max_features=1.0), history=old)


def test_other_real_numbers_are_told_apart():
    old = search(estimator=SVC(C=1), space={"gamma": (0.1, 1.0)})
    with pytest.raises(BadSetting, match=r"its C was 1, not 2\.0"):
        search(3, estimator=SVC(C=2.0), space={"gamma": (0.1, 1.0)}, history=old.to_json())
