"""What is said of the band between the lowest and the highest quantile: whether values tell it, and hold to it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from phantom_ml.forecasters.base import Forecast
from phantom_ml.forecasters.uncertainty.conformal import INNER
from phantom_ml.wording import counted

Floats = NDArray[np.float64]
#: Values beyond a quantile that are expected at least among those that tell it.
LEAST_BEYOND = 3
#: So many times as many values outside as meant are told, where chance brings them more rarely than this.
TOO_MANY, CHANCE = 2.0, 1e-3


def is_band(levels: Sequence[float]) -> bool:
    """Return whether ascending quantiles lie on both sides of 0.5."""
    return len(levels) > 1 and levels[0] < 0.5 < levels[-1]


def asked_coverage(levels: Sequence[float]) -> float:
    """Return the share of values that ascending quantiles are meant to hold between them.

    Examples
    --------
    >>> asked_coverage((0.001, 0.5, 0.999))
    0.998
    """
    return round(levels[-1] - levels[0], 12)


def n_outside(truth: Floats, told: Forecast) -> tuple[int, int]:
    """Return how many truths lie outside the band, and how many there are.

    Parameters
    ----------
    truth : array of shape (n_series, horizon)
        NaN where unknown.
    told : Forecast
    """
    outside = (truth < told.quantiles[:, :, 0]) | (truth > told.quantiles[:, :, -1])
    return int(outside.sum()), int((~np.isnan(truth)).sum())


def too_few_values(n_values: int, levels: Sequence[float]) -> tuple[str, ...]:
    """Return the sentence on quantiles farther out than so many back-test values tell; none where they do.

    Parameters
    ----------
    n_values : int
        Of the back-test, all series and steps together.
    levels : sequence of float
        Ascending. Those of 0.1 to 0.9 need no word.
    """
    rarest = min(min(level, 1.0 - level) for level in levels)
    needed = math.ceil(LEAST_BEYOND / rarest - 1e-6)
    if n_values >= needed or 1.0 - rarest <= INNER + 1e-9 or not n_values:
        return ()
    far = [f"{q:g}" for q in levels if LEAST_BEYOND / min(q, 1.0 - q) - 1e-6 > n_values]
    nearest = LEAST_BEYOND / n_values
    ask = f"quantiles of {nearest:.2g} to {1.0 - nearest:.4g}" if nearest < 0.5 else "inner ones"
    who = f"The quantile {far[0]} is" if len(far) == 1 else f"The quantiles {', '.join(far)} are"
    return (
        f"{who} extrapolated: {counted(n_values, 'value')} of the back-test tell how wrong forecasts are, and "
        f"{needed:,} at least are needed to see {LEAST_BEYOND} beyond the farthest. More or fewer values than "
        f"meant may be alerts. Give more series or a longer history, or ask for {ask}.",
    )


def too_many_outside(
    outside: int, n_values: int, levels: Sequence[float], where: str
) -> tuple[str, ...]:
    """Return the sentence on a band outside which far more values lie than are meant to; none where it holds.

    Parameters
    ----------
    outside, n_values : int
        As ``n_outside`` returns them.
    levels : sequence of float
        Ascending.
    where : str
        What the values are of, as the sentence begins.

    Examples
    --------
    >>> too_many_outside(2, 1_000, (0.001, 0.5, 0.999), "In the back-test")
    ()
    """
    if not is_band(levels) or not n_values:
        return ()
    meant = 1.0 - asked_coverage(levels)
    chance = bdtrc(outside - 1, n_values, meant) if outside else 1.0
    if outside < TOO_MANY * meant * n_values or chance > CHANCE:
        return ()
    lie = "lies" if outside == 1 else "lie"
    return (
        f"{where} {outside:,} of {counted(n_values, 'value')} ({outside / n_values:.2g}) {lie} outside the band "
        f"from {levels[0]:g} to {levels[-1]:g}, where a share of {meant:.2g} is meant to.",
    )
