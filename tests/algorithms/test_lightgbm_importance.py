"""What LightGBM says of its features, also where gains are beyond what it can hold."""

import numpy as np

from phantom_ml.algorithms.base import FitContext, algorithms
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples


def test_the_importance_of_a_target_with_one_very_great_number_is_finite():
    values = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32)
    target = values[:, 0].astype(np.float64)
    target[3] = 1e30
    train = Samples(Matrix(values, (Feature("a", "a"), Feature("b", "b"))), target)
    learner = algorithms.get("LightGBM")().fit(
        train, None, FitContext(ProblemKind.REGRESSION, 0, 0)
    )
    assert np.isfinite(learner.importance()).all()
