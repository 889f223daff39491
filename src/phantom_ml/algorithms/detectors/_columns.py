"""A table as detectors take it: robust numbers with short tails, and how rare a level or a gap is.

A number becomes (x - median) / spread, where the spread is the middle half of the values (or, where
that is 0, the median distance of the others). Up to LIMIT it stays straight, beyond that only its
logarithm grows: one column with a heavy tail cannot hide all others, and yet the order of its values is
kept. benchmarks/ANOMALY.md tells what other scalings gave. A level becomes
-log(share / share of the commonest): 0 where it is common, the more nats the rarer. Columns that tell
nothing are left out. All columns of one context, such as the past of the row's user or a clock, weigh as much
together as one of the row's own: they are many, and would drown a row that itself is far out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._values import checked_values
from phantom_ml.data.matrix import Matrix
from phantom_ml.parts.arrays import Arrays, Form, require

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Spreads up to which a number is straight, and nats at which rarity ends.
LIMIT, RAREST = 5.0, 10.0
#: No number is farther from the median than so many spreads.
FARTHEST = 1e30
#: What a detector of version 1 lacks.
LATER = ("weight", "reach")
#: How many times as far out as all training rows a number must be to lie beyond them; and the logarithm of the
#: least reach that is told.
FARTHER, LEAST_REACH = 2.0, -60.0
#: What a level counts that training never held.
UNSEEN_ROWS = 0.5


@dataclass(frozen=True)
class Columns:
    """How a matrix becomes columns of a detector: numbers, then flags of gaps, then levels.

    Attributes
    ----------
    numeric : int64 array of shape (n_numeric,)
        Positions of the numbers that are used.
    centre, spread : float64 arrays of shape (n_numeric,)
    flagged : int64 array of shape (n_flagged,)
        Positions of the numbers of which training held some and lacked some.
    flag : float64 array of shape (2, n_flagged)
        How rare it is that the number is there, and that it is missing, in nats.
    categorical : int64 array of shape (n_categorical,)
    level_start : int64 array of shape (n_categorical + 1,)
        Where each category's part of ``rarity`` begins: a place a code, and one for missing.
    rarity : float64 array
        Nats by level.
    n_features : int64 array of shape (1,)
        Features of a matrix.
    weight : float64 array of shape (n_columns,)
        What each column counts, above 0 and at most 1.
    reach : float64 array of shape (n_numeric,)
        Logarithm of how many spreads the farthest training row is from the median; infinite for a
        context's, unless it counts what happened.
    """

    numeric: Ints
    centre: Array
    spread: Array
    flagged: Ints
    flag: Array
    categorical: Ints
    level_start: Ints
    rarity: Array
    n_features: Ints
    weight: Array
    reach: Array

    @classmethod
    def fit(cls, matrix: Matrix, everything: Matrix | None = None) -> Columns:
        """Return the columns for the rows of ``matrix``.

        Gaps and levels are counted among ``everything``, where more is known than these rows: what they
        lack would be a column no more, and never unusual.
        """
        whole = matrix if everything is None else everything
        places = np.array(matrix.numeric, np.int64)
        values = np.take(matrix.values, places, axis=1).astype(np.float64)
        centre, spread = _centre(np.where(np.isfinite(values), values, np.nan))
        gaps = np.count_nonzero(np.isnan(np.take(whole.values, places, axis=1)), axis=0)
        flagged = (gaps > 0) & (gaps < whole.n_rows)
        rows = _squashed(values, centre, spread)
        varied = rows.max(axis=0, initial=-np.inf) > rows.min(axis=0, initial=np.inf)
        reach = _log_spreads(rows[:, varied]).max(axis=0, initial=LEAST_REACH)
        reach[_without_end(matrix, places[varied])] = np.inf
        counts = np.stack([whole.n_rows - gaps, gaps])[:, flagged]
        categorical, start, rarity = _levels(whole)
        source = np.concatenate([places[varied], places[flagged], categorical])
        return cls(
            places[varied], centre[varied], spread[varied],
            places[flagged], _nats(counts), categorical, start, rarity,
            np.array([len(matrix.features)], np.int64), _weights(matrix, source), reach,
        )  # fmt: skip

    @property
    def version(self) -> int:
        """Return the version of a detector's state: 2 where a program of version 1 would score otherwise."""
        plain = bool((self.weight == 1.0).all() and np.isinf(self.reach).all())
        return 1 if plain else 2

    @property
    def source(self) -> Ints:
        """Return the feature of each column, shape (n_columns,)."""
        return np.concatenate([self.numeric, self.flagged, self.categorical])

    def of(self, matrix: Matrix) -> Array:
        """Return the columns of a matrix's rows, shape (n_rows, n_columns), all of them finite.

        Raises
        ------
        DataError
            The matrix has another number of features.
        """
        values = checked_values(matrix, int(self.n_features[0]))
        numbers = np.take(values, self.numeric, axis=1).astype(np.float64)
        gaps = np.isnan(np.take(values, self.flagged, axis=1)).astype(np.int64)
        flags = self.flag[gaps, np.arange(len(self.flagged))]
        sizes = np.diff(self.level_start) - 1
        cells = np.take(values, self.categorical, axis=1)
        known = (cells >= 0) & (cells < sizes)
        codes = np.where(known, cells, sizes).astype(np.int64)
        levels = self.rarity[codes + self.level_start[:-1]]
        return np.concatenate([_squashed(numbers, self.centre, self.spread), flags, levels], axis=1)

    def ended(self, rows: Array) -> Array:
        """Return columns of which the numbers end at LIMIT, for detectors that tails mislead."""
        n = len(self.numeric)
        return np.concatenate([np.clip(rows[:, :n], -LIMIT, LIMIT), rows[:, n:]], axis=1)

    def weighed(self, rows: Array) -> Array:
        """Return columns of which squared distances count as much as their weight."""
        return rows * np.sqrt(self.weight)

    def beyond(self, matrix: Matrix) -> Array:
        """Return how far beyond all training rows each of a row's own numbers is, in nats, at least 0.

        Of the heaviest tails that real tables have, a Pareto law of shape 1, one value in r that lies beyond
        all others is r times as far out: log(r) nats, from ``FARTHER`` on.

        Returns
        -------
        float64 array of shape (n_rows, n_columns)
        """
        rows = self.of(matrix)
        n = len(self.numeric)
        rows[:, :n] = np.maximum(_log_spreads(rows[:, :n]) - self.reach - np.log(FARTHER), 0.0)
        rows[:, n:] = 0.0
        return rows

    def arrays(self) -> Arrays:
        """Return what ``save_arrays`` takes."""
        return {f"columns.{f.name}": getattr(self, f.name) for f in fields(self)}

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> Columns:
        """Return the columns that were saved; raises BundleDamaged where they cannot be."""
        own = {f.name: arrays[f"columns.{f.name}"] for f in fields(cls) if f.name not in LATER}
        n_columns = sum(len(own[name]) for name in ("numeric", "flagged", "categorical"))
        # A detector of version 1 was saved without: each column weighs the same, and no value lies beyond all.
        weight = arrays.get("columns.weight", np.ones(n_columns))
        reach = arrays.get("columns.reach", np.full(len(own["numeric"]), np.inf))
        found = cls(**own, weight=weight, reach=reach)
        _check(found)
        return found


_INTEGERS = ("numeric", "flagged", "categorical", "level_start", "n_features")
COLUMNS_FORM: Form = {
    f"columns.{f.name}": (
        np.int64 if f.name in _INTEGERS else np.float64,
        2 if f.name == "flag" else 1,
    )
    for f in fields(Columns)
    if f.name not in LATER
}


def _check(columns: Columns) -> None:
    n_features = columns.n_features
    require(n_features.shape == (1,) and n_features[0] >= 0, "the number of features is wrong")
    for places in (columns.numeric, columns.flagged, columns.categorical):
        within = bool(((places >= 0) & (places < n_features[0])).all())
        require(within and len(np.unique(places)) == len(places), "a column has no feature")
    n = columns.numeric.shape
    require(columns.centre.shape == n == columns.spread.shape, "the numbers have other lengths")
    require(columns.flag.shape == (2, len(columns.flagged)), "the flags have another length")
    start = columns.level_start
    counted = len(start) == len(columns.categorical) + 1 and start[0] == 0
    rising = bool((np.diff(start) >= 1).all()) and start[-1] == len(columns.rarity)
    require(counted and rising, "the categories' parts have impossible sizes")
    numbers = (columns.centre, columns.spread, columns.flag, columns.rarity)
    require(all(bool(np.isfinite(a).all()) for a in numbers), "a statistic is not finite")
    require(bool((columns.spread > 0).all()), "a spread is not above 0")
    weight = columns.weight
    known = weight.dtype == np.float64 and weight.shape == columns.source.shape
    require(known and bool(((weight > 0) & (weight <= 1)).all()), "a column weighs nothing")
    reach = columns.reach
    known = reach.dtype == np.float64 and reach.shape == n and bool((reach >= LEAST_REACH).all())
    require(known, "the reach of a number is unknown")


def _centre(values: Array) -> tuple[Array, Array]:
    """Return median and spread of each column; 0 and 1 where there is nothing to tell them from."""
    ordered = np.sort(values, axis=0)
    centre = _quantile(ordered, 0.5)
    spread = _quantile(ordered, 0.75) - _quantile(ordered, 0.25)
    away = np.abs(ordered - centre)
    others = _quantile(np.sort(np.where(away > 0, away, np.nan), axis=0), 0.5)
    spread = np.where(spread > 0, spread, others)
    return centre, np.where(spread > 0, spread, 1.0)


def _quantile(ordered: Array, share: float) -> Array:
    """Return a quantile of each sorted column whose missing values stand last, 0 where all are."""
    count = np.count_nonzero(~np.isnan(ordered), axis=0)
    if not len(ordered):
        return np.zeros(len(count))
    place = (np.maximum(count - 1, 0) * share).astype(np.int64)
    return np.where(count > 0, ordered[place, np.arange(ordered.shape[1])], 0.0)


def _squashed(values: Array, centre: Array, spread: Array) -> Array:
    # A gap is neutral; that there is one is told by its flag.
    away = np.where(np.isnan(values), 0.0, (values - centre) / spread)
    far = np.maximum(np.abs(np.clip(away, -FARTHEST, FARTHEST)), LIMIT)
    straight = np.clip(away, -LIMIT, LIMIT)
    return np.asarray(straight + np.sign(away) * LIMIT * np.log(far / LIMIT))


def _log_spreads(rows: Array) -> Array:
    """Return the logarithm of how many spreads numbers are from their median, of what ``_squashed`` returns."""
    away = np.abs(rows)
    straight = np.log(np.maximum(np.minimum(away, LIMIT), np.exp(LEAST_REACH)))
    return np.asarray(straight + np.maximum(away - LIMIT, 0.0) / LIMIT)


def _without_end(matrix: Matrix, places: Ints) -> NDArray[np.bool_]:
    """Return which numbers have other ends on other days: clocks, pauses, sums; not how much happened at once."""
    features = [matrix.features[place] for place in places.tolist()]
    return np.array([bool(f.context) and not f.counts for f in features], np.bool_)


def _levels(matrix: Matrix) -> tuple[Ints, Ints, Array]:
    """Return the categories that vary, where the part of each begins, and nats by level."""
    places, start, parts = [], [0], [np.empty(0)]
    for place in matrix.categorical:
        size = matrix.features[place].cardinality
        cells = matrix.values[:, place]
        known = (cells >= 0) & (cells < size)
        counts = np.bincount(np.where(known, cells, size).astype(np.int64), minlength=size + 1)
        if np.count_nonzero(counts) < 2:
            continue
        places.append(place)
        start.append(start[-1] + size + 1)
        parts.append(_nats(counts))
    return np.array(places, np.int64), np.array(start, np.int64), np.concatenate(parts)


def _weights(matrix: Matrix, source: Ints) -> Array:
    """Return what each column counts: of its context's columns, an equal share; else 1."""
    contexts = [matrix.features[place].context for place in source.tolist()]
    n_columns = Counter(contexts)
    return np.array([1.0 / n_columns[context] if context else 1.0 for context in contexts])


def _nats(counts: NDArray[np.int64]) -> Array:
    """Return -log of how much rarer than the commonest each is, over the first axis."""
    seen = np.maximum(counts, UNSEEN_ROWS)
    nats = np.log(seen.max(axis=0, initial=UNSEEN_ROWS) / seen)
    return np.asarray(np.minimum(nats, RAREST))
