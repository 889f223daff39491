"""What is asked of a search and cannot be done, and what is told of trials that fail."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import GroupKFold, GroupShuffleSplit, StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from phantom_ml import HyperparameterOptimizer
from phantom_ml.errors import BadSetting, NoTrialSucceeded
from tests.tuning.made import SPACE, TREE, Fussy, X, Y, search

FOREST = RandomForestClassifier(9, random_state=0)
WITHIN = make_pipeline(StandardScaler(), FOREST)
ANSI = "\x1b[31m"


class Quoting(Fussy):
    """Tells the level that it refuses as it is."""

    def fit(self, X, y):
        if self.level == ANSI:
            raise ValueError(f"the level is {self.level}")
        return super().fit(X, y)


@pytest.mark.parametrize(
    ("estimator", "space", "resource", "why"),
    [
        (FOREST, {"n_estimators": (5, 60)}, "n_estimators", "'n_estimators' is searched.*value, 9"),
        (
            "LightGBM",
            {"max_rounds": (5, 60)},
            "max_rounds",
            "'max_rounds' is searched.*value, 10000",
        ),
        (
            WITHIN,
            {"randomforestclassifier": [RandomForestClassifier(3)]},
            "randomforestclassifier__n_estimators",
            "'randomforestclassifier' is searched",
        ),
    ],
)
def test_what_hyperband_gives_more_of_cannot_be_searched_too(estimator, space, resource, why):
    with pytest.raises(BadSetting, match=why) as caught:
        search("hyperband", 2, space, estimator, resource=resource)
    assert "out of the space" in caught.value.hint


def test_what_hyperband_could_give_more_of_is_searched_by_the_other_methods():
    found = search("random_search", 1, {"n_estimators": [3]}, FOREST, resource="n_estimators")
    assert found.best_params == {"n_estimators": 3}


def test_rows_without_columns_are_told_with_their_shape():
    with pytest.raises(BadSetting, match=r"X has the shape \(240,\)"):
        HyperparameterOptimizer("random_search", 1).optimize(TREE, SPACE, X[:, 0], Y)


@pytest.mark.parametrize("rows", [X[:, :0], [[]] * len(X)])
@pytest.mark.parametrize("estimator", [TREE, "LightGBM"])
def test_rows_without_any_column_are_told(estimator, rows):
    with pytest.raises(
        BadSetting, match=r"X has the shape \(240, 0\): its rows are without columns"
    ):
        HyperparameterOptimizer("random_search", 1).optimize(estimator, None, rows, Y)


@pytest.mark.parametrize("text", ["rows.csv", b"rows.csv", Path("rows.csv")])
def test_text_in_place_of_rows_is_told_with_what_is_expected(text):
    with pytest.raises(BadSetting, match=r"X is text, .*rows.csv.*, not rows") as caught:
        HyperparameterOptimizer("random_search", 1).optimize(TREE, SPACE, text, Y)
    assert "(n_rows, n_columns)" in caught.value.hint


@pytest.mark.parametrize("cv", [GroupKFold(3), StratifiedGroupKFold(3), GroupShuffleSplit(2)])
def test_a_splitter_by_groups_is_told_that_there_are_none(cv):
    with pytest.raises(BadSetting, match="which splits by groups") as caught:
        search(n_trials=1, cv=cv)
    assert "splitter.split(X, y, groups)" in caught.value.hint


def test_the_folds_of_a_splitter_by_groups_are_searched_with():
    folds = list(GroupKFold(2).split(X, Y, [i % 5 for i in range(len(Y))]))
    assert len(search(n_trials=1, cv=folds).trials[0].fold_scores) == 2


@pytest.mark.parametrize(
    ("folds", "told"),
    [
        ([([0, 1], [239, 240])], "Fold 1 of cv names row 240, and there are 240"),
        ([([0, 1], [2]), ([0, 1], [])], "Fold 2 of cv has no rows to score on"),
        ([([], [2])], "Fold 1 of cv has no rows to fit on"),
        ([([0.0, 1.0], [2])], "Fold 1 of cv names row 0.0"),
        ([], "cv holds no fold"),
    ],
)
def test_folds_that_cannot_be_are_told(folds, told):
    with pytest.raises(BadSetting, match=told):
        search(n_trials=1, cv=folds, scoring="accuracy")


def test_whole_numbers_of_numpys_are_taken():
    limits = {"memory_limit_mb": np.int32(64)}
    found = search(n_trials=np.int64(2), cv=np.int64(2), seed=np.int64(1), limits=limits)
    same = search(n_trials=2, cv=2, seed=1)
    assert [t.fold_scores for t in found.trials] == [t.fold_scores for t in same.trials]


def test_what_reads_bare_numbers_may_have_them():
    optimizer = HyperparameterOptimizer("random_search", 1)
    line = IsotonicRegression(out_of_bounds="clip")
    found = optimizer.optimize(line, {"increasing": [True]}, X[:, 0], X[:, 1])
    assert found.trials[0].status == "done"


@pytest.mark.parametrize(("n_rows", "told"), [(0, "X has 0 rows"), (1, "X has 1 row")])
def test_too_few_rows_for_any_folds_are_told_with_how_many_it_takes(n_rows, told):
    with pytest.raises(BadSetting, match=told) as caught:
        HyperparameterOptimizer("random_search", 1).optimize(TREE, SPACE, X[:n_rows], Y[:n_rows])
    assert "2 or more" in caught.value.hint


def test_too_few_rows_for_the_folds_are_told_with_how_many_they_take():
    with pytest.raises(BadSetting, match="The 2 rows cannot be split") as caught:
        HyperparameterOptimizer("random_search", 1).optimize(TREE, SPACE, X[:2], Y[:2], cv=5)
    assert caught.value.hint.startswith("Give at least 5 rows")


def test_a_value_that_it_cannot_have_is_told_as_a_setting_of_the_estimator():
    with pytest.raises(NoTrialSucceeded, match="'criterion' parameter of DecisionTreeClassifier"):
        search(n_trials=1, space={"criterion": [5]})


def test_what_a_failed_trial_says_is_told_without_control_characters():
    space = {"level": [ANSI, 0.5]}
    assert "\x1b" not in repr(search("grid_search", 2, space, Quoting()))


def test_what_only_failed_trials_say_is_told_without_control_characters():
    with pytest.raises(NoTrialSucceeded, match=r"level is .*31m") as caught:
        search(n_trials=1, space={"level": [ANSI]}, estimator=Quoting())
    assert "\x1b" not in str(caught.value)


def test_what_the_listener_raises_reaches_the_caller():
    def listener(_):
        raise KeyError("full")

    with pytest.raises(KeyError, match="full"):
        search(n_trials=2, on_trial=listener)
