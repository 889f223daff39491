"""What is searched of each algorithm: its own bounds, or the space that a configuration gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from phantom_ml.algorithms.base import AlgorithmSettings, algorithms
from phantom_ml.config import RangeSettings, TuningSettings
from phantom_ml.config.bounds import Bound, Setting
from phantom_ml.errors import BadSetting, UnknownName
from phantom_ml.tuning.space import axes, grid

Space = Mapping[str, Bound]
#: A grid over an algorithm's own bounds has so many of its settings, the first ones, and so many points.
GRID_SETTINGS, GRID_POINTS = 3, 27
#: And over a space that was given, so many points at most, unless its lists alone have more.
GIVEN_POINTS = 200


def given_spaces(tuning: TuningSettings) -> dict[str, dict[str, Bound]]:
    """Return the spaces of a configuration by the algorithm's name.

    Raises
    ------
    UnknownName
        There is no such algorithm, or it has no such setting.
    BadSetting
        A range or a value is not one that the setting may have.
    """
    found = {}
    for name, space in tuning.spaces.items():
        algorithm = algorithms.get(name)
        if not space:
            raise BadSetting(
                f"The search space of {name} is empty.", "Name a setting, or leave it out."
            )
        found[algorithms.name_of(name)] = {
            setting: _bound(algorithm, setting, given) for setting, given in space.items()
        }
    return found


def _bound(algorithm: type[AlgorithmSettings], setting: str, given: Any) -> Bound:
    if setting not in algorithm.model_fields:
        known = sorted(algorithm.model_fields)
        raise UnknownName(f"setting of {algorithm.name}", setting, known)
    if isinstance(given, RangeSettings):
        whole = isinstance(given.low, int) and isinstance(given.high, int)
        bound = Bound(given.low, given.high, given.log, whole)
        bound = axes({setting: bound}, [setting])[setting].bound
        ends: Sequence[Setting] = (given.low, given.high)
    else:
        axes({setting: list(given)}, [setting])
        bound, ends = Bound(choices=tuple(given)), given
    for value in ends:
        _check(algorithm, setting, value)
    return bound


def _check(algorithm: type[AlgorithmSettings], setting: str, value: Setting) -> None:
    try:
        algorithm.model_validate({setting: value})
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise BadSetting(
            f"{algorithm.name} cannot have {setting} = {value!r}: {reason}.",
            "Change the space: in a configuration it stands under tuning.spaces.",
        ) from None


def check_space(algorithm: type[AlgorithmSettings], space: Mapping[str, Any]) -> None:
    """Refuse values that an algorithm's settings cannot have; raises BadSetting before any trial."""
    own = {n: given for n, given in dict(space).items() if n in algorithm.model_fields}
    for setting, axis in (axes(own, list(own)) if own else {}).items():
        ends = axis.values or (axis.bound.low, axis.bound.high)
        whole = axis.bound.integer and not axis.values
        for value in ends:
            _check(algorithm, setting, int(value) if whole else value)


def grid_of(name: str, given: Mapping[str, Space]) -> list[dict[str, Setting]]:
    """Return the points of a grid over an algorithm's settings."""
    if name in given:
        return _points(given[name], GIVEN_POINTS)
    own = algorithms.get(name).space()
    first = [n for n, bound in own.items() if bound.when is None][:GRID_SETTINGS]
    return _points({n: own[n] for n in first}, GRID_POINTS)


def _points(space: Space, most: int) -> list[dict[str, Setting]]:
    if not space:
        return []
    searched = axes(space, list(space))
    points = grid(searched, most)
    return [{n: searched[n].decoded(value) for n, value in point.items()} for point in points]
