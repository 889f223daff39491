"""PhantomForecaster: a back-tested blend of forecasters, with the settings of a scikit-learn estimator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import polars as pl
from sklearn.utils.validation import check_is_fitted

from phantom_ml.config import AutoMLConfig, AutoMLTaskType
from phantom_ml.errors import BadSetting
from phantom_ml.forecasters.evaluation.measures import DEFAULT, get_measure
from phantom_ml.sklearn_api.base import PhantomEstimator
from phantom_ml.sklearn_api.rows import as_polars, is_frame
from phantom_ml.sklearn_api.session import open_core


class PhantomForecaster(PhantomEstimator):
    """Forecasts numbers over time, with quantiles; the best blend of several forecasters by back-test.

    Parameters
    ----------
    horizon : int, optional
        Steps ahead that are optimised for; one season where not given.
    time_column : str
    value_column : str or None
        What is forecast; None of a wide table, in which each column of numbers is a series.
    series_columns : sequence of str
        What tells series apart, where the frame holds many.
    known_ahead, past_only : sequence of str
        Columns of numbers beside the series: those known of the future (holidays, plans), and others.
    quantiles : sequence of float
        Ascending, between 0 and 1.
    frequency : str, optional
        ``1h``, ``1d``, ``1mo``, ...; found where not given.
    season : int, optional
        Steps of a season; found where not given.
    n_windows : int
        Of the back-test, at most.
    time_budget_seconds : float, optional
        Wall clock of ``fit``, everything included; 600 where neither it nor ``max_trials`` is given.
    max_trials : int, optional
        Try so many forecasters; fits are equal bit for bit then.
    metric : str, optional
        ``mase`` where not given; ``smape``, ``wql``, ``rmse``, ``mae`` or ``owa``.
    algorithms_to_try : sequence of str, optional
        Names of forecasters; all that are installed where not given.
    seed : int
    n_threads : int, optional
    home : path, optional
        Keep the experiment and its models there; a temporary folder where not given.
    time_zone : str, optional
        IANA name of the zone by whose clock steps are counted, where times tell one; UTC where not given.

    Attributes
    ----------
    model_id_ : str
        The model in its home.
    leaderboard_ : Leaderboard
        All forecasters that were tried.
    feature_importance_ : dict of str to float
        By column, summing to 1.
    frequency_, season_ : str and int
        The step and the steps of a season that were taken, as declared or found; a season of 1 is none.

    Examples
    --------
    >>> import numpy as np
    >>> hours = pl.DataFrame({"time": range(240), "value": np.sin(np.arange(240) * 2 * np.pi / 24)})
    >>> model = PhantomForecaster(horizon=24, season=24, max_trials=1).fit(hours)
    >>> model.predict().columns
    ['time', 'prediction', 'quantile_0.1', 'quantile_0.5', 'quantile_0.9']
    """

    def __init__(  # noqa: PLR0913, PLR0917 - scikit-learn keeps settings as arguments of the constructor
        self,
        horizon: int | None = None,
        time_column: str = "time",
        value_column: str | None = "value",
        series_columns: Sequence[str] = (),
        known_ahead: Sequence[str] = (),
        past_only: Sequence[str] = (),
        quantiles: Sequence[float] = (0.1, 0.5, 0.9),
        frequency: str | None = None,
        season: int | None = None,
        n_windows: int = 3,
        time_budget_seconds: float | None = None,
        max_trials: int | None = None,
        metric: str | None = None,
        algorithms_to_try: Sequence[str] | None = None,
        seed: int = 0,
        n_threads: int | None = None,
        home: str | Path | None = None,
        time_zone: str | None = None,
    ) -> None:
        super().__init__(
            time_budget_seconds, max_trials, metric, algorithms_to_try, seed, n_threads, home
        )
        self.horizon = horizon
        self.time_column = time_column
        self.value_column = value_column
        self.series_columns = series_columns
        self.known_ahead = known_ahead
        self.past_only = past_only
        self.quantiles = quantiles
        self.frequency = frequency
        self.season = season
        self.n_windows = n_windows
        self.time_zone = time_zone

    def fit(self, X: Any, y: Any = None) -> Self:
        """Search for the best blend.

        Parameters
        ----------
        X : frame
            One row a time and series, in any order; gaps are allowed. A frame or a series of pandas may hold
            its times in a DatetimeIndex.
        y : ignored

        Raises
        ------
        ColumnMissing, DataError, TargetUnusable, BadSetting
            The rows are no series, or the settings cannot be.
        """
        asked = {
            "task_type": AutoMLTaskType.TIME_SERIES,
            "target_column": self.value_column,
            "time_column": self.time_column,
            "task_settings": self._series_settings(),
            "seed": self.seed,
        }
        frame, core = self._frame(X), open_core(self.home)
        config = AutoMLConfig.of(asked | self._limits())
        taken = self._keep(core, core.auto_create_model(frame, config)).series
        if taken is not None:
            self.frequency_, self.season_ = taken.frequency, taken.season
        return self

    def _frame(self, X: Any) -> pl.DataFrame:
        """Return a table with its times in a column; those of pandas may be the index."""
        if type(getattr(X, "index", None)).__name__ == "DatetimeIndex":
            if not is_frame(X):
                X = X.to_frame(self.value_column or X.name or "value")
            if self.time_column not in X.columns:
                X = X.rename_axis(index=self.time_column).reset_index()
        if not is_frame(X):
            raise BadSetting(
                f"A forecast is made of a table with a time, not of a {type(X).__name__}.",
                f"Give a frame with the columns {self.time_column!r} and {self.value_column!r}, or values of "
                "pandas with a DatetimeIndex.",
            )
        return as_polars(X)

    def _series_settings(self) -> dict[str, Any]:
        """Return what is asked of the series, by the names of ``task_settings``."""
        names = ("series_columns", "known_ahead", "past_only", "quantiles")
        lists = {name: tuple(getattr(self, name)) for name in names}
        single = ("horizon", "frequency", "season", "n_windows", "time_zone")
        return lists | {name: getattr(self, name) for name in single}

    def predict(self, horizon: int | None = None, future: Any = None) -> pl.DataFrame:
        """Return the series and time columns, ``prediction`` and ``quantile_<q>``, a row a step.

        Parameters
        ----------
        horizon : int, optional
            Steps ahead; those of the settings where not given.
        future : frame, optional
            What is known ahead: the series and time columns, and those of ``known_ahead``. Without a horizon
            a row for each of its rows; with the values that came also ``score`` and ``alert``.

        Raises
        ------
        ColumnMissing, DataError, BadSetting
            What is known ahead is not told, or the horizon is no whole number of 1 to 100,000.
        """
        check_is_fitted(self, "model_id_")
        if hasattr(horizon, "__len__") and not isinstance(horizon, str):
            raise BadSetting(
                f"The horizon is a {type(horizon).__name__}, not a number of steps.",
                "Rows are forecast, and scored where they hold the values that came, by predict(future=rows).",
            )
        known = None if future is None else self._frame(future)
        return self._opened().predict(self.model_id_, known, horizon=horizon)

    def score(self, X: Any, y: Any = None) -> float:
        """Return how well the values that came after the history were forecast; greater is better.

        It is minus the measure that ranks: ``metric``, where not given the mean absolute scaled error, so
        that -1 is the seasonal naive's error in the history and 0 an exact forecast. NaN where the measure
        cannot be told, as of a history that repeats without a change.

        Parameters
        ----------
        X : frame
            The series and time columns and the values, as in ``fit``; rows that are not ahead are left out.
        y : ignored

        Raises
        ------
        BadSetting
            No row lies after the history.
        """
        check_is_fitted(self, "model_id_")
        figures = self._opened().evaluate(self.model_id_, self._frame(X)).figures
        name = get_measure(str(self.metric or DEFAULT)).name
        return -figures[name].value if name in figures else math.nan
