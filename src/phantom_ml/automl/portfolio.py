"""Settings that are tried first: good on many tables, and unlike each other.

The tuned defaults (TD) are those published with pytabkit (Holzmüller et al., "Better by Default", 2024,
arXiv:2407.04491); the other boosted trees are low and wide, as portfolios learned on many tables are.
"""

from __future__ import annotations

from collections.abc import Sequence

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.trials import Candidate
from phantom_ml.config import ProblemKind

#: Without a penalty two classes need far fewer rounds; many classes run away without one.
NO_PENALTY = {"lambda_l2": 1e-8}
LIGHTGBM_TD = {
    "learning_rate": 0.04,
    "num_leaves": 50,
    "min_data_in_leaf": 40,
    "bagging_fraction": 0.75,
}
LIGHTGBM_TD_VALUES = {
    "learning_rate": 0.05,
    "num_leaves": 100,
    "min_data_in_leaf": 3,
    "bagging_fraction": 0.7,
}
#: Few leaves and random cuts: the opposite of the tuned default, and strong beside it.
LIGHTGBM_EXTRA = {
    "learning_rate": 0.05,
    "num_leaves": 24,
    "min_data_in_leaf": 10,
    "feature_fraction": 0.6,
    "extra_trees": True,
}
LIGHTGBM_LARGE = {
    "learning_rate": 0.03,
    "num_leaves": 128,
    "feature_fraction": 0.9,
    "min_data_in_leaf": 3,
}
LIGHTGBM_SMALL = {
    "learning_rate": 0.03,
    "num_leaves": 8,
    "feature_fraction": 0.5,
    "min_data_in_leaf": 20,
}


def portfolio(kind: ProblemKind, has_text: bool, wanted: Sequence[str] | None) -> list[Candidate]:
    """Return the candidates in the order in which they are tried.

    Parameters
    ----------
    kind : ProblemKind
    has_text : bool
        Whether the table has hashed text: linear learners read it directly and come first then.
    wanted : sequence of str or None
        Only these algorithms, each at least once; None: all that are installed.
    """
    first = LIGHTGBM_TD_VALUES if kind is ProblemKind.REGRESSION else LIGHTGBM_TD
    if kind is ProblemKind.BINARY:
        first = {**first, **NO_PENALTY}
    order = [
        Candidate("LightGBM", first),
        Candidate("CatBoost"),
        Candidate("ExtraTrees"),
        Candidate("LightGBM", LIGHTGBM_EXTRA),
        Candidate("XGBoost"),
        Candidate("LogisticRegression" if kind.is_classification else "ElasticNet"),
        Candidate("RandomForest"),
        Candidate("LightGBM", LIGHTGBM_LARGE),
        Candidate("GradientBoosting"),
        Candidate("LightGBM", LIGHTGBM_SMALL),
        Candidate("SVM"),
    ]
    if has_text:
        order.insert(0, order.pop(5))
    usable = [c for c in order if _usable(c.algorithm, kind)]
    if wanted is None:
        return usable
    names = [algorithms.name_of(name) for name in wanted]
    chosen = [c for c in usable if c.algorithm in names]
    missing = [n for n in names if n not in {c.algorithm for c in chosen}]
    once = list({c.algorithm: c for c in reversed(chosen)}.values())[::-1]
    again = [c for c in chosen if c not in once]
    return [*once, *(Candidate(n) for n in missing), *again]


def _usable(name: str, kind: ProblemKind) -> bool:
    if name not in algorithms.names():
        return False
    algorithm = algorithms.get(name)
    return kind in algorithm.kinds and algorithm.available()
