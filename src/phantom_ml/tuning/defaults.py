"""The point of a space that an estimator has by its own settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phantom_ml.tuning.left import settings_of
from phantom_ml.tuning.space import Axis


def default_point(estimator: Any, space: Mapping[str, Axis]) -> dict[str, Any] | None:
    """Return the settings of an estimator as a point, undecoded; None where they are no point of the space.

    They are none where a value lies outside its range, is not in its list, or is not told by ``get_params``. What
    does not apply beside the others may be anything, and stands in the middle of its range or first in its list.

    Parameters
    ----------
    estimator : scikit-learn estimator
    space : mapping of setting to Axis

    Examples
    --------
    >>> from sklearn.svm import SVC
    >>> from phantom_ml.tuning.space import axes
    >>> space = axes({"C": (0.1, 10.0, "log"), "kernel": ["linear", "rbf"]}, ["C", "kernel"])
    >>> default_point(SVC(), space)
    {'C': 1.0, 'kernel': 1}
    >>> default_point(SVC(C=100), space) is None
    True
    """
    return point_of(estimator.get_params(), space)


def point_of(own: Mapping[str, Any], space: Mapping[str, Axis]) -> dict[str, Any] | None:
    """Return settings as a point, undecoded, as ``default_point`` does; others may be among them."""
    places = {n: place_of(axis, own[n]) if n in own else None for n, axis in space.items()}
    point = {n: space[n].levels(1)[0] if at is None else at for n, at in places.items()}
    unknown = [name for name in settings_of(space, point) if places[name] is None]
    return None if unknown else point


def place_of(axis: Axis, value: Any) -> Any:
    """Return a value as its axis writes it; None where it lies outside, or cannot be compared with a list."""
    try:
        return axis.encoded(value)
    except (TypeError, ValueError):
        # Arrays and tables answer == with one more of them, which is neither true nor false.
        return None
