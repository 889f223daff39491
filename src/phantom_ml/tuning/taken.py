"""Which settings an estimator takes: those that it lists, and those that it does not list before they are set."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any


def names_taken(estimator: Any, space: Mapping[str, Any] | None) -> list[str]:
    """Return the names of the settings that an estimator, and those in it, take.

    These are what its ``get_params`` lists; what its constructor names though it is not listed, as CatBoost's
    does; and of a space what goes through the ``**`` of a constructor and is taken by ``set_params``, as LightGBM
    and XGBoost take any name at all.

    Parameters
    ----------
    estimator : scikit-learn estimator
    space : mapping of setting to what is searched, optional

    Returns
    -------
    list of str
        Sorted; settings of a step are ``step__setting``.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> known = names_taken(DecisionTreeClassifier(), {"max_depht": [2, 3]})
    >>> "max_depth" in known, "max_depht" in known
    (True, False)
    """
    listed = estimator.get_params()
    steps = {f"{name}__": value for name, value in listed.items() if _is_estimator(value)}
    owners = {"": estimator, **steps}
    named = {step + name for step, owner in owners.items() for name in _constructor(owner)[0]}
    given = space if isinstance(space, Mapping) else {}
    asked = {n: v for n, v in given.items() if isinstance(n, str) and n not in listed}
    taken = {name for name, values in asked.items() if _takes(owners, name, values)}
    return sorted({*listed, *(named - set(asked)), *taken})


def _is_estimator(value: Any) -> bool:
    return hasattr(value, "set_params") and not isinstance(value, type)


def _constructor(owner: Any) -> tuple[list[str], bool]:
    """Return the names in the signature of a constructor, and whether it takes any other."""
    try:
        parameters = inspect.signature(type(owner)).parameters.values()
    except ValueError:
        # What is compiled may tell no signature.
        return [], False
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    any_name = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)
    return [p.name for p in parameters if p.kind in by_name], any_name


def _takes(owners: Mapping[str, Any], name: str, values: Any) -> bool:
    """Return whether an estimator takes a setting that it does not list."""
    from sklearn.base import clone

    step = max((step for step in owners if name.startswith(step)), key=len)
    owner, setting = owners[step], name.removeprefix(step)
    names, any_name = _constructor(owner)
    if not (any_name or setting in names):
        return False
    try:
        clone(owner).set_params(**{setting: _one_of(values)})
    except Exception:
        # Whatever it raises, it says no.
        return False
    return True


def _one_of(values: Any) -> Any:
    """Return a value of those that are searched, None where they do not tell one."""
    if isinstance(values, Mapping):
        return values.get("low")
    return values[0] if isinstance(values, list | tuple | range) and values else None
