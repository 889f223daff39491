"""Windows of the past as a network takes them, and the steps ahead of them, for many origins at once.

A window's values are told twice: as distances from their own level in their own spread, and as changes since
the season before in units of the series' scale. So one network serves series of every size. What is asked of
it is how far each step ahead lies from a simple forecast, in units of the scale: who answers 0 is that
forecast. The past is cut into patches, each of which is one token: Nie, Nguyen, Sinthong & Kalagnanam, "A
Time Series is Worth 64 Words", ICLR 2023, arXiv:2211.14730.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters._lags.calendar import calendar_features
from phantom_ml.forecasters._lags.features import LagPlan, Past, lag_rows
from phantom_ml.forecasters._lags.fit import lag_plan
from phantom_ml.forecasters.series.grid import SeriesSet
from phantom_ml.forecasters.uncertainty.learnable import usual_length
from phantom_ml.parts.nets.scaling import centre_and_factor, scaled

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]

#: Last values that are features of a step ahead, beside the window itself.
N_RECENT = 8
#: Seasons that a window spans, its steps at least and at most, and at most of the series' middle length.
SEASONS, LEAST_STEPS, MOST_STEPS, MOST_SHARE = 8, 16, 256, 0.5
#: Changes are told in three scales: only what is far beyond is clipped.
CHANGE_FACTOR = np.full(1, 1 / 3, np.float32)
#: Periods of the columns of the calendar, the last one first: months, days of a month, weekdays, minutes.
PERIODS = (12.0, 31.0, 7.0, 1_440.0)
#: A column of the past that tells which values are missing.
MISSING = "\x00missing"
#: Rows that medians and spreads are read from.
SAMPLE_ROWS = 50_000


@dataclass(frozen=True)
class WindowPlan:
    """What a window is.

    Attributes
    ----------
    lags : LagPlan
        Features and simple forecasts of the steps ahead.
    horizon : int
        Steps ahead that are told at once, at least 1.
    patch, n_tokens : int
        Steps of a token, and tokens of a window.
    """

    lags: LagPlan
    horizon: int
    patch: int
    n_tokens: int

    @classmethod
    def of(cls, series: SeriesSet, horizon: int, n_tokens: int) -> WindowPlan:
        """Return the windows that suit the series: some seasons, at most half of a common series."""
        lags = lag_plan(series, N_RECENT)
        wanted = int(np.clip(SEASONS * series.season, LEAST_STEPS, MOST_STEPS))
        most = max(LEAST_STEPS, int(MOST_SHARE * usual_length(series)))
        length = min(wanted, most)
        patch = -(-length // n_tokens)
        return cls(lags, horizon, patch, -(-length // patch))

    @property
    def length(self) -> int:
        """Return the steps of a window."""
        return self.patch * self.n_tokens

    @property
    def wide(self) -> LagPlan:
        """Return a plan of lags that reaches back as far as windows do."""
        return replace(self.lags, n_recent=self.length + self.lags.season)


class Windows(NamedTuple):
    """Windows as a network takes them, in numpy or in torch.

    Attributes
    ----------
    tokens : float32 array of shape (n_windows, n_tokens, n_token_features)
    changes : float32 array of shape (n_windows, length)
        Since the season before, in three scales; 0 where unknown.
    steps : float32 array of shape (n_windows, horizon, n_step_features)
    """

    tokens: Any
    changes: Any
    steps: Any


@dataclass(frozen=True, eq=False)
class Asked:
    """Windows whose features are not scaled yet, and what their answers mean.

    Attributes
    ----------
    inside : float32 arrays of shape (n_windows, length, 3), and (n_windows, length, n_beside)
        Shape, change and missing flag; columns beside the series.
    waves : float32 array of shape (n_windows, n_tokens, n_waves)
        The calendar of each token's last step.
    ahead : float32 arrays of shape (n_windows, horizon, n_features), and (n_windows, horizon, n_waves)
    sources : tuple of str
        The raw column that each feature of the steps ahead is of, but for the waves.
    base : array of shape (n_windows, horizon)
    scale : array of shape (n_windows,)
        An answer ``a`` means the value ``base + scale * a``.
    """

    inside: tuple[Singles, Singles]
    waves: Singles
    ahead: tuple[Singles, Singles]
    sources: tuple[str, ...]
    base: Floats
    scale: Floats

    @classmethod
    def joined(cls, parts: Sequence[Asked]) -> Asked:
        """Return the windows of all parts."""

        def both(name: str) -> Any:
            pairs = zip(*(getattr(part, name) for part in parts), strict=True)
            return tuple(np.concatenate(pair) for pair in pairs)

        def one(name: str) -> Any:
            return np.concatenate([getattr(part, name) for part in parts])

        inside, ahead, sources = both("inside"), both("ahead"), parts[0].sources
        return cls(inside, one("waves"), ahead, sources, one("base"), one("scale"))

    def without(self, series: SeriesSet, column: str) -> Asked:
        """Return the windows as if nothing were known of a raw column; what stands for time stays."""
        own = column == series.target
        names = (*series.known_names, *series.past_names[:-1])
        inside, beside = (part.copy() for part in self.inside)
        ahead = self.ahead[0].copy()
        ahead[:, :, np.isin(self.sources, [column, *[MISSING] * own])] = np.nan
        beside[:, :, np.isin(names, [column])] = np.nan
        if own:
            inside[:, :, :2] = 0.0
        return replace(self, inside=(inside, beside), ahead=(ahead, self.ahead[1]))


@dataclass(frozen=True, eq=False)
class Scaling:
    """Medians of features, and one over their spreads.

    Attributes
    ----------
    beside, ahead : float32 arrays of shape (2, n_features)
        Of columns beside the series within a window, and of the steps ahead.
    """

    beside: Singles
    ahead: Singles

    @classmethod
    def of(cls, asked: Asked) -> Scaling:
        """Return the scaling that suits some windows."""
        return cls(*(_centre_and_factor(part) for part in (asked.inside[1], asked.ahead[0])))

    def windows(self, asked: Asked) -> Windows:
        """Return windows as a network takes them."""
        own, beside = asked.inside
        inside = np.concatenate([own, scaled(beside, *self.beside)], axis=2)
        tokens = inside.reshape(len(inside), asked.waves.shape[1], -1)
        steps = np.concatenate([scaled(asked.ahead[0], *self.ahead), asked.ahead[1]], axis=2)
        return Windows(
            np.concatenate([tokens, asked.waves], axis=2), np.ascontiguousarray(own[:, :, 1]), steps
        )


def flagged(series: SeriesSet) -> SeriesSet:
    """Return the series with one more column of the past: which values are missing."""
    missing = np.isnan(series.values).astype(np.float64)
    past = np.column_stack([series.past, missing])
    return replace(series, past=past, past_names=(*series.past_names, MISSING))


def asked_at(past: Past, plan: WindowPlan, codes: Ints, origins: Ints) -> Asked:
    """Return the windows that end at some positions of flagged series, and the steps after them."""
    starts, horizon = past.series.bounds[:-1][codes], plan.horizon
    rows = np.repeat(codes, horizon)
    # Beyond the end there is no step: the last one stands for it, and nobody reads the answer.
    left = (past.series.bounds[1:] - 1)[codes] - origins
    steps = np.minimum(np.arange(1, horizon + 1), left[:, None]).ravel()
    told = lag_rows(past, plan.lags, rows, np.repeat(origins, horizon), steps)
    n_dates = len(calendar_features(past.series, rows[:0], rows[:0]))
    features = told.matrix.reshape(len(codes), horizon, -1)
    split = features.shape[2] - n_dates
    lasts = origins[:, None] - plan.patch * np.arange(plan.n_tokens - 1, -1, -1)
    dates = calendar_features(past.series, np.repeat(codes, plan.n_tokens), lasts.ravel())
    table = np.stack(dates, axis=1) if dates else np.empty((lasts.size, 0))
    return Asked(
        _inside(past, plan, starts, (codes, origins)),
        _waves(table.reshape(*lasts.shape, n_dates)),
        (features[:, :, :split], _waves(features[:, :, split:])),
        told.sources[:split],
        told.base.reshape(-1, horizon),
        past.scale[codes],
    )


def answers_at(past: Past, asked: Asked, codes: Ints, origins: Ints) -> Singles:
    """Return the true answers, shape (n_windows, horizon), NaN where a step has no value."""
    rows = origins[:, None] + np.arange(1, asked.base.shape[1] + 1)
    known = rows < past.series.bounds[1:][codes][:, None]
    truth = np.where(known, past.series.values[np.where(known, rows, 0)], np.nan)
    return np.asarray((truth - asked.base) / asked.scale[:, None], np.float32)


def _inside(
    past: Past, plan: WindowPlan, starts: Ints, places: tuple[Ints, Ints]
) -> tuple[Singles, Singles]:
    codes, origins = places
    rows = origins[:, None] - np.arange(plan.length - 1, -1, -1)
    known, had = (r >= starts[:, None] for r in (rows, rows - plan.lags.season))
    values = np.where(known, past.values[np.where(known, rows, 0)], np.nan)
    before = past.values[np.where(had, rows - plan.lags.season, 0)]
    change = np.where(had, (values - before) / past.scale[codes][:, None], 0.0)
    level = np.nanmean(values, axis=1, keepdims=True)
    spread = np.nanmean(np.abs(values - level), axis=1, keepdims=True)
    shape = np.where(spread > 0, (values - level) / np.where(spread > 0, spread, 1.0), 0.0)
    beside = np.concatenate([past.series.known, past.series.past], axis=1)[np.where(known, rows, 0)]
    # What was fed back is not known either.
    missing = np.where(known & (beside[:, :, -1] == 0), 0.0, 1.0)
    own = [
        scaled(part.astype(np.float32), np.zeros(1, np.float32), unit)
        for part, unit in ((shape, np.ones(1, np.float32)), (change, CHANGE_FACTOR))
    ]
    told = np.where(known[:, :, None], beside[:, :, :-1], np.nan)
    return (
        np.stack([*own, missing], axis=2).astype(np.float32),
        told.astype(np.float32),
    )


def _waves(dates: NDArray[Any]) -> Singles:
    """Return sine and cosine of each column of the calendar."""
    periods = np.array(PERIODS[: dates.shape[2]][::-1])
    turns = 2 * np.pi * dates / periods
    return np.concatenate([np.sin(turns), np.cos(turns)], axis=2).astype(np.float32)


def _centre_and_factor(part: Singles) -> Singles:
    rows = part.reshape(part.shape[0] * part.shape[1], part.shape[2])
    return np.stack(centre_and_factor(rows[:: max(1, -(-len(rows) // SAMPLE_ROWS))]))
