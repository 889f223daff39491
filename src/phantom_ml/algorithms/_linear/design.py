"""The table as linear models take it: robust numbers, missing flags, one-hot levels, hashed text.

A number becomes asinh((x - median) / spread), standardised: straight near the median and
logarithmic far out, so that neither bytes nor counts drown the rest and the order of magnitude of a
tail is kept. Or, where a learner asks for it, its normal score among the quantiles of training.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phantom_ml.algorithms._linear.quantiles import check_quantiles, normal_scores, quantiles
from phantom_ml.data.matrix import Matrix
from phantom_ml.parts.arrays import Arrays, Form, require

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
#: How numbers become columns: around the median, or by where they stand among those of training.
Scaling = Literal["robust", "quantile"]
SCALINGS: tuple[Scaling, ...] = ("robust", "quantile")
SCALING_WORDS = "Numbers by median and middle half, tails as logarithms; or as normal scores."

#: No cell is farther from the median than so many spreads.
FARTHEST = np.float32(1e30)
#: The widest spread there is.
WIDEST = np.finfo(np.float32).max
#: Rows that medians and spreads are read from.
SAMPLE_ROWS = 20_000
#: A level seen less often shares one column with the others of its kind.
MIN_LEVEL_ROWS = 3
#: More levels than this are hashed into so many columns.
MAX_LEVELS = 1_000
#: Knuth's multiplicative hash.
HASH_FACTOR = 2_654_435_761
#: A bucket of text that fewer rows hold says nothing about the next row.
MIN_TEXT_ROWS = 2
#: Buckets of text in all, at most.
MAX_BUCKETS = 2**24
#: Cells of text are so small that the penalty fit for other columns would flatten their weights;
#: measured on URLs and HTTP payloads.
TEXT_SCALE = np.float32(5)


@dataclass(frozen=True)
class Design:
    """How a matrix becomes columns of a linear model.

    Attributes
    ----------
    numeric, categorical : int64 arrays
        Positions of the columns of either kind.
    median, spread : float32 arrays of shape (n_numeric,)
        Empty where numbers are scaled by quantiles.
    mean, deviation : float32 arrays of shape (n_numeric,)
        Those of the scaled numbers.
    flagged : int64 array
        Which of the numeric columns have a column that says "missing".
    flag_share : float32 array of shape (n_flagged,)
    level_start : int64 array of shape (n_categorical + 1,)
        Where each category's part of ``level_column`` begins; a part has a place a code and one for
        missing.
    level_column : int64 array
        Code to one-hot column.
    level_share : float32 array of shape (n_level_columns,)
        Share of training rows with each one-hot column set.
    buckets : int64 array
        Buckets of text that are used, ascending.
    text_width : int64 array of shape (1,)
        Buckets of text in all; 0 where there was no text.
    quantiles : float32 array of shape (n_numeric, n_quantiles) or None
        None where numbers are scaled by median and spread.
    """

    numeric: Ints
    categorical: Ints
    median: Floats
    spread: Floats
    mean: Floats
    deviation: Floats
    flagged: Ints
    flag_share: Floats
    level_start: Ints
    level_column: Ints
    level_share: Floats
    buckets: Ints
    text_width: Ints
    quantiles: Floats | None = None

    @classmethod
    def fit(cls, matrix: Matrix, scaling: Scaling = "robust") -> Design:
        """Return the design for the rows of ``matrix``."""
        numeric = np.array(matrix.numeric, np.int64)
        categorical = np.array(matrix.categorical, np.int64)
        values = np.take(matrix.values, numeric, axis=1)
        missing = np.isnan(values)
        flagged = np.flatnonzero(missing.any(axis=0) & ~missing.all(axis=0))
        median, spread, known = _scale(_sample(values), scaling)
        scaled = _scaled(values, median, spread, known)
        start, column, share = _levels(matrix, categorical)
        buckets, width = _buckets(matrix.text)
        deviation = scaled.std(axis=0, dtype=np.float64)
        return cls(
            numeric, categorical, median, spread,
            scaled.mean(axis=0, dtype=np.float64).astype(np.float32),
            np.where(deviation > 1e-6, deviation, 1.0).astype(np.float32),
            flagged, missing[:, flagged].mean(axis=0, dtype=np.float64).astype(np.float32),
            start, column, share, buckets, np.array([width], np.int64), known,
        )  # fmt: skip

    @property
    def n_dense(self) -> int:
        """Return the columns that ``dense`` makes."""
        return len(self.numeric) + len(self.flagged)

    @property
    def n_levels(self) -> int:
        """Return the one-hot columns."""
        return len(self.level_share)

    def dense(self, matrix: Matrix) -> Floats:
        """Return standardised numbers and missing flags, shape (n_rows, n_dense)."""
        values = np.take(matrix.values, self.numeric, axis=1)
        scaled = _scaled(values, self.median, self.spread, self.quantiles)
        scaled -= self.mean
        scaled /= self.deviation
        if not len(self.flagged):
            return scaled
        flags = np.isnan(values[:, self.flagged]).astype(np.float32) - self.flag_share
        return np.concatenate([scaled, flags], axis=1)

    def levels(self, matrix: Matrix) -> Ints:
        """Return the one-hot column of each category of each row, shape (n_rows, n_categorical)."""
        sizes = np.diff(self.level_start) - 1
        values = np.take(matrix.values, self.categorical, axis=1)
        known = (values >= 0) & (values < sizes)
        codes = np.where(known, values, sizes).astype(np.int64)
        columns: Ints = self.level_column[codes + self.level_start[:-1]]
        return columns

    def one_hot(self, matrix: Matrix) -> sparse.csr_array:
        """Return the one-hot columns, shape (n_rows, n_levels)."""
        places = self.levels(matrix).astype(np.int32)
        starts = np.arange(len(places) + 1, dtype=np.int32) * places.shape[1]
        ones = np.ones(places.size, np.float32)
        return sparse.csr_array((ones, places.ravel(), starts), shape=(len(places), self.n_levels))

    def text(self, matrix: Matrix) -> sparse.csr_array | None:
        """Return the used buckets of text, shape (n_rows, n_used); None where there are none."""
        if matrix.text is None or not len(self.buckets):
            return None
        return sparse.csr_array(matrix.text[:, self.buckets]) * TEXT_SCALE

    def text_weights(self, coefficients: Floats) -> Floats:
        """Return weights of the used buckets spread over all, so that a row needs no selection.

        Parameters
        ----------
        coefficients : float32 array of shape (len(buckets), n_outputs)

        Returns
        -------
        float32 array of shape (text_width, n_outputs)
        """
        spread = np.zeros((int(self.text_width[0]), coefficients.shape[1]), np.float32)
        spread[self.buckets] = coefficients * TEXT_SCALE
        return spread

    def arrays(self) -> Arrays:
        """Return what ``save_arrays`` takes."""
        held = {f"design.{f.name}": getattr(self, f.name) for f in fields(self)}
        return {name: array for name, array in held.items() if array is not None}

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> Design:
        """Return the design that was saved; raises BundleDamaged where its indices lead nowhere."""
        held = {f.name: f"design.{f.name}" for f in fields(cls)}
        design = cls(**{name: arrays[key] for name, key in held.items() if key in arrays})
        _check(design)
        return design


_INTEGERS = (
    "numeric", "categorical", "flagged", "level_start", "level_column", "buckets", "text_width",
)  # fmt: skip
DESIGN_FORM: Form = {
    f"design.{f.name}": (np.int64 if f.name in _INTEGERS else np.float32, 1)
    for f in fields(Design)
    if f.name != "quantiles"
}


def _check(design: Design) -> None:
    n = len(design.numeric)
    if design.quantiles is not None:
        check_quantiles(design.quantiles, n)
    centred = n if design.quantiles is None else 0
    sizes = [len(a) for a in (design.median, design.spread, design.mean, design.deviation)]
    right = sizes == [centred, centred, n, n]
    require(right, "the statistics of the numbers have another length")
    require(len(design.flagged) == len(design.flag_share), "the flags have another length")
    require(_within(design.flagged, n), "a flag belongs to no column")
    positions = np.concatenate([design.numeric, design.categorical])
    whole = np.array_equal(np.sort(positions), np.arange(len(positions)))
    require(whole, "the columns are not each used once")
    start = design.level_start
    counted = len(start) == len(design.categorical) + 1 and start[0] == 0
    rising = bool((np.diff(start) >= 1).all()) and start[-1] == len(design.level_column)
    require(counted and rising, "the categories' parts have impossible sizes")
    require(_within(design.level_column, design.n_levels), "a level has no column")
    width = int(design.text_width[0]) if len(design.text_width) == 1 else -1
    sane = 0 <= width <= MAX_BUCKETS and _within(design.buckets, width)
    require(sane and bool((np.diff(design.buckets) > 0).all()), "the text's buckets do not exist")
    numbers = [design.median, design.spread, design.mean, design.deviation, design.level_share]
    require(all(bool(np.isfinite(a).all()) for a in numbers), "a statistic is not finite")


def _within(positions: Ints, limit: int) -> bool:
    return bool(((positions >= 0) & (positions < limit)).all())


def _sample(values: Floats) -> Floats:
    step = -(-len(values) // SAMPLE_ROWS)
    return values[:: max(step, 1)]


def _scale(sample: Floats, scaling: Scaling) -> tuple[Floats, Floats, Floats | None]:
    """Return medians and spreads of columns, or their quantiles."""
    if scaling == "quantile":
        return np.empty(0, np.float32), np.empty(0, np.float32), quantiles(sample)
    return *_centre(sample), None


def _scaled(values: Floats, median: Floats, spread: Floats, known: Floats | None) -> Floats:
    return _squash(values, median, spread) if known is None else normal_scores(values, known)


def _centre(sample: Floats) -> tuple[Floats, Floats]:
    """Return medians and spreads of columns: the middle half, or if it is 0, the others' median."""
    ordered = np.sort(np.where(np.isfinite(sample), sample, np.nan), axis=0)
    median = _quantile(ordered, 0.5)
    with np.errstate(over="ignore"):
        spread = _quantile(ordered, 0.75) - _quantile(ordered, 0.25)
        away = np.abs(ordered - median)
    others = _quantile(np.sort(np.where(away > 0, away, np.nan), axis=0), 0.5)
    spread = np.where(spread > 0, spread, others)
    spread = np.where(spread > 0, np.minimum(spread, WIDEST), 1)
    return median, spread.astype(np.float32)


def _quantile(ordered: Floats, share: float) -> Floats:
    """Return a quantile of each sorted column whose missing values stand last, 0 where all are."""
    count = np.count_nonzero(~np.isnan(ordered), axis=0)
    place = (np.maximum(count - 1, 0) * share).astype(np.int64)
    found = ordered[place, np.arange(ordered.shape[1])] if len(ordered) else np.zeros(len(count))
    return np.where(count > 0, found, 0).astype(np.float32)


def _squash(values: Floats, median: Floats, spread: Floats) -> Floats:
    filled = np.where(np.isnan(values), median, values)
    # How far such numbers lie apart may be beyond float32.
    if np.maximum(np.abs(median), spread).max(initial=0.0) > FARTHEST:
        filled = filled.astype(np.float64)
    # Infinite values are the farthest of all, and must stay numbers.
    with np.errstate(over="ignore"):
        filled -= median
        filled /= spread
    np.clip(filled, -FARTHEST, FARTHEST, out=filled)
    return np.arcsinh(filled, out=filled).astype(np.float32, copy=False)


def _levels(matrix: Matrix, categorical: Ints) -> tuple[Ints, Ints, Floats]:
    """Return where each category's part begins, code to column, and each column's share of rows."""
    start, columns, shares, width = [0], [], [], 0
    for position in categorical.tolist():
        size = matrix.features[position].cardinality
        cells = matrix.values[:, position]
        codes = np.where((cells >= 0) & (cells < size), cells, size).astype(np.int64)
        count = np.bincount(codes, minlength=size + 1)
        column = _columns_of(count)
        share = np.bincount(column, weights=count) / max(len(codes), 1)
        columns.append(column + width)
        shares.append(share.astype(np.float32))
        width += len(share)
        start.append(start[-1] + size + 1)
    return (
        np.array(start, np.int64),
        np.concatenate(columns) if columns else np.empty(0, np.int64),
        np.concatenate(shares) if shares else np.empty(0, np.float32),
    )


def _columns_of(count: Ints) -> Ints:
    """Return the column of each code of one category: 0 missing, 1 rare, then the levels."""
    kept = count >= MIN_LEVEL_ROWS
    kept[-1] = False
    column = np.ones(len(count), np.int64)
    if int(kept.sum()) > MAX_LEVELS:
        codes = np.flatnonzero(kept).astype(np.uint64)
        mixed = (codes * np.uint64(HASH_FACTOR)) % np.uint64(2**32)
        column[kept] = 2 + (mixed % np.uint64(MAX_LEVELS)).astype(np.int64)
    else:
        column[kept] = 2 + np.arange(int(kept.sum()))
    column[-1] = 0
    return column


def _buckets(text: sparse.csr_array | None) -> tuple[Ints, int]:
    if text is None:
        return np.empty(0, np.int64), 0
    held = np.bincount(text.indices, minlength=text.shape[1])
    least = min(MIN_TEXT_ROWS, int(text.shape[0]))
    return np.flatnonzero(held >= least).astype(np.int64), int(text.shape[1])
