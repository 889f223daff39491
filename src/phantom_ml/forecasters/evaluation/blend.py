"""A blend of forecasters: weights by greedy selection or by inverse error, chosen on a window left out.

Sources: Caruana, Niculescu-Mizil, Crew & Ksikes, "Ensemble selection from libraries of models", ICML 2004,
doi:10.1145/1015330.1015432 (greedy, with replacement); Bates & Granger, "The combination of forecasts",
Operational Research Quarterly 20 (1969), doi:10.1057/jors.1969.103 (weights by inverse error).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from phantom_ml.forecasters.base import Forecast
from phantom_ml.forecasters.evaluation.backtest import Window
from phantom_ml.forecasters.evaluation.measures import Error, mase

Weights = dict[str, float]
#: Forecasts of one window by the name of the forecaster.
Told = Mapping[str, Forecast]
#: Windows, the forecasts made for them and what counts -> weights that sum to 1.
Weigher = Callable[[Sequence[Window], Sequence[Told], Error], Weights]

#: Steps of the greedy selection; more change the second digit of a weight.
ROUNDS = 25
#: Inverse errors are squared: a forecaster twice as wrong counts a quarter.
POWER = 2.0
#: Weights under this are dropped: a forecast that hardly counts still has to be made.
LEAST_WEIGHT = 0.04


@dataclass(frozen=True)
class Blend:
    """Weights, and how they were found.

    Attributes
    ----------
    method : str
        ``greedy``, ``inverse_error`` or ``single``.
    weights : dict of str to float
        At least 0, summing to 1.
    error : float
        Mean over windows that had no part in the weights; NaN where there were none.
    """

    method: str
    weights: Weights
    error: float = math.nan


def blended(told: Told, weights: Weights) -> Forecast:
    """Return the weighted mean of forecasts, quantile by quantile; where all say the same, just that.

    Parameters
    ----------
    told : mapping of str to Forecast
        All of one shape and the same levels; at least those that have a weight.
    weights : dict of str to float
        At least 0, summing to 1.
    """
    parts = [(told[name], weight) for name, weight in weights.items() if weight > 0]
    first = parts[0][0]
    # By distances from one of them, for a sum of shares may miss what all say by a rounding.
    mean = first.mean + np.sum([w * (f.mean - first.mean) for f, w in parts], axis=0)
    moved = np.sum([w * (f.quantiles - first.quantiles) for f, w in parts], axis=0)
    return Forecast(mean, first.quantiles + moved, first.levels)


def greedy_weights(windows: Sequence[Window], told: Sequence[Told], error: Error = mase) -> Weights:
    """Return weights by adding, again and again, the forecaster that lessens the mean error most."""
    names = _common(told)
    counts = dict.fromkeys(names, 0.0)
    best, kept = math.inf, counts
    for n_chosen in range(1, ROUNDS + 1):
        shares = [_shares({**counts, name: counts[name] + 1.0}, n_chosen) for name in names]
        tried = [_error_of(windows, told, weights, error) for weights in shares]
        added = names[int(np.argmin(tried))]
        counts = {**counts, added: counts[added] + 1.0}
        if min(tried) < best:
            best, kept = min(tried), counts
    return _kept(kept) if math.isfinite(best) else _shares(dict.fromkeys(names, 1.0), len(names))


def inverse_error_weights(
    windows: Sequence[Window], told: Sequence[Told], error: Error = mase
) -> Weights:
    """Return weights that fall with the square of each forecaster's mean error."""
    names = _common(told)
    errors = {name: _error_of(windows, told, {name: 1.0}, error) for name in names}
    known = {n: max(e, 1e-12) for n, e in errors.items() if math.isfinite(e)}
    if not known:
        return _shares(dict.fromkeys(names, 1.0), len(names))
    return _kept({name: error**-POWER for name, error in known.items()})


def best_alone(windows: Sequence[Window], told: Sequence[Told], error: Error = mase) -> Weights:
    """Return the forecaster of the least mean error, with all the weight."""
    names = _common(told)
    errors = [_error_of(windows, told, {name: 1.0}, error) for name in names]
    return {names[int(np.argmin(errors))]: 1.0}


WEIGHERS: dict[str, Weigher] = {
    "greedy": greedy_weights,
    "inverse_error": inverse_error_weights,
    "single": best_alone,
}


def choose_blend(
    windows: Sequence[Window],
    told: Sequence[Told],
    error: Error = mase,
    methods: Sequence[str] = tuple(WEIGHERS),
) -> Blend:
    """Return the weights found in the way that does best on windows which it has not seen.

    Each window is left out in turn, the weights are found on the others. With a single window its series are
    halved instead, every second one left out; one series alone is blended by inverse error, for nothing is
    left to choose by.

    Parameters
    ----------
    windows : sequence of Window
        At least one.
    told : sequence of mappings
        The forecasts of each window by name; only forecasters with all windows take part.
    error : callable of (Window, Forecast) -> float
        What counts.
    methods : sequence of str
        Keys of WEIGHERS, in order of preference at equal error.
    """
    folds = _folds(windows, told)
    if not folds or len(_common(told)) == 1:
        method = "inverse_error" if "inverse_error" in methods else methods[0]
        return Blend(method, WEIGHERS[method](windows, told, error))
    errors = {method: _nested_error(WEIGHERS[method], folds, error) for method in methods}
    method = min(methods, key=lambda name: errors[name])
    return Blend(method, WEIGHERS[method](windows, told, error), errors[method])


Fold = tuple[list[Window], list[Told], list[Window], list[Told]]


def _folds(windows: Sequence[Window], told: Sequence[Told]) -> list[Fold]:
    """Return what to weigh by, and what to judge by, for each fold."""
    if len(windows) == 1:
        if len(windows[0].chosen) < 2:
            return []
        halves = [_part(windows[0], told[0], start) for start in (0, 1)]
        windows, told = [h[0] for h in halves], [h[1] for h in halves]
    numbers = range(len(windows))
    return [
        (
            [windows[i] for i in numbers if i != k],
            [told[i] for i in numbers if i != k],
            [windows[k]],
            [told[k]],
        )
        for k in numbers
    ]


def _part(window: Window, told: Told, start: int) -> tuple[Window, Told]:
    rows = np.arange(start, len(window.chosen), 2)
    own = {n: Forecast(f.mean[rows], f.quantiles[rows], f.levels) for n, f in told.items()}
    return Window(
        window.train.take(rows), window.chosen[rows], window.truth[rows], window.future[rows]
    ), own


def _nested_error(weigher: Weigher, folds: Sequence[Fold], error: Error) -> float:
    errors = [
        _error_of(judges, judged, weigher(windows, told, error), error)
        for windows, told, judges, judged in folds
    ]
    return float(np.mean(errors))


def _error_of(
    windows: Sequence[Window], told: Sequence[Told], weights: Weights, error: Error
) -> float:
    """Return the mean error of a blend over the windows, infinite where none can be told."""
    errors = [error(w, blended(own, weights)) for w, own in zip(windows, told, strict=True)]
    known = [e for e in errors if math.isfinite(e)]
    return float(np.mean(known)) if known else math.inf


def _common(told: Sequence[Told]) -> list[str]:
    return [name for name in told[0] if all(name in own for own in told)]


def _shares(counts: Weights, total: float) -> Weights:
    return {name: count / total for name, count in counts.items()}


def _kept(weights: Weights) -> Weights:
    """Return the weights that count, summing to 1."""
    total = sum(weights.values())
    kept = {name: w for name, w in weights.items() if w >= LEAST_WEIGHT * total}
    return {name: float(w / sum(kept.values())) for name, w in kept.items()}
