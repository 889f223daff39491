"""Settings that apply only where another one has a certain value, as an algorithm's own fields declare it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from phantom_ml.algorithms.base import AlgorithmSettings
from phantom_ml.config.bounds import Bound, Setting
from phantom_ml.tuning.space import Axis, axes

Condition = tuple[str, Setting]


@cache
def conditions_of(algorithm: type[AlgorithmSettings]) -> dict[str, Condition]:
    """Return the settings of an algorithm that do not always apply, each with the other setting and its value.

    Examples
    --------
    >>> from phantom_ml.algorithms.base import algorithms
    >>> conditions_of(algorithms.get("SVM"))["gamma"]
    ('kernel', 'rbf')
    """
    return {n: b.when for n, b in algorithm.space().items() if b.when is not None}


def applies(
    algorithm: type[AlgorithmSettings], setting: str, values: Mapping[str, Setting]
) -> bool:
    """Return whether a setting of an algorithm changes anything beside the others' values."""
    when = conditions_of(algorithm).get(setting)
    return when is None or values.get(when[0]) == when[1]


def conditioned(
    algorithm: type[AlgorithmSettings], space: Mapping[str, Any], fixed: Mapping[str, Setting]
) -> dict[str, Any]:
    """Return a checked space, what does not always apply in it as a bound with its condition.

    Parameters
    ----------
    algorithm : type of AlgorithmSettings
    space : mapping of setting to (low, high), list of values, or Bound
    fixed : mapping of setting to value
        Of the settings that the space does not name.

    Examples
    --------
    >>> from phantom_ml.algorithms.base import algorithms
    >>> space, svm = {"kernel": ["rbf", "linear"], "gamma": (0.1, 10.0)}, algorithms.get("SVM")
    >>> conditioned(svm, space, {})["gamma"].when
    ('kernel', 'rbf')
    >>> conditioned(svm, {"gamma": (0.1, 10.0)}, {"kernel": "rbf"})
    {'gamma': (0.1, 10.0)}
    """
    found, depends = dict(space), conditions_of(algorithm)
    for setting in space.keys() & depends.keys():
        when = depends[setting]
        if _always(when, space, fixed):
            if isinstance(space[setting], Bound):
                found[setting] = replace(space[setting], when=None)
        else:
            found[setting] = _under(_axis(space, setting), when)
    return found


def _always(when: Condition, space: Mapping[str, Any], fixed: Mapping[str, Setting]) -> bool:
    """Return whether the other setting has that value in all of a space."""
    name, value = when
    values = _axis(space, name).values if name in space else (fixed.get(name),)
    return bool(values) and all(v == value for v in values)


def _axis(space: Mapping[str, Any], setting: str) -> Axis:
    return axes({setting: space[setting]}, [setting])[setting]


def _under(axis: Axis, when: Condition) -> Bound:
    """Return what is searched as a bound of its values, under a condition."""
    return Bound(choices=axis.values, when=when) if axis.values else replace(axis.bound, when=when)
