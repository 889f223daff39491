"""What scikit-learn asks of a detector of outliers alone; most of its other checks have too few rows for one."""

import pytest
from sklearn.utils.estimator_checks import check_outliers_fit_predict, check_outliers_train

from phantom_ml.sklearn_api import PhantomAnomalyDetector

#: By the line that is drawn where none is asked for, one row in 1,000, none of the 300 rows of a check is odd.
DETECTOR = PhantomAnomalyDetector(
    max_trials=1, algorithms_to_try=("HBOS",), n_threads=1, threshold={"max_fpr": 0.1}
)


@pytest.mark.parametrize("check", [check_outliers_fit_predict, check_outliers_train])
def test_scikit_learn_accepts_its_alerts(check):
    check("PhantomAnomalyDetector", DETECTOR)
