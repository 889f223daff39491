"""What was made of cells that came lately, remembered: events repeat, and one alone costs most in overhead."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

#: More rows than this are not worth asking one by one.
FEW = 64
#: Cells remembered at most, and the characters of the longest: memory is an attacker's to fill.
MOST, LONGEST = 4096, 1024

Value = TypeVar("Value")


@dataclass
class Lately(Generic[Value]):
    """What a pure function made of cells, or of tuples of them, that came lately.

    Attributes
    ----------
    most : int
        Cells remembered at most; one more, and all are forgotten.
    longest : int
        Characters of the longest that are remembered.
    """

    most: int = MOST
    longest: int = LONGEST
    known: dict[Hashable, Value] = field(default_factory=dict)

    def of(
        self, cells: Sequence[Hashable], make: Callable[[list[int]], Iterable[Value]]
    ) -> list[Value]:
        """Return what is made of each cell.

        Parameters
        ----------
        cells : sequence
            Two of them are equal only where the function cannot tell them apart.
        make : function of places in ``cells``, all different ones
            Returns what it makes of each, in that order; it is asked only for what is not remembered.

        Examples
        --------
        >>> lengths, cells = Lately[int](), ["a", "bcd", "a"]
        >>> lengths.of(cells, lambda new: [len(cells[i]) for i in new])
        [1, 3, 1]
        >>> lengths.of(["bcd"], lambda new: [])
        [3]
        """
        known = self.known
        new: dict[Hashable, int] = {}
        for place, cell in enumerate(cells):
            if cell not in known:
                new.setdefault(cell, place)
        if not new:
            return [known[cell] for cell in cells]
        found = dict(zip(new, make(list(new.values())), strict=True))
        self._keep({cell: value for cell, value in found.items() if _size(cell) <= self.longest})
        return [found[cell] if cell in found else known[cell] for cell in cells]

    def _keep(self, found: dict[Hashable, Value]) -> None:
        # Another thread may be reading the old dictionary: it grows, but nothing is ever taken out of it.
        if len(self.known) + len(found) > self.most:
            self.known = {}
        self.known.update(found)


def _size(cell: Hashable) -> int:
    if isinstance(cell, tuple):
        return sum(map(_size, cell))
    return len(cell) if isinstance(cell, str) else 0
