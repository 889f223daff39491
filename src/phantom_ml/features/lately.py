"""What was made of cells that came lately, remembered: events repeat, and one alone costs most in overhead."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

#: More rows than this are not worth asking one by one.
FEW = 64
#: Cells remembered at most, and the characters of the longest: memory is an attacker's to fill.
MOST, LONGEST = 4096, 1024

Value = TypeVar("Value")


class Asked(NamedTuple, Generic[Value]):
    """Cells, what was known of them when they were asked for, and where each new one stands."""

    cells: Sequence[Hashable]
    known: Mapping[Hashable, Value]
    new: Mapping[Hashable, int]


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
        asked = self.ask(cells)
        return self.answer(asked, make(list(asked.new.values())) if asked.new else ())

    def ask(self, cells: Sequence[Hashable]) -> Asked[Value]:
        """Return which of the cells are new, to make them together with those of others."""
        known = self.known
        new = {cell: place for place, cell in enumerate(cells) if cell not in known}
        return Asked(cells, known, new)

    def answer(self, asked: Asked[Value], made: Iterable[Value]) -> list[Value]:
        """Return what is made of each cell that was asked for, given what is made of the new ones in order."""
        known = asked.known
        if not asked.new:
            return [known[cell] for cell in asked.cells]
        found = self.keep(asked, made)
        return [found[cell] if cell in found else known[cell] for cell in asked.cells]

    def keep(self, asked: Asked[Value], made: Iterable[Value]) -> dict[Hashable, Value]:
        """Remember what is made of the new cells that were asked for, and return it."""
        found = dict(zip(asked.new, made, strict=True))
        # Another thread may be reading the old dictionary: it grows, but nothing is ever taken out of it.
        if len(self.known) + len(found) > self.most:
            self.known = {}
        known = self.known
        for cell, value in found.items():
            if _size(cell) <= self.longest:
                known[cell] = value
        return found


def columns_lately(
    memory: Lately[tuple[Any, ...]],
    cells: Sequence[Hashable],
    make: Callable[[list[int]], Mapping[str, Sequence[Any]]],
    names: Sequence[str],
) -> dict[str, list[Any]]:
    """Return the named columns of what is made of each cell, where ``make`` returns those of new cells.

    Examples
    --------
    >>> lengths, cells = Lately[tuple[int]](), ["a", "bcd"]
    >>> columns_lately(lengths, cells, lambda new: {"n": [len(cells[i]) for i in new]}, ["n"])
    {'n': [1, 3]}
    """

    def rows(new: list[int]) -> Iterable[tuple[Any, ...]]:
        made = make(new)
        return zip(*(made[name] for name in names), strict=True)

    return dict(zip(names, map(list, zip(*memory.of(cells, rows), strict=True)), strict=True))


def _size(cell: Hashable) -> int:
    if isinstance(cell, str):
        return len(cell)
    return sum(map(_size, cell)) if isinstance(cell, tuple) else 0
