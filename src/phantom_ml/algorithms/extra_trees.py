"""ExtraTrees: the mean of deep trees with random cuts (Geurts et al., 2006)."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from phantom_ml.algorithms._trees.forest import (
    MAX_FEATURES,
    ForestLearner,
    fit_forest,
    max_leaf_nodes,
)
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
from phantom_ml.data.matrix import Samples


class ExtraTreesLearner(ForestLearner):
    """The mean of randomly cut trees."""

    algorithm: ClassVar[str] = "ExtraTrees"


@algorithms.add("ExtraTrees")
class ExtraTrees(AlgorithmSettings):
    """The mean of deep trees whose cuts are drawn at random, the best feature of a few taken.

    Faster to grow than a random forest and smoother. Missing values are split natively; codes of
    categories are taken as numbers.
    """

    name: ClassVar[str] = "ExtraTrees"
    learner: ClassVar[type[Learner]] = ExtraTreesLearner
    quick: ClassVar[dict[str, Setting]] = {"n_estimators": 10}
    can_stop: ClassVar[bool] = True
    grows: ClassVar[str | None] = "n_estimators"

    n_estimators: int = Field(300, ge=1, le=10_000, description="Trees, at most.")
    max_features: Literal["sqrt", "third", "half", "all"] = choice(
        "sqrt", ("sqrt", "third", "half", "all"), description="Features that a split looks at."
    )
    min_samples_leaf: int = bounded(1, 1, 100, log=True, description="Rows in a leaf, at least.")
    criterion: Literal["gini", "entropy"] = choice(
        "gini", ("gini", "entropy"), description="What a split of classes lowers."
    )

    def fit(self, train: Samples, valid: Samples | None, context: FitContext) -> ExtraTreesLearner:
        """Return the forest that was grown before the deadline, at least one batch of trees."""
        estimator = self._estimator(context, len(train.target))
        n_trees = context.n_rounds or self.n_estimators
        return fit_forest(ExtraTreesLearner, estimator, train, n_trees, context)

    def _estimator(self, context: FitContext, n_rows: int) -> Any:
        from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

        shared: dict[str, Any] = {
            "max_features": MAX_FEATURES[self.max_features],
            "min_samples_leaf": self.min_samples_leaf,
            "max_leaf_nodes": max_leaf_nodes(n_rows),
            "n_jobs": context.n_threads,
            "random_state": context.seed,
        }
        if context.kind is ProblemKind.REGRESSION:
            return ExtraTreesRegressor(**shared)
        return ExtraTreesClassifier(criterion=self.criterion, **shared)
