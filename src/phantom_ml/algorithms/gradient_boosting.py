"""GradientBoosting: scikit-learn's boosted trees over histograms, after LightGBM."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.algorithms._boosting import Stopper
from phantom_ml.algorithms._linear.losses import sigmoid, softmax
from phantom_ml.algorithms._trees.histogram import (
    NODES_FORM,
    Floats,
    HistogramTrees,
    checked_trees,
    trees_of,
)
from phantom_ml.algorithms._trees.levels import LEVELS_FORM, TopLevels
from phantom_ml.algorithms._values import checked_values, writable
from phantom_ml.algorithms.base import (
    AlgorithmSettings,
    FitContext,
    Learner,
    Setting,
    algorithms,
    bounded,
)
from phantom_ml.config import SUPERVISED, ProblemKind
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.data.target.unit import TargetUnit
from phantom_ml.parts.arrays import Form, load_arrays, require, save_arrays
from phantom_ml.process.deadline import Deadline

#: Levels of a category that are told apart; the library has room for 255 bins, one for missing.
MAX_LEVELS = 254
#: Rounds of the first batch, and how much longer each next one may be: each bins the rows again.
FIRST_ROUNDS, GROWTH = 5, 2
#: Share of the time left that a batch of rounds may be expected to take.
TIME_SHARE = 0.7
FORM: Form = {**NODES_FORM, **LEVELS_FORM, "importances": (np.float64, 1), "classes": (np.int64, 1)}


@dataclass
class GradientBoostingLearner(Learner):
    """The sum of trees, walked by scikit-learn's native code without its estimator.

    Attributes
    ----------
    kind : ProblemKind
    levels : TopLevels
    trees : HistogramTrees
    classes : int64 array
        Codes of the classes that were seen; empty for regression.
    importances : float64 array of shape (n_features,)
        Gain of all splits.
    n_outputs : int
    unit : TargetUnit
        Of the values that the trees tell.
    """

    algorithm: ClassVar[str] = "GradientBoosting"
    kind: ProblemKind
    levels: TopLevels
    trees: HistogramTrees
    classes: NDArray[np.int64]
    importances: Floats
    n_outputs: int
    unit: TargetUnit

    def __post_init__(self) -> None:
        self.n_rounds = self.trees.n_trees // self.trees.n_outputs
        self.version = self.unit.version

    @property
    def n_trees(self) -> int:
        """Return the number of trees."""
        return self.trees.n_trees

    def importance(self) -> Floats:
        """Return the gain of all splits on each feature."""
        return self.importances

    def predict(self, matrix: Matrix, n_threads: int = 1) -> Floats:
        """Return probabilities or values of shape (n_rows, n_outputs)."""
        values = self.levels.apply(checked_values(matrix, len(self.levels.order)))
        return self.unit.told(self.answer(self.trees.raw(values, n_threads)))

    def contributions(self, matrix: Matrix) -> Floats | None:
        """Return TreeSHAP values, shape (n_rows, n_features + 1, n_outputs).

        None where the rows that were learned from lacked a class.
        """
        if self.kind.is_classification and len(self.classes) < max(2, self.n_outputs):
            return None
        values = self.levels.apply(checked_values(matrix, len(self.levels.order)))
        found = self.trees.contributions(values)
        parts = np.empty_like(found)
        parts[:, [*self.levels.order, -1]] = found
        return self.unit.told_parts(parts)

    def answer(self, raw: Floats) -> Floats:
        """Return predictions from sums of trees; a class that was never seen has probability 0.

        Values are in the unit that they were shown in.
        """
        if self.kind is ProblemKind.REGRESSION:
            return raw
        if raw.shape[1] > 1:
            shares = softmax(raw)
        else:
            one = sigmoid(raw) if len(self.classes) > 1 else np.zeros_like(raw)
            shares = np.concatenate([1.0 - one, one], axis=1)[:, : len(self.classes)]
        whole = np.zeros((len(raw), max(2, self.n_outputs)))
        whole[:, self.classes] = shares
        return whole[:, 1:2] if self.kind is ProblemKind.BINARY else whole

    def save(self, folder: Path) -> None:
        """Write the nodes, the levels and the unit."""
        own = {"importances": self.importances, "classes": self.classes}
        arrays = {**self.trees.arrays(), **self.levels.arrays(), **own}
        facts = {"kind": self.kind.value, "n_outputs": self.n_outputs, **self.unit.facts()}
        save_arrays(folder, arrays, facts)

    @classmethod
    def load(cls, folder: Path) -> GradientBoostingLearner:
        """Return the saved learner; raises BundleDamaged."""
        arrays, facts = load_arrays(folder, FORM)
        levels = TopLevels.of_arrays(arrays, MAX_LEVELS)
        trees = checked_trees(arrays, len(levels.order), levels.n_categorical)
        require(facts.get("kind") in set(SUPERVISED), "the kind of problem is not known")
        kind, n_outputs = ProblemKind(facts["kind"]), int(facts.get("n_outputs", 0))
        many = kind is ProblemKind.MULTICLASS
        counted = 2 < n_outputs < 100_000 if many else n_outputs == 1
        require(counted, "the number of outputs is wrong")
        classes, importances = arrays["classes"], arrays["importances"]
        _check_classes(kind, classes, trees.n_outputs, n_outputs)
        require(len(importances) == len(levels.order), "importances are missing")
        unit = TargetUnit.of_facts(facts)
        return cls(kind, levels, trees, classes, importances, n_outputs, unit)


def _check_classes(
    kind: ProblemKind, classes: NDArray[np.int64], n_columns: int, n_outputs: int
) -> None:
    limit = n_outputs if kind is ProblemKind.MULTICLASS else 2
    known = bool(((classes >= 0) & (classes < limit)).all())
    require(known and len(np.unique(classes)) == len(classes), "a class does not exist")
    if kind is ProblemKind.REGRESSION:
        require(len(classes) == 0 and n_columns == 1, "values have classes")
    else:
        expected = len(classes) if len(classes) > 2 else 1
        require(len(classes) > 0 and n_columns == expected, "classes and trees disagree")


@algorithms.add("GradientBoosting")
class GradientBoosting(AlgorithmSettings):
    """Scikit-learn's boosted trees over histograms.

    Categories are split natively, the 254 most frequent levels of each. Rounds stop by the loss on
    validation rows.
    """

    name: ClassVar[str] = "GradientBoosting"
    learner: ClassVar[type[Learner]] = GradientBoostingLearner
    quick: ClassVar[dict[str, Setting]] = {"max_rounds": 10}
    can_stop: ClassVar[bool] = True
    grows: ClassVar[str | None] = "max_rounds"

    learning_rate: float = bounded(0.06, 0.005, 0.3, log=True, description="Step of a round.")
    max_leaf_nodes: int = bounded(31, 2, 255, log=True, description="Leaves of a tree, at most.")
    min_samples_leaf: int = bounded(20, 1, 200, log=True, description="Rows in a leaf, at least.")
    l2_regularization: float = bounded(
        1e-6, 1e-6, 100.0, log=True, description="L2 penalty of leaves."
    )
    max_features: float = bounded(1.0, 0.2, 1.0, description="Share of features a split looks at.")
    max_bins: int = bounded(255, 15, 255, log=True, description="Bins of a numeric feature.")
    max_rounds: int = Field(2_000, ge=1, le=100_000, description="Rounds, at most.")

    def fit(
        self, train: Samples, valid: Samples | None, context: FitContext
    ) -> GradientBoostingLearner:
        """Return the trees up to the best round on ``valid`` that ended before the deadline."""
        from threadpoolctl import threadpool_limits

        with threadpool_limits(context.n_threads, "openmp"):
            seen = _sole_levels_as_numbers(train.matrix)
            levels = TopLevels.fit(seen, min(MAX_LEVELS, self.max_bins - 1))
            return _Boosting(self, levels, train, context).run(valid)

    def estimator(self, context: FitContext, n_categorical: int, n_features: int) -> Any:
        """Return scikit-learn's estimator, which goes on where it stopped."""
        from sklearn.ensemble import (
            HistGradientBoostingClassifier,
            HistGradientBoostingRegressor,
        )

        kinds = {True: HistGradientBoostingClassifier, False: HistGradientBoostingRegressor}
        return kinds[context.kind.is_classification](
            **self.model_dump(exclude={"max_rounds"}),
            categorical_features=np.arange(n_features) < n_categorical if n_categorical else None,
            early_stopping=False,
            warm_start=True,
            random_state=context.seed,
        )


class _Boosting:
    """One fit: batches of rounds, after each the losses of its rounds on the validation rows."""

    def __init__(
        self, settings: GradientBoosting, levels: TopLevels, train: Samples, context: FitContext
    ) -> None:
        self._unit = TargetUnit.of(train, context.kind)
        self._settings, self._levels, self._train = settings, levels, self._unit.shown(train)
        self._context = context
        self._values = levels.apply(train.matrix.values)
        # The library cannot bin a column without a value; one without a difference is never split.
        self._values[:, np.isnan(self._values).all(axis=0)] = 0.0
        self._target = writable(self._train.target)
        n_features = self._values.shape[1]
        self._estimator = settings.estimator(context, levels.n_categorical, n_features)
        self._deadline = context.deadline

    def run(self, valid: Samples | None) -> GradientBoostingLearner:
        """Return the learner of the best round."""
        watches = valid is not None and self._context.n_rounds is None
        # Batches mind the deadline; within one, rounds are only looked at.
        timeless = replace(self._context, deadline=Deadline.never())
        rounds = Stopper(
            timeless, len(self._train.target), self._settings.max_rounds, has_valid=watches
        )
        watched = None
        if watches and valid is not None:
            watched = _Watched(self._levels, self._unit.shown(valid))
        done, batch = 0, FIRST_ROUNDS
        going = True
        while going and batch > 0:
            begun, batch = self._deadline.clock(), min(batch, rounds.limit - done)
            batch = self._context.looks.up_to(done, batch)
            self._grow(done + batch)
            for number in range(done, done + batch):
                loss = None if watched is None else watched.loss(self._part(number, number + 1))
                going = going and rounds.goes_on(loss)
            done += batch
            batch = self._fitting(batch, (self._deadline.clock() - begun) / batch)
            if going and batch > 0:
                of_now = partial(self._part, 0, max(1, rounds.best_round))
                self._context.looks.reached(done, of_now)
        learner = self._part(0, max(1, rounds.best_round))
        # Whoever would go on had no time for another batch.
        learner.waited, learner.is_cut_short = rounds.waited, going
        return learner

    def _grow(self, n_rounds: int) -> None:
        self._estimator.set_params(max_iter=n_rounds)
        self._estimator.fit(self._values, self._target, sample_weight=self._train.weight)

    def _fitting(self, batch: int, seconds_each: float) -> int:
        """Return the rounds of the next batch: more than before, if there is time for them."""
        wanted = batch * GROWTH
        left = self._deadline.left()
        if math.isinf(left):
            return wanted
        return min(wanted, int(TIME_SHARE * left / max(seconds_each, 1e-9)))

    def _part(self, first: int, last: int) -> GradientBoostingLearner:
        """Return the learner of some of the rounds."""
        context, estimator = self._context, self._estimator
        n_features = self._values.shape[1]
        trees = trees_of(
            estimator._predictors[first:last],
            np.asarray(estimator._baseline_prediction, np.float64).ravel(),
            n_features,
            self._levels.n_categorical,
        )
        classified = context.kind.is_classification
        classes = np.asarray(estimator.classes_ if classified else [], np.int64)
        gains = np.bincount(
            self._levels.order[trees.nodes["feature_idx"]],
            weights=np.where(trees.nodes["is_leaf"] == 1, 0.0, np.maximum(trees.nodes["gain"], 0)),
            minlength=n_features,
        )
        own = (trees, classes, gains.astype(np.float64), context.n_outputs, self._unit)
        return GradientBoostingLearner(context.kind, self._levels, *own)


def _sole_levels_as_numbers(matrix: Matrix) -> Matrix:
    """Return the matrix with categories of which one level and missing cells are seen as numbers.

    Scikit-learn (1.9) loses on which side of a split such a level is. A number of one value parts from
    missing cells as well; a level that comes only later counts as that one, not as missing.
    """
    columns = zip(matrix.features, matrix.values.T, strict=True)
    features = [
        replace(feature, cardinality=0)
        if feature.is_categorical and _is_one_level_with_gaps(cells)
        else feature
        for feature, cells in columns
    ]
    return replace(matrix, features=tuple(features))


def _is_one_level_with_gaps(cells: NDArray[np.float32]) -> bool:
    known = cells[~np.isnan(cells)]
    return 0 < len(known) < len(cells) and bool((known == known[0]).all())


class _Watched:
    """Validation rows whose raw predictions grow with the rounds."""

    def __init__(self, levels: TopLevels, valid: Samples) -> None:
        self._values = levels.apply(valid.matrix.values)
        self._target = valid.target
        self._weight = valid.weight
        self._raw: Floats | None = None

    def loss(self, step: GradientBoostingLearner) -> float:
        """Add a round's trees; return the log loss of classes, or the squared error of values."""
        trees = step.trees
        added = trees.raw(self._values, 1)
        self._raw = added if self._raw is None else self._raw + added - trees.baseline
        found = step.answer(self._raw)
        if step.kind is ProblemKind.REGRESSION:
            return float(np.average((found[:, 0] - self._target) ** 2, weights=self._weight))
        codes = self._target.astype(np.int64)
        shares = np.concatenate([1 - found, found], axis=1) if found.shape[1] == 1 else found
        own = np.maximum(shares[np.arange(len(codes)), codes], 1e-15)
        return float(np.average(-np.log(own), weights=self._weight))
