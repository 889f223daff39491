"""Time series: what comes next of one or many series, with quantiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import AutoMLTaskType, ProblemKind, ThresholdPolicy
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.tasks.base import Scalar, Task, tasks


class TimeSeries(Task):
    """A number for each step ahead, and where it may lie."""

    task_type = AutoMLTaskType.TIME_SERIES
    of_series = True
    reads: ClassVar[frozenset[str]] = frozenset(
        f"task_settings.{name}"
        for name in (
            "horizon",
            "quantiles",
            "series_columns",
            "known_ahead",
            "past_only",
            "frequency",
            "season",
            "time_zone",
            "n_windows",
        )
    )
    instead: ClassVar[Mapping[str, str]] = {
        "threshold": "A value is an alert outside the band of its quantiles: choose these.",
        "features": "Columns beside a series are named under known_ahead and past_only, the zone of its steps "
        "is task_settings.time_zone.",
    }

    def accepts(self, policy: ThresholdPolicy, kind: ProblemKind) -> bool:
        """Return that none is: a value is odd where it leaves the band of its own quantiles."""
        return False

    def present(
        self,
        prediction: NDArray[np.float64],
        kind: ProblemKind,
        classes: Sequence[Scalar],
        threshold: Threshold | None,
    ) -> pl.DataFrame:
        """Return ``prediction`` and ``quantile_<q>`` for each level, which stand in place of classes."""
        quantiles = {f"quantile_{q:g}": prediction[:, i] for i, q in enumerate(classes, start=1)}
        return pl.DataFrame({"prediction": prediction[:, 0], **quantiles})


tasks.add("time_series")(TimeSeries())
