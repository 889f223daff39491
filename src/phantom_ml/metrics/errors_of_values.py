"""How far predicted values lie from true ones: RMSE, MAE, MAPE and RMSLE."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from phantom_ml.metrics.base import VALUES, Metric, Prediction, Truth, Weight, metrics
from phantom_ml.parts.spreads import root_mean_square


def rmse_score(truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
    """Return the root of the mean squared error, in the target's unit."""
    return root_mean_square(truth - prediction[:, 0], weight)


def mae_score(truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
    """Return the mean absolute error, in the target's unit."""
    return float(np.average(np.abs(truth - prediction[:, 0]), weights=weight))


def mape_score(truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
    """Return the mean absolute error as a share of the true value.

    Rows whose true value is 0 have no such share and are left out; NaN where no other is left.
    """
    whole = truth != 0
    kept = None if weight is None else weight[whole]
    if not whole.any() or (kept is not None and not kept.sum() > 0):
        return math.nan
    share = np.abs(truth[whole] - prediction[whole, 0]) / np.abs(truth[whole])
    return float(np.average(share, weights=kept))


def rmsle_score(truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
    """Return the root mean squared error of log(1 + value).

    Predictions below 0 count as 0; NaN where a true value is below 0.
    """
    if (truth < 0).any():
        return math.nan
    distance = np.log1p(truth) - np.log1p(np.maximum(prediction[:, 0], 0.0))
    return root_mean_square(distance, weight)


def _file(
    name: str,
    function: Callable[[Truth, Prediction, Weight], float],
    aliases: tuple[str, ...],
    least: float = -math.inf,
) -> Metric:
    return metrics.add(name)(
        Metric(
            name,
            function,
            greater_is_better=False,
            bounds=(math.inf, 0.0),
            needs="value",
            kinds=VALUES,
            aliases=aliases,
            least=least,
        )
    )


rmse = _file("rmse", rmse_score, ("root_mean_squared_error",))
mae = _file("mae", mae_score, ("mean_absolute_error", "l1"))
mape = _file("mape", mape_score, ("mean_absolute_percentage_error",))
rmsle = _file("rmsle", rmsle_score, ("root_mean_squared_log_error",), least=0.0)
