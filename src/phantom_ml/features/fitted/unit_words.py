"""In what unit a feature that is fitted on a regression's target has its values, in words."""

from __future__ import annotations

from phantom_ml.data.target.unit import TargetUnit


def unit_words(unit: TargetUnit) -> str:
    """Return how values stand to the target's own; empty where they are in the target's own unit.

    Examples
    --------
    >>> unit_words(TargetUnit(1_700_000_003.0, 4.0))
    'as its distance from 1700000003 in steps of 4'
    >>> unit_words(TargetUnit())
    ''
    """
    if unit == TargetUnit():
        return ""
    return f"as its distance from {unit.centre:.12g} in steps of {unit.spread:.6g}"
