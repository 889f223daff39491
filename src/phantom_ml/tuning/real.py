"""Whether 1 and 1.0 of a setting are one value, as the estimator declares it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from numbers import Integral, Real
from typing import Any

from phantom_ml.tuning.space import Axis, each_once
from phantom_ml.tuning.whole import constraints_of, owner_of


def by_value(estimator: Any, searched: Mapping[str, Axis]) -> dict[str, Axis]:
    """Return the axes, equal numbers of a list once where they are real ones, and told apart where they differ.

    Asked are the ``_parameter_constraints`` of scikit-learn's estimators. Of any other, a list keeps 1 beside 1.0,
    while either of a history is found in a list that holds only the other.

    Parameters
    ----------
    estimator : scikit-learn estimator
    searched : mapping of setting to Axis

    Examples
    --------
    >>> from sklearn.svm import SVC
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from phantom_ml.tuning.space import axes
    >>> by_value(SVC(), axes({"C": [1, 1.0, 10]}, ["C"]))["C"].values
    (1, 10)
    >>> found = by_value(DecisionTreeClassifier(), axes({"max_features": [1, 1.0]}, ["max_features"]))
    >>> found["max_features"].values, found["max_features"].apart
    ((1, 1.0), True)
    """
    return {name: _told(estimator, name, axis, searched) for name, axis in searched.items()}


def _told(estimator: Any, name: str, axis: Axis, searched: Mapping[str, Axis]) -> Axis:
    kinds = _kinds(estimator, name, searched)
    if kinds == {Real}:
        return axis.among(each_once(axis.values, real=True)) if axis.values else axis
    return replace(axis, apart=Integral in kinds and len(kinds) > 1)


def is_real(estimator: Any, name: str) -> bool:
    """Return whether an estimator declares a setting, where it is a number, as a real one: 1 is then 1.0.

    Examples
    --------
    >>> from sklearn.svm import SVC
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> is_real(SVC(), "C"), is_real(DecisionTreeClassifier(), "max_features")
    (True, False)
    """
    return _kinds(estimator, name, ()) == {Real}


def _kinds(estimator: Any, name: str, searched: Collection[str]) -> set[Any]:
    """Return the types of numbers that are declared of a setting; an empty set where none is."""
    owner = owner_of(estimator, name, searched)
    constraints = constraints_of(owner, name.rpartition("__")[2])
    return {kind for one in constraints if _counts(kind := getattr(one, "type", None))}


def _counts(kind: Any) -> bool:
    """Return whether a declared type is one of numbers."""
    from sklearn.utils._param_validation import RealNotInt

    return kind in (Integral, Real, RealNotInt)
