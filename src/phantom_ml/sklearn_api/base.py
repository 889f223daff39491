"""What the estimators share: settings, rows as frames, a home for the model, and a state that travels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from phantom_ml.config import AutoMLConfig
from phantom_ml.config.automl import Metric
from phantom_ml.core import AutoMLResult, PhantomMLCore
from phantom_ml.features.given_rows import GivenRows
from phantom_ml.sklearn_api.rows import LEAST_ROWS, Weight, as_polars, free_name, is_frame
from phantom_ml.sklearn_api.session import Sealed, open_core, seal_model, unseal_model


class PhantomEstimator(BaseEstimator):  # type: ignore[misc]
    """Settings and rows; what is predicted is told by the classes derived from it."""

    _core: PhantomMLCore | None
    model_id_: str

    def __init__(  # noqa: PLR0913, PLR0917 - scikit-learn keeps settings as arguments of the constructor
        self,
        time_budget_seconds: float | None = None,
        max_trials: int | None = None,
        metric: Metric | None = None,
        algorithms_to_try: Sequence[str] | None = None,
        seed: int = 0,
        n_threads: int | None = None,
        home: str | Path | None = None,
    ) -> None:
        self.time_budget_seconds = time_budget_seconds
        self.max_trials = max_trials
        self.metric = metric
        self.algorithms_to_try = algorithms_to_try
        self.seed = seed
        self.n_threads = n_threads
        self.home = home

    def _train(
        self,
        frame: pl.DataFrame,
        answers: pl.Series | None,
        weight: Weight,
        asked: Mapping[str, Any],
    ) -> AutoMLResult:
        """Train on rows and their answers, where there are any, and keep what came of it."""
        names, table = [*frame.columns], frame
        target = free_name("target", names)
        settings: dict[str, Any] = {**asked, "seed": self.seed}
        if answers is not None:
            table = frame.with_columns(answers.alias(target))
            settings["target_column"] = target
        if weight is not None:
            column = free_name("weight", [*names, target])
            table = table.with_columns(pl.Series(column, weight))
            settings["weight_column"] = column
        core = open_core(self.home)
        config = AutoMLConfig.of(settings | self._limits())
        return self._keep(core, core.auto_create_model(table, config))

    def _keep(self, core: PhantomMLCore, result: AutoMLResult) -> AutoMLResult:
        """Keep what came of a training."""
        self._core = core
        self.model_id_ = result.model_id
        self.leaderboard_ = result.leaderboard
        self.feature_importance_ = result.feature_importance
        return result

    def _limits(self) -> dict[str, Any]:
        given = {
            "time_budget_seconds": self.time_budget_seconds,
            "max_trials": self.max_trials,
            "optimization_metric": self.metric,
            "n_threads": self.n_threads,
        }
        limits: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if self.algorithms_to_try is not None:
            limits["algorithms_to_try"] = tuple(self.algorithms_to_try)
        return limits

    def _rows(self, X: Any, *, reset: bool) -> tuple[pl.DataFrame, dict[str, str]]:
        """Return rows as a frame, and what is known of its columns.

        A frame may hold anything; an array holds numbers, every one of which may mean something.
        """
        if is_frame(X):
            validate_data(self, X, skip_check_array=True, reset=reset)
            frame = as_polars(X)
            if reset:
                GivenRows(frame, named=True).require_height(LEAST_ROWS, type(self).__name__)
            return frame, {}
        least = LEAST_ROWS if reset else 1
        values = validate_data(
            self, X, reset=reset, ensure_all_finite="allow-nan", ensure_min_samples=least
        )
        names = [f"x{i}" for i in range(values.shape[1])]
        return pl.DataFrame(np.ascontiguousarray(values), schema=names), dict.fromkeys(
            names, "number"
        )

    def _told(self, X: Any) -> pl.DataFrame:
        """Return the model's predictions of rows."""
        check_is_fitted(self, "model_id_")
        frame, _ = self._rows(X, reset=False)
        return self._opened().predict(self.model_id_, frame)

    def _opened(self) -> PhantomMLCore:
        """Return the home of the model; one of its own where the estimator has travelled."""
        if self._core is None:
            state = vars(self)
            sealed = Sealed(state["_archive"], state["_signer"])
            self._core, self.model_id_ = unseal_model(sealed)
        return self._core

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        """Return plain data: the model itself travels as the bytes of a signed bundle."""
        state: dict[str, Any] = {**super().__getstate__()}
        if state.get("_core") is not None:
            sealed = seal_model(state["_core"], self.model_id_)
            state |= {"_core": None, "_archive": sealed.archive, "_signer": sealed.signer}
        return state
