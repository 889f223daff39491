"""What a fit shows on its way: its learner as it is after so many rounds, trees or epochs.

A search that gives up what falls behind looks at each fit a few times. The fit waits meanwhile, and goes on from
where it is: nothing is fitted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

Shown = TypeVar("Shown")


class Looks(Generic[Shown]):
    """When a fit shows what it has, and to whom.

    Parameters
    ----------
    amounts : iterable of int
        Rounds, trees or epochs, at least 1, each for one look.
    show : callable of a learner
        Returns when the fit may go on.

    Examples
    --------
    >>> shown = []
    >>> looks = Looks([2, 4], shown.append)
    >>> for n_rounds in range(1, 6):
    ...     looks.reached(n_rounds, lambda: f"a learner of {n_rounds} rounds")
    >>> shown
    ['a learner of 2 rounds', 'a learner of 4 rounds']
    """

    def __init__(self, amounts: Iterable[int], show: Callable[[Shown], None]) -> None:
        self._ahead, self._show = sorted(amounts), show

    @classmethod
    def none(cls) -> Looks[Shown]:
        """Return no looks at all: the fit is asked for its end alone."""
        return cls((), lambda _: None)

    def through(self, whole: Callable[[Any], Shown]) -> Looks[Any]:
        """Return the same looks for a learner that grows within another, which ``whole`` makes of it."""
        found: Looks[Any] = Looks((), lambda part: self._show(whole(part)))
        found._ahead = self._ahead
        return found

    @property
    def next(self) -> int | None:
        """Return the amount at which the next look is; None: there is none."""
        return self._ahead[0] if self._ahead else None

    def up_to(self, done: int, wanted: int) -> int:
        """Return how many of the ``wanted`` more a fit that has ``done`` may make before the next look."""
        return wanted if self.next is None else min(wanted, max(1, self.next - done))

    def are_due(self, n: int) -> bool:
        """Return whether a fit that has come so far is to show itself."""
        return self.next is not None and n >= self.next

    def reached(self, n: int, learner: Callable[[], Shown]) -> None:
        """Show the learner where a fit has come to a look; it is asked for only then."""
        while self.are_due(n):
            self._ahead.pop(0)
            self._show(learner())
