import numpy as np
import pytest
from sklearn import metrics

from benchmarks import score


@pytest.fixture
def binary():
    """Return truth and scores with many ties."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 300)
    return truth, np.clip(np.round(0.3 * truth + 0.7 * rng.random(300), 1), 0.01, 0.99)


@pytest.fixture
def many():
    """Return truth and probabilities of three classes."""
    rng = np.random.default_rng(1)
    truth, probability = rng.integers(0, 3, 200), rng.dirichlet(np.ones(3), 200)
    return truth, np.clip(probability, 1e-3, 1) / np.clip(probability, 1e-3, 1).sum(1)[:, None]


def test_average_precision_is_that_of_scikit_learn(binary):
    assert score.average_precision(*binary) == pytest.approx(
        metrics.average_precision_score(*binary), abs=1e-12
    )


def test_average_precision_takes_weights(binary):
    weight = np.random.default_rng(2).integers(0, 4, 300)
    expected = metrics.average_precision_score(*binary, sample_weight=weight)
    assert score.average_precision(*binary, weight) == pytest.approx(expected, abs=1e-12)


def test_roc_area_is_that_of_scikit_learn(binary):
    assert score.roc_auc(*binary) == pytest.approx(metrics.roc_auc_score(*binary), abs=1e-12)


@pytest.mark.parametrize("limit", [0.0, 0.01, 0.1, 0.5, 1.0])
def test_recall_at_fpr_is_the_highest_point_of_the_roc_curve_within_it(binary, limit):
    fpr, tpr, _ = metrics.roc_curve(*binary, drop_intermediate=False)
    assert score.recall_at_fpr(*binary, limit) == pytest.approx(tpr[fpr <= limit + 1e-12].max())


def test_log_loss_of_two_classes_is_that_of_scikit_learn(binary):
    truth, positive = binary
    found = score.figures("binary", truth, np.column_stack([1 - positive, positive]))
    assert found["logloss"] == pytest.approx(metrics.log_loss(truth, positive))


def test_brier_is_that_of_scikit_learn(binary):
    truth, positive = binary
    found = score.figures("binary", truth, np.column_stack([1 - positive, positive]))
    assert found["brier"] == pytest.approx(metrics.brier_score_loss(truth, positive))


def test_log_loss_of_many_classes_is_that_of_scikit_learn(many):
    found = score.figures("multiclass", *many)
    assert found["logloss"] == pytest.approx(metrics.log_loss(*many))


def test_macro_f1_is_that_of_scikit_learn(many):
    truth, label = many[0], many[1].argmax(axis=1)
    expected = metrics.f1_score(truth, label, average="macro")
    assert score.figures("multiclass", *many)["macro_f1"] == pytest.approx(expected)


def test_accuracy_is_that_of_scikit_learn(many):
    expected = metrics.accuracy_score(many[0], many[1].argmax(axis=1))
    assert score.figures("multiclass", *many)["accuracy"] == pytest.approx(expected)


def test_regression_figures_are_those_of_scikit_learn():
    truth = np.random.default_rng(3).normal(size=50)
    prediction = truth + 0.3
    found = score.figures("regression", truth, prediction)
    assert found == pytest.approx(
        {
            "rmse": metrics.root_mean_squared_error(truth, prediction),
            "r2": metrics.r2_score(truth, prediction),
        }
    )


def test_class_that_training_never_saw_counts_as_an_error_and_has_no_log_loss(many):
    truth = many[0].copy()
    truth[:50] = -1
    found = score.figures("multiclass", truth, many[1])
    expected = metrics.log_loss(truth[50:], many[1][50:])
    assert (found["unknown"], found["logloss"]) == (0.25, pytest.approx(expected))


def test_a_certain_mistake_has_a_finite_price():
    found = score.figures("binary", np.array([1, 0]), np.array([[1.0, 0.0], [1.0, 0.0]]))
    assert np.isfinite(found["logloss"])
