"""Settings that are tried first: good on many tables, and unlike each other.

The tuned defaults (TD) are those published with pytabkit (Holzmüller et al., "Better by Default", 2024,
arXiv:2407.04491); the other boosted trees are low and wide, as portfolios learned on many tables are.
"""

from __future__ import annotations

from collections.abc import Sequence

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.budget import TRIAL_SHARE
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


#: A network that sees the rows less often than this is no member of an ensemble; what a row then costs on
#: one core, measured on tables of 10 to 80 columns; and how many others come before it.
DEEP_EPOCHS, DEEP_US_PER_ROW, DEEP_PLACE = 30, 50.0, 6


def affords_deep(n_rows: int, n_folds: int, seconds: float | None) -> bool:
    """Return whether a network would see the rows often enough in one trial's share of a budget.

    Parameters
    ----------
    n_rows : int
        Of one fit.
    n_folds : int
    seconds : float or None
        None, where only trials are counted: then a search stays as quick as it is.
    """
    if seconds is None:
        return False
    needed = n_folds * n_rows * DEEP_EPOCHS * DEEP_US_PER_ROW / 1e6
    return needed <= TRIAL_SHARE * seconds


def portfolio(
    kind: ProblemKind, has_text: bool, wanted: Sequence[str] | None, *, deep: bool = False
) -> list[Candidate]:
    """Return the candidates in the order in which they are tried.

    Parameters
    ----------
    kind : ProblemKind
    has_text : bool
        Whether the table has hashed text: linear learners read it directly and come first then.
    wanted : sequence of str or None
        Only these algorithms, each at least once; None: all that are installed.
    deep : bool
        Whether there is time for a network.
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
    if deep:
        order.insert(DEEP_PLACE, Candidate("NeuralNetwork"))
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
