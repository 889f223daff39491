"""Regression: a number for each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import AutoMLTaskType, ProblemKind
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.tasks.base import OF_ROWS, Scalar, Task, tasks


class Regression(Task):
    """A number in the target's own unit."""

    task_type = AutoMLTaskType.REGRESSION
    reads: ClassVar[frozenset[str]] = OF_ROWS | {"task_settings.label_delay"}

    def present(
        self,
        prediction: NDArray[np.float64],
        kind: ProblemKind,
        classes: Sequence[Scalar],
        threshold: Threshold | None,
    ) -> pl.DataFrame:
        """Return ``prediction`` alone."""
        return pl.DataFrame({"prediction": prediction[:, 0]})


tasks.add("regression")(Regression())
