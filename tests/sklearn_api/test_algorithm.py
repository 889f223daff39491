"""One algorithm as an estimator, and its settings searched."""

import re

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.datasets import make_classification, make_regression
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import StratifiedKFold, cross_val_score

from phantom_ml import Algorithm, AlgorithmClassifier, AlgorithmRegressor, HyperparameterOptimizer
from phantom_ml.algorithms.base import algorithms
from phantom_ml.algorithms.lightgbm import LightGBM
from phantom_ml.errors import (
    BadSetting,
    ColumnMissing,
    NoTrialSucceeded,
    TargetUnusable,
    UnknownName,
)
from phantom_ml.sklearn_api.optimizer import as_estimator

X, Y = make_classification(240, 6, n_informative=3, random_state=0)
WORDS = np.where(Y == 1, "attack", "benign")
MANY = np.array(["c", "a", "b"])[np.digitize(X[:, 0], [-0.5, 0.5])]
ROWS, VALUES = make_regression(200, 5, noise=5.0, random_state=0)


def search(algorithm, y, x=X, space=None, method="random_search", n_trials=2, **options):
    optimizer = HyperparameterOptimizer(method, n_trials)
    return optimizer.optimize(algorithm, space, x, y, cv=2, **options)


def test_classes_are_told_as_they_were_given():
    model = AlgorithmClassifier("LogisticRegression").fit(X, WORDS)
    assert set(model.predict(X)) == {"attack", "benign"}
    assert model.score(X, WORDS) > 0.7


def test_probabilities_of_many_classes_sum_to_one():
    shares = AlgorithmClassifier("LightGBM", max_rounds=20).fit(X, MANY).predict_proba(X)
    assert shares.shape == (240, 3)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)


def test_values_are_predicted():
    assert AlgorithmRegressor("ElasticNet").fit(ROWS, VALUES).score(ROWS, VALUES) > 0.9


def test_frames_of_text_are_read():
    frame = pl.DataFrame({"query": [f"{w} {i % 7}" for i, w in enumerate(WORDS)], "n": X[:, 0]})
    assert AlgorithmClassifier("LogisticRegression").fit(frame, Y).score(frame, Y) > 0.95


def test_an_algorithm_that_reads_raw_strings_gets_those_of_text_columns():
    hosts = pl.DataFrame({"url": [f"http://h{i % 7}.example/{i}" for i in range(60)]})
    model = AlgorithmClassifier("Transformer", n_epochs=1).fit(hosts, WORDS[:60])
    assert model._fitted.encoder.string_columns == ("url",)


def test_a_clone_has_the_same_settings():
    model = AlgorithmClassifier("LightGBM", seed=3, num_leaves=7)
    assert clone(model).get_params() == model.get_params()
    assert clone(model).get_params()["num_leaves"] == 7


def test_settings_are_set_like_parameters():
    model = AlgorithmClassifier("LightGBM").set_params(num_leaves=9, seed=4)
    assert (model.get_params()["num_leaves"], model.seed) == (9, 4)


def test_an_unknown_setting_suggests_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean 'num_leaves'"):
        AlgorithmClassifier("LightGBM").set_params(num_leafs=9)


def test_scikit_learn_can_cross_validate_it():
    assert cross_val_score(AlgorithmClassifier("LogisticRegression"), X, Y, cv=3).mean() > 0.65


@pytest.mark.parametrize(
    ("given", "y", "kind"),
    [
        ("lightgbm", WORDS, AlgorithmClassifier),
        (Algorithm.LightGBM, Y, AlgorithmClassifier),
        (Algorithm.LightGBM, VALUES, AlgorithmRegressor),
        (LightGBM(num_leaves=7), VALUES, AlgorithmRegressor),
    ],
)
def test_an_algorithm_becomes_the_estimator_for_its_target(given, y, kind):
    found = as_estimator(given, y)
    assert type(found) is kind
    assert found.algorithm == "LightGBM"


def test_settings_that_are_given_stay_as_they_are():
    found = as_estimator(LightGBM(num_leaves=7), Y)
    assert found.get_params()["num_leaves"] == 7


@pytest.mark.parametrize(("y", "x"), [(WORDS, X), (MANY, X), (VALUES, ROWS)])
def test_an_algorithm_is_searched_within_its_own_bounds(y, x):
    found = search("ExtraTrees", y, x)
    assert [t.status for t in found.trials] == ["done", "done"]
    assert found.best_params
    assert found.best_estimator.fit(x, y).score(x, y) > 0.3


def test_a_score_of_the_search_is_that_of_the_estimator():
    folds = StratifiedKFold(2, shuffle=True, random_state=0)
    optimizer = HyperparameterOptimizer("random_search", 1)
    asked = {"cv": folds, "scoring": "roc_auc"}
    found = optimizer.optimize("LogisticRegression", {"C": [1.0]}, X, WORDS, **asked)
    alone = cross_val_score(AlgorithmClassifier("LogisticRegression", C=1.0), X, WORDS, **asked)
    assert found.trials[0].score == pytest.approx(alone.mean(), abs=0.002)


@pytest.mark.parametrize("resource", ["folds", "rows", "max_rounds"])
def test_hyperband_searches_an_algorithm(resource):
    found = search(LightGBM(max_rounds=90), Y, method="hyperband", n_trials=4, resource=resource)
    assert found.best_score > 0.6


def test_a_fit_that_takes_too_long_is_a_row():
    optimizer = HyperparameterOptimizer("random_search", 1, trial_seconds=0.01)
    with pytest.raises(NoTrialSucceeded, match=r"not done after 0.01 s"):
        optimizer.optimize("SVM", {"C": [1.0]}, np.tile(X, (400, 1)), np.tile(Y, 400), cv=2)


@pytest.mark.parametrize("given", [(1, 10**6), [31, 100_000], [15.5]])
def test_a_value_that_an_algorithm_cannot_have_is_refused_before_any_trial(given):
    optimizer = HyperparameterOptimizer("random_search", n_trials=1)
    with pytest.raises(BadSetting, match="LightGBM cannot have num_leaves"):
        optimizer.optimize("LightGBM", {"num_leaves": given}, [[0.0], [1.0]] * 9, [0, 1] * 9)


@pytest.mark.parametrize("given", [(3.0, 31.0), (3, 31.0), (3.0, 31.0, "log")])
def test_a_range_of_a_whole_number_searches_whole_numbers_however_its_ends_are_written(given):
    found = search("LightGBM", Y, space={"num_leaves": given}, n_trials=1)
    assert isinstance(found.best_params["num_leaves"], int)


def test_an_end_that_is_no_whole_number_is_refused_before_any_trial():
    with pytest.raises(BadSetting, match=r"LightGBM cannot have num_leaves = 2\.5"):
        search("LightGBM", Y, space={"num_leaves": (2.5, 31.0)})


@pytest.mark.parametrize("name", ["num_leafs", "seed"])
def test_a_setting_that_an_algorithm_has_not_is_told_as_one_of_it(name):
    with pytest.raises(UnknownName, match="No setting of LightGBM is called"):
        search("LightGBM", Y, space={name: (3, 31)})


@pytest.mark.parametrize("given", ["LogisticRegression", AlgorithmRegressor("LogisticRegression")])
def test_an_algorithm_that_does_not_solve_the_problem_is_refused_with_those_that_do(given):
    with pytest.raises(BadSetting, match="a regression problem, which LogisticReg") as caught:
        search(given, X[:, 0])
    assert "ElasticNet" in caught.value.hint
    assert "algorithms_to_try" not in caught.value.hint


@pytest.mark.parametrize("error", [BadSetting, ValueError])
@pytest.mark.parametrize(
    ("label", "told"), [(0.0, r"1 class, 0\.0:"), ("benign", "1 class, 'benign':")]
)
def test_answers_of_one_class_are_told_with_it(error, label, told):
    with pytest.raises(error, match=told):
        AlgorithmClassifier("LightGBM").fit(X, np.full(len(X), label))


def test_a_range_of_what_is_yes_or_no_is_refused():
    with pytest.raises(BadSetting, match="a range of extra_trees, which is yes or no"):
        search("LightGBM", Y, space={"extra_trees": (0, 1)})


@pytest.mark.parametrize("name", algorithms.names())
def test_what_hyperband_can_give_more_of_is_in_no_space_of_an_algorithms_own(name):
    assert not {"max_rounds", "n_epochs", "n_estimators"} & set(algorithms.get(name).space())


@pytest.mark.parametrize(
    "ask",
    [
        lambda: AlgorithmClassifier("LightGBM").predict(X),
        lambda: AlgorithmClassifier("LightGBM").predict_proba(X),
        lambda: AlgorithmRegressor("LightGBM").predict(X),
    ],
)
def test_before_it_is_fitted_it_says_so(ask):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        ask()


@pytest.mark.parametrize(
    ("name", "settings", "why"),
    [
        ("NeuralNetwork", {"device": "gpu"}, "NeuralNetwork.device is 'gpu': it must be 'auto'"),
        ("LightGBM", {"num_leavs": 5}, "Did you mean 'num_leaves'"),
        ("ElasticNet", {"alpha": -1}, "ElasticNet.alpha is -1: it must be"),
    ],
)
def test_a_setting_that_it_cannot_have_is_told_when_it_is_fitted(name, settings, why):
    with pytest.raises(BadSetting, match=why):
        AlgorithmClassifier(name, **settings).fit(X, Y)


def test_a_grid_over_its_own_bounds_begins_at_the_defaults():
    found = search("LogisticRegression", Y, method="grid_search", n_trials=3)
    assert found.trials[0].params == {"C": 1.0, "scaling": "robust"}
    assert len(found.trials) == 3


def test_each_fold_leaves_the_others_their_share_of_the_time():
    optimizer = HyperparameterOptimizer("random_search", 1, trial_seconds=6)
    found = optimizer.optimize("RandomForest", {"n_estimators": [10_000]}, X, Y, cv=3)
    assert [t.status for t in found.trials] == ["done"]


def test_columns_that_only_have_a_place_must_be_as_many_as_in_the_fit():
    model = AlgorithmClassifier("LogisticRegression").fit(X, Y)
    with pytest.raises(
        ValueError, match="X has 5 features, but AlgorithmClassifier is expecting 6"
    ):
        model.predict(X[:, :5])


def test_named_columns_are_found_in_any_order_and_others_are_passed_over():
    frame = pl.DataFrame(ROWS, schema=list("abcde"))
    model = AlgorithmRegressor("ElasticNet").fit(frame, VALUES)
    found = model.predict(frame.with_columns(other=1).select("other", *"edcba"))
    np.testing.assert_array_equal(found, model.predict(frame))


def test_a_named_column_that_is_not_there_is_told():
    frame = pl.DataFrame(ROWS, schema=list("abcde"))
    model = AlgorithmRegressor("ElasticNet").fit(frame, VALUES)
    with pytest.raises(ColumnMissing, match="'c'"):
        model.predict(frame.drop("c"))


def test_only_columns_that_have_names_are_known_by_them():
    model = AlgorithmClassifier("LogisticRegression").fit(pl.DataFrame(X), Y)
    assert model.feature_names_in_.tolist() == [f"column_{i}" for i in range(6)]
    assert not hasattr(model.fit(X, Y), "feature_names_in_")


def test_arrays_of_text_and_numbers_are_read():
    rows = np.array([[w, i] for i, w in enumerate(WORDS)], dtype=object)
    assert AlgorithmClassifier("LogisticRegression").fit(rows, Y).score(rows, Y) > 0.95


def test_a_row_of_weight_zero_is_left_out():
    half = AlgorithmClassifier("LogisticRegression").fit(X[:120], Y[:120])
    whole = AlgorithmClassifier("LogisticRegression").fit(X, Y, np.arange(240) < 120)
    np.testing.assert_array_equal(half.predict_proba(X), whole.predict_proba(X))


@pytest.mark.parametrize(
    ("weight", "told"),
    [
        (np.ones(239), "inconsistent numbers of samples"),
        (np.zeros(240), "all zero"),
        (np.full(240, np.nan), "sample_weight contains NaN"),
        (np.r_[-1.0, np.ones(239)], "Negative values in sample_weight"),
        (np.ones((240, 2)), "1D array or scalar"),
    ],
    ids=["too few", "zero", "missing", "negative", "two dimensions"],
)
def test_weights_that_cannot_be_are_refused(weight, told):
    with pytest.raises(ValueError, match=told):
        AlgorithmClassifier("LogisticRegression").fit(X, Y, weight)


@pytest.mark.parametrize("scale", [1e-6, 1e6, 5e-324, 8e307])
@pytest.mark.parametrize("name", ["LightGBM", "XGBoost", "CatBoost", "GradientBoosting"])
def test_weights_teach_the_same_at_any_scale(name, scale):
    twice = np.where(Y == 1, 2.0, 1.0)
    model = AlgorithmClassifier(name, max_rounds=20)
    asked = model.fit(X, Y, twice).predict_proba(X)
    found = model.fit(X, Y, twice * scale).predict_proba(X)
    np.testing.assert_allclose(found, asked, rtol=1e-6)


def test_weights_of_values_teach_the_same_at_any_scale():
    weight = np.arange(1.0, len(ROWS) + 1)
    model = AlgorithmRegressor("LightGBM", max_rounds=20)
    asked = model.fit(ROWS, VALUES, weight).predict(ROWS)
    np.testing.assert_allclose(model.fit(ROWS, VALUES, weight * 1e-9).predict(ROWS), asked)


def test_a_row_whose_weight_is_lost_beside_the_others_is_left_out():
    lost = np.where(np.arange(240) < 120, 1.0, 1e-300)
    half = AlgorithmClassifier("LogisticRegression").fit(X[:120], Y[:120])
    whole = AlgorithmClassifier("LogisticRegression").fit(X, Y, lost)
    np.testing.assert_array_equal(half.predict_proba(X), whole.predict_proba(X))


@pytest.mark.parametrize("error", [TargetUnusable, ValueError])
@pytest.mark.parametrize("name", ["LightGBM", "CatBoost", "NeuralNetwork", "LogisticRegression"])
@pytest.mark.parametrize("cell", [1.0, np.nan, "x"])
def test_rows_that_are_all_the_same_are_told_whatever_the_algorithm(name, cell, error):
    rows = pd.DataFrame({"a": [cell] * 240})
    with pytest.raises(error, match="No column can be learned from"):
        AlgorithmClassifier(name).fit(rows, Y)


@pytest.mark.parametrize("name", ["LightGBM", "RandomForest", "LogisticRegression"])
def test_text_teaches_where_no_feature_of_it_differs_from_row_to_row(name):
    rng = np.random.default_rng(0)
    # The same letters in another order: the classes differ in what stands beside what.
    words = ["".join(rng.permutation(["abcd", *"efghijklmnopqrst"])) for _ in Y]
    rows = pl.DataFrame(
        {"t": [w if y else w.replace("abcd", "dcba") for w, y in zip(words, Y, strict=True)]}
    )
    model = AlgorithmClassifier(name).fit(rows, Y)
    assert not model._fitted.encoder.features
    assert model.score(rows, Y) > 0.95


def test_values_of_rows_that_are_all_the_same_are_told_so():
    with pytest.raises(TargetUnusable, match="No column can be learned from"):
        AlgorithmRegressor("ElasticNet").fit(np.ones((200, 2)), VALUES)


def test_another_algorithm_of_a_clone_begins_at_its_own_defaults():
    model = clone(AlgorithmClassifier("LightGBM")).set_params(algorithm="XGBoost")
    assert model.get_params() == AlgorithmClassifier("XGBoost").get_params()


def test_a_setting_that_was_chosen_stays_with_another_algorithm():
    model = clone(AlgorithmClassifier("LightGBM", max_rounds=7)).set_params(algorithm="XGBoost")
    assert model.get_params()["max_rounds"] == 7


def test_chosen_settings_that_another_algorithm_has_not_are_all_named():
    model = clone(AlgorithmClassifier("LightGBM", num_leaves=7, max_rounds=9))
    with pytest.raises(BadSetting, match="RandomForest has no settings 'num_leaves', 'max_rounds'"):
        model.set_params(algorithm="RandomForest").fit(X, Y)


@pytest.mark.parametrize("algorithm", [5, None, ["LightGBM"]])
def test_an_algorithm_that_is_no_name_is_told_when_it_is_fitted(algorithm):
    model = AlgorithmClassifier().set_params(algorithm=algorithm)
    with pytest.raises(BadSetting, match=re.escape(f"The algorithm is {algorithm!r}")):
        model.fit(X, Y)


def test_parameters_are_set_all_or_none():
    model = AlgorithmClassifier("LightGBM")
    with pytest.raises(UnknownName):
        model.set_params(seed=9, num_leafs=3)
    assert model.seed == 0


def test_a_fit_that_fails_leaves_what_was_learned_before():
    model = AlgorithmClassifier("LogisticRegression").fit(X, WORDS)
    with pytest.raises(BadSetting):
        model.set_params(C=-1.0).fit(X[:, :2], Y)
    assert set(model.predict(X)) == {"attack", "benign"}


def test_a_setting_that_the_estimator_cannot_have_is_told_before_any_trial():
    wrong = AlgorithmClassifier("LightGBM", num_leaves=-1)
    with pytest.raises(BadSetting, match="num_leaves is -1"):
        search(wrong, Y, space={"max_depth": [3]})


def test_a_column_called_target_is_searched_with_as_any_other():
    frame = pd.DataFrame({"target": Y + 0.5, "noise": X[:, 5]})
    assert search("LightGBM", Y, frame, space={"num_leaves": [7]}, n_trials=1).best_score > 0.95


def test_a_number_that_is_written_in_two_ways_is_one_value_to_an_algorithm():
    optimizer = HyperparameterOptimizer("grid_search", 6)
    estimator = optimizer._estimator("LogisticRegression", {"C": [1, 1.0, 10]}, [0, 1])
    assert optimizer._space(estimator, {"C": [1, 1.0, 10]}) == {"C": [1, 10]}


def test_to_an_estimator_of_scikit_learns_one_and_all_are_two_values():
    optimizer = HyperparameterOptimizer("grid_search", 6)
    forest = RandomForestClassifier()
    assert optimizer._space(forest, {"max_features": [1, 1.0]}) == {"max_features": [1, 1.0]}
