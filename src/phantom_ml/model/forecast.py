"""A blend of forecasters in use: what comes next, and how odd what came is."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config.nested import MOST_STEPS
from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.data.times.unread import UnreadTimes
from phantom_ml.errors import BadSetting, BundleDamaged, listed
from phantom_ml.forecasters.base import FittedForecaster, Forecast
from phantom_ml.forecasters.bundle import load_forecaster
from phantom_ml.forecasters.evaluation.blend import blended
from phantom_ml.forecasters.series.columns import GREATEST, beyond_times, read_all_values
from phantom_ml.forecasters.series.from_frame import Ahead, known_ahead_of, rows_ahead
from phantom_ml.forecasters.series.grid import SeriesSet
from phantom_ml.forecasters.uncertainty.stretch import stretched
from phantom_ml.model.forecast_spec import ForecastSpec, SeriesFacts
from phantom_ml.model.reading import reading
from phantom_ml.tasks.base import tasks

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
SERIES = "series"
GOLDEN = Path("golden") / "expected.npy"
#: Steps of each series that are checked after a load.
GOLDEN_STEPS = 4


@dataclass(frozen=True, eq=False)
class ForecastModel:
    """A loaded model of series.

    Attributes
    ----------
    spec : ForecastSpec
    series : SeriesSet
        The history.
    members : dict of str to FittedForecaster
    """

    spec: ForecastSpec
    series: SeriesSet
    members: dict[str, FittedForecaster]

    @classmethod
    def load(cls, folder: Path, spec: ForecastSpec) -> ForecastModel:
        """Return a bundle's blend, and what it says checked against what it said; raises BundleDamaged."""
        with reading(SERIES):
            series = SeriesSet.load(folder / SERIES)
        members = {}
        for m in spec.members:
            with reading(m.folder):
                members[m.forecaster] = load_forecaster(folder / m.folder, series)
        with reading(GOLDEN.as_posix()):
            expected = np.asarray(np.load(folder / GOLDEN, allow_pickle=False), np.float64)
        model = cls(spec, series, members)
        model._check_golden(expected)
        return model

    @property
    def facts(self) -> SeriesFacts:
        """Return what it is made of."""
        return facts_of(self.series, self.spec.horizon)

    def _check_golden(self, expected: Floats) -> None:
        found = self.golden()
        if found.shape != expected.shape or not np.allclose(
            found, expected, rtol=1e-5, atol=1e-9, equal_nan=True
        ):
            raise BundleDamaged(
                "The model does not forecast what it did when it was made.",
                "Install the library versions that its card names, or train again.",
            )

    def golden(self) -> Floats:
        """Return the first steps of each series, mean and quantiles, shape (n_series, steps, 1 + n_levels)."""
        return golden_of(self.forecast(self.spec.horizon))

    def forecast(self, horizon: int, future: Floats | None = None) -> Forecast:
        """Return the forecast of the steps after the history, ``future`` as forecasters take it."""
        check_horizon(horizon)
        told = {name: member.predict(horizon, future) for name, member in self.members.items()}
        blend = blended(told, {m.forecaster: m.weight for m in self.spec.members})
        return stretched(blend, self.spec.stretch)

    def beyond(self, horizon: int) -> tuple[str, ...]:
        """Return what to say of steps that lie further ahead than was asked for in training."""
        if horizon <= self.spec.horizon:
            return ()
        chosen = self.spec.horizon
        return (
            f"The rows reach {horizon:,} steps ahead, the model was chosen for {chosen:,}: how far it lies "
            "from what comes beyond is not back-tested.",
        )

    def unread_times(self, frame: pl.DataFrame | None) -> tuple[str, ...]:
        """Return what to say of cells of the time column that hold something and no time as training read them."""
        series, found = self.series, UnreadTimes(0 if frame is None else frame.height)
        if frame is not None and series.time in frame.columns and series.time_type.is_temporal():
            dtype = str(series.time_type) if series.time_form is None else str(pl.String)
            told = {"dtype": dtype, "kind": ColumnKind.TIMESTAMP, "time_form": series.time_form}
            found.add(ColumnSchema(name=series.time, **told), frame[series.time])
        return found.notes()

    def steps(self, horizon: int | None = None, known: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return a row for each series and step: its names, its time, ``prediction`` and quantiles.

        A step has no row where the clock of the series leaps over it.

        Parameters
        ----------
        horizon : int or None
            Steps ahead; None: those that were asked for in training.
        known : DataFrame or None
            What is known ahead, by series and time.
        """
        names = self.series.known_names
        if names and known is None:
            raise BadSetting(
                f"The model learned from what is known ahead: {listed(names)}. Nothing is told of it.",
                "Give a table of the steps ahead with these columns, empty where nothing is known.",
            )
        steps = self.spec.horizon if horizon is None else check_horizon(horizon)
        future = None if known is None else known_ahead_of(self.series, known, steps)
        told = self.forecast(steps, future)
        flat = _joined(told)
        shown = self._presented(flat.reshape(-1, flat.shape[2]))
        whole = pl.concat([self.series.future_frame(steps), shown], how="horizontal")
        return whole.filter(self.series.is_shown(steps).ravel())

    def rows(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the forecast of each row of a frame, in its order; null for rows that are not ahead.

        Where the frame has the target, ``score`` tells how far a value lies from the middle of the band
        between the lowest and the highest quantile, in half its width; outside, above 1, is an ``alert``.

        Parameters
        ----------
        frame : DataFrame
            Series and time columns, those that are known ahead, and the target where it is known.

        Raises
        ------
        TargetUnusable
            The target holds text that is no number.
        """
        ahead = rows_ahead(self.series, frame)
        reach_of(self.series, frame, ahead, ahead.usable)
        told = self._at(frame, ahead)
        shown = self._presented(told).with_columns(pl.all().fill_nan(None))
        named = frame.select([*self.series.ids.columns, self.series.time])
        if self.spec.target in frame.columns and len(self.spec.levels) > 1:
            shown = shown.with_columns(*self._oddness(frame[self.spec.target], told))
        return pl.concat([named, shown], how="horizontal")

    def _at(self, frame: pl.DataFrame, ahead: Ahead) -> Floats:
        """Return mean and quantiles of each row, NaN where it is not ahead."""
        found = np.full((frame.height, 1 + len(self.spec.levels)), np.nan)
        if not ahead.usable.any():
            return found
        steps = check_horizon(int(ahead.steps[ahead.usable].max()) + 1)
        forecast = self.forecast(steps, known_ahead_of(self.series, frame, steps))
        place = ahead.codes[ahead.usable], ahead.steps[ahead.usable]
        found[ahead.usable, 0] = forecast.mean[place]
        found[ahead.usable, 1:] = forecast.quantiles[place]
        return found

    def _oddness(self, values: pl.Series, told: Floats) -> list[pl.Series]:
        value = np.clip(read_all_values(values), -GREATEST, GREATEST)
        low, high = told[:, 1], told[:, -1]
        middle = (low + high) / 2.0
        # A constant series has a band without width: a millionth of its size is none.
        half = np.maximum((high - low) / 2.0, 1e-6 * (1.0 + np.abs(middle)))
        score = np.abs(value - middle) / half
        odd = pl.Series("score", score).fill_nan(None)
        return [odd, pl.Series("alert", (value < low) | (value > high))]

    def _presented(self, prediction: Floats) -> pl.DataFrame:
        task = tasks.get(self.spec.task_type)
        return task.present(prediction, self.spec.kind, self.spec.levels, None)


def check_horizon(horizon: Any) -> int:
    """Return a number of steps ahead as it is; raises BadSetting where it is no whole number or cannot be.

    Examples
    --------
    >>> check_horizon(48)
    48
    """
    is_whole = isinstance(horizon, Integral) and not isinstance(horizon, bool)
    if is_whole and 1 <= horizon <= MOST_STEPS:
        return int(horizon)
    shown = f"{horizon:,}" if is_whole else repr(horizon)
    raise BadSetting(f"The horizon is {shown}.", f"Ask for 1 to {MOST_STEPS:,} steps ahead.")


def reach_of(series: SeriesSet, frame: pl.DataFrame, ahead: Ahead, usable: Flags) -> int:
    """Return how many steps ahead the usable rows of a frame reach, 0 where none is.

    Raises
    ------
    BadSetting
        A row lies further ahead than any forecast goes.
    """
    times, known = frame[series.time], pl.Series(ahead.codes >= 0)
    beyond = times.filter(beyond_times(times, series.time_form).fill_null(value=False) & known)
    steps = np.where(usable, ahead.steps, -1)
    reach = int(steps.max(initial=-1)) + 1
    if not len(beyond) and reach <= MOST_STEPS:
        return reach
    far = beyond[0] if len(beyond) else times[int(steps.argmax())]
    raise BadSetting(
        f"The time {far} in {series.time!r} lies too far ahead.",
        f"A forecast goes 1 to {MOST_STEPS:,} steps ahead, and no further than April 2262.",
    )


def facts_of(series: SeriesSet, horizon: int) -> SeriesFacts:
    """Return what a forecast of so many steps of some series is made of."""
    return SeriesFacts(
        n_series=series.n_series,
        frequency=series.frequency.text,
        season=series.season,
        horizon=horizon,
    )


def golden_of(told: Forecast) -> Floats:
    """Return the first steps of a forecast, mean and quantiles, shape (n_series, steps, 1 + n_levels)."""
    return _joined(told.first(GOLDEN_STEPS))


def _joined(told: Forecast) -> Floats:
    return np.concatenate([told.mean[:, :, None], told.quantiles], axis=2)
