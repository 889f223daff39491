"""Which format a bundle is of: the first one that every program refuses which would read its parts wrongly."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from phantom_ml.algorithms.base import LEARNER_FILE
from phantom_ml.errors import BundleDamaged
from phantom_ml.model.manifest import FORMATS
from phantom_ml.parts.saved import read_object


def format_of(folder: Path, parts: Iterable[str]) -> int:
    """Return the format of a bundle: 1, or 2 where a learner in it states a newer version.

    Parameters
    ----------
    folder : Path
    parts : iterable of str
        Relative POSIX paths of the files in it.
    """
    learners = (folder / part for part in parts if PurePosixPath(part).name == LEARNER_FILE)
    return FORMATS[1] if any(_is_newer(learner) for learner in learners) else FORMATS[0]


def _is_newer(file: Path) -> bool:
    try:
        version = read_object(file).get("version", 1)
    except BundleDamaged:
        # Who loads the learner is told so.
        return False
    return type(version) is int and version > 1
