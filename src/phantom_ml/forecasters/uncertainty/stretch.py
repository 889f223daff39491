"""How much farther out outer quantiles lie than forecasters say, where a back-test shows that they are too near.

The statistical forecasters take errors for normal: of skewed values and of counts far more lie outside the band
that they tell. Where more do than chance brings, each side is moved out to where the tail of the back-test has it,
in units of the distance that was told. Source: Pickands, "Statistical Inference Using Extreme Order Statistics",
Annals of Statistics 3 (1975), doi:10.1214/aos/1176343003; Vovk, Gammerman & Shafer, "Algorithmic Learning in a
Random World", Springer 2005 (errors in units of what was expected of each).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from phantom_ml.forecasters.base import Forecast
from phantom_ml.forecasters.uncertainty.band import CHANCE, TOO_MANY
from phantom_ml.forecasters.uncertainty.conformal import INNER, outwards
from phantom_ml.forecasters.uncertainty.tail import tail_quantile

Floats = NDArray[np.float64]


def stretches(truths: Sequence[Floats], told: Sequence[Forecast]) -> tuple[float, ...]:
    """Return how many times as far out each quantile belongs, one a level, at least 1; empty where all are right.

    Parameters
    ----------
    truths : sequence of arrays of shape (n_series, horizon)
        NaN where unknown; one a window.
    told : sequence of Forecast
        Of the same windows.
    """
    if not told:
        return ()
    levels = enumerate(told[0].levels)
    found = tuple(_stretch(truths, told, place, level) for place, level in levels)
    return found if max(found) > 1.0 else ()


def _stretch(truths: Sequence[Floats], told: Sequence[Forecast], place: int, level: float) -> float:
    share, side = min(level, 1.0 - level), 1.0 if level > 0.5 else -1.0
    if 1.0 - share <= INNER + 1e-9:
        return 1.0
    away = np.concatenate([side * f.away[:, :, place].ravel() for f in told])
    missed = np.concatenate(
        [side * (y - f.mean).ravel() for y, f in zip(truths, told, strict=True)]
    )
    tells = (away > 0) & ~np.isnan(missed)
    far = missed[tells] / away[tells]
    n_beyond, n_values = int((far > 1.0).sum()), len(far)
    if n_beyond <= TOO_MANY * share * n_values or bdtrc(n_beyond - 1, n_values, share) > CHANCE:
        return 1.0
    return max(1.0, tail_quantile(far, share))


def stretched(told: Forecast, stretch: Sequence[float]) -> Forecast:
    """Return a forecast with its quantiles so many times as far from the point forecast; empty: as it is."""
    if not stretch:
        return told
    away = told.away * np.asarray(stretch, np.float64)
    flat = outwards(away.reshape(-1, away.shape[2]), told.levels)
    # Quantiles that are not moved stay as they are to the last digit.
    moved = np.where(
        flat.reshape(away.shape) == told.away,
        told.quantiles,
        told.mean[:, :, None] + flat.reshape(away.shape),
    )
    return Forecast(told.mean, moved, told.levels)
