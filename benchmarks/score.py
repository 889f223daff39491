"""The figures of a prediction, by one code for all systems, with nothing but numpy.

Every figure takes whole-number weights, so that a bootstrap is a matter of counts.
"""

from __future__ import annotations

import numpy as np

#: Probabilities are kept this far from 0, so that one certain mistake has a price and not infinity.
EDGE = 1e-9
#: The figure by which systems are ranked, and whether more of it is better.
PRIMARY = {
    "binary": ("pr_auc", True),
    "multiclass": ("logloss", False),
    "regression": ("rmse", False),
}


def figures(task: str, truth: np.ndarray, prediction: np.ndarray) -> dict[str, float]:
    """Return all figures of a task.

    Parameters
    ----------
    task : {"binary", "multiclass", "regression"}
    truth : array of shape (n,)
        Codes (-1: unknown in training) or values.
    prediction : float array of shape (n, n_classes) or (n,)
        Probabilities by code, or values.
    """
    if task == "regression":
        return {"rmse": rmse(truth, prediction), "r2": r2(truth, prediction)}
    probability = normalised(prediction)
    label = probability.argmax(axis=1)
    known = truth >= 0
    found = {
        "accuracy": float(np.mean(label == truth)),
        "unknown": float(np.mean(~known)),
        "logloss": float(np.mean(losses(truth[known], probability[known]))),
        "macro_f1": macro_f1(truth, label),
    }
    if task == "binary":
        positive = (truth == 1).astype(np.int64)
        score = probability[:, 1]
        found |= {
            "roc_auc": roc_auc(positive, score),
            "pr_auc": average_precision(positive, score),
            "recall_fpr1": recall_at_fpr(positive, score, 0.01),
            "recall_fpr01": recall_at_fpr(positive, score, 0.001),
            "brier": float(np.mean((positive - score) ** 2)),
        }
    return found


def normalised(probability: np.ndarray) -> np.ndarray:
    """Return probabilities within (0, 1] that sum to 1 in each row."""
    kept = np.clip(np.asarray(probability, np.float64), EDGE, 1.0)
    return kept / kept.sum(axis=1, keepdims=True)


def losses(truth: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return the log loss of each row, shape (n,)."""
    return -np.log(probability[np.arange(len(truth)), truth])


def rmse(truth: np.ndarray, prediction: np.ndarray) -> float:
    """Return the root of the mean squared error."""
    return float(np.sqrt(np.mean((truth - prediction) ** 2)))


def r2(truth: np.ndarray, prediction: np.ndarray) -> float:
    """Return the share of variance explained."""
    return float(1.0 - np.sum((truth - prediction) ** 2) / np.sum((truth - truth.mean()) ** 2))


def steps(
    truth: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return true and false positives at each distinct score, the highest first.

    Rows of equal score are alerted together: no order is invented among them.
    """
    order = np.argsort(-score, kind="stable")
    worth = np.ones(len(truth)) if weight is None else weight[order].astype(np.float64)
    positive = truth[order] == 1
    last = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
    return np.cumsum(worth * positive)[last], np.cumsum(worth * ~positive)[last]


def average_precision(
    truth: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None
) -> float:
    """Return the area under the precision-recall steps; NaN without a positive."""
    right, wrong = steps(truth, score, weight)
    alerts = right + wrong
    precision = np.divide(right, alerts, out=np.zeros_like(right), where=alerts > 0)
    return (
        float(np.sum(np.diff(right, prepend=0.0) * precision) / right[-1]) if right[-1] else np.nan
    )


def roc_auc(truth: np.ndarray, score: np.ndarray) -> float:
    """Return how often a positive ranks above a negative, ties counted half."""
    right, wrong = steps(truth, score)
    pairs = right[-1] * wrong[-1]
    return (
        float(np.trapezoid(np.append(0.0, right), np.append(0.0, wrong)) / pairs)
        if pairs
        else np.nan
    )


def recall_at_fpr(truth: np.ndarray, score: np.ndarray, limit: float) -> float:
    """Return the share of positives found while at most ``limit`` of the negatives alert."""
    right, wrong = steps(truth, score)
    reached = right[wrong <= limit * wrong[-1] * (1 + 1e-12)]
    return float(reached[-1] / right[-1]) if len(reached) else 0.0


def macro_f1(truth: np.ndarray, label: np.ndarray) -> float:
    """Return the mean F1 of all classes that occur in the truth or in the prediction."""
    scores = []
    for code in np.union1d(truth, label):
        right = np.sum((truth == code) & (label == code))
        scores.append(2.0 * right / (np.sum(truth == code) + np.sum(label == code)))
    return float(np.mean(scores))
