"""LightGBM: boosted trees grown leaf by leaf over histograms (Ke et al., 2017)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.algorithms._boosting import Stopper
from phantom_ml.algorithms._linear.losses import sigmoid, softmax
from phantom_ml.algorithms.base import (
    AlgorithmSettings,
    FitContext,
    Learner,
    Setting,
    algorithms,
    bounded,
    choice,
)
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.data.target.unit import TargetUnit
from phantom_ml.parts.arrays import damaged
from phantom_ml.parts.lightgbm_text import checked_model_text

if TYPE_CHECKING:
    from lightgbm import Booster, Dataset

FILE = "model.txt"
#: A round may find no split because of its sample of rows; so many in a row mean there is none.
BARREN_ROUNDS = 10
#: Leaves of the trees that all rows are put through before the next ones: their nodes fit a core's cache.
#: Measured on 701 trees of 128 leaves: 35 microseconds a row all at once, 20 in blocks.
BLOCK_LEAVES = 16_000
OBJECTIVES = {
    ProblemKind.BINARY: {"objective": "binary", "metric": "binary_logloss"},
    ProblemKind.MULTICLASS: {"objective": "multiclass", "metric": "multi_logloss"},
    ProblemKind.REGRESSION: {"objective": "regression", "metric": "l2"},
}


class LightGBMLearner(Learner):
    """A booster rebuilt from its own text, so that fitted and loaded ones are the same."""

    algorithm: ClassVar[str] = "LightGBM"

    def __init__(self, text: str, unit: TargetUnit) -> None:
        from lightgbm import Booster

        self._text, self._unit, self.version = text, unit, unit.version
        self._booster: Booster = Booster(model_str=text)
        self.n_rounds = self._booster.current_iteration()
        self._n_outputs = self._booster.num_model_per_iteration()
        self._is_binary = "\nobjective=binary" in text.partition("\n\n")[0]
        self._block = _rounds_a_block(text, self.n_rounds)

    def predict(self, matrix: Matrix, n_threads: int = 1) -> NDArray[np.float64]:
        """Return probabilities or values of shape (n_rows, n_outputs)."""
        raw = np.zeros((matrix.n_rows, self._n_outputs))
        for start in range(0, self.n_rounds or 0, self._block):
            part = {"start_iteration": start, "num_iteration": self._block}
            raw += self._ask(matrix, n_threads, raw_score=True, **part).reshape(raw.shape)
        if self._n_outputs > 1:
            return softmax(raw)
        return sigmoid(raw) if self._is_binary else self._unit.told(raw)

    def contributions(self, matrix: Matrix) -> NDArray[np.float64]:
        """Return TreeSHAP values, shape (n_rows, n_features + 1, n_outputs)."""
        flat = self._ask(matrix, 1, pred_contrib=True)
        shape = (matrix.n_rows, self._n_outputs, matrix.values.shape[1] + 1)
        return self._unit.told_parts(flat.reshape(shape).transpose(0, 2, 1))

    def _ask(self, matrix: Matrix, n_threads: int, **what: bool | int) -> NDArray[np.float64]:
        if matrix.n_rows == 0:
            return np.empty((0, self._n_outputs))
        answer = self._booster.predict(
            matrix.values, num_threads=n_threads, validate_features=False, **what
        )
        return np.asarray(answer, np.float64)

    def importance(self) -> NDArray[np.float64]:
        """Return the gain of all splits on each feature."""
        gain = np.asarray(self._booster.feature_importance("gain"), np.float64)
        # LightGBM keeps the gain of a split as float32, where that of a very great target is infinite.
        return np.minimum(gain, np.finfo(np.float32).max)

    @property
    def n_trees(self) -> int:
        """Return the number of trees."""
        return int(self._booster.num_trees())

    def save(self, folder: Path) -> None:
        """Write the model's text and the unit of its values."""
        (folder / FILE).write_text(self._text)
        self._unit.save(folder)

    @classmethod
    def load(cls, folder: Path) -> LightGBMLearner:
        """Return the saved learner; raises BundleDamaged before native code sees a bad text."""
        try:
            text = (folder / FILE).read_text()
        except (OSError, ValueError) as error:
            damaged(f"the model's text cannot be read ({error})")
        return cls(checked_model_text(text), TargetUnit.load(folder))


def _rounds_a_block(text: str, n_rounds: int) -> int:
    """Return the rounds whose trees have BLOCK_LEAVES leaves together, at least 1."""
    leaves = sum(int(n) for n in re.findall(r"^num_leaves=(\d+)$", text, re.MULTILINE))
    return max(1, BLOCK_LEAVES * n_rounds // max(leaves, 1))


@algorithms.add("LightGBM")
class LightGBM(AlgorithmSettings):
    """Boosted trees grown leaf by leaf over histograms; fast, and strong on most tables.

    Categories are split natively. Rounds stop by the loss on validation rows. The defaults are the
    tuned ones of pytabkit (LightGBM-TD, classification) but for the L2 penalty, without which a
    class of few rows runs away.
    """

    name: ClassVar[str] = "LightGBM"
    learner: ClassVar[type[Learner]] = LightGBMLearner
    quick: ClassVar[dict[str, Setting]] = {"max_rounds": 20}
    can_stop: ClassVar[bool] = True
    grows: ClassVar[str | None] = "max_rounds"

    learning_rate: float = bounded(0.04, 0.005, 0.3, log=True, description="Step of a round.")
    num_leaves: int = bounded(50, 2, 512, log=True, description="Leaves of a tree, at most.")
    min_data_in_leaf: int = bounded(
        40, 1, 200, log=True, description="Rows in a leaf, at least (never over a tenth of all)."
    )
    min_sum_hessian: float = bounded(
        1e-7, 1e-7, 10.0, log=True, description="Sum of second derivatives in a leaf, at least."
    )
    feature_fraction: float = bounded(1.0, 0.3, 1.0, description="Share of features a tree sees.")
    bagging_fraction: float = bounded(0.75, 0.4, 1.0, description="Share of rows a tree sees.")
    lambda_l1: float = bounded(1e-8, 1e-8, 100.0, log=True, description="L1 penalty of leaves.")
    lambda_l2: float = bounded(1.0, 1e-8, 100.0, log=True, description="L2 penalty of leaves.")
    extra_trees: Literal[True, False] = choice(
        False, (True, False), description="Try one random cut a feature, not all."
    )
    max_bin: int = bounded(255, 15, 1023, log=True, description="Bins of a numeric feature.")
    cat_smooth: float = bounded(10.0, 1.0, 200.0, log=True, description="Damps rare categories.")
    cat_l2: float = bounded(
        10.0, 0.1, 200.0, log=True, description="L2 penalty of category splits."
    )
    max_rounds: int = Field(10_000, ge=1, le=100_000, description="Rounds, at most.")

    def fit(self, train: Samples, valid: Samples | None, context: FitContext) -> LightGBMLearner:
        """Return the booster of the best round on ``valid`` that ended in time."""
        from lightgbm import Booster

        unit = TargetUnit.of(train, context.kind)
        train, params = unit.shown(train), self._params(train, context)
        rows = _dataset(train, params)
        booster = Booster(params, rows)
        watches = valid is not None and context.n_rounds is None
        if watches and valid is not None:
            booster.add_valid(_dataset(unit.shown(valid), params, rows), "valid")
        stopper = Stopper(context, len(train.target), self.max_rounds, has_valid=watches)
        for n_rounds in _rounds(booster, stopper, watches):
            context.looks.reached(n_rounds, lambda: _learner(booster, stopper, unit))
        learner = _learner(booster, stopper, unit)
        learner.waited, learner.is_cut_short = stopper.waited, stopper.is_cut_short
        return learner

    def _params(self, train: Samples, context: FitContext) -> dict[str, Any]:
        own = self.model_dump(exclude={"max_rounds", "min_sum_hessian"})
        leaf = min(self.min_data_in_leaf, max(1, len(train.target) // 10))
        return {
            **own,
            **OBJECTIVES[context.kind],
            "num_class": max(1, context.n_classes) if context.n_outputs > 1 else 1,
            "min_data_in_leaf": leaf,
            "min_sum_hessian_in_leaf": self.min_sum_hessian,
            "bagging_freq": 1,
            "feature_pre_filter": False,
            "deterministic": True,
            "force_col_wise": True,
            "seed": context.seed,
            "num_threads": context.n_threads,
            "verbosity": -1,
        }


def _dataset(samples: Samples, params: dict[str, Any], reference: Dataset | None = None) -> Dataset:
    from lightgbm import Dataset

    return Dataset(
        samples.matrix.values,
        label=samples.target,
        weight=samples.weight,
        categorical_feature=samples.matrix.categorical,
        reference=reference,
        params=params,
    )


def _rounds(booster: Booster, stopper: Stopper, watches: bool) -> Iterator[int]:
    """Run rounds until the stopper says no; yield how many there are before each that follows."""
    barren = 0
    while barren < BARREN_ROUNDS:
        barren = barren + 1 if booster.update() else 0
        loss = booster.eval_valid()[0][2] if watches else None
        if not stopper.goes_on(loss):
            return
        yield stopper.rounds


def _learner(booster: Booster, stopper: Stopper, unit: TargetUnit) -> LightGBMLearner:
    """Return the learner of the best round so far."""
    best = max(1, min(stopper.best_round, int(booster.current_iteration())))
    return LightGBMLearner(booster.model_to_string(num_iteration=best), unit)
