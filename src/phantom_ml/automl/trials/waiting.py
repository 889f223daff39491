"""A fit that shows what it predicts on its way: its child writes that, and waits until it may go on.

What is shown and what is answered are files in the child's folder, each there whole or not at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms.base import Learner
from phantom_ml.algorithms.looks import Looks

#: What a child has shown at a look, by its number, and that it may go on.
SHOWN, GO_ON = "shown-{}.npy", "go-on-{}"
#: Seconds from one look for a file to the next, on either side.
POLL_SECONDS = 0.002


@dataclass
class OwnClock:
    """The monotonic clock less the seconds in which this process waited: they are no fit's time."""

    waited: float = 0.0

    def __call__(self) -> float:
        """Return the seconds."""
        return time.monotonic() - self.waited


@dataclass
class Waiting:
    """The child's side.

    Attributes
    ----------
    folder : Path
        Of the child.
    amounts : sequence of int
        Rounds, trees or epochs of each look; none: nothing is shown.
    clock : OwnClock
        Stands while the child waits.
    n_shown : int
    """

    folder: Path
    amounts: Sequence[int] = ()
    clock: OwnClock = field(default_factory=OwnClock)
    n_shown: int = 0

    def looks(self, predict: Callable[[Learner], NDArray[np.float64]]) -> Looks[Learner]:
        """Return the looks of a fit whose learners predict so."""
        return Looks(self.amounts, lambda learner: self._show(predict(learner)))

    def _show(self, prediction: NDArray[np.float64]) -> None:
        began = time.monotonic()
        part = self.folder / "part.npy"
        np.save(part, prediction)
        part.replace(self.folder / SHOWN.format(self.n_shown))
        while not (self.folder / GO_ON.format(self.n_shown)).exists():
            time.sleep(POLL_SECONDS)
        self.n_shown += 1
        self.clock.waited += time.monotonic() - began


def let_go_on(folder: Path, look: int) -> None:
    """Let the child of a folder go on after a look; the first is 0."""
    (folder / GO_ON.format(look)).touch()


def shown_at(folder: Path, look: int) -> NDArray[np.float64] | None:
    """Return what the child of a folder predicted at a look; None: it has not come so far."""
    path = folder / SHOWN.format(look)
    return np.load(path) if path.exists() else None
