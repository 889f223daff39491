"""Every number equals the one of scikit-learn on random data with ties and weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as peer

from phantom_ml.config import SUPERVISED
from phantom_ml.metrics.lookup import get_metric

BINARY, MULTICLASS, REGRESSION = SUPERVISED
SEEDS = st.integers(0, 2**32 - 1)


def draw(seed, kind):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 200))
    weight = rng.integers(0, 4, n) + rng.choice([0.0, 0.25])
    weight[:6] = 1.0
    if kind is REGRESSION:
        truth = np.round(rng.gamma(2, 3, n) + 0.1, 1)
        return truth, np.round(np.abs(truth + rng.normal(0, 2, n)), 1)[:, None], weight
    k = 4 if kind is MULTICLASS else 2
    truth = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    score = np.round(np.exp(np.eye(k)[truth] + rng.normal(0, 1, (n, k))), 1) + 0.05
    share = score / score.sum(axis=1, keepdims=True)
    return truth, (np.round(share[:, 1:], 2) if kind is BINARY else share), weight


def labels(p):
    return (p[:, 0] >= 0.5).astype(int) if p.shape[1] == 1 else p.argmax(axis=1)


BINARY_PEERS = {
    "roc_auc": lambda y, p, w: peer.roc_auc_score(y, p[:, 0], sample_weight=w),
    "average_precision": lambda y, p, w: peer.average_precision_score(y, p[:, 0], sample_weight=w),
    "partial_auc_0.2": lambda y, p, w: peer.roc_auc_score(y, p[:, 0], sample_weight=w, max_fpr=0.2),
    "log_loss": lambda y, p, w: peer.log_loss(y, p[:, 0], sample_weight=w),
    "brier": lambda y, p, w: peer.brier_score_loss(y, p[:, 0], sample_weight=w),
    "f1": lambda y, p, w: peer.f1_score(y, labels(p), sample_weight=w),
}
LABEL_PEERS = {
    "accuracy": lambda y, p, w: peer.accuracy_score(y, labels(p), sample_weight=w),
    "balanced_accuracy": lambda y, p, w: peer.balanced_accuracy_score(
        y, labels(p), sample_weight=w
    ),
    "f1_macro": lambda y, p, w: peer.f1_score(y, labels(p), sample_weight=w, average="macro"),
    "f1_weighted": lambda y, p, w: peer.f1_score(y, labels(p), sample_weight=w, average="weighted"),
    "mcc": lambda y, p, w: peer.matthews_corrcoef(y, labels(p), sample_weight=w),
}
MULTICLASS_PEERS = {
    "log_loss": lambda y, p, w: peer.log_loss(y, p, sample_weight=w),
    "brier": lambda y, p, w: peer.brier_score_loss(y, p, sample_weight=w, scale_by_half=True),
    "roc_auc": lambda y, p, w: peer.roc_auc_score(y, p, sample_weight=w, multi_class="ovr"),
}
VALUE_PEERS = {
    "rmse": lambda y, p, w: peer.root_mean_squared_error(y, p[:, 0], sample_weight=w),
    "mae": lambda y, p, w: peer.mean_absolute_error(y, p[:, 0], sample_weight=w),
    "r2": lambda y, p, w: peer.r2_score(y, p[:, 0], sample_weight=w),
    "mape": lambda y, p, w: peer.mean_absolute_percentage_error(y, p[:, 0], sample_weight=w),
    "rmsle": lambda y, p, w: peer.root_mean_squared_log_error(y, p[:, 0], sample_weight=w),
    "pinball_0.9": lambda y, p, w: peer.mean_pinball_loss(y, p[:, 0], sample_weight=w, alpha=0.9),
}
CASES = [
    *((BINARY, n, f) for n, f in (BINARY_PEERS | LABEL_PEERS).items()),
    *((MULTICLASS, n, f) for n, f in (MULTICLASS_PEERS | LABEL_PEERS).items()),
    *((REGRESSION, n, f) for n, f in VALUE_PEERS.items()),
]


@pytest.mark.parametrize(("kind", "name", "theirs"), CASES, ids=lambda x: getattr(x, "value", x))
@settings(deadline=None, max_examples=15)
@given(seed=SEEDS)
def test_metric_equals_scikit_learn(kind, name, theirs, seed):
    truth, prediction, weight = draw(seed, kind)
    ours = get_metric(name, kind)
    for w in (None, weight):
        assert ours.score(truth, prediction, w) == pytest.approx(theirs(truth, prediction, w))


@settings(deadline=None, max_examples=30)
@given(seed=SEEDS, level=st.sampled_from([0.0, 0.01, 0.1, 0.5, 1.0]))
def test_recall_at_fpr_is_the_best_admissible_point_of_the_roc_curve(seed, level):
    truth, prediction, weight = draw(seed, BINARY)
    fpr, tpr, _ = peer.roc_curve(
        truth, prediction[:, 0], sample_weight=weight, drop_intermediate=False
    )
    ours = get_metric(f"recall_at_fpr_{level}", BINARY).score(truth, prediction, weight)
    assert ours == pytest.approx(tpr[fpr <= level + 1e-12].max())
