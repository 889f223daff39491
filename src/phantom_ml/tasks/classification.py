"""Classification: which of two or more classes a row belongs to, with a probability for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import AutoMLTaskType, ProblemKind
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.tasks.base import OF_ALERTS, OF_ROWS, Scalar, Task, tasks


class Classification(Task):
    """Two classes: one of them is the alert. Many: each has a probability."""

    task_type = AutoMLTaskType.CLASSIFICATION
    reads: ClassVar[frozenset[str]] = OF_ROWS | OF_ALERTS | {"task_settings.label_delay"}

    def present(
        self,
        prediction: NDArray[np.float64],
        kind: ProblemKind,
        classes: Sequence[Scalar],
        threshold: Threshold | None,
    ) -> pl.DataFrame:
        """Return ``prediction``, ``probability_<class>`` for each class and, for two, ``alert``.

        With two classes the prediction follows the alert, so that the two never disagree.
        """
        names = pl.Series("prediction", list(classes), strict=False)
        if kind is not ProblemKind.BINARY:
            columns = {f"probability_{c}": prediction[:, i] for i, c in enumerate(classes)}
            best = names[prediction.argmax(axis=1)]
            return pl.DataFrame({"prediction": best, **columns})
        positive = prediction[:, 0]
        alert = positive >= (0.5 if threshold is None else threshold.value)
        return pl.DataFrame(
            {
                "prediction": names[alert.astype(np.int64)],
                f"probability_{classes[0]}": 1.0 - positive,
                f"probability_{classes[1]}": positive,
                "alert": alert,
            }
        )


tasks.add("classification")(Classification())
