"""Finished trials and held-out predictions, made by hand."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from phantom_ml.automl.ensemble.held_out import HeldOut
from phantom_ml.automl.trials.children import Candidate, Finished, Order
from phantom_ml.config import ProblemKind
from phantom_ml.metrics.lookup import get_metric
from phantom_ml.model.trial import Trial
from phantom_ml.process.deadline import Deadline

FOLDS = ("0", "1", "2")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: float = 100.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def deadline(self, seconds: float) -> Deadline:
        return Deadline(self.now + seconds, self.now, self)


def finished(
    number: int,
    losses: Sequence[float] = (0.5, 0.5, 0.5),
    algorithm: str = "LightGBM",
    settings: dict[str, float] | None = None,
    **changes: object,
) -> Finished:
    """Return a trial that did as many folds as there are losses; those fewer than three: given up."""
    trial = Trial(number=number, algorithm=algorithm, settings=settings or {}, seconds=2.0)
    cost = changes.pop("us", 10.0)
    trial = trial.model_copy(update={"predict_us_per_row": cost, "score": -float(np.mean(losses))})
    order = Order(number, Candidate(algorithm, trial.settings), FOLDS, 0, Deadline.never())
    values = {
        "folder": Path("nowhere"),
        "prediction": np.full((6, 1), 0.5),
        "folds_done": FOLDS[: len(losses)],
        "losses": tuple(losses),
        "fit_seconds": 3.0,
        "n_fitted": 300,
    }
    return Finished(trial, order, **(values | changes))


def failed(number: int, algorithm: str = "SVM") -> Finished:
    trial = Trial(number=number, algorithm=algorithm, status="failed", reason="No luck.")
    order = Order(number, Candidate(algorithm), FOLDS, 0, Deadline.never())
    return Finished(trial, order, Path("nowhere"))


def held_out(
    kind: str = "binary", n: int = 600, members: int = 4, seed: int = 0, **changes: object
) -> HeldOut:
    """Return members that see the truth through noise of their own, the clearest first."""
    rng = np.random.default_rng(seed)
    noise = [rng.normal(size=n) * (1.0 + 0.2 * i) for i in range(members)]
    if kind == "regression":
        target = rng.normal(size=n)
        predictions = [(target + e)[:, None] for e in noise]
        metric = "rmse"
    else:
        target = (rng.random(n) < 0.4).astype(np.int64)
        predictions = [1.0 / (1.0 + np.exp(-(3.0 * target - 1.5 + e)))[:, None] for e in noise]
        metric = "average_precision"
    found = HeldOut(
        predictions,
        target,
        None,
        ProblemKind(kind),
        get_metric(metric, ProblemKind(kind)),
        tuple(f"Family{i}" for i in range(members)),
    )
    return HeldOut(**(vars(found) | changes))
