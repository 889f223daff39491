"""A search space as a person writes it, checked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from phantom_ml.config.bounds import Bound
from phantom_ml.errors import BadSetting, UnknownName

EXPECTED = (
    'Give (low, high), (low, high, "log") or a list of values, as in {"alpha": (1e-4, 1.0, "log")}.'
)


@dataclass(frozen=True)
class Axis:
    """One setting that is searched.

    Attributes
    ----------
    bound : Bound
        Where it has values, its choices are their positions, so that a value may be any object.
    values : tuple
        The choices themselves; empty for a range.
    apart : bool
        Whether the estimator means by a whole number another thing than by a fraction: by 1 a row and by 1.0 all
        of them.
    """

    bound: Bound
    values: tuple[Any, ...] = ()
    apart: bool = False

    def among(self, values: Sequence[Any]) -> Axis:
        """Return the axis with other values to choose among."""
        places = tuple(range(len(values)))
        return replace(self, bound=replace(self.bound, choices=places), values=tuple(values))

    def decoded(self, raw: Any) -> Any:
        """Return the value of a position, or the number itself."""
        return self.values[raw] if self.values else raw

    def encoded(self, value: Any) -> Any:
        """Return the position of a value, or the number as the range writes it; None where it lies outside.

        Numbers are the same by their value, 1 as 1.0, but where the estimator tells them apart; True is no 1.
        """
        value = _python(value)
        if self.values:
            return self._place(value)
        low, high, whole = self.bound.low, self.bound.high, self.bound.integer
        if not _is_number(value) or not low <= value <= high or (whole and value % 1):
            return None
        if self.apart and isinstance(value, int) != whole:
            return None
        return int(value) if whole else float(value)

    def _place(self, value: Any) -> int | None:
        """Return the position of a value, that of one of the very same type first."""
        alike = (i for i, known in enumerate(self.values) if _is_alike(known, value))
        if (place := next(alike, None)) is not None or self.apart or not _is_number(value):
            return place
        equal = (i for i, v in enumerate(self.values) if _is_number(v) and v == value)
        return next(equal, None)

    def nearest(self, value: Any) -> Any:
        """Return the value that lies inside and nearest to another one: the first of those that are no numbers."""
        if self.encoded(value) is not None:
            return value
        if not all(isinstance(v, int | float) for v in (value, *self.values)):
            return self.values[0] if self.values else self.bound.low
        if self.values:
            return min(self.values, key=lambda known: abs(known - value))
        inside = min(max(value, self.bound.low), self.bound.high)
        return round(inside) if self.bound.integer else inside

    def told(self) -> dict[str, Any]:
        """Return what it is, as plain values."""
        if self.values:
            return {
                "choices": [v if isinstance(v, int | float | str) else repr(v) for v in self.values]
            }
        return {"low": self.bound.low, "high": self.bound.high, "log": self.bound.log}

    @property
    def n_values(self) -> float:
        """Return how many values there are; infinity where any number between the ends is one."""
        if self.values:
            return len(self.values)
        if self.bound.integer or self.bound.low == self.bound.high:
            return self.bound.high - self.bound.low + 1
        return math.inf

    def levels(self, n: int) -> list[Any]:
        """Return the positions, or at most ``n`` numbers evenly across the range: the middle if it is one."""
        if self.values:
            return list(range(len(self.values)))
        scale = np.geomspace if self.bound.log else np.linspace
        low, high = self.bound.low, self.bound.high
        numbers = [float(x) for x in (scale(low, high, 3)[1:2] if n == 1 else scale(low, high, n))]
        numbers = [min(max(x, low), high) for x in numbers]
        if not self.bound.integer:
            return numbers
        return sorted({round(x) for x in numbers})


def axes(space: Mapping[str, Any], known: Sequence[str]) -> dict[str, Axis]:
    """Return the checked axes of a space.

    Parameters
    ----------
    space : mapping of setting to (low, high), (low, high, "log"), list of values, or Bound
        Both ends are inclusive; two whole numbers search whole numbers. A range may also be a mapping of
        ``low``, ``high`` and ``log``, as in a configuration; a list may be an array or a ``range``.
        Numbers of numpy's are taken as Python's own.
    known : sequence of str
        The settings that there are.

    Raises
    ------
    BadSetting
        A range or list cannot be searched.
    UnknownName
        There is no such setting.
    """
    if not isinstance(space, Mapping):
        raise BadSetting(f"The search space is a {type(space).__name__}.", EXPECTED)
    if not space:
        raise BadSetting("The search space is empty.", EXPECTED)
    for name in space:
        if not isinstance(name, str):
            raise BadSetting(
                f"The search space names a setting {name!r}, which is no word.", EXPECTED
            )
        if name not in known:
            raise UnknownName("setting of the estimator", name, sorted(known))
    return {name: _axis(name, given) for name, given in space.items()}


def _axis(name: str, given: Any) -> Axis:
    asked, given = given, _plain(name, given)
    if isinstance(given, Bound):
        bound = given
    elif isinstance(given, list):
        return _choices(name, given)
    elif isinstance(given, tuple):
        bound = _range(name, given)
    else:
        raise _bad(name, given, "it is neither a range nor a list")
    if bound.choices:
        positions = Bound(choices=tuple(range(len(bound.choices))), when=bound.when)
        return Axis(positions, bound.choices)
    return Axis(_checked(name, bound, _as_asked(asked, given)))


def _as_asked(asked: Any, plain: Any) -> Any:
    """Return a range as a person wrote it, numbers of numpy's as Python's own; a Bound as a tuple."""
    if isinstance(asked, Mapping):
        return {end: _python(value) for end, value in asked.items()}
    return range_of(plain) if isinstance(plain, Bound) else plain


def range_of(bound: Bound) -> tuple[Any, ...]:
    """Return a bound as the range that a person writes: its ends and, where ratios count, ``"log"``."""
    return (bound.low, bound.high, *(("log",) if bound.log else ()))


def _plain(name: str, given: Any) -> Any:
    """Return a range that is a mapping as a tuple, and what lists values as a list."""
    if isinstance(given, Mapping):
        missing = [end for end in ("low", "high") if end not in given]
        if missing or set(given) - {"low", "high", "log"}:
            raise _bad(name, dict(given), "a range has low, high and, where ratios count, log")
        if not isinstance(_python(given.get("log", False)), bool):
            raise _bad(name, dict(given), "log is true or false")
        given = (given["low"], given["high"], *(("log",) if given.get("log") else ()))
    if isinstance(given, range | np.ndarray):
        return np.asarray(given).tolist()
    if isinstance(given, tuple):
        return tuple(_python(part) for part in given)
    return [_python(part) for part in given] if isinstance(given, list) else given


def _python(value: Any) -> Any:
    """Return a number, truth or word of numpy's as Python's own; anything else as it is."""
    return value.item() if isinstance(value, np.number | np.bool_ | np.str_) else value


def _is_number(value: Any) -> bool:
    """Return whether a value is a number, and no truth."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_alike(known: Any, value: Any) -> bool:
    """Return whether two values are the same and, where they are numbers or truths, of one type."""
    if known is value:
        return True
    both = isinstance(known, int | float) and isinstance(value, int | float)
    return bool(known == value) and (not both or type(known) is type(value))


def _choices(name: str, values: list[Any]) -> Axis:
    if not values:
        raise _bad(name, values, "the list of values is empty")
    once = each_once(values)
    return Axis(Bound(choices=tuple(range(len(once)))), once)


def each_once(values: Sequence[Any], *, real: bool = False) -> tuple[Any, ...]:
    """Return the values, plain ones that stand there more than once only once: they would be tried as often.

    Parameters
    ----------
    values : sequence
    real : bool
        Whether a whole number is the same as a fraction of its value. Else they are two: an estimator may mean by
        1 a row and by 1.0 all of them.

    Examples
    --------
    >>> each_once([1, 1.0, 1, True]), each_once([1, 1.0, 1, True], real=True)
    ((1, 1.0, True), (1, True))
    """
    keys = [_key(i, value, real=real) for i, value in enumerate(values)]
    once: dict[Any, Any] = {}
    for key, value in zip(keys, values, strict=True):
        once.setdefault(key, value)
    return tuple(once.values())


def _key(place: int, value: Any, *, real: bool) -> tuple[Any, Any]:
    """Return what tells a value from others; of one that is not plain its place, as it may equal nothing."""
    if real and _is_number(value):
        return float, value
    return (type(value), value) if isinstance(value, bool | int | float | str) else (place, None)


def _range(name: str, given: tuple[Any, ...]) -> Bound:
    log = given[2:] == ("log",)
    if len(given) not in (2, 3) or (len(given) == 3 and not log):
        raise _bad(name, given, 'a range has two ends, and "log" or nothing after them')
    low, high = given[:2]
    if not all(isinstance(end, int | float) and not isinstance(end, bool) for end in (low, high)):
        raise _bad(name, given, "the ends of a range are numbers, and choices stand in a list")
    integer = isinstance(low, int) and isinstance(high, int)
    return Bound(low=low, high=high, log=log, integer=integer)


def _checked(name: str, bound: Bound, asked: Any) -> Bound:
    if not all(math.isfinite(end) for end in (bound.low, bound.high)):
        raise _bad(name, asked, "both ends must be finite")
    if bound.low > bound.high:
        raise _bad(name, asked, "the low end is above the high one")
    if bound.log and bound.low <= 0:
        raise _bad(name, asked, "a logarithmic range begins above 0")
    return bound


def _bad(name: str, given: Any, why: str) -> BadSetting:
    shown = repr(given)
    return BadSetting(f"The space of {name!r} is {shown[:80]}: {why}.", EXPECTED)
