import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from phantom_ml.data.target.negatives import sample_negatives


def rare(n_rows=200_000, n_positives=400):
    codes = np.zeros(n_rows, dtype=np.int64)
    codes[np.random.default_rng(0).choice(n_rows, n_positives, replace=False)] = 1
    return codes


def test_every_positive_is_kept():
    codes = rare()
    rows, _ = sample_negatives(codes, 2, seed=0)
    assert codes[rows].sum() == 400


def test_the_ratio_counts_above_the_floor():
    rows, _ = sample_negatives(rare(), 2, seed=0, ratio=100, floor=30_000)
    assert rows.size == 40_400


def test_rows_are_ascending_and_unique():
    rows, _ = sample_negatives(rare(), 2, seed=0)
    assert (np.diff(rows) > 0).all()


def test_weights_add_up_to_all_rows():
    codes = rare()
    rows, weight = sample_negatives(codes, 2, seed=0)
    assert weight[codes[rows] == 0].sum() == pytest.approx(199_600)


def test_same_seed_gives_the_same_rows():
    one, other = (sample_negatives(rare(), 2, seed=5)[0] for _ in range(2))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("codes", "n_classes"),
    [
        (rare(), 3),
        (rare(n_positives=4_000), 2),
        (rare(n_positives=0), 2),
        (rare(n_rows=31_000, n_positives=50), 2),
    ],
)
def test_all_rows_stay_where_nothing_is_gained(codes, n_classes):
    rows, weight = sample_negatives(codes, n_classes, seed=0)
    assert (rows.size, weight) == (codes.size, None)


def test_probabilities_stay_those_of_all_rows():
    rng = np.random.default_rng(1)
    features = rng.normal(size=(200_000, 2))
    chance = 1 / (1 + np.exp(-(features @ [1.0, -0.5] - 6.5)))
    codes = (rng.random(200_000) < chance).astype(np.int64)
    rows, weight = sample_negatives(codes, 2, seed=0, ratio=20, floor=10_000)
    fitted = LogisticRegression(C=1e6).fit(features[rows], codes[rows], sample_weight=weight)
    mean = fitted.predict_proba(features)[:, 1].mean()
    assert mean == pytest.approx(codes.mean(), rel=3 / np.sqrt(codes.sum()))
