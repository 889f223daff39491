"""From records to a standing: means of seeds, ranks, and who wins against whom on which set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.paired import interval
from benchmarks.results import Record
from benchmarks.score import PRIMARY

OURS = "phantom"
WIN, TIE, LOSS = "win", "tie", "loss"


@dataclass(frozen=True)
class Row:
    """One set: the records of each system, one a seed.

    Attributes
    ----------
    data : str
    records : mapping of str to list of Record
    """

    data: str
    records: Mapping[str, Sequence[Record]]

    @property
    def figure(self) -> str:
        """Return the name of the primary figure; empty where every run failed."""
        task = self._task()
        return "" if task is None else PRIMARY[task][0]

    @property
    def more_is_better(self) -> bool:
        """Return the direction of the primary figure."""
        task = self._task()
        return task is None or PRIMARY[task][1]

    def _task(self) -> str | None:
        return next((r.task for rs in self.records.values() for r in rs if r.task), None)

    def value(self, system: str) -> float | None:
        """Return the mean primary figure over the seeds; None unless each of them gave a model."""
        values = [record.primary for record in self.records.get(system, ())]
        known = [value for value in values if value is not None]
        return float(np.mean(known)) if values and len(known) == len(values) else None

    def ranks(self, systems: Sequence[str]) -> dict[str, float]:
        """Return the rank of each system, 1 is best; those without a model share the last."""
        sign = -1.0 if self.more_is_better else 1.0
        known = {s: self.value(s) for s in systems}
        order = {s: np.inf if v is None else sign * v for s, v in known.items()}
        return {s: _rank(order[s], list(order.values())) for s in systems}

    def against(self, peer: str) -> str:
        """Return whether ours wins, ties or loses against a peer; empty where one was not run.

        Where both predictions are kept, a difference inside the bootstrap's interval is a tie.
        """
        ours, theirs = self.value(OURS), self.value(peer)
        if peer not in self.records or OURS not in self.records:
            return ""
        if ours is None or theirs is None:
            return TIE if ours is theirs else LOSS if ours is None else WIN
        bounds = self.difference(peer)
        if bounds is not None and bounds[0] <= 0.0 <= bounds[1]:
            return TIE
        return WIN if (ours > theirs) is self.more_is_better else LOSS

    def difference(self, peer: str) -> tuple[float, float] | None:
        """Return the 95 % interval of ours minus theirs; None where a prediction is not kept."""
        ours = [record.kept() for record in self.records[OURS]]
        theirs = [record.kept() for record in self.records[peer]]
        first = [kept for kept in ours if kept is not None]
        second = [kept for kept in theirs if kept is not None]
        if len(first) < len(ours) or len(second) < len(theirs):
            return None
        return interval(first, second)


def rows_of(records: Sequence[Record]) -> list[Row]:
    """Return a row for each set, by name."""
    found: dict[str, dict[str, list[Record]]] = {}
    for record in records:
        found.setdefault(record.data, {}).setdefault(record.system, []).append(record)
    return [Row(data, found[data]) for data in sorted(found)]


def systems_of(rows: Sequence[Row]) -> list[str]:
    """Return the systems of some rows, ours first."""
    names = {system for row in rows for system in row.records}
    return sorted(names, key=lambda name: (name != OURS, name))


def mean_ranks(rows: Sequence[Row], systems: Sequence[str]) -> dict[str, float]:
    """Return the mean rank of each system over the sets that all of them were run on."""
    common = [row for row in rows if set(systems) <= set(row.records)]
    if not common:
        return {}
    each = [row.ranks(systems) for row in common]
    return {s: float(np.mean([ranks[s] for ranks in each])) for s in systems}


def without_failures(rows: Sequence[Row], systems: Sequence[str]) -> list[Row]:
    """Return the rows on which every system has a model."""
    return [row for row in rows if all(row.value(s) is not None for s in systems)]


def _rank(own: float, every: Sequence[float]) -> float:
    better = sum(value < own for value in every)
    equal = sum(value == own for value in every)
    return 1.0 + better + (equal - 1) / 2.0
