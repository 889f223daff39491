"""Whether rows of a later part are of another kind than those before: a classifier two-sample test.

A quick model learns to tell the parts apart on some entities (or blocks of time) of both, and is judged on
others, so that what only names an entity does not help. Its features are fitted on the rows that it learns
from, of both parts alike: to those of the finished model every entity kept apart is new.

Source: Lopez-Paz & Oquab, "Revisiting Classifier Two-Sample Tests", ICLR 2017; bounds by resampling whole
clusters: Field & Welsh, "Bootstrapping clustered data", JRSS B 69, 2007.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.algorithms.base import FitContext, algorithms
from phantom_ml.automl.question.problem import Problem
from phantom_ml.config import FeatureSettings, ProblemKind, Settings
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.data.schema import TableSchema
from phantom_ml.features.fit import fit_encoder
from phantom_ml.metrics.intervals import bootstrap_interval
from phantom_ml.metrics.roc_auc import roc_auc

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Rows = NDArray[np.int64]

#: A quick model answers the question: so many rounds on so many rows of each part.
ROUNDS, ROWS = 60, 8_000
SETTINGS = {"learning_rate": 0.15, "num_leaves": 31, "min_data_in_leaf": 20}
#: Fewer benign rows of a part than this tell nothing of drift.
LEAST_ROWS = 100
#: Fewer entities of a part than this tell nothing of others.
LEAST_UNITS = 8
#: Into so many blocks of time each part is cut.
BLOCKS = 20
#: Rows that can be told apart so well are of another time or place.
DRIFTED = 0.65
#: Features of cells alone: none counts or looks at other rows.
CELLS = FeatureSettings(temporal=False, statistical=False)


class Drift(Settings):
    """How well later benign rows are told from earlier ones, as a ROC AUC; 0.5: not at all.

    The means of two halves, and of their 95 % bounds.
    """

    auc: float
    low: float
    high: float

    @property
    def is_beyond_chance(self) -> bool:
        """Return whether the rows are of another kind, surely enough to say so."""
        return self.auc > DRIFTED and self.low > 0.5


@dataclass(frozen=True)
class Tied:
    """Benign rows of both parts, and what hangs together.

    Attributes
    ----------
    frame : DataFrame
    inputs : TableSchema
    is_new : int64 array of shape (n_rows,)
        1 for rows of the later part.
    units : tuple of int64 arrays of shape (n_rows,)
        By the first, rows are learned from or judged; by each of them they are resampled. None: rows are
        independent.
    """

    frame: pl.DataFrame
    inputs: TableSchema
    is_new: Codes
    units: tuple[Codes, ...]

    @classmethod
    def of(cls, old: Problem, new: Problem, rng: np.random.Generator) -> Tied:
        """Return benign rows of both parts, so many at most of each."""
        parts = [p.rows(_some(np.flatnonzero(p.target.values == 0), rng)) for p in (old, new)]
        frame = pl.concat(
            [p.frame.select(old.inputs.names()) for p in parts], how="vertical_relaxed"
        )
        is_new = np.repeat([0, 1], [p.n_rows for p in parts])
        units = [_joined(parts, "groups"), _joined(parts, "time")]
        groups, time = units
        tied = [] if groups is None else [_entities(groups)]
        tied += [] if time is None else [_blocks(time, is_new)]
        return cls(frame, old.inputs, is_new, tuple(tied))

    @property
    def is_enough(self) -> bool:
        """Return whether there are rows and units enough of each part."""
        n_units = [len(np.unique(u[self.is_new == k])) for u in self.units[:1] for k in (0, 1)]
        enough = all(n >= LEAST_UNITS for n in n_units)
        return enough and int(np.bincount(self.is_new, minlength=2).min()) >= LEAST_ROWS

    def halves(self, rng: np.random.Generator) -> tuple[Rows, Rows]:
        """Return the rows of two halves; no unit is in both, and each has units of both parts."""
        unit = self.units[0] if self.units else np.arange(len(self.is_new))
        names, place = np.unique(unit, return_inverse=True)
        share = np.bincount(place, weights=self.is_new) / np.bincount(place)
        # Units of the old part alone, of both, and of the new one alone are each dealt in turn.
        order = np.lexsort((rng.random(len(names)), np.ceil(share) + np.floor(share)))
        half = np.empty(len(names), np.int64)
        half[order] = np.arange(len(names)) % 2
        return np.flatnonzero(half[place] == 0), np.flatnonzero(half[place] == 1)


def drift(old: Problem, new: Problem, names: Collection[str] | None = None) -> Drift | None:
    """Return how well later benign rows are told from earlier ones; None where there are too few to say.

    Parameters
    ----------
    old, new : Problem
        Two parts of the rows of one problem; class 0 is benign.
    names : collection of str or None
        Features that count, where the rows give them; those that look at the clock or at other rows never do.
        None: all others.
    """
    rng = np.random.default_rng(0)
    tied = Tied.of(old, new, rng)
    if not tied.is_enough:
        return None
    one, two = tied.halves(rng)
    found = [_judged(tied, *halves, names) for halves in ((one, two), (two, one))]
    known = [half for half in found if half is not None]
    if len(known) < len(found):
        return None
    # Each half was judged by what the other taught, so both may err alike: no bound gains by their mean.
    auc, low, high = np.mean([(h.auc, h.low, h.high) for h in known], axis=0).tolist()
    return Drift(auc=auc, low=low, high=high)


def _judged(tied: Tied, train: Rows, judged: Rows, names: Collection[str] | None) -> Drift | None:
    """Return how well one half is told apart by what the other taught; None where that is not defined."""
    score = _scores(tied, train, judged, names)
    if score is None:
        return None
    is_new, told = tied.is_new[judged], score[:, None]
    bounds = [
        bootstrap_interval(roc_auc, is_new, told, groups=None if unit is None else unit[judged])
        for unit in tied.units or (None,)
    ]
    low, high = min(b[0] for b in bounds), max(b[1] for b in bounds)
    value = roc_auc.score(is_new, told)
    return Drift(auc=value, low=low, high=high) if np.isfinite([value, low, high]).all() else None


def _scores(tied: Tied, train: Rows, judged: Rows, names: Collection[str] | None) -> Array | None:
    """Return how new some rows look to a model of others; None where no feature is left, or one part only."""
    rows, is_new = tied.frame[train], tied.is_new[train]
    encoder = fit_encoder(rows, tied.inputs, CELLS, past=False)
    seen = encoder.transform(rows)
    units = [unit[train] for unit in tied.units]
    places = [
        i
        for i in encoder.timeless
        if (names is None or encoder.features[i].name in names)
        and not any(names_units(seen.values[:, i], unit) for unit in units)
    ]
    if not places or len(np.unique(is_new)) < 2:
        return None
    learned = Samples(_plain(seen.columns(places)), is_new)
    return quick_scores(learned, _plain(encoder.transform(tied.frame[judged]).columns(places)))


def names_units(values: NDArray[np.float32], unit: Codes) -> bool:
    """Return whether most rows hold a value that comes again, in their own unit alone.

    Whose rows these are says all of the rows that are learned from, and nothing of others: a model that could
    read it would learn nothing else.
    """
    rows = pl.DataFrame({"value": values, "unit": unit})
    own = (pl.col("unit").n_unique() == 1) & (pl.len() > 1)
    found = rows.group_by("value").agg(pl.len().alias("n"), own.alias("own"))
    return 2 * int(found.filter("own")["n"].sum()) > len(values)


def _plain(matrix: Matrix) -> Matrix:
    """Return numbers and categories alone."""
    return Matrix(matrix.values, matrix.features)


def quick_scores(train: Samples, rows: Matrix) -> Array:
    """Return what a quick model of two classes says of rows, shape (n_rows,)."""
    context = FitContext(ProblemKind.BINARY, 2, 0, 1, n_rounds=ROUNDS)
    learner = algorithms.get("LightGBM").model_validate(SETTINGS).fit(train, None, context)
    return learner.predict(rows)[:, 0]


def _some(rows: Rows, rng: np.random.Generator) -> Rows:
    return rows if len(rows) <= ROWS else np.sort(rng.choice(rows, ROWS, replace=False))


def _joined(parts: list[Problem], name: str) -> Codes | None:
    """Return the entities or the times of all parts; None where they are not known."""
    known = [getattr(p.ties, name) for p in parts]
    return None if any(codes is None for codes in known) else np.concatenate(known)


def _entities(groups: Codes) -> Codes:
    """Return one code an entity; a row of an unknown one is by itself."""
    return np.where(groups < 0, groups.max(initial=0) + 1 + np.arange(len(groups)), groups)


def _blocks(time: Codes, is_new: Codes) -> Codes:
    """Return the blocks of time of each part; rows of one moment are of one block."""
    block = np.zeros(len(time), np.int64)
    for k in (0, 1):
        own = time[is_new == k]
        ends = np.quantile(own, np.linspace(0, 1, BLOCKS + 1)[1:-1], method="higher")
        block[is_new == k] = k * BLOCKS + np.searchsorted(ends, own, side="right")
    return block
