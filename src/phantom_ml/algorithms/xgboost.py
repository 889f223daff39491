"""XGBoost: regularised boosted trees grown level by level (Chen & Guestrin, 2016)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.algorithms._boosting import Stopper
from phantom_ml.algorithms._trees.xgboost_json import checked_model_json
from phantom_ml.algorithms._values import checked_values
from phantom_ml.algorithms.base import (
    AlgorithmSettings,
    FitContext,
    Learner,
    Setting,
    algorithms,
    bounded,
)
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.data.target.unit import TargetUnit
from phantom_ml.parts.arrays import damaged

if TYPE_CHECKING:
    from xgboost import Booster, QuantileDMatrix

FILE = "model.json"
#: Categories with more levels than this are cut like numbers, by their codes.
MAX_LEVELS = 100
OBJECTIVES = {
    ProblemKind.BINARY: {"objective": "binary:logistic", "eval_metric": "logloss"},
    ProblemKind.MULTICLASS: {"objective": "multi:softprob", "eval_metric": "mlogloss"},
    ProblemKind.REGRESSION: {"objective": "reg:squarederror", "eval_metric": "rmse"},
}


class XGBoostLearner(Learner):
    """A booster rebuilt from its own JSON, so that fitted and loaded ones are the same."""

    algorithm: ClassVar[str] = "XGBoost"

    def __init__(self, text: bytes, unit: TargetUnit) -> None:
        from xgboost import Booster

        self._text, self._unit, self.version = text, unit, unit.version
        self._booster: Booster = Booster({"verbosity": 0, "nthread": 1}, model_file=bytearray(text))
        self._n_threads = 1
        self.n_rounds = int(self._booster.num_boosted_rounds())
        self._n_features = int(self._booster.num_features())
        self._types = list(self._booster.feature_types or [])
        self._n_trees = len(self._booster.get_dump())
        self._n_outputs = self._n_trees // self.n_rounds

    def predict(self, matrix: Matrix, n_threads: int = 1) -> NDArray[np.float64]:
        """Return probabilities or values of shape (n_rows, n_outputs)."""
        values = checked_values(matrix, self._n_features)
        if not len(values):
            return np.empty((0, self._n_outputs))
        if n_threads != self._n_threads:
            self._booster.set_param({"nthread": n_threads})
            self._n_threads = n_threads
        answer = self._booster.inplace_predict(values, validate_features=False)
        found = np.asarray(answer, np.float64).reshape(len(values), self._n_outputs)
        # They come as float32, whose sum is 1 only to seven digits.
        if self._n_outputs > 1:
            return np.asarray(found / found.sum(axis=1, keepdims=True))
        return self._unit.told(found)

    def contributions(self, matrix: Matrix) -> NDArray[np.float64]:
        """Return TreeSHAP values, shape (n_rows, n_features + 1, n_outputs)."""
        from xgboost import DMatrix

        values = checked_values(matrix, self._n_features)
        rows = DMatrix(values, feature_types=self._types, enable_categorical=True)
        found = np.asarray(self._booster.predict(rows, pred_contribs=True), np.float64)
        whole = found.reshape(len(values), self._n_outputs, self._n_features + 1)
        return self._unit.told_parts(whole.transpose(0, 2, 1))

    def importance(self) -> NDArray[np.float64]:
        """Return the gain of all splits on each feature."""
        gains = self._booster.get_score(importance_type="total_gain")
        found = np.zeros(self._n_features)
        # Features without names are called f0, f1, ...
        found[[int(name[1:]) for name in gains]] = list(gains.values())
        return found

    @property
    def n_trees(self) -> int:
        """Return the number of trees."""
        return self._n_trees

    def save(self, folder: Path) -> None:
        """Write the model's JSON and the unit of its values."""
        (folder / FILE).write_bytes(self._text)
        self._unit.save(folder)

    @classmethod
    def load(cls, folder: Path) -> XGBoostLearner:
        """Return the saved learner; raises BundleDamaged before native code sees bad JSON."""
        try:
            text = (folder / FILE).read_bytes()
        except OSError as error:
            damaged(f"the model's JSON cannot be read ({error})")
        return cls(checked_model_json(text), TargetUnit.load(folder))


@algorithms.add("XGBoost")
class XGBoost(AlgorithmSettings):
    """Boosted trees grown level by level over histograms, with penalised leaves.

    Categories of up to 100 levels are split natively, larger ones by their codes. Rounds stop by
    the loss on validation rows. The defaults are the tuned ones of pytabkit (XGBoost-TD) but for
    the leaves' penalties, without which a class of few rows runs away.
    """

    name: ClassVar[str] = "XGBoost"
    learner: ClassVar[type[Learner]] = XGBoostLearner
    quick: ClassVar[dict[str, Setting]] = {"max_rounds": 20}
    can_stop: ClassVar[bool] = True
    grows: ClassVar[str | None] = "max_rounds"

    learning_rate: float = bounded(0.08, 0.005, 0.3, log=True, description="Step of a round.")
    max_depth: int = bounded(6, 1, 12, description="Levels of a tree, at most.")
    min_child_weight: float = bounded(
        0.01, 1e-6, 100.0, log=True, description="Sum of second derivatives in a leaf, at least."
    )
    subsample: float = bounded(0.65, 0.4, 1.0, description="Share of rows that a tree sees.")
    colsample_bytree: float = bounded(0.9, 0.3, 1.0, description="Share of features of a tree.")
    colsample_bylevel: float = bounded(0.9, 0.3, 1.0, description="Share of those, of a level.")
    reg_alpha: float = bounded(1e-8, 1e-8, 100.0, log=True, description="L1 penalty of leaves.")
    reg_lambda: float = bounded(1.0, 1e-8, 100.0, log=True, description="L2 penalty of leaves.")
    max_bin: int = bounded(256, 16, 1024, log=True, description="Bins of a numeric feature.")
    max_cat_to_onehot: int = bounded(
        4, 1, 100, log=True, description="Categories of fewer levels are split one level off."
    )
    max_rounds: int = Field(10_000, ge=1, le=100_000, description="Rounds, at most.")

    def fit(self, train: Samples, valid: Samples | None, context: FitContext) -> XGBoostLearner:
        """Return the booster of the best round on ``valid`` that ended before the deadline."""
        from xgboost import Booster

        unit = TargetUnit.of(train, context.kind)
        train = unit.shown(train)
        rows = self._rows(train, context)
        watched = None
        if valid is not None and context.n_rounds is None:
            watched = self._rows(unit.shown(valid), context, rows)
        known = [rows] if watched is None else [rows, watched]
        booster = Booster(self._params(train, context), known)
        stopper = Stopper(
            context, len(train.target), self.max_rounds, has_valid=watched is not None
        )
        # Any other booster that is made in this thread would seed anew what this one draws rows by.
        with ThreadPoolExecutor(1) as aside:
            for n_rounds in _rounds(booster, rows, watched, stopper):
                if context.looks.are_due(n_rounds):
                    of_now = partial(_learner, booster, stopper, unit)
                    aside.submit(context.looks.reached, n_rounds, of_now).result()
        learner = _learner(booster, stopper, unit)
        learner.waited, learner.is_cut_short = stopper.waited, stopper.is_cut_short
        return learner

    def _rows(
        self, samples: Samples, context: FitContext, reference: QuantileDMatrix | None = None
    ) -> QuantileDMatrix:
        from xgboost import QuantileDMatrix

        features = samples.matrix.features
        return QuantileDMatrix(
            samples.matrix.values,
            samples.target,
            weight=samples.weight,
            feature_types=["c" if 0 < f.cardinality <= MAX_LEVELS else "q" for f in features],
            enable_categorical=True,
            max_bin=self.max_bin,
            nthread=context.n_threads,
            ref=reference,
        )

    def _params(self, train: Samples, context: FitContext) -> dict[str, Any]:
        params = {
            **self.model_dump(exclude={"max_rounds"}),
            **OBJECTIVES[context.kind],
            "tree_method": "hist",
            "seed": context.seed,
            "nthread": context.n_threads,
            "verbosity": 0,
        }
        if context.kind is ProblemKind.MULTICLASS:
            return {**params, "num_class": context.n_classes}
        if context.kind is ProblemKind.BINARY:
            # One class alone would put the start outside of what log-odds can be.
            share = float(np.average(train.target, weights=train.weight))
            return {**params, "base_score": float(np.clip(share, 1e-6, 1 - 1e-6))}
        return params


def _rounds(
    booster: Booster, rows: QuantileDMatrix, watched: QuantileDMatrix | None, stopper: Stopper
) -> Iterator[int]:
    """Run rounds until the stopper says no; yield how many there are before each that follows."""
    for number in range(stopper.limit):
        booster.update(rows, number)
        loss = None
        if watched is not None:
            told = booster.eval_set([(watched, "valid")], number)
            loss = float(told.rsplit(":", 1)[1])
        if not stopper.goes_on(loss):
            return
        yield stopper.rounds


def _learner(booster: Booster, stopper: Stopper, unit: TargetUnit) -> XGBoostLearner:
    """Return the learner of the best round so far."""
    return XGBoostLearner(bytes(booster[: stopper.best_round].save_raw("json")), unit)
