import copy
import inspect

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from phantom_ml.core import PhantomMLCore
from phantom_ml.errors import BadSetting
from phantom_ml.sklearn_api import PhantomClassifier, PhantomRegressor

N = 120


def frame(seed=0):
    rng = np.random.default_rng(seed)
    size = rng.normal(size=N)
    return pl.DataFrame(
        {"size": size, "proto": rng.choice(["tcp", "udp"], N), "target": rng.normal(size=N)}
    )


X = frame()
LABEL = np.where(X["size"].to_numpy() > 0, "worm", "benign")
NUMBER = 3.0 * X["size"].to_numpy() + (X["proto"] == "udp").to_numpy()


def classifier(**options):
    options = {
        "max_trials": 1,
        "algorithms_to_try": ["LogisticRegression"],
        "n_threads": 1,
    } | options
    return PhantomClassifier(**options)


def regressor(**options):
    options = {"max_trials": 1, "algorithms_to_try": ["ElasticNet"], "n_threads": 1} | options
    return PhantomRegressor(**options)


@pytest.fixture(scope="module")
def fitted():
    return classifier().fit(X, LABEL)


def test_a_frame_with_text_columns_is_learned(fitted):
    assert fitted.score(X, LABEL) > 0.9


def test_classes_are_those_of_the_user(fitted):
    assert fitted.classes_.tolist() == ["benign", "worm"]


def test_the_prediction_is_the_most_probable_class(fitted):
    best = fitted.classes_[fitted.predict_proba(X).argmax(axis=1)]
    np.testing.assert_array_equal(fitted.predict(X), best)


def test_names_and_number_of_columns_are_kept(fitted):
    assert fitted.feature_names_in_.tolist() == X.columns
    assert fitted.n_features_in_ == 3


def test_a_column_called_target_does_no_harm(fitted):
    assert "target" in fitted.feature_importance_


def test_the_leaderboard_shows_what_was_tried(fitted):
    assert fitted.leaderboard_[0].algorithm == "LogisticRegression"


def test_pandas_is_read_too(fitted):
    np.testing.assert_allclose(fitted.predict_proba(X.to_pandas()), fitted.predict_proba(X))


def test_numbers_are_learned():
    assert regressor().fit(X, NUMBER).score(X, NUMBER) > 0.9


def test_many_classes_with_labels_that_are_numbers_are_learned():
    labels = np.digitize(X["size"].to_numpy(), [-0.5, 0.5]) * 10
    model = classifier().fit(X, labels)
    assert model.classes_.tolist() == [0, 10, 20]
    assert model.score(X, labels) > 0.8


def test_a_class_with_one_row_has_probability_zero():
    labels = LABEL.copy().astype(object)
    labels[0] = "rare"
    found = classifier().fit(X, labels).predict_proba(X)
    assert found.shape == (N, 3)
    assert (found[:, 1] == 0).all()


def test_weights_are_heeded():
    flipped = np.where(LABEL == "worm", "benign", "worm")
    both, answers = pl.concat([X, X]), np.concatenate([LABEL, flipped])
    weight = np.concatenate([np.full(N, 10.0), np.full(N, 0.1)])
    assert classifier().fit(both, answers, sample_weight=weight).score(X, LABEL) > 0.9


def test_the_same_seed_gives_the_same_model(fitted):
    again = classifier().fit(X, LABEL)
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))


def test_a_home_keeps_the_model(tmp_path):
    model = classifier(home=tmp_path).fit(X, LABEL)
    told = PhantomMLCore(home=tmp_path).predict(model.model_id_, X)
    np.testing.assert_allclose(told["probability_1"], model.predict_proba(X)[:, 1])


def test_a_temporary_home_goes_with_its_estimator():
    model = classifier().fit(X, LABEL)
    home = model._core.home
    del model
    assert not home.exists()


def test_a_copy_predicts_the_same(fitted):
    np.testing.assert_array_equal(copy.deepcopy(fitted).predict_proba(X), fitted.predict_proba(X))


def test_the_state_is_plain_data(fitted):
    state = fitted.__getstate__()
    assert state["_core"] is None
    assert isinstance(state["_archive"], bytes)


def test_a_copy_of_a_copy_that_was_never_used_predicts_too(fitted):
    again = copy.deepcopy(copy.deepcopy(fitted))
    np.testing.assert_array_equal(again.predict(X), fitted.predict(X))


def test_it_stands_in_a_pipeline_and_in_cross_validation():
    model = make_pipeline(FunctionTransformer(), classifier())
    assert cross_val_score(model, X.to_pandas(), LABEL, cv=2).mean() > 0.8


def test_an_unfitted_estimator_says_so():
    with pytest.raises(NotFittedError):
        classifier().predict(X)


def test_a_setting_that_cannot_be_right_is_told_at_fit():
    with pytest.raises(BadSetting, match="max_trials"):
        classifier(max_trials=0).fit(X, LABEL)


def test_a_single_class_is_refused():
    with pytest.raises(ValueError, match="1 class"):
        classifier().fit(X, np.full(N, "benign"))


def test_columns_in_another_order_are_matched_as_scikit_learn_asks(fitted):
    with pytest.raises(ValueError, match="order"):
        fitted.predict(X.select("proto", "size", "target").to_pandas())


def test_arrays_of_whole_numbers_are_not_taken_for_identifiers():
    rows = np.arange(N).reshape(-1, 1)
    model = classifier().fit(rows, rows[:, 0] > N // 2)
    assert model.score(rows, rows[:, 0] > N // 2) > 0.9


def test_a_column_name_that_is_no_text_is_read():
    table = pd.DataFrame(np.column_stack([X["size"], X["target"]]))
    assert classifier().fit(table, LABEL).score(table, LABEL) > 0.9


def test_an_estimator_lists_what_it_has_before_and_after_it_learned_and_travelled(fitted):
    for model in (classifier(), fitted, copy.deepcopy(fitted)):
        assert "predict_proba" in dir(model)
        assert "predict_proba" in dict(inspect.getmembers(model))


def test_a_column_of_pandas_with_text_and_numbers_is_read():
    rows = pd.DataFrame({"port": ["any", 22] * 30})
    assert classifier().fit(rows, LABEL[:60]).n_features_in_ == 1


def test_a_complex_column_is_refused():
    rows = pd.DataFrame({"wave": np.arange(60) * 1j})
    with pytest.raises(ValueError, match="Complex data not supported: column 'wave'"):
        classifier().fit(rows, LABEL[:60])


@pytest.mark.parametrize("kind", [PhantomClassifier, PhantomRegressor])
def test_a_frame_without_rows_is_refused(kind):
    with pytest.raises(ValueError, match="0 sample"):
        kind(max_trials=1).fit(X.clear(), [])


def test_negative_weights_are_refused():
    with pytest.raises(ValueError, match="Negative values in sample_weight"):
        classifier().fit(X, LABEL, np.full(N, -1.0))
