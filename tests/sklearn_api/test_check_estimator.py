from sklearn.utils.estimator_checks import parametrize_with_checks

from phantom_ml.sklearn_api import PhantomClassifier, PhantomRegressor

CLASSIFIER = PhantomClassifier(max_trials=1, algorithms_to_try=("LogisticRegression",), n_threads=1)
REGRESSOR = PhantomRegressor(max_trials=1, algorithms_to_try=("SVM",), n_threads=1)
#: Why a check cannot apply; a check that is named here must fail.
CANNOT_APPLY = {
    "check_sample_weight_equivalence_on_dense_data": (
        "Models are validated on folds, and a row that is given twice changes which rows these are."
    ),
}


@parametrize_with_checks([CLASSIFIER, REGRESSOR], expected_failed_checks=lambda _: CANNOT_APPLY)
def test_scikit_learn_accepts_it(estimator, check):
    check(estimator)
