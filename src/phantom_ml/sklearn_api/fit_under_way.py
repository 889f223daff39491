"""One fit of a trial in its child: what it predicts of the held-out rows, at its looks and at its end."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phantom_ml.automl.trials.waiting import POLL_SECONDS, let_go_on, shown_at
from phantom_ml.process.child import Child
from phantom_ml.process.outcome import Outcome, OutcomeStatus, error_of


@dataclass
class FitUnderWay:
    """A child that fits; it waits after each look until more is asked for.

    Attributes
    ----------
    child : Child
    n_looks : int
        How often it is looked at before its end, at most.
    n_seen : int
        Looks so far.
    last : float64 array of shape (n_held_out, n_outputs) or None
        What it predicted in the end; None before that.
    """

    child: Child
    n_looks: int = 0
    n_seen: int = 0
    last: NDArray[np.float64] | None = None

    def predicted(self) -> NDArray[np.float64]:
        """Return what it predicts of the held-out rows at its next look, or in the end; raises ProcessError."""
        if self.last is not None:
            return self.last
        if self.n_seen:
            let_go_on(self.child.folder, self.n_seen - 1)
        while (outcome := self.child.wait(POLL_SECONDS if self._has_looks else None)) is None:
            shown = shown_at(self.child.folder, self.n_seen) if self._has_looks else None
            if shown is not None:
                self.n_seen += 1
                return shown
        self.last = self._end(outcome)
        return self.last

    @property
    def _has_looks(self) -> bool:
        return self.n_seen < self.n_looks

    def _end(self, outcome: Outcome) -> NDArray[np.float64]:
        if outcome.status is not OutcomeStatus.OK:
            raise error_of(outcome)
        predicted: NDArray[np.float64] = np.load(self.child.folder / "prediction.npy")
        shutil.rmtree(self.child.folder, ignore_errors=True)
        return predicted

    def __enter__(self) -> FitUnderWay:
        return self

    def __exit__(self, *_: object) -> None:
        """End the child, whatever it is at."""
        self.child.stop()
