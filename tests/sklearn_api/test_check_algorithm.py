"""What scikit-learn asks of one algorithm as an estimator."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from phantom_ml.sklearn_api import AlgorithmClassifier, AlgorithmRegressor

ESTIMATORS = [
    AlgorithmClassifier("LogisticRegression"),
    AlgorithmClassifier("LightGBM", max_rounds=20),
    AlgorithmRegressor("ElasticNet"),
]
#: Why a check cannot apply; a check that is named here must fail.
CANNOT_APPLY = {
    "check_sample_weight_equivalence_on_dense_data": (
        "Features are learned from rows without their weights, and a row that is given twice counts twice."
    ),
}


@parametrize_with_checks(ESTIMATORS, expected_failed_checks=lambda _: CANNOT_APPLY)
def test_scikit_learn_accepts_it(estimator, check):
    check(estimator)
