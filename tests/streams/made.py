"""Series that are made, with a fixed seed."""

import numpy as np


def seasonal(n=900, n_columns=1, season=24, seed=0):
    """Return a season and noise, shape (n, n_columns)."""
    rng = np.random.default_rng(seed)
    wave = np.sin(2 * np.pi * np.arange(n) / season)[:, None]
    return 10.0 + 2.0 * wave + 0.2 * rng.normal(size=(n, n_columns))
