"""Which settings come next, and which trials are given up: Optuna's samplers and pruners by our names.

Bayesian: the tree-structured Parzen estimator (Bergstra et al., "Algorithms for Hyper-Parameter
Optimization", NeurIPS 2011); with few trials a Gaussian process, where torch is installed. Hyperband: Li et
al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization", 2018, arXiv:1603.06560.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from phantom_ml.config import OptimizationMethod
from phantom_ml.errors import BadSetting
from phantom_ml.tuning.basis import is_whole
from phantom_ml.tuning.propose import sampler_for
from phantom_ml.tuning.space import Axis

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler
    from optuna.study import Study

#: Hyperband keeps this share, one in so many, from one rung to the next.
REDUCTION = 2
#: With more trials a Gaussian process costs more and more for each, and has nothing to be better by.
GP_TRIALS = 30
#: Trials before it, the defaults and others at random: optuna's own ten would be all of a small search. The
#: same for any number of trials, so that a search that goes on to more of them tries what it would have tried
#: without a break; a quarter of them, measured beside it, was no better.
START_TRIALS = 3
#: Settings that were tried are drawn again so often near what was good, and then anywhere, so often in all.
NEAR_DRAWS, DRAWS = 5, 30


def study_for(method: OptimizationMethod, n_rungs: int) -> Study:
    """Return the study that keeps the trials, and gives them up where the method does."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    pruner: Any = optuna.pruners.NopPruner()
    if method is OptimizationMethod.HYPERBAND:
        pruner = optuna.pruners.HyperbandPruner(1, max(1, n_rungs), REDUCTION)
    # The name decides Hyperband's brackets: a fixed one makes equal runs equal.
    return optuna.create_study(direction="maximize", pruner=pruner, study_name="tuning")


def samplers_for(
    method: OptimizationMethod, seed: int, n_trials: int, space: Mapping[str, Axis]
) -> Callable[[int, int], BaseSampler]:
    """Return what proposes settings, a new one for each trial by its number and how often it drew before.

    So a search that goes on from replayed trials proposes what it would have proposed without a break. The first
    draws again go by the method, but for the Gaussian process, which would say the same; those after them go
    anywhere.
    """

    def sampler(number: int, draw: int = 0) -> BaseSampler:
        entropy = [seed, number, draw] if draw else [seed, number]
        own = int(np.random.SeedSequence(entropy).generate_state(1)[0])
        first = None if draw else _gaussian(method, own, n_trials, space)
        by = method if draw <= NEAR_DRAWS else OptimizationMethod.RANDOM_SEARCH
        return first or sampler_for(by, own)

    return sampler


def without_last(study: Study) -> Study:
    """Return a study of all trials but the last, as if that had never been asked for."""
    import optuna

    fresh = optuna.create_study(
        direction="maximize", pruner=study.pruner, study_name=study.study_name
    )
    fresh.add_trials(study.get_trials(deepcopy=False)[:-1])
    return fresh


def _gaussian(
    method: OptimizationMethod, seed: int, n_trials: int, space: Mapping[str, Axis]
) -> BaseSampler | None:
    """Return the sampler by a Gaussian process where it can be and pays, else None."""
    few = method is OptimizationMethod.BAYESIAN_OPTIMIZATION and n_trials <= GP_TRIALS
    plain = all(axis.bound.when is None for axis in space.values())
    if not (few and plain and importlib.util.find_spec("torch")):
        return None
    import optuna

    return optuna.samplers.GPSampler(seed=seed, n_startup_trials=START_TRIALS)


def splitter_for(estimator: Any, y: Any, cv: Any, seed: int) -> Any:
    """Return scikit-learn's splitter, shuffled where cv is a number; raises BadSetting."""
    from sklearn.base import is_classifier, is_outlier_detector
    from sklearn.model_selection import KFold, StratifiedKFold, check_cv
    from sklearn.utils.multiclass import type_of_target

    if is_whole(cv):
        if cv < 2:
            raise BadSetting(f"cv is {cv}.", "Give at least 2 folds, or a splitter.")
        classes = y is not None and type_of_target(y) in ("binary", "multiclass")
        of_classes = is_classifier(estimator) or is_outlier_detector(estimator)
        kind = StratifiedKFold if of_classes and classes else KFold
        return kind(int(cv), shuffle=True, random_state=seed)
    try:
        splitter = check_cv(cv, y, classifier=is_classifier(estimator))
    except ValueError as error:
        expected = "Give a number of folds or a splitter."
        raise BadSetting(f"cv is {cv!r}: {error}", expected) from None
    if _asks_for_groups(splitter):
        raise BadSetting(
            f"cv is {cv!r}, which splits by groups: a search has none to hand on.",
            "Give the folds themselves: cv=list(splitter.split(X, y, groups)).",
        )
    return splitter


def _asks_for_groups(splitter: Any) -> bool:
    """Return whether a splitter of scikit-learn's cannot do without groups."""
    routing = getattr(splitter, "get_metadata_routing", None)
    return routing is not None and bool(routing().split.requests.get("groups"))
