"""What is asked of a search and cannot be done, and what is told of trials that fail."""

import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.isotonic import IsotonicRegression
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
