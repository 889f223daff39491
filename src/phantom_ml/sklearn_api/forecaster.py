"""PhantomForecaster: a back-tested blend of forecasters for one or many series."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import polars as pl
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from phantom_ml.automl.forecasting import ForecastModel, search_forecast
from phantom_ml.errors import BadSetting, BundleDamaged
from phantom_ml.forecasters.base import ForecastContext
from phantom_ml.forecasters.bundle import load_forecaster, save_forecaster
from phantom_ml.forecasters.columns import SeriesColumns
from phantom_ml.forecasters.from_frame import known_ahead_of, series_of
from phantom_ml.forecasters.series import SeriesSet
from phantom_ml.process.deadline import Deadline
from phantom_ml.sklearn_api.rows import as_frame

BLEND = "blend.json"


class PhantomForecaster(BaseEstimator):  # type: ignore[misc]
    """Forecasts numbers over time, with quantiles; the best blend of several forecasters by back-test.

    Parameters
    ----------
    horizon : int
        Steps ahead that are optimised for.
    time_column, value_column : str
    series_columns : sequence of str
        What tells series apart, where the frame holds many.
    known_ahead : sequence of str
        Columns of numbers that are known of the future: holidays, plans.
    quantiles : sequence of float
        Ascending, between 0 and 1.
    frequency : str, optional
        ``1h``, ``1d``, ``1mo``, ...; found where not given.
    season : int, optional
        Steps of a season; found where not given.
    forecasters : sequence of str, optional
        Names; all that are installed where not given.
    time_budget_seconds : float
        Of ``fit``.
    n_windows : int
        Of the back-test.
    seed, n_threads : int

    Attributes
    ----------
    leaderboard_ : DataFrame
        ``forecaster``, ``mase`` (mean over the windows), ``seconds``, ``reason``; the best first.
    weights_ : dict of str to float
        Of the blend that forecasts.
    notes_ : tuple of str
        What a person should know.

    Examples
    --------
    >>> import numpy as np
    >>> hours = pl.DataFrame({"time": range(240), "value": np.sin(np.arange(240) * 2 * np.pi / 24)})
    >>> model = PhantomForecaster(horizon=24, season=24, forecasters=["SeasonalNaive"]).fit(hours)
    >>> model.predict().columns
    ['time', 'prediction', 'quantile_0.1', 'quantile_0.5', 'quantile_0.9']
    """

    def __init__(  # noqa: PLR0913, PLR0917 - scikit-learn keeps settings as arguments of the constructor
        self,
        horizon: int = 24,
        time_column: str = "time",
        value_column: str = "value",
        series_columns: Sequence[str] = (),
        known_ahead: Sequence[str] = (),
        quantiles: Sequence[float] = (0.1, 0.5, 0.9),
        frequency: str | None = None,
        season: int | None = None,
        forecasters: Sequence[str] | None = None,
        time_budget_seconds: float = 60.0,
        n_windows: int = 3,
        seed: int = 0,
        n_threads: int = 1,
    ) -> None:
        self.horizon = horizon
        self.time_column = time_column
        self.value_column = value_column
        self.series_columns = series_columns
        self.known_ahead = known_ahead
        self.quantiles = quantiles
        self.frequency = frequency
        self.season = season
        self.forecasters = forecasters
        self.time_budget_seconds = time_budget_seconds
        self.n_windows = n_windows
        self.seed = seed
        self.n_threads = n_threads

    def fit(self, X: Any, y: Any = None) -> Self:
        """Search for the best blend.

        Parameters
        ----------
        X : frame
            One row a time and series, in any order; gaps are allowed.
        y : ignored

        Raises
        ------
        ColumnMissing, DataError, TargetUnusable, BadSetting
            The rows are no series, or the settings cannot be.
        """
        context = ForecastContext(
            self.horizon,
            tuple(self.quantiles),
            self.seed,
            self.n_threads,
            Deadline.after(self.time_budget_seconds),
        )
        columns = SeriesColumns(
            self.time_column,
            self.value_column,
            tuple(self.series_columns),
            tuple(self.known_ahead),
        )
        self.series_ = series_of(as_frame(X), columns, self.frequency, self.season)
        self._told(search_forecast(self.series_, context, self.forecasters, self.n_windows))
        return self

    def _told(self, model: ForecastModel) -> None:
        self.model_, self.weights_, self.notes_ = model, dict(model.weights), model.notes
        rows = [(t.forecaster, t.mase, round(t.seconds, 2), t.reason) for t in model.trials]
        shape = {"forecaster": pl.String, "mase": pl.Float64, "seconds": pl.Float64}
        self.leaderboard_ = pl.DataFrame(rows, {**shape, "reason": pl.String}, orient="row")

    def predict(self, horizon: int | None = None, future: Any = None) -> pl.DataFrame:
        """Return the series and time columns, ``prediction`` and ``quantile_<q>``, a row a step.

        Parameters
        ----------
        horizon : int, optional
            Steps ahead; those of the settings where not given.
        future : frame, optional
            What is known ahead: the series and time columns, and those of ``known_ahead``.
        """
        check_is_fitted(self, "model_")
        steps = self.horizon if horizon is None else horizon
        if steps < 1:
            raise BadSetting(f"The horizon is {steps}.", "Ask for 1 step at least.")
        known = None if future is None else known_ahead_of(self.series_, as_frame(future), steps)
        found = self.model_.predict(steps, known)
        parts = {
            f"quantile_{q:g}": found.quantiles[:, :, i].ravel() for i, q in enumerate(found.levels)
        }
        columns = {"prediction": found.mean.ravel(), **parts}
        return self.series_.future_frame(steps).with_columns(**columns)

    def save(self, folder: str | Path) -> Path:
        """Write the model without pickle: the history as Parquet, each member's own parts, the weights."""
        check_is_fitted(self, "model_")
        place = Path(folder).expanduser()
        place.mkdir(parents=True, exist_ok=True)
        self.series_.save(place)
        for name, member in self.model_.members.items():
            save_forecaster(member, place / name, with_history=False)
        told = {
            "settings": self.get_params(),
            "weights": self.weights_,
            "method": self.model_.method,
        }
        (place / BLEND).write_text(json.dumps(told, default=list))
        return place

    @classmethod
    def load(cls, folder: str | Path) -> PhantomForecaster:
        """Return what ``save`` wrote; raises BundleDamaged."""
        place = Path(folder).expanduser()
        try:
            told = json.loads((place / BLEND).read_text())
            model, weights = cls(**told["settings"]), dict(told["weights"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BundleDamaged(
                f"{str(place)!r} holds no forecast that can be read: {error}.", "Save it again."
            ) from None
        model.series_ = SeriesSet.load(place)
        members = {name: load_forecaster(place / name, model.series_) for name in weights}
        model._told(ForecastModel(members, weights, told["method"], (), 0))
        return model
