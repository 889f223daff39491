"""By what settings are compared: which class counts as positive, and what is refused before any trial."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import make_classification
from sklearn.ensemble import IsolationForest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score, get_scorer, make_scorer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM
from sklearn.tree import DecisionTreeClassifier

from phantom_ml import HyperparameterOptimizer
from phantom_ml.errors import BadSetting
from phantom_ml.tuning.scoring import scoring_for
from phantom_ml.tuning.study import splitter_for

X, Y = make_classification(160, 5, n_informative=3, weights=[0.7], random_state=0)
WORDS = np.where(Y == 1, "attack", "benign")
MANY = np.array(["a", "b", "c"])[np.digitize(X[:, 0], [-0.5, 0.5])]
PLAIN, FOREST = LogisticRegression(), IsolationForest(random_state=0)
ODD = np.where(np.arange(160) % 20 == 7, -1, 1)
SHIFTED = X + 3.0 * (ODD == -1)[:, None]
OF_ONE_CLASS = ["average_precision", "f1", "precision", "recall", "jaccard", "neg_brier_score"]
OF_ONE_CLASS += ["positive_likelihood_ratio", "neg_negative_likelihood_ratio"]


def normality(detector, X, y=None):
    return float(detector.score_samples(X).mean())


def search(estimator=PLAIN, space=None, y=Y, x=X, **options):
    optimizer = HyperparameterOptimizer("random_search", 1)
    return optimizer.optimize(estimator, space or {"C": (0.1, 1.0)}, x, y, cv=2, **options)


@pytest.mark.parametrize("name", OF_ONE_CLASS)
def test_classes_that_are_words_score_as_zero_and_one_do(name):
    by_words = scoring_for(PLAIN, name, WORDS).scorer(LogisticRegression().fit(X, WORDS), X, WORDS)
    by_numbers = get_scorer(name)(LogisticRegression().fit(X, Y), X, Y)
    assert by_words == pytest.approx(by_numbers)


@pytest.mark.parametrize(
    ("classes", "why"),
    [
        (("benign", "attack"), "'attack', by its name"),
        (("blue", "red"), "'red', the rarer of the two"),
        ((5, 3), "3, the rarer of the two"),
    ],
)
def test_a_positive_class_that_was_guessed_is_told(classes, why):
    y = np.array(classes)[Y]
    assert scoring_for(PLAIN, "f1", y).notes == (
        f"The positive class of 'y' is taken to be {why}.",
    )


@pytest.mark.parametrize("y", [Y, 2 * Y - 1, Y == 1, Y.astype(float), np.array(["0", "1"])[Y]])
def test_a_positive_class_that_is_plain_is_not_told(y):
    assert scoring_for(PLAIN, "f1", y).notes == ()


@pytest.mark.parametrize("name", [None, "accuracy", "f1_macro", "roc_auc", "neg_log_loss"])
def test_a_scorer_of_all_classes_is_left_as_it_is(name):
    assert scoring_for(PLAIN, name, WORDS).notes == ()


def test_a_positive_class_that_was_named_counts():
    named = make_scorer(f1_score, pos_label="benign")
    assert scoring_for(PLAIN, named, WORDS).scorer is named


@pytest.mark.parametrize("estimator", [PLAIN, "LogisticRegression"])
def test_a_search_by_one_of_two_words_tells_which(estimator):
    found = search(estimator, y=WORDS, scoring="average_precision")
    assert "Note: The positive class of 'y' is taken to be 'attack', by its name." in repr(found)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (None, "LogisticRegression.score"),
        ("roc_auc", "roc_auc"),
        (get_scorer("roc_auc"), "roc_auc"),
        (normality, "normality"),
    ],
)
def test_a_scorer_has_a_name(given, name):
    assert scoring_for(PLAIN, given, Y).name == name


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"y": MANY, "scoring": "f1"}, "'f1' is one of two classes, and y has 3"),
        ({"scoring": ["accuracy", "f1"]}, "names 2 scorers"),
        ({"scoring": 3}, "The scoring is 3, a whole number, which names no scorer. Give the name"),
        ({"scoring": 0.5}, "a number, which names no scorer"),
        ({"scoring": True}, "of type bool, which names no scorer"),
        ({"y": None}, "LogisticRegression learns from answers, and y is None"),
        ({"estimator": "LogisticRegression", "y": None}, "learns from answers, and y is None"),
        ({"estimator": "IsolationForest"}, "IsolationForest learns without answers"),
        ({"estimator": "IsolationForest", "y": None}, "IsolationForest learns without answers"),
        ({"estimator": FOREST}, "IsolationForest has no score of its own"),
        ({"estimator": FOREST, "y": None}, "IsolationForest has no score of its own"),
        ({"estimator": FOREST, "y": None, "scoring": "roc_auc"}, "'roc_auc' compares with answers"),
        ({"estimator": FOREST, "scoring": "roc_auc"}, "y holds 0, 1: 'roc_auc' would choose"),
        ({"estimator": FOREST, "y": WORDS, "scoring": "f1"}, "y holds 'attack', 'benign'"),
        ({"estimator": FOREST, "scoring": get_scorer("roc_auc")}, "y holds 0, 1: 'roc_auc' would"),
    ],
)
def test_what_cannot_be_scored_is_refused_with_a_hint(options, why):
    space = {"n_estimators": (5, 9)} if options.get("estimator") is FOREST else None
    with pytest.raises(BadSetting, match=why) as caught:
        search(space=space, **options)
    assert caught.value.hint.startswith(("Give", "Train"))


@pytest.mark.parametrize(
    ("y", "scoring"), [(np.where(Y == 1, -1, 1), "roc_auc"), (None, normality), (Y, normality)]
)
def test_a_detector_is_searched_by_what_can_tell(y, scoring):
    found = search(FOREST, {"n_estimators": (5, 9)}, y, scoring=scoring)
    assert found.trials[0].status == "done"


def by_name(name, detector):
    return scoring_for(detector, name, ODD).scorer(detector.fit(SHIFTED), SHIFTED, ODD)


@pytest.mark.parametrize("detector", [FOREST, OneClassSVM(nu=0.05)])
@pytest.mark.parametrize("name", ["average_precision", "f1", "precision", "recall", "jaccard"])
def test_a_detector_is_scored_by_how_well_odd_rows_are_found(name, detector):
    found = by_name(name, detector)
    if name == "average_precision":
        told = average_precision_score(ODD == -1, -detector.decision_function(SHIFTED))
    else:
        told = get_scorer(name)._score_func(ODD == -1, detector.predict(SHIFTED) == -1)
    assert found == pytest.approx(told)
    assert found != pytest.approx(get_scorer(name)(detector, SHIFTED, ODD))


@pytest.mark.parametrize("name", ["roc_auc", "accuracy", "balanced_accuracy", "f1_macro"])
def test_a_scorer_of_both_classes_alike_is_the_same_for_a_detector(name):
    plain = get_scorer(name)(FOREST.fit(SHIFTED), SHIFTED, ODD)
    assert by_name(name, FOREST) == pytest.approx(plain)


def test_the_odd_rows_that_were_named_are_ranked_from_the_odd_end():
    named = make_scorer(average_precision_score, pos_label=-1, response_method="decision_function")
    assert by_name(named, FOREST) == by_name("average_precision", FOREST)


@pytest.mark.parametrize(
    "own",
    [
        make_scorer(f1_score, pos_label=1),
        make_scorer(f1_score, labels=[1], average="macro"),
        make_scorer(lambda y, told: float(np.mean(y == told))),
        normality,
    ],
)
def test_a_scorer_that_says_what_counts_is_left_to_a_detector_as_it_is(own):
    assert scoring_for(FOREST, own, ODD).scorer is own


def test_what_counts_as_positive_of_a_detector_is_told():
    found = scoring_for(FOREST, "f1", ODD)
    assert found.notes == (
        "The positive class of 'y' is -1, the odd rows: 'f1' says how well they are found.",
    )
    assert found.name == "f1 of odd rows"


def test_each_fold_of_a_detector_holds_odd_rows():
    folds = splitter_for(FOREST, ODD, 4, 0).split(SHIFTED, ODD)
    assert [int((ODD[test] == -1).sum()) for _, test in folds] == [2, 2, 2, 2]


def test_a_detector_in_a_pipeline_is_known():
    with pytest.raises(BadSetting, match="Pipeline finds odd rows without answers"):
        search(
            make_pipeline(StandardScaler(), FOREST),
            {"isolationforest__n_estimators": (5, 9)},
            scoring="roc_auc",
        )


def test_what_needs_no_answers_is_searched_without_them():
    found = search(KMeans(random_state=0, n_init=1), {"n_clusters": (2, 4)}, None)
    assert found.trials[0].status == "done"


@pytest.mark.parametrize("estimator", [PLAIN, "LogisticRegression"])
def test_rows_and_answers_of_unequal_length_are_told_with_both_lengths(estimator):
    with pytest.raises(ValueError, match="X has 160 rows and y 150 values") as caught:
        search(estimator, y=Y[:150])
    assert isinstance(caught.value, BadSetting)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("roc_auk", "scikit-learn has no such scorer. Near it: 'roc_auc', "),
        ("AUC", "it is a metric of trainings. Near it: 'roc_auc', "),
        ("recall_at_fpr", "it is a metric of trainings"),
    ],
)
def test_a_scorer_that_there_is_not_is_told_with_those_near_it(name, why):
    with pytest.raises(BadSetting) as caught:
        search(scoring=name)
    assert why in caught.value.message


ONE_ATTACK = np.where(np.arange(160) < 1, "attack", "benign")


def test_folds_of_one_class_are_told_where_the_scoring_says_nothing_of_them():
    with (
        pytest.warns(UserWarning, match="least populated class"),
        pytest.raises(BadSetting, match=r"1 of 2 folds: fold \d only 'benign'") as caught,
    ):
        search(y=ONE_ATTACK, scoring="roc_auc")
    assert "fewer folds" in caught.value.hint


def test_folds_of_one_class_are_scored_where_the_scoring_takes_them():
    with pytest.warns(UserWarning, match="least populated class"):
        found = search(DecisionTreeClassifier(), {"max_depth": [2]}, ONE_ATTACK, scoring="accuracy")
    assert found.best_score > 0.9
