"""Spaces of settings that an estimator takes as whole numbers only, as it declares or its library tells."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from numbers import Number
from typing import Any

from phantom_ml.errors import BadSetting
from phantom_ml.tuning.space import Axis, each_once, range_of

Takes = Callable[[Any], bool]
#: What these libraries read as whole numbers, and do not declare: their own pages on parameters say so.
BOOSTERS = {
    "lightgbm": ("num_leaves", "max_depth", "max_bin", "n_estimators", "min_child_samples"),
    "xgboost": ("max_depth", "max_leaves", "max_bin", "n_estimators"),
    "catboost": ("depth", "max_depth", "iterations", "n_estimators", "border_count", "max_bin"),
}


def in_whole_numbers(estimator: Any, searched: Mapping[str, Axis]) -> dict[str, Axis]:
    """Return the axes, a range or a list of a setting that must be a whole number being one of whole numbers.

    What must be one is asked of the ``_parameter_constraints`` of scikit-learn's estimators, and is known of some
    settings of LightGBM's, XGBoost's and CatBoost's. Of any other its space stays as it is: a default of 1 may
    well mean 1.0.

    Parameters
    ----------
    estimator : scikit-learn estimator
    searched : mapping of setting to Axis

    Raises
    ------
    BadSetting
        An end of such a range, or a number of such a list, is no whole number; or a list holds True or False, and
        the estimator takes no truth.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from phantom_ml.tuning.space import axes
    >>> given = {"max_depth": (2.0, 8.0), "max_leaf_nodes": [None, 4.0], "ccp_alpha": (0.0, 1.0)}
    >>> found = in_whole_numbers(DecisionTreeClassifier(), axes(given, list(given)))
    >>> found["max_depth"].bound.integer, found["max_leaf_nodes"].values, found["ccp_alpha"].bound.integer
    (True, (None, 4), False)
    """
    return {name: _meant(estimator, name, axis, searched) for name, axis in searched.items()}


def _meant(estimator: Any, name: str, axis: Axis, searched: Collection[str]) -> Axis:
    if axis.bound.integer and not axis.values:
        return axis
    owner = owner_of(estimator, name, searched)
    _check_truths(owner, name, axis)
    takes = _declared(owner, name.rpartition("__")[2])
    if takes is None:
        return axis
    return (_listed if axis.values else _ranged)(owner, name, axis, takes)


def _check_truths(owner: Any, name: str, axis: Axis) -> None:
    """Raise BadSetting where a list holds True or False, which Python counts as numbers, and a number is meant."""
    truth = next((value for value in axis.values if isinstance(value, bool)), None)
    setting = name.rpartition("__")[2]
    if truth is None or not _takes_no_truth(owner, setting):
        return
    raise BadSetting(
        f"The space of {name!r} is {list(axis.values)!r}: {setting} of {type(owner).__name__} takes neither "
        "True nor False.",
        f"Leave {truth!r} out, or give the number that is meant.",
    )


def _takes_no_truth(owner: Any, setting: str) -> bool:
    """Return whether an estimator is known to mean neither True nor False by a setting."""
    if _is_whole_of_booster(owner, setting):
        return True
    constraints = constraints_of(owner, setting)
    # To a declared number True is 1.
    others = [c for c in constraints if not _is_of_numbers(getattr(c, "type", None))]
    return bool(constraints) and not any(c.is_satisfied_by(True) for c in others)


def _is_of_numbers(kind: Any) -> bool:
    return isinstance(kind, type) and kind is not bool and issubclass(kind, Number)


def owner_of(estimator: Any, name: str, searched: Collection[str]) -> Any:
    """Return the estimator that a setting is of; None where that is searched itself."""
    step = name.rpartition("__")[0]
    if any(step == other or step.startswith(f"{other}__") for other in searched):
        return None
    return estimator.get_params().get(step) if step else estimator


def _declared(owner: Any, setting: str) -> Takes | None:
    """Return what tells which values an estimator takes as a setting; None where it declares nothing."""
    if _is_whole_of_booster(owner, setting):
        return lambda value: not isinstance(value, float)
    constraints = constraints_of(owner, setting)
    if not constraints:
        return None
    return lambda value: any(constraint.is_satisfied_by(value) for constraint in constraints)


def _is_whole_of_booster(owner: Any, setting: str) -> bool:
    # A class of one's own that is derived from one of theirs takes the same.
    libraries = {kind.__module__.partition(".")[0] for kind in type(owner).__mro__}
    return any(setting in BOOSTERS.get(library, ()) for library in libraries)


def constraints_of(owner: Any, setting: str) -> list[Any]:
    """Return what scikit-learn's estimators declare of a setting; an empty list where nothing is declared."""
    from sklearn.utils._param_validation import make_constraint

    declared = getattr(owner, "_parameter_constraints", {}).get(setting)
    return [make_constraint(one) for one in declared] if isinstance(declared, list) else []


def _ranged(owner: Any, name: str, axis: Axis, takes: Takes) -> Axis:
    """Return a range, one of whole numbers where the estimator refuses every number of it but these."""
    ends = (axis.bound.low, axis.bound.high)
    low, high = float(ends[0]), float(ends[1])
    # Some settings take a share or a number, as min_samples_split does: 0.1 or 2.
    if any(takes(value) for value in (low, (low + high) / 2, high)):
        return axis
    if not (takes(math.ceil(low)) or takes(math.floor(high))):
        return axis
    better = f'two whole numbers, as in {{"{name}": ({math.ceil(low)}, {math.ceil(high)})}}'
    for end in ends:
        if end % 1:
            raise _no_whole_number(owner, name, (range_of(axis.bound), end), better)
    return replace(axis, bound=replace(axis.bound, low=int(low), high=int(high), integer=True))


def _listed(owner: Any, name: str, axis: Axis, takes: Takes) -> Axis:
    """Return a list, numbers that the estimator takes only as whole ones being such."""
    numbers = [v for v in axis.values if isinstance(v, float) and math.isfinite(v)]
    if not any(takes(value) for value in numbers):
        for value in numbers:
            if value % 1 and (takes(math.ceil(value)) or takes(math.floor(value))):
                told = (list(axis.values), value)
                raise _no_whole_number(owner, name, told, "a list of whole numbers")
    values = each_once([_as_taken(value, takes) for value in axis.values])
    return axis.among(values)


def _as_taken(value: Any, takes: Takes) -> Any:
    """Return a number as a whole one, where the estimator takes it only so; anything else as it is."""
    if not isinstance(value, float) or not value.is_integer() or takes(value):
        return value
    return int(value) if takes(int(value)) else value


def _no_whole_number(owner: Any, name: str, told: tuple[Any, float], better: str) -> BadSetting:
    """Return the error of a space, and of the number in it that is no whole one."""
    setting, (given, value) = name.rpartition("__")[2], told
    return BadSetting(
        f"The space of {name!r} is {given!r}: {setting} of {type(owner).__name__} is a whole number, which "
        f"{value!r} is not.",
        f"Give {better}.",
    )
