"""What is searched of each algorithm: its own bounds, or the space that a configuration gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from phantom_ml.algorithms.base import AlgorithmSettings, algorithms
from phantom_ml.automl.question.conditions import applies, conditioned, conditions_of
from phantom_ml.automl.question.device import check_devices
from phantom_ml.config import RangeSettings, TuningSettings
from phantom_ml.config.bounds import Bound, Setting
from phantom_ml.config.faults import plain_message
from phantom_ml.errors import BadSetting, UnknownName
from phantom_ml.tuning.grid import grid, grid_around
from phantom_ml.tuning.left import settings_of
from phantom_ml.tuning.space import EXPECTED, Axis, axes

Space = Mapping[str, Bound]
#: A grid over an algorithm's own bounds has so many of its settings, the first ones, and so many points.
GRID_SETTINGS, GRID_POINTS = 3, 27
#: And over a space that was given, so many points at most, unless its lists alone have more.
GIVEN_POINTS = 200
IN_CONFIG = (
    'Give a range, as {"low": 0.01, "high": 1.0, "log": true}, or a list of values: in a configuration '
    "it stands under tuning.spaces."
)


def given_spaces(tuning: TuningSettings) -> dict[str, dict[str, Bound]]:
    """Return the spaces of a configuration by the algorithm's name.

    Raises
    ------
    UnknownName
        There is no such algorithm, or it has no such setting.
    BadSetting
        A range or a value is not one that the setting may have, or an algorithm is named twice.
    """
    _check_named_once(list(tuning.spaces))
    found = {}
    for name, space in tuning.spaces.items():
        algorithm = algorithms.get(name)
        if not space:
            raise BadSetting(
                f"The search space of {name} is empty.", "Name a setting, or leave it out."
            )
        if not algorithm.model_fields:
            raise BadSetting(f"{algorithm.name} has no settings to search.", "Leave its space out.")
        try:
            bounds = {n: _bound(algorithm, n, given) for n, given in space.items()}
        except BadSetting as error:
            # A configuration is often JSON, which has no tuples.
            hint = IN_CONFIG if error.hint == EXPECTED else error.hint
            raise BadSetting(error.message, hint) from None
        official = algorithms.name_of(name)
        found[official] = conditioned(algorithm, bounds, defaults_of(official))
    return found


def _check_named_once(names: Sequence[str]) -> None:
    """Raise BadSetting where two names are spellings of one algorithm."""
    first: dict[str, str] = {}
    for name in names:
        official = algorithms.name_of(name)
        if official in first:
            raise BadSetting(
                f"tuning.spaces names {official} twice: {first[official]!r} and {name!r}.",
                "Give all its settings under one name.",
            )
        first[official] = name


def _bound(algorithm: type[AlgorithmSettings], setting: str, given: Any) -> Bound:
    _check_known(algorithm, setting)
    if isinstance(given, RangeSettings):
        _check_no_choice(algorithm, setting)
        ends_whole = isinstance(given.low, int) and isinstance(given.high, int)
        whole = ends_whole or _is_whole(algorithm, setting)
        bound = Bound(given.low, given.high, given.log, whole)
        bound = axes({setting: bound}, [setting])[setting].bound
        for end in (given.low, given.high):
            _read(algorithm, setting, end)
        return bound
    axes({setting: list(given)}, [setting])
    # To an algorithm 1 and 1.0 are the same.
    return Bound(choices=tuple(dict.fromkeys(_read(algorithm, setting, v) for v in given)))


def _check_known(algorithm: type[AlgorithmSettings], setting: str) -> None:
    """Raise UnknownName where an algorithm has no such setting."""
    if setting not in algorithm.model_fields:
        known = sorted(algorithm.model_fields)
        raise UnknownName(f"setting of {algorithm.name}", setting, known)


def _is_whole(algorithm: type[AlgorithmSettings], setting: str) -> bool:
    """Return whether a setting is a whole number, which a range of it then is of, however its ends are written."""
    return type(algorithm.model_fields[setting].default) is int


def _check_no_choice(algorithm: type[AlgorithmSettings], setting: str) -> None:
    """Raise BadSetting where a range is given of a setting that is yes or no."""
    if isinstance(algorithm.model_fields[setting].default, bool):
        raise BadSetting(
            f"{algorithm.name} cannot have a range of {setting}, which is yes or no.",
            "Give a list: [False, True], which is [false, true] in JSON.",
        )


def _read(algorithm: type[AlgorithmSettings], setting: str, value: Setting) -> Setting:
    """Return a value, a whole number or a truth as the algorithm has it; raises BadSetting where it has it not."""
    try:
        read = getattr(algorithm.model_validate({setting: value}), setting)
    except ValidationError as error:
        raise _cannot_have(
            algorithm, setting, value, plain_message(error.errors()[0]["msg"])
        ) from None
    # Pydantic reads numbers and truths from text; a search would hand on the text.
    if isinstance(value, str) and not isinstance(read, str):
        wanted = "true or false" if isinstance(read, bool) else "a number"
        raise _cannot_have(algorithm, setting, value, f"it must be {wanted}, not text")
    return read if isinstance(read, int) else value


def _cannot_have(
    algorithm: type[AlgorithmSettings], setting: str, value: Setting, reason: str
) -> BadSetting:
    return BadSetting(
        f"{algorithm.name} cannot have {setting} = {value!r}: {reason}.",
        "Change the space: in a configuration it stands under tuning.spaces.",
    )


def check_space(algorithm: type[AlgorithmSettings], space: Mapping[str, Any]) -> None:
    """Refuse a space before any trial of it.

    Raises
    ------
    BadSetting
        An algorithm's settings cannot have a value, or nothing can be fitted with any of them here.
    ExtraMissing
        Whether anything can was to be asked of a library that is not installed.
    """
    own = {n: given for n, given in dict(space).items() if n in algorithm.model_fields}
    searched = axes(own, list(own)) if own else {}
    for setting, axis in searched.items():
        if not axis.values:
            _check_no_choice(algorithm, setting)
        ends = axis.values or (axis.bound.low, axis.bound.high)
        whole = axis.bound.integer and not axis.values
        for value in ends:
            _read(algorithm, setting, int(value) if whole else value)
    check_devices(algorithm, {setting: axis.values for setting, axis in searched.items()})


def in_whole_numbers(
    algorithm: type[AlgorithmSettings], space: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a checked space whose ranges and lists of settings that are whole numbers are of whole numbers.

    Examples
    --------
    >>> bound = in_whole_numbers(algorithms.get("LightGBM"), {"num_leaves": (3.0, 31.0)})["num_leaves"]
    >>> bound.low, bound.high, bound.integer
    (3, 31, True)
    """
    found = dict(space)
    for setting, given in space.items():
        if setting not in algorithm.model_fields or not _is_whole(algorithm, setting):
            continue
        axis = axes({setting: given}, [setting])[setting]
        if axis.values:
            found[setting] = list(dict.fromkeys(_read(algorithm, setting, v) for v in axis.values))
        else:
            low, high = int(axis.bound.low), int(axis.bound.high)
            found[setting] = replace(axis.bound, low=low, high=high, integer=True)
    return found


def holds(space: Space, name: str, settings: Mapping[str, Setting]) -> bool:
    """Return whether settings of an algorithm, its defaults among them, lie in a space, as far as they apply."""
    values, algorithm = {**defaults_of(name), **settings}, algorithms.get(name)
    searched = axes(space, list(space)).items()
    return all(
        a.encoded(values[n]) is not None for n, a in searched if applies(algorithm, n, values)
    )


def moved(space: Space, name: str, settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """Return settings of an algorithm, each that is searched brought to the nearest value of its space.

    What does not apply then is left out.
    """
    values, algorithm = {**defaults_of(name), **settings}, algorithms.get(name)
    inside = {n: a.nearest(values[n]) for n, a in axes(space, list(space)).items()}
    values |= inside
    return {n: v for n, v in {**settings, **inside}.items() if applies(algorithm, n, values)}


def known_of(space: Space, name: str, settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """Return the settings that an algorithm would have, those that do not apply there inside the space.

    So what proposes settings knows of the trial, though some of what it searches were of no effect in it.
    """
    values, algorithm = effective(name, settings), algorithms.get(name)
    idle = {n: b for n, b in space.items() if b.when and not applies(algorithm, n, values)}
    inside = axes(idle, list(idle)) if idle else {}
    return {**values, **{n: axis.nearest(values[n]) for n, axis in inside.items()}}


def defaults_of(name: str) -> dict[str, Setting]:
    """Return the settings that an algorithm has where none are given."""
    return dict(algorithms.get(name)().model_dump())


def effective(name: str, settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """Return the settings that an algorithm would have, the defaults of those that are not given among them.

    Those that do not apply beside the others have their defaults too, so that what is the same says the same.

    Examples
    --------
    >>> effective("ElasticNet", {"l1_ratio": 1}) == effective("ElasticNet", {"l1_ratio": 1.0, "alpha": 1e-4})
    True
    """
    algorithm = algorithms.get(name)
    values = dict(algorithm.model_validate(dict(settings)).model_dump())
    idle = [n for n in conditions_of(algorithm) if not applies(algorithm, n, values)]
    return {**values, **{n: algorithm.model_fields[n].default for n in idle}}


def grid_of(
    name: str, given: Mapping[str, Space], seed: int | None = None
) -> list[dict[str, Setting]]:
    """Return the points of a grid over an algorithm's settings.

    Of a space that was given the finest even one, whose order the seed spreads over its values; of its own
    bounds from the defaults outward.
    """
    if name in given:
        searched = axes(given[name], list(given[name]))
        return _decoded(searched, grid(searched, GIVEN_POINTS, seed))
    own = algorithms.get(name).space()
    first = {n: b for n, b in own.items() if b.when is None}
    chosen = dict(list(first.items())[:GRID_SETTINGS])
    if not chosen:
        return []
    searched = axes(chosen, list(chosen))
    return _decoded(searched, grid_around(searched, defaults_of(name), GRID_POINTS))


def _decoded(
    searched: Mapping[str, Axis], points: Sequence[Mapping[str, Any]]
) -> list[dict[str, Setting]]:
    return [settings_of(searched, point) for point in points]
