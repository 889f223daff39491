"""Logins at two sites, and what is asked of them."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from tests.core.tables import FORECAST

START, DAYS = datetime(2026, 3, 2), 12
ASKED = {**FORECAST, "task_settings": {"horizon": 24, "series_columns": ["site"], "n_windows": 2}}


def hours(first: int, last: int) -> pl.DataFrame:
    """Logins at two sites from one hour to another, more by day."""
    n = last - first
    hour = np.arange(first, last)
    rng = np.random.default_rng(first)
    sites = [
        pl.DataFrame(
            {
                "site": [site] * n,
                "time": [START + timedelta(hours=int(h)) for h in hour],
                "value": base + 30.0 * ((hour % 24 >= 8) & (hour % 24 < 18)) + rng.normal(size=n),
            }
        )
        for site, base in (("north", 20.0), ("south", 80.0))
    ]
    return pl.concat(sites)
