"""The next settings to try for an algorithm: a pure function of bounds, history and a seed.

Bayesian: the tree-structured Parzen estimator. Source: Bergstra et al., "Algorithms for
Hyper-Parameter Optimization", NeurIPS 2011.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from phantom_ml.config import OptimizationMethod
from phantom_ml.config.bounds import Bound, Setting

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.samplers import BaseSampler

#: Trials at random before the estimator has something to go by.
STARTUP_TRIALS = 4


def propose(
    space: Mapping[str, Bound],
    history: Sequence[tuple[Mapping[str, Setting], float]],
    method: OptimizationMethod,
    seed: int,
) -> dict[str, Setting]:
    """Return settings to try next.

    Parameters
    ----------
    space : mapping of setting to Bound
    history : sequence of (settings, loss)
        What was tried; less loss is better. Settings outside the space are left out of account.
    method : OptimizationMethod
        Bayesian and Hyperband go by the history; random does not.
    seed : int
        The same arguments give the same answer.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    distributions = {name: distribution_of(bound) for name, bound in space.items()}
    study = optuna.create_study(sampler=sampler_for(method, seed))
    for settings, loss in history:
        past = _past(settings, distributions)
        if past is not None:
            study.add_trial(
                optuna.trial.create_trial(params=past, distributions=distributions, value=loss)
            )
    chosen = study.ask(distributions).params
    return {n: v for n, v in chosen.items() if _active(space[n], chosen)}


def sampler_for(method: OptimizationMethod, seed: int) -> BaseSampler:
    """Return Optuna's sampler of a method."""
    import warnings

    import optuna

    if method is OptimizationMethod.RANDOM_SEARCH:
        return optuna.samplers.RandomSampler(seed=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.samplers.TPESampler(
            seed=seed, n_startup_trials=STARTUP_TRIALS, multivariate=True
        )


def distribution_of(bound: Bound) -> BaseDistribution:
    """Return a bound as Optuna knows it."""
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if bound.choices:
        return CategoricalDistribution(bound.choices)
    if bound.integer:
        return IntDistribution(int(bound.low), int(bound.high), log=bound.log)
    return FloatDistribution(bound.low, bound.high, log=bound.log)


def _past(
    settings: Mapping[str, Setting], distributions: Mapping[str, BaseDistribution]
) -> dict[str, Setting] | None:
    past = {n: settings[n] for n in distributions if n in settings}
    if len(past) < len(distributions):
        return None
    return past if all(_holds(distributions[n], v) for n, v in past.items()) else None


def _holds(distribution: BaseDistribution, value: Setting) -> bool:
    """Return whether a value lies in a distribution; of choices another one cannot even be told."""
    try:
        return bool(distribution._contains(distribution.to_internal_repr(value)))
    except ValueError:
        return False


def _active(bound: Bound, chosen: Mapping[str, Setting]) -> bool:
    return bound.when is None or chosen.get(bound.when[0]) == bound.when[1]
