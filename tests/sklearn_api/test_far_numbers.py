"""Numbers far from 0 teach an algorithm what they teach it about 0."""

import numpy as np
import pytest

from phantom_ml import AlgorithmClassifier, AlgorithmRegressor

RNG = np.random.default_rng(0)
COUNTS = RNG.integers(0, 500, (300, 2))
IS_HIGH = (COUNTS[:, 0] + RNG.integers(-60, 60, 300) > 250).astype(int)


@pytest.mark.parametrize("algorithm", ["LightGBM", "ElasticNet"])
@pytest.mark.parametrize(
    "far",
    [
        COUNTS + 3_000_000_000,
        COUNTS + 2**62,
        COUNTS.astype(np.uint64) + np.uint64(2**63),
        COUNTS + 3e9,
    ],
    ids=["counters", "64 bits", "beyond 63 bits", "fractions"],
)
def test_a_classifier_learns_from_an_array_of_far_numbers(algorithm, far):
    near = AlgorithmClassifier(algorithm).fit(COUNTS, IS_HIGH).predict_proba(COUNTS)
    found = AlgorithmClassifier(algorithm).fit(far, IS_HIGH).predict_proba(far)
    np.testing.assert_allclose(found, near, atol=0.02)


def test_values_are_predicted_from_far_numbers():
    far = COUNTS + 3_000_000_000
    assert AlgorithmRegressor("ElasticNet").fit(far, COUNTS[:, 0]).score(far, COUNTS[:, 0]) > 0.99
