"""The answers of labelled rows, as the codes or numbers that a model was trained on."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import AutoMLTaskType, ProblemKind
from phantom_ml.data.matrix import Rows
from phantom_ml.data.target import read_target
from phantom_ml.features.base import as_text
from phantom_ml.model.spec import ModelSpec

Answers = NDArray[np.int64] | NDArray[np.float64]


def known_answers(spec: ModelSpec, values: pl.Series) -> tuple[Answers, Rows]:
    """Return the answers that the model knows, and the positions of their rows.

    Parameters
    ----------
    spec : ModelSpec
    values : Series
        The raw target column; rows without an answer, or of a class never seen, are left out.
    """
    if spec.kind is ProblemKind.ANOMALY:
        target = read_target(values, spec.target, AutoMLTaskType.CLASSIFICATION)
        return target.values, target.keep
    if not spec.classes:
        target = read_target(values, spec.target, spec.task_type)
        return target.values, target.keep
    known = {str(c): i for i, c in enumerate(spec.classes)}
    for i, c in enumerate(spec.classes):
        known |= {str(int(c)): i, str(c).lower(): i} if isinstance(c, bool) else {}
    text = as_text(values)
    codes = text.replace_strict(
        list(known), list(known.values()), default=None, return_dtype=pl.Int64
    )
    rows = codes.is_not_null().arg_true().to_numpy().astype(np.int64)
    return codes.drop_nulls().to_numpy().astype(np.int64), rows
