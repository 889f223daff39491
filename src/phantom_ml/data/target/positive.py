"""Which of two classes is the alert: the one a person named, or the one that sounds like it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from phantom_ml.errors import BadSetting, listed

ClassName = str | int | float | bool

_ALERT_WORDS = frozenset(
    {
        "alert", "anom", "anomalous", "anomaly", "attack", "attacker", "bad", "botnet",
        "compromised", "exploit", "fraud", "fraudulent", "infected", "intrusion", "malicious",
        "malware", "phish", "phishing", "positive", "ransomware", "spam", "suspicious", "threat",
        "true", "unsafe", "yes",
    }
)  # fmt: skip
_PLAIN = frozenset({"0", "1", "0.0", "1.0", "false", "true"})
_ZERO_ONE = ({"0", "1"}, {"-1", "1"}, {"false", "true"})


def ordered_classes(
    classes: tuple[ClassName, ...],
    rows: Sequence[int],
    name: str,
    positive: ClassName | None = None,
) -> tuple[tuple[ClassName, ...], tuple[str, ...]]:
    """Return the classes in their final order, and a sentence where the positive one was guessed.

    Parameters
    ----------
    classes : tuple, of length n_classes
        Sorted; two keep that order only where the second is the alert.
    rows : sequence of int, of length n_classes
        How often each occurs.
    name : str
        The target's name, for messages.
    positive : str, int, float or bool, optional
        What a person named, by value or by its text.

    Raises
    ------
    BadSetting
        ``positive`` is none of the classes, or there are more than two.

    Examples
    --------
    >>> ordered_classes(("attack", "normal"), [5, 9], "label")[0]
    ('normal', 'attack')
    """
    if positive is not None:
        taken = _matching(classes, positive, name)
        return (classes[1 - taken], classes[taken]), ()
    if len(classes) > 2:
        return classes, ()
    taken, why = _guessed(classes, rows)
    said = f"The positive class of {name!r} is taken to be {classes[taken]!r}, {why}."
    return (classes[1 - taken], classes[taken]), (said,) if why else ()


def _matching(classes: tuple[ClassName, ...], positive: ClassName, name: str) -> int:
    """Return the position of the positive class that a person named."""
    same = [i for i, c in enumerate(classes) if c == positive]
    same += [i for i, c in enumerate(classes) if str(c).lower() == str(positive).lower()]
    shown = listed([str(c) for c in classes])
    if not same:
        raise BadSetting(
            f"positive_class is {positive!r}, which no class of {name!r} is called.",
            f"The classes are {shown}.",
        )
    if len(classes) != 2:
        raise BadSetting(
            f"positive_class is {positive!r}, but {name!r} has {len(classes)} classes: {shown}.",
            "It chooses between two classes: leave it out, or make a target of two classes.",
        )
    return same[0]


def _guessed(classes: tuple[ClassName, ...], rows: Sequence[int]) -> tuple[int, str]:
    """Return which of two classes is the alert, and why; no reason where it needs none."""
    names = [str(c).lower() for c in classes]
    if set(names) in _ZERO_ONE:
        return max(names.index(n) for n in names if n in ("1", "true")), ""
    alerts = [_sounds_so(n) for n in names]
    if alerts[0] != alerts[1]:
        return alerts.index(True), "by its name"
    rarer = 0 if rows[0] < rows[1] else 1
    return rarer, "the rarer of the two"


def is_plain(name: ClassName) -> bool:
    """Return whether a class that stands alone says yes or no, and needs no word for what it means.

    Examples
    --------
    >>> [is_plain(name) for name in (1.0, False, "attack")]
    [True, True, False]
    """
    return str(name).lower() in _PLAIN


def is_alert(name: ClassName) -> bool:
    """Return whether a class that stands alone is the alert: 1, true, or a word for it.

    Examples
    --------
    >>> [is_alert(name) for name in (1, True, "attack", 0, "benign")]
    [True, True, True, False, False]
    """
    return str(name).lower() in ("1", "1.0", "true") or _sounds_so(str(name).lower())


def _sounds_so(name: str) -> bool:
    return bool(_ALERT_WORDS & set(re.split(r"[^a-z]+", name)))
