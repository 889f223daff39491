"""Timestamps as calendar: hour, weekday, day and month, never absolute time.

Absolute time and row order separate scripted attacks from the rest without saying why, and mean
nothing in the next month.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.data.times import to_datetime
from phantom_ml.features.base import ColumnEncoder, encoders

PARTS = ("minute_of_day", "hour", "weekday", "day", "month", "business_hours")


@encoders.add("timestamp")
class TimestampEncoder(ColumnEncoder):
    """The calendar parts that vary in training; NaN where the time is missing or unreadable."""

    name = "timestamp"
    kinds = frozenset({ColumnKind.TIMESTAMP})
    family = "temporal"

    parts: tuple[str, ...]

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> TimestampEncoder | None:
        """Return the encoder with the parts that are not constant; None if all are."""
        table = _calendar(to_datetime(values), PARTS)
        varying = tuple(p for p in PARTS if table[p].drop_nulls().n_unique() > 1)
        return cls(column=schema.name, parts=varying) if varying else None

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return one feature a part."""
        return tuple(Feature(f"{self.column}.{p}", self.column) for p in self.parts)

    def transform(self, values: pl.Series, out: NDArray[np.float32]) -> None:
        """Write the parts: minutes 0..1439, hour 0..23, weekday 1..7 (Monday 1), day 1..31, month 1..12."""
        table = _calendar(to_datetime(values), self.parts)
        for i, part in enumerate(self.parts):
            out[:, i] = table[part].cast(pl.Float32).to_numpy()


def _calendar(times: pl.Series, parts: tuple[str, ...]) -> pl.DataFrame:
    t = pl.col("t")
    hour, weekday = t.dt.hour().cast(pl.Int32), t.dt.weekday().cast(pl.Int32)
    expressions = {
        "minute_of_day": hour * 60 + t.dt.minute().cast(pl.Int32),
        "hour": hour,
        "weekday": weekday,
        "day": t.dt.day().cast(pl.Int32),
        "month": t.dt.month().cast(pl.Int32),
        # Monday to Friday, 8 to 18, in the clock of the column.
        "business_hours": ((weekday <= 5) & hour.is_between(8, 17)).cast(pl.Int32),
    }
    return times.alias("t").to_frame().select(expressions[p].alias(p) for p in parts)
