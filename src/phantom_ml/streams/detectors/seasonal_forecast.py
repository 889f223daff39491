"""Seasonal forecast: how far a value lies from what the last ones and those a season ago foretell.

A linear autoregression by ridge regression whose far errors weigh little (Huber's weights), learned anew from the
last rows; lags are the last few steps and, where the differences of the values show a season, the steps around one
season ago. Source for the weights: Huber, "Robust Estimation of a Location Parameter", Annals of Mathematical
Statistics 35, 1964, doi:10.1214/aoms/1177703732.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.config.bounds import bounded
from phantom_ml.parts.arrays import Arrays
from phantom_ml.streams.base import Floats, StreamSettings, stream_detectors
from phantom_ml.streams.detectors._robust import middle_and_spread, root_mean_square

#: Values are cut at so many spreads before they are learned from.
CUT = 6.0
#: Errors beyond so many spreads weigh the less the farther they are.
FAR = 2.0
#: The longest season that is looked for, and the rows after which it is looked for again.
MAX_SEASON, SOUGHT_EVERY = 700, 2048
#: A season shows by this correlation of the differences, and by three standard errors of noise.
LEAST_CORRELATION = 0.15
#: The first peak of such a share of the highest is the season; later ones repeat it.
PEAK_SHARE = 0.85


@stream_detectors.add("SeasonalForecast")
class SeasonalForecast(StreamSettings):
    """Error of a forecast from the last steps and from a season ago, in robust spreads; one a column."""

    name: ClassVar[str] = "SeasonalForecast"
    form: ClassVar[dict[str, int]] = {
        "weights": 2, "lags": 1, "level": 1, "spread": 1, "season": 1,
    }  # fmt: skip

    window: int = Field(2000, ge=64, le=100_000, description="Rows that it learns from.")
    every: int = Field(256, ge=1, le=100_000, description="Rows after which it learns anew.")
    n_lags: int = bounded(16, 1, 64, description="Last steps that foretell the next one.")
    penalty: float = bounded(1e-3, 1e-6, 1.0, log=True, description="Of the ridge, per mean size.")

    def learned(self, past: Floats, model: Arrays, n_seen: int) -> Arrays:
        """Return the weights of the lags, one column a column."""
        season = self._season(past, model, n_seen)
        lags = np.arange(1, self.n_lags + 1)
        if season:
            lags = np.unique(np.concatenate([lags, [season - 1, season, season + 1]]))
        n_targets = len(past) - int(lags[-1])
        told = {"level": np.median(past, axis=0), "season": np.array([float(season)])}
        if n_targets < 3 * len(lags) + 10:
            steps = np.diff(past, axis=0) if len(past) > 2 else np.ones((1, past.shape[1]))
            weights = np.ones((1, past.shape[1]))
            return {
                **told,
                "weights": weights,
                "lags": np.ones(1),
                "spread": middle_and_spread(steps)[1],
            }
        centred = past - told["level"]
        size = CUT * middle_and_spread(past)[1]
        places = np.arange(int(lags[-1]), len(past), dtype=np.int64)[:, None] - lags
        fits = [
            self._fitted(np.clip(centred[:, c], -size[c], size[c]), places)
            for c in range(past.shape[1])
        ]
        weights = np.stack([w for w, _ in fits], axis=1)
        spread = np.array([s for _, s in fits])
        return {**told, "weights": weights, "lags": lags.astype(np.float64), "spread": spread}

    def _fitted(self, values: Floats, places: NDArray[np.int64]) -> tuple[Floats, float]:
        """Return the weights of one column and the spread of what they miss."""
        before, target = values[places], values[len(values) - len(places) :]
        counts = np.ones(len(target))
        for _ in range(2):
            gram = (before * counts[:, None]).T @ before
            size = max(float(np.trace(gram)) / len(gram), 1e-12)
            gram += self.penalty * size * np.eye(len(gram))
            weights = np.linalg.solve(gram, before.T @ (counts * target))
            errors = target - before @ weights
            spread = float(middle_and_spread(errors[:, None])[1][0])
            counts = 1.0 / np.maximum(1.0, np.abs(errors) / (FAR * spread))
        return np.asarray(weights, np.float64), spread

    def _season(self, past: Floats, model: Arrays, n_seen: int) -> int:
        """Return the steps of a season, 0 for none; what was found before between two searches."""
        sought = n_seen % SOUGHT_EVERY == 0 or n_seen & (n_seen - 1) == 0
        if model and not sought:
            return int(model["season"][0])
        spread = middle_and_spread(past)[1]
        return season_of((past / spread).mean(axis=1), self.n_lags + 4)

    def raw(self, rows: Floats, n_new: int, model: Arrays) -> Floats:
        """Return the error of the forecast in spreads, the root of the mean square over columns."""
        lags = model["lags"].astype(np.int64)
        places = np.arange(len(rows) - n_new, len(rows))[:, None] - lags
        before = rows[np.maximum(places, 0)] - model["level"]
        told = np.einsum("nlk,lk->nk", before, model["weights"])
        return root_mean_square((rows[-n_new:] - model["level"] - told) / model["spread"])


def season_of(values: Floats, shortest: int) -> int:
    """Return the lag at which the differences of values repeat, 0 where they do not.

    Examples
    --------
    >>> season_of(np.tile([0.0, 0, 0, 0, 9, 0, 0, 3], 20), 3)
    8
    """
    n = len(values)
    longest = min(MAX_SEASON, n // 2 - 2)
    if longest <= shortest:
        return 0
    steps = np.diff(values)
    steps = np.clip(steps, *np.quantile(steps, [0.01, 0.99]))
    steps = steps - steps.mean()
    power = np.abs(np.fft.rfft(steps, 1 << int(np.ceil(np.log2(2 * n))))) ** 2
    own = np.fft.irfft(power)[: longest + 2]
    if not own[0] > 0:
        return 0
    own = own / own[0]
    lags = np.arange(shortest, longest + 1)
    peaks = lags[(own[lags] >= own[lags - 1]) & (own[lags] >= own[lags + 1])]
    high = own[peaks].max(initial=-1.0)
    if high < max(LEAST_CORRELATION, 3.0 / np.sqrt(n)):
        return 0
    return int(peaks[own[peaks] >= PEAK_SHARE * high][0])
