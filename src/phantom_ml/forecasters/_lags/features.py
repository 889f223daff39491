"""Lag features: what the past says about one step ahead of one origin, for many rows at once.

A row is a series, an origin (its last known value) and a number of steps ahead. All values of a row are
told as distances from its base, a simple forecast such as the value one season before, in units of the
series' scale; so one model serves series of every size, and follows a trend that it never saw. Values of
seasons before are those at the same place of the season as the row's target.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters._lags.calendar import calendar_features
from phantom_ml.forecasters.evaluation.accuracy import mean_change, seasonal_scale
from phantom_ml.forecasters.series.grid import SeriesSet

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Seasons before the target that are looked at, and steps around the first of them.
SEASONS, AROUND = 4, (-2, -1, 1, 2)
#: When a column that is known ahead is looked at.
KNOWN_AT = ("target", "origin")
#: Simple forecasts that a row may be told relative to.
BASES = ("last", "level", "season", "season_level", "season_mean", "long", "long_level")


@dataclass(frozen=True)
class LagPlan:
    """Which features a row has.

    Attributes
    ----------
    season : int
        Steps of a season, 1 for none.
    long : int
        Steps of a season of seasons (a week of days), 0 for none.
    n_recent : int
        Last values that are features, at least 1.
    base, long_base : str
        Of BASES: what values are told relative to, of series whose long season is the steadier one the second.
    """

    season: int
    long: int
    n_recent: int
    base: str = "last"
    long_base: str = "last"

    @property
    def reach(self) -> int:
        """Return how many values before a target at most one season ahead may be looked at."""
        return max((SEASONS + 2) * self.season + 3, 3 * self.long + self.season, 1) + self.n_recent


@dataclass(frozen=True, eq=False)
class Past:
    """Series as rows of features read them: without gaps, with room for steps ahead.

    Attributes
    ----------
    series : SeriesSet
        ``values`` are not read; they stand in ``values`` below with gaps filled.
    values, sums : arrays of shape (n_total,) and (n_total + 1,)
        Values and their running sum.
    scale : array of shape (n_series,)
        Positive: one unit of the features.
    traits : array of shape (n_series, 3)
        How steady, how seasonal and how large a series is in its own units.
    """

    series: SeriesSet
    values: Floats
    sums: Floats
    scale: Floats
    traits: Floats

    @property
    def is_long(self) -> NDArray[np.bool_]:
        """Return of which series the long season is the steadier one, shape (n_series,)."""
        return np.asarray(self.traits[:, 1] < 1.0, np.bool_)

    @classmethod
    def of(cls, series: SeriesSet, plan: LagPlan) -> Past:
        """Return the past of series; a constant one is scaled by its size."""
        values = series.whole
        size = np.add.reduceat(np.abs(values), series.bounds[:-1]) / series.lengths
        scale = seasonal_scale(series)
        scale = np.where(np.isnan(scale), np.where(size > 0, size, 1.0), scale)
        steady = seasonal_scale(series, 1) / scale
        long = mean_change(series, plan.long) / scale if plan.long else np.ones(len(scale))
        seasonal = np.where(np.isnan(long), 1.0, long)  # too short to tell
        traits = np.stack([steady, seasonal, np.log1p(size / scale)], axis=1)
        return cls(series, values, _running(values), scale, traits)

    def continued(self, plan: LagPlan, horizon: int, future: Floats | None) -> Past:
        """Return the end of each series, as much as features reach back, and NaN for the steps ahead."""
        series = self.series
        kept = np.minimum(series.lengths, plan.reach)
        dropped = series.lengths - kept
        bounds = np.concatenate([[0], np.cumsum(kept + horizon)]).astype(np.int64)
        target = np.repeat(bounds[:-1], kept) + _count(kept)
        source = np.repeat(series.bounds[:-1] + dropped, kept) + _count(kept)
        ahead = (bounds[1:] - horizon)[:, None] + np.arange(horizon)
        columns = {
            "values": (self.values[:, None], None),
            "known": (series.known, future),
            "past": (series.past, None),
        }
        parts = {}
        for name, (told, coming) in columns.items():
            parts[name] = np.full((int(bounds[-1]), told.shape[1]), np.nan)
            parts[name][target] = told[source]
            if coming is not None:
                parts[name][ahead] = coming
        whole = replace(
            series,
            origins=series.frequency.times(series.origins, dropped),
            bounds=bounds,
            values=parts["values"][:, 0],
            known=parts["known"],
            past=parts["past"],
        )
        return replace(self, series=whole, values=whole.values, sums=_running(whole.values))

    def with_values(self, rows: Ints, values: Floats) -> Past:
        """Return the past in which some steps ahead have come to pass."""
        changed = self.values.copy()
        changed[rows] = values
        return replace(self, values=changed, sums=_running(changed))


@dataclass(frozen=True, eq=False)
class LagRows:
    """Rows of features, and how to turn a prediction back into a value.

    Attributes
    ----------
    matrix : float32 array of shape (n_rows, n_features)
    base, scale : arrays of shape (n_rows,)
        A value is ``base + scale * prediction``.
    sources : tuple of str
        The raw column that each feature is of.
    """

    matrix: NDArray[np.float32]
    base: Floats
    scale: Floats
    sources: tuple[str, ...] = ()


def lag_rows(past: Past, plan: LagPlan, codes: Ints, origins: Ints, ahead: Ints) -> LagRows:
    """Return the features of rows.

    Parameters
    ----------
    past : Past
    plan : LagPlan
    codes, origins, ahead : int64 arrays of shape (n_rows,)
        The series, the position of the last known value, and steps ahead, at least 1.
    """
    reader = _Reader(past, past.series.bounds[:-1][codes], origins, ahead)
    bases = simple_forecasts(reader, plan)
    base = np.where(past.is_long[codes], bases[plan.long_base], bases[plan.base])
    scale = past.scale[codes]
    told = list(bases.values())
    told += [reader.at(origins - lag) for lag in range(1, plan.n_recent)]
    told += _seasonal(reader, plan)
    near = [(values - base) / scale for values in told]
    targets = origins + ahead
    beside = [
        ahead.astype(np.float64),
        *past.traits[codes].T,
        *_beside(past.series, origins, targets),
    ]
    calendar = calendar_features(past.series, codes, targets)
    matrix = np.stack([*near, *beside, *calendar], axis=1).astype(np.float32)
    own, time = past.series.target, past.series.time
    known = [name for name in past.series.known_names for _ in KNOWN_AT]
    names = [
        *[own] * len(near),
        time,
        *[own] * past.traits.shape[1],
        *known,
        *past.series.past_names,
    ]
    return LagRows(matrix, base, scale, (*names, *[time] * len(calendar)))


def with_best_bases(past: Past, plan: LagPlan, rows: tuple[Ints, Ints, Ints]) -> LagPlan:
    """Return the plan with the simple forecasts of least scaled absolute error on rows of known targets."""
    codes, origins, ahead = rows
    reader = _Reader(past, past.series.bounds[:-1][codes], origins, ahead)
    truth, scale, is_long = past.values[origins + ahead], past.scale[codes], past.is_long[codes]
    errors = {n: np.abs(truth - b) / scale for n, b in simple_forecasts(reader, plan).items()}
    chosen = [
        min(errors, key=lambda name: float(errors[name][part].mean())) if part.any() else plan.base
        for part in (~is_long, is_long)
    ]
    return replace(plan, base=chosen[0], long_base=chosen[1])


@dataclass(frozen=True, eq=False)
class _Reader:
    """Reads values of many rows: NaN before the first value of a series and after the origin."""

    past: Past
    starts: Ints
    origins: Ints
    ahead: Ints

    def at(self, rows: Ints) -> Floats:
        """Return the values at positions, one a row."""
        usable = (rows >= self.starts) & (rows <= self.origins)
        return np.where(usable, self.past.values[np.where(usable, rows, 0)], np.nan)

    def mean(self, ends: Ints, width: int) -> Floats:
        """Return the mean of so many values up to and with a position, of fewer where a series begins."""
        ends = np.where(ends < self.starts, self.starts, ends)
        first = np.maximum(ends + 1 - width, self.starts)
        return np.asarray(
            (self.past.sums[ends + 1] - self.past.sums[first]) / (ends + 1 - first), np.float64
        )

    def same_place(self, season: int, further: int = 0) -> Ints:
        """Return the last known position at the target's place of the season, or ``further`` before it."""
        seasons = -(-self.ahead // season) + further
        return np.asarray(self.origins + self.ahead - season * seasons, np.int64)


def simple_forecasts(reader: _Reader, plan: LagPlan) -> dict[str, Floats]:
    """Return the simple forecasts of all rows by name, never NaN."""
    last = reader.at(reader.origins)
    level = reader.mean(reader.origins, plan.season)
    told = {"last": last}
    if plan.season > 1:
        season = _or(reader.at(reader.same_place(plan.season)), last)
        before = reader.at(reader.origins - plan.season)
        places = [reader.at(reader.same_place(plan.season, k)) for k in range(SEASONS)]
        told |= {
            "level": level,
            "season": season,
            # What the last value is above its season is carried on.
            "season_level": season + _or(last - before, np.zeros(1)),
            "season_mean": _or(_mean_known(places), last),
        }
    else:
        told |= {"level": reader.mean(reader.origins, 2 * plan.n_recent)}
    if plan.long:
        place = reader.same_place(plan.long)
        long = _or(reader.at(place), told["season"])
        shift = place - reader.ahead
        then = np.where(shift >= reader.starts, reader.mean(shift, plan.season), level)
        told |= {"long": long, "long_level": long + level - then}
    return told


def _seasonal(reader: _Reader, plan: LagPlan) -> list[Floats]:
    """Return values at and around the target's place in seasons before, and means over seasons."""
    told = [reader.mean(reader.origins, w) for w in _widths(plan)]
    if plan.season > 1:
        place = reader.same_place(plan.season)
        told += [reader.at(place + step) for step in AROUND]
        told += [reader.at(reader.same_place(plan.season, k)) for k in range(1, SEASONS)]
        told.append(reader.mean(reader.origins - plan.season, plan.season))
    if plan.long:
        told.append(reader.at(reader.same_place(plan.long, 1)))
        told += [reader.at(reader.same_place(plan.long) + step) for step in (-1, 1)]
        told.append(reader.mean(reader.origins, plan.long))
    return told


def _widths(plan: LagPlan) -> tuple[int, ...]:
    return tuple(sorted({3, 2 * plan.season, max(2, plan.season // 4)} - {plan.season}))


def _beside(series: SeriesSet, origins: Ints, targets: Ints) -> list[Floats]:
    at = {"target": targets, "origin": origins}
    known = [column[at[when]] for column in series.known.T for when in KNOWN_AT]
    return [*known, *(column[origins] for column in series.past.T)]


def _mean_known(parts: list[Floats]) -> Floats:
    told = np.stack(parts)
    count = (~np.isnan(told)).sum(axis=0)
    return np.where(count > 0, np.nansum(told, axis=0) / np.maximum(count, 1), np.nan)


def _or(values: Floats, other: Floats) -> Floats:
    return np.where(np.isnan(values), other, values)


def _running(values: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(np.nan_to_num(values))])


def _count(lengths: Ints) -> Ints:
    """Return 0, 1, 2, ... within each of parts that lie end to end."""
    ends = np.cumsum(lengths)
    return np.asarray(np.arange(ends[-1]) - np.repeat(ends - lengths, lengths), np.int64)
