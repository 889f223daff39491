"""Learn from a library of trials in which order settings are tried, and what is lost on a set left out.

The next settings are those that gain a mixture the most in a second, on average over the sets: gain is
counted in parts of the way from a constant prediction to the best mixture, seconds in parts of the median
trial of the set. Members are mixed on one half of the held-out rows and measured on the other, both ways.
Source of the idea: Feurer et al., "Auto-sklearn 2.0", JMLR 2022 (portfolios, greedy submodular construction).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.mistakes import Mistake
from benchmarks.table import as_table
from phantom_ml.automl.search.portfolio import FILE
from phantom_ml.config import ProblemKind
from phantom_ml.metrics.lookup import get_metric

#: Settings worth trying: defaults, and those published as good on many tables.
POOL = Path(__file__).with_name("pool.json")
#: Shares that a new member may have in the mixture.
SHARES = (0.1, 0.2, 0.35, 0.5, 0.7, 1.0)
#: What starting and saving a trial costs, in parts of the set's median trial.
OVERHEAD = 0.2
#: A training begins with a quick model of this algorithm.
QUICK = "LightGBM"
#: Seconds at which an order is judged, in median trials of the set.
MOMENTS = (1.0, 3.0, 10.0)
#: What each half of the rows mixed: predictions of all rows.
Mixtures = tuple[np.ndarray, np.ndarray]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("library", type=Path, help="what the command library wrote")
    parser.add_argument("--write", action="store_true", help="keep what was learned")
    parser.add_argument("--without", type=Path, help="a folder for one file a set left out")


def run(chosen: argparse.Namespace) -> int:
    """Print what an order loses on each set that had no part in it; write the orders if told."""
    shelves = [Shelf.read(file) for file in sorted(chosen.library.glob("*.npz"))]
    if not shelves:
        raise Mistake(f"{chosen.library} holds no file of the command library.")
    pool, now, lines = read_pool(), json.loads(FILE.read_text()), [_header()]
    for shelf in shelves:
        rest = [other for other in shelves if other is not shelf]
        order = learn(rest, pool)
        if chosen.without:
            write(order, chosen.without / f"{shelf.name}.json")
        lines.append([shelf.name, *_told(shelf, order), *_told(shelf, now)])
        print(" ".join(lines[-1]), file=sys.stderr, flush=True)
    print("\n".join(as_table([*lines, _mean(lines[1:])])))
    if chosen.write:
        write(learn(shelves, pool), FILE)
    return 0


def read_pool() -> list[dict[str, Any]]:
    """Return the settings that are put into order.

    The tuned defaults are those published with pytabkit (Holzmüller et al., "Better by Default", 2024,
    arXiv:2407.04491); other boosted trees are low and wide, as portfolios learned on many tables are.
    """
    return list(json.loads(POOL.read_text()))


def _header() -> list[str]:
    each = [f"after {m:g}" for m in MOMENTS]
    return ["set", *(f"learned, {e}" for e in each), *(f"as it is, {e}" for e in each)]


def _told(shelf: Shelf, order: Sequence[dict[str, Any]]) -> list[str]:
    return [f"{shelf.left_after(order, moment):.4f}" for moment in MOMENTS]


def _mean(lines: Sequence[Sequence[str]]) -> list[str]:
    values = np.array([[float(x) for x in line[1:]] for line in lines])
    return ["mean", *(f"{x:.4f}" for x in values.mean(axis=0))]


@dataclass(frozen=True)
class Shelf:
    """All trials of one set.

    Attributes
    ----------
    name : str
    settings : list of mappings with ``algorithm`` and ``settings``
    predictions : float32 array of shape (n_trials, n_rows, n_outputs)
    seconds : float array of shape (n_trials,)
        In parts of the median trial.
    target : array of shape (n_rows,)
    kind, metric : str
    """

    name: str
    settings: list[dict[str, Any]]
    predictions: np.ndarray
    seconds: np.ndarray
    target: np.ndarray
    kind: str
    metric: str

    @classmethod
    def read(cls, file: Path) -> Shelf:
        """Return what the library holds of one set."""
        with np.load(file) as kept:
            seconds = kept["seconds"]
            return cls(
                file.stem,
                json.loads(str(kept["settings"])),
                kept["predictions"],
                OVERHEAD + seconds / np.median(seconds),
                kept["target"],
                str(kept["kind"]),
                str(kept["metric"]),
            )

    @cached_property
    def places(self) -> dict[str, int]:
        """Return the place of each settings."""
        return {_key(s): i for i, s in enumerate(self.settings)}

    def place(self, candidate: dict[str, Any]) -> int | None:
        """Return the place of a candidate, with its settings for this kind of problem; None where it has none."""
        settings = {**candidate["settings"], **candidate.get(self.kind, {})}
        return self.places.get(_key({"algorithm": candidate["algorithm"], "settings": settings}))

    @cached_property
    def halves(self) -> tuple[np.ndarray, np.ndarray]:
        """Return two halves of the rows: each once mixes the members, and once measures the mixture."""
        order = np.random.default_rng(0).permutation(len(self.target))
        return np.sort(order[::2]), np.sort(order[1::2])

    @cached_property
    def span(self) -> tuple[float, float]:
        """Return the measured loss of a constant prediction, and of a mixture of everything."""
        mixtures = self.constant()
        for place in np.argsort([self.loss(p, 0) + self.loss(p, 1) for p in self.predictions]):
            mixtures = self.grown(mixtures, self.predictions[place])
        return self.measured(self.constant()), self.measured(mixtures)

    def start(self) -> Mixtures:
        """Return what a training has before its first trial: a quick model, here the quickest LightGBM."""
        quickest = min(
            (i for i, c in enumerate(self.settings) if c["algorithm"] == QUICK),
            key=lambda i: self.seconds[i],
            default=None,
        )
        constant = self.constant()
        return constant if quickest is None else self.grown(constant, self.predictions[quickest])

    def constant(self) -> Mixtures:
        """Return the constant prediction, for each half that mixes."""
        n_outputs = self.predictions.shape[2]
        if ProblemKind(self.kind) is ProblemKind.REGRESSION:
            value: Any = np.mean(self.target)
        else:
            value = np.bincount(self.target, minlength=max(2, n_outputs)) / len(self.target)
            value = value[1:] if n_outputs == 1 else value
        constant = np.broadcast_to(np.float32(value), self.predictions.shape[1:])
        return constant, constant

    def loss(self, prediction: np.ndarray, half: int) -> float:
        """Return the metric's loss on one half of the rows."""
        rows = self.halves[half]
        metric = get_metric(self.metric, ProblemKind(self.kind))
        return metric.loss(self.target[rows], prediction[rows].astype(np.float64), None)

    def measured(self, mixtures: Mixtures) -> float:
        """Return the mean loss of each half's mixture on the other half."""
        return (self.loss(mixtures[0], 1) + self.loss(mixtures[1], 0)) / 2.0

    def grown(self, mixtures: Mixtures, member: np.ndarray) -> Mixtures:
        """Return the mixtures with a member at its best share, or as they were."""
        return self._grown(mixtures[0], member, 0), self._grown(mixtures[1], member, 1)

    def _grown(self, mixture: np.ndarray, member: np.ndarray, half: int) -> np.ndarray:
        tried = [mixture, *((1 - s) * mixture + s * member for s in SHARES)]
        return tried[int(np.argmin([self.loss(p, half) for p in tried]))]

    def left(self, mixtures: Mixtures) -> float:
        """Return what is left of the way from a constant prediction to the best mixture."""
        worst, best = self.span
        return (self.measured(mixtures) - best) / max(worst - best, 1e-12)

    def left_after(self, order: Sequence[dict[str, Any]], seconds: float) -> float:
        """Return what is left after so many seconds of trials in an order; the first one is finished."""
        mixtures, spent = self.start(), 0.0
        for place in map(self.place, order):
            if place is None:
                continue
            if spent and spent + self.seconds[place] > seconds:
                break
            spent += self.seconds[place]
            mixtures = self.grown(mixtures, self.predictions[place])
        return self.left(mixtures)


def learn(shelves: Sequence[Shelf], pool: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return an order of settings, each the one that gains the most in a second after those before it.

    What gains nothing comes last, as it stands in the pool: none of it is of no use anywhere.

    Parameters
    ----------
    shelves : sequence of Shelf
    pool : sequence of mappings with ``algorithm`` and ``settings``
        What is put into order.
    """
    waiting = [c for c in pool if any(shelf.place(c) is not None for shelf in shelves)]
    mixtures = {shelf.name: shelf.start() for shelf in shelves}
    order: list[dict[str, Any]] = []
    while waiting:
        rates = [_rate(c, shelves, mixtures) for c in waiting]
        best = int(np.argmax(rates))
        if rates[best] <= 0.0:
            break
        order.append(waiting.pop(best))
        for shelf in shelves:
            place = shelf.place(order[-1])
            if place is not None:
                mixture = mixtures[shelf.name]
                mixtures[shelf.name] = shelf.grown(mixture, shelf.predictions[place])
    return [*order, *(c for c in pool if c not in order)]


def _rate(
    candidate: dict[str, Any], shelves: Sequence[Shelf], mixtures: dict[str, Mixtures]
) -> float:
    """Return the mean gain over the mean seconds of the sets that can use these settings."""
    gains, seconds = [], []
    for shelf in shelves:
        place = shelf.place(candidate)
        if place is not None:
            before = mixtures[shelf.name]
            grown = shelf.grown(before, shelf.predictions[place])
            gains.append(shelf.left(before) - shelf.left(grown))
            seconds.append(shelf.seconds[place])
    return float(np.mean(gains) / np.mean(seconds))


def write(order: Sequence[dict[str, Any]], file: Path) -> None:
    """Write an order as a person reads it: one settings a line."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"  {json.dumps(c)}" for c in order]
    file.write_text("[\n" + ",\n".join(lines) + "\n]\n")


def _key(candidate: dict[str, Any]) -> str:
    return json.dumps([candidate["algorithm"], candidate["settings"]], sort_keys=True)
