"""A run while it goes on: a live bar in a terminal, plain lines elsewhere, on standard error."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phantom_ml.progress import Progress, ProgressCallback, silent
from phantom_ml.wording import counted

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

REFRESH_PER_SECOND = 5
WORDS = {
    "reading": "Reading the data",
    "profiling": "Looking at the data",
    "encoding": "Encoding columns",
    "training": "Training",
    "ensembling": "Building the ensemble",
    "finishing": "Saving the model",
    "done": "Done",
}


@dataclass
class View:
    """What is shown: the last that the engine told, and a clock of its own between its words.

    Attributes
    ----------
    budget_seconds : float or None
    max_trials : int or None
    """

    budget_seconds: float | None = None
    max_trials: int | None = None
    clock: Callable[[], float] = time.monotonic
    last: Progress = field(default_factory=lambda: Progress("reading", 0.0))
    heard: float = 0.0

    def __post_init__(self) -> None:
        self.heard = self.clock()

    def tell(self, progress: Progress) -> None:
        """Take in an event."""
        self.last, self.heard = progress, self.clock()

    @property
    def elapsed(self) -> float:
        """Return the seconds since the run began."""
        return self.last.elapsed_seconds + self.clock() - self.heard

    @property
    def fraction(self) -> float | None:
        """Return how much is done, in [0, 1]; None where it is not known."""
        if self.last.stage == "done":
            return 1.0
        if self.max_trials is not None:
            return min(1.0, self.last.trials_done / self.max_trials)
        if self.budget_seconds is None:
            return None
        return min(1.0, self.elapsed / self.budget_seconds)

    def times(self) -> str:
        """Return the time that went by and, where it is known, what is left."""
        gone = duration(self.elapsed)
        if self.budget_seconds is None:
            return gone
        left = max(0.0, self.budget_seconds - self.elapsed)
        return f"{gone} of {duration(self.budget_seconds)}, {duration(left)} left"

    def standing(self) -> str:
        """Return what has been found so far."""
        last = self.last
        if not last.trials_done:
            return last.message
        count = counted(last.trials_done, "trial")
        if last.trials_failed:
            count += f" ({last.trials_failed} failed)"
        if last.best_score is None:
            return count
        return f"{count}, best {last.metric} {last.best_score:.5g} by {last.best_algorithm}"

    def line(self) -> str:
        """Return the whole as one plain line."""
        stage = WORDS.get(self.last.stage, self.last.stage)
        told = f": {self.standing()}" if self.last.trials_done else ""
        return f"[{self.elapsed:6.1f} s] {stage}{told}"

    def __rich__(self) -> RenderableType:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        share = self.fraction
        bar = ProgressBar(1.0, share or 0.0, pulse=share is None)
        top = Table.grid(padding=(0, 1), expand=True)
        top.add_column(no_wrap=True, width=22)
        top.add_column(ratio=1)
        top.add_column(no_wrap=True, justify="right")
        stage = WORDS.get(self.last.stage, self.last.stage)
        top.add_row(Text(stage, style="bold"), bar, Text(self.times()))
        return Group(top, Text(self.standing(), style="dim", overflow="ellipsis", no_wrap=True))


@contextmanager
def shown(view: View, *, quiet: bool) -> Iterator[ProgressCallback]:
    """Show a run until the block ends.

    Parameters
    ----------
    view : View
    quiet : bool
        Say nothing unless a person is looking on.

    Yields
    ------
    callable of Progress
    """
    from rich.console import Console

    console = Console(stderr=True, highlight=False, markup=False)
    if console.is_terminal and not console.is_dumb_terminal:
        with _live(view, console):
            yield view.tell
    elif quiet:
        yield silent
    else:
        yield _Lines(view).tell


@contextmanager
def _live(view: View, console: Console) -> Iterator[None]:
    from rich.live import Live

    with Live(
        view,
        console=console,
        refresh_per_second=REFRESH_PER_SECOND,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        yield


class _Lines:
    """A line where the stage changes, a trial fails, or the best gets better."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.said: tuple[object, ...] = ()

    def tell(self, progress: Progress) -> None:
        from phantom_ml.cli.faults import say

        self.view.tell(progress)
        now = (progress.stage, progress.best_score, progress.trials_failed)
        if now != self.said:
            self.said = now
            say("", self.view.line())


def duration(seconds: float) -> str:
    """Return seconds as a person says them.

    Examples
    --------
    >>> duration(42.4), duration(600), duration(5400)
    ('42 s', '10 min', '1 h 30 min')
    """
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
