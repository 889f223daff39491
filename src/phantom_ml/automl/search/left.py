"""What is left of the spaces: tried where a search proposes only what is known, and told where nothing is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from phantom_ml.automl.question.spaces import Space
from phantom_ml.automl.trials.children import Candidate, said
from phantom_ml.tuning.left import MOST_POINTS, n_points, points, settings_of
from phantom_ml.tuning.space import axes
from phantom_ml.wording import counted


def is_known(candidate: Candidate, tried: Collection[str]) -> bool:
    """Return whether a candidate was tried, with as many rows or with all of them."""
    return said(candidate) in tried or said(replace(candidate, max_rows=None)) in tried


def left_of(
    spaces: Mapping[str, Space],
    tried: Collection[str],
    max_rows: int | None,
    entropy: int | list[int] = 0,
) -> Iterator[Candidate]:
    """Yield the points that were not tried, all of one algorithm before any of the next, in a drawn order.

    Parameters
    ----------
    spaces : mapping of algorithm to its space
        The best first.
    tried : collection of str
        What ``said`` tells of each candidate that was.
    max_rows : int or None
        Of a candidate.
    entropy : int or list of int
        What the order is drawn by.
    """
    for name, space in spaces.items():
        searched = axes(space, list(space))
        for point in points(searched, entropy):
            found = Candidate(name, settings_of(searched, point), max_rows, raced=True)
            if not is_known(found, tried):
                yield found


def all_tried(spaces: Mapping[str, Space], tried: Collection[str]) -> list[str]:
    """Return what to say of spaces of which each point was tried, on whatever rows; nothing where one is left."""
    searched = {name: axes(space, list(space)) for name, space in spaces.items()}
    if not searched or any(n_points(space) > MOST_POINTS for space in searched.values()):
        return []
    told = {}
    for name, space in searched.items():
        every = {said(Candidate(name, settings_of(space, point))) for point in points(space, 0)}
        if not every <= set(tried):
            return []
        told[name] = len(every)
    return _ended("settings of its spaces", told)


def grid_ended(points: Collection[Candidate]) -> list[str]:
    """Return what to say of grids of which each point was tried; nothing where there is none."""
    return _ended("points of its grid", Counter(point.algorithm for point in points))


def _ended(what: str, n_points: Mapping[str, int]) -> list[str]:
    told = ", ".join(f"{counted(n, 'point')} of {name}" for name, n in n_points.items())
    return [f"Nothing was left to try: the search tried all {what} ({told})."] if told else []
