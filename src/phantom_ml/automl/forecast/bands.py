"""What a back-test says of the band of what is served: whether it tells the quantiles, and whether they held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from phantom_ml.forecasters.base import Forecast
from phantom_ml.forecasters.evaluation.backtest import Window
from phantom_ml.forecasters.evaluation.blend import blended
from phantom_ml.forecasters.uncertainty.band import (
    n_outside,
    too_few_values,
    too_many_outside,
)
from phantom_ml.forecasters.uncertainty.stretch import stretched, stretches

#: Another forecaster is named where so much smaller a share of values lies outside its band.
MUCH_SMALLER = 0.5
#: Forecasts of each window by the name of the forecaster.
Told = Sequence[Mapping[str, Forecast]]


def of_bands(
    windows: Sequence[Window], told: Told, weights: Mapping[str, float], levels: Sequence[float]
) -> tuple[str, ...]:
    """Return the sentences on the band of a blend; none where the back-test tells and bears it out.

    Parameters
    ----------
    windows : sequence of Window
    told : sequence of mappings
    weights : mapping of str to float
        Of the blend.
    levels : sequence of float
        Ascending.
    """
    if not windows:
        return ()
    shares = dict(weights)
    served = [blended(own, shares) for own in told]
    stretch = stretches([w.truth for w in windows], served)
    outside, n_values = _outside(windows, [stretched(f, stretch) for f in served])
    found = too_many_outside(outside, n_values, levels, "In the back-test")
    better = _better(windows, told, outside) if found else ""
    return (*too_few_values(n_values, levels), *(f"{text}{better}" for text in found))


def _outside(windows: Sequence[Window], told: Sequence[Forecast]) -> tuple[int, int]:
    parts = [n_outside(w.truth, f) for w, f in zip(windows, told, strict=True)]
    outside, n_values = np.sum(parts, axis=0)
    return int(outside), int(n_values)


def _better(windows: Sequence[Window], told: Told, outside: int) -> str:
    """Return what to do of too many values outside: another forecaster, where its band holds far more."""
    names = [name for name in told[0] if all(name in own for own in told)]
    counts = {name: _outside(windows, [own[name] for own in told]) for name in names}
    best = min(counts, key=lambda name: counts[name][0])
    n_left, n_values = counts[best]
    if n_left > MUCH_SMALLER * outside:
        return " Expect as many alerts."
    share = n_left / n_values
    return (
        f" Expect as many alerts; outside the band of {best} alone lie {n_left:,} ({share:.2g}): name it alone "
        "in algorithms_to_try where that matters more."
    )
