"""Series on a regular grid, end to end: what every forecaster learns from.

A frame of rows becomes a SeriesSet once (``from_frame.py``); here it is cut, picked from, continued in
time, saved and loaded. It knows nothing of forecasters.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.errors import BundleDamaged, PhantomError
from phantom_ml.forecasters.series.frequency import Frequency
from phantom_ml.forecasters.series.gaps import filled
from phantom_ml.forecasters.series.zoned import zoned_type

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Stand in the file for what has no other column of its own.
CODE, VALUE = "code", "value"
VALUES_FILE, IDS_FILE, FACTS_FILE = "history.parquet", "series.parquet", "history.json"


@dataclass(frozen=True, eq=False)
class SeriesSet:
    """One or many series of one frequency.

    Attributes
    ----------
    ids : polars frame of shape (n_series, n_series_columns)
        What names each series, sorted; no columns where there is one series without a name.
    origins : int64 array of shape (n_series,)
        The time of each series' first value: nanoseconds since 1970 in UTC, or a whole number.
    bounds : int64 array of shape (n_series + 1,)
        Series ``i`` is ``values[bounds[i]:bounds[i + 1]]``; none is empty.
    values : float64 array of shape (n_total,)
        NaN where a step has no value.
    frequency : Frequency
    season : int
        Steps of a season, 1 for none.
    time : str
        Name of the time column.
    time_type : polars data type
        What the time column was; times are told in it.
    target : str
        Name of what is forecast.
    known : float64 array of shape (n_total, n_known)
        Columns whose future is known ahead, NaN where missing.
    past : float64 array of shape (n_total, n_past)
        Columns that are known up to the end of a history only.
    known_names, past_names : tuple of str
    time_form : str or None
        How text of times is written; None: decided by what is given.
    zoned : bool or None
        Whether the times of the rows named a zone; None where that is not known.
    """

    ids: pl.DataFrame
    origins: Ints
    bounds: Ints
    values: Floats
    frequency: Frequency
    season: int = 1
    time: str = "time"
    time_type: pl.DataType = field(default_factory=pl.Int64)
    target: str = "value"
    known: Floats = field(default_factory=lambda: np.empty((0, 0)))
    past: Floats = field(default_factory=lambda: np.empty((0, 0)))
    known_names: tuple[str, ...] = ()
    past_names: tuple[str, ...] = ()
    time_form: str | None = None
    zoned: bool | None = None

    def __post_init__(self) -> None:
        for name, names in (("known", self.known_names), ("past", self.past_names)):
            if not names:
                object.__setattr__(self, name, np.empty((len(self.values), 0)))

    @property
    def n_series(self) -> int:
        """Return the number of series, at least 1."""
        return len(self.bounds) - 1

    @property
    def lengths(self) -> Ints:
        """Return the steps of each series, shape (n_series,), at least 1."""
        return np.diff(self.bounds)

    @property
    def codes(self) -> Ints:
        """Return the number of the series that each value belongs to, shape (n_total,)."""
        return np.repeat(np.arange(self.n_series), self.lengths)

    @property
    def whole(self) -> Floats:
        """Return the values with their gaps filled, shape (n_total,)."""
        return filled(self.values, self.bounds, self.season)

    def times(self) -> Ints:
        """Return the time of each value, shape (n_total,)."""
        steps = np.arange(len(self.values)) - np.repeat(self.bounds[:-1], self.lengths)
        return self.frequency.times(np.repeat(self.origins, self.lengths), steps)

    def future_times(self, horizon: int) -> Ints:
        """Return the times of the next steps, shape (n_series, horizon)."""
        steps = self.lengths[:, None] + np.arange(horizon)
        origins = np.broadcast_to(self.origins[:, None], steps.shape)
        flat = self.frequency.times(origins.ravel(), steps.ravel())
        return flat.reshape(steps.shape)

    def is_shown(self, horizon: int) -> NDArray[np.bool_]:
        """Return which of the next steps the clock does not leap over, shape (n_series, horizon)."""
        steps = self.lengths[:, None] + np.arange(horizon)
        origins = np.broadcast_to(self.origins[:, None], steps.shape).ravel()
        told = self.frequency.steps(origins, self.future_times(horizon).ravel())
        return np.asarray(told.reshape(steps.shape) == steps, np.bool_)

    def future_frame(self, horizon: int) -> pl.DataFrame:
        """Return the series columns and the time column of the next steps, series by series."""
        rows = np.repeat(np.arange(self.n_series), horizon)
        times = pl.Series(self.time, self.future_times(horizon).ravel())
        named = self.ids[rows] if self.ids.width else self.ids
        return _beside(named, told_times(times, self.time_type))

    def take(self, chosen: Ints) -> SeriesSet:
        """Return some of the series, by position, in that order."""
        return self._cut(chosen, self.bounds[:-1][chosen], self.bounds[1:][chosen])

    def until(self, n_left_out: int, least: int = 1) -> tuple[SeriesSet, Ints]:
        """Return the series without their last steps, and the positions of those that are left.

        Parameters
        ----------
        n_left_out : int
            Steps to leave out, at least 0.
        least : int
            Series of which fewer known values would remain are left out whole.
        """
        ends = np.maximum(self.bounds[1:] - n_left_out, self.bounds[:-1])
        known = np.concatenate([[0], np.cumsum(~np.isnan(self.values))])
        chosen = np.flatnonzero(known[ends] - known[self.bounds[:-1]] >= max(least, 1))
        return self._cut(chosen, self.bounds[:-1][chosen], ends[chosen]), chosen

    def _cut(self, chosen: Ints, starts: Ints, ends: Ints) -> SeriesSet:
        lengths = ends - starts
        bounds = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        rows = np.arange(bounds[-1]) + np.repeat(starts - bounds[:-1], lengths)
        return replace(
            self,
            ids=self.ids[chosen] if self.ids.width else self.ids,
            origins=self.origins[chosen],
            bounds=bounds,
            values=self.values[rows],
            known=self.known[rows],
            past=self.past[rows],
        )

    def save(self, folder: Path) -> None:
        """Write the series as Parquet, and what is known about them as JSON, into a folder."""
        columns = {CODE: self.codes, VALUE: self.values}
        columns |= {f"known_{i}": self.known[:, i] for i in range(self.known.shape[1])}
        columns |= {f"past_{i}": self.past[:, i] for i in range(self.past.shape[1])}
        pl.DataFrame(columns).write_parquet(folder / VALUES_FILE)
        # The origins stand in the time column's own type, so that it is read back with them.
        origins = told_times(pl.Series("origin", self.origins), self.time_type).alias(ORIGIN)
        ns = pl.Series(EXACT, self.origins)
        _beside(self.ids, origins, ns).write_parquet(folder / IDS_FILE)
        facts = {
            "frequency": self.frequency.__dict__, "season": self.season, "time": self.time,
            "target": self.target, "known": self.known_names, "past": self.past_names,
            "time_form": self.time_form, "zoned": self.zoned,
        }  # fmt: skip
        (folder / FACTS_FILE).write_text(json.dumps(facts))

    @classmethod
    def load(cls, folder: Path) -> SeriesSet:
        """Return the series that ``save`` wrote; raises BundleDamaged."""
        try:
            series = cls._read(folder)
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            PhantomError,
            pl.exceptions.PolarsError,
        ) as error:
            raise _damaged(str(error)) from None
        sizes = {len(series.values), len(series.known), len(series.past)}
        if sizes != {int(series.bounds[-1])} or (series.lengths < 1).any() or series.season < 1:
            raise _damaged("its parts do not fit together")
        return series

    @classmethod
    def _read(cls, folder: Path) -> SeriesSet:
        facts = json.loads((folder / FACTS_FILE).read_text())
        told = pl.read_parquet(folder / IDS_FILE)
        rows = pl.read_parquet(folder / VALUES_FILE)
        codes = rows[CODE].to_numpy()
        if len(codes) and ((np.diff(codes) < 0).any() or codes[0] < 0 or codes[-1] >= told.height):
            raise ValueError("rows of no series")
        frequency = _frequency_of(facts["frequency"])
        bounds = np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=told.height))])
        known = [name for name in rows.columns if name.startswith("known_")]
        past = [name for name in rows.columns if name.startswith("past_")]
        if (len(known), len(past)) != (len(facts["known"]), len(facts["past"])):
            raise ValueError("columns without a name")
        return cls(
            told.drop(ORIGIN, EXACT), told[EXACT].to_numpy(), bounds.astype(np.int64),
            rows[VALUE].to_numpy(), frequency, int(facts["season"]),
            facts["time"], told[ORIGIN].dtype, facts["target"],
            _matrix(rows, known), _matrix(rows, past),
            tuple(facts["known"]), tuple(facts["past"]), facts.get("time_form"),
            _zoned_of(facts, told[ORIGIN].dtype),
        )  # fmt: skip


#: Columns beside those that name a series; no column of a user's is called so.
ORIGIN, EXACT = "\x00origin", "\x00exact"


def told_times(times: pl.Series, kind: pl.DataType) -> pl.Series:
    """Return nanoseconds as dates or datetimes of a type; whole numbers of another type as that."""
    if not kind.is_temporal():
        return times.cast(kind, strict=False)
    moments = times.cast(pl.Datetime("ns"))
    if not isinstance(kind, pl.Datetime):
        return moments.cast(kind)
    if kind.time_zone is not None:
        moments = moments.dt.replace_time_zone("UTC").dt.convert_time_zone(kind.time_zone)
    return moments.dt.cast_time_unit(kind.time_unit)


def _beside(ids: pl.DataFrame, *columns: pl.Series) -> pl.DataFrame:
    """Return a frame with more columns; one that has none has no rows either."""
    return ids.with_columns(*columns) if ids.width else pl.DataFrame(columns)


def _matrix(rows: pl.DataFrame, names: list[str]) -> Floats:
    if not names:
        return np.empty((rows.height, 0))
    return np.ascontiguousarray(rows.select(names).to_numpy(), np.float64)


def _zoned_of(facts: dict[str, Any], kind: pl.DataType) -> bool | None:
    """Return whether the times of a saved history named a zone; raises TypeError where it cannot be."""
    # Earlier files do not say it; text but for ISO 8601 has no type that does.
    earlier = zoned_type(kind) if facts.get("time_form") is None else None
    zoned = facts.get("zoned", earlier)
    if not isinstance(zoned, bool | None):
        raise TypeError("a kind of times that cannot be")
    return zoned


def _frequency_of(facts: dict[str, Any]) -> Frequency:
    """Return the frequency that was saved; raises ValueError, TypeError or BadSetting where there can be none."""
    # Earlier files tell only whether it is the last day of a month.
    at_end = facts.pop("month_end", False)
    frequency = Frequency(**({"month_day": 31 if at_end else 0} | facts))
    if Frequency.parse(frequency.text) != replace(frequency, month_day=0, zone=None):
        raise ValueError("a frequency that cannot be")
    if frequency.month_day not in range(32):
        raise ValueError("a day that no month has")
    if frequency.zone is not None and frequency.zone not in available_timezones():
        raise ValueError("a zone that is not known")
    return frequency


def _damaged(fault: str) -> PhantomError:
    return BundleDamaged(
        f"The history of a forecaster is not what a fit could have written: {fault}.",
        "Export the model again, or use an earlier one.",
    )
