"""Questions that are posed to small tables."""

from datetime import datetime

import polars as pl

from phantom_ml.automl.preparation.encode import encode
from phantom_ml.automl.preparation.folds import plan_splits
from phantom_ml.automl.question.pose import pose
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import AutoMLConfig
from phantom_ml.data.reading.dataset import Dataset

ASKED = AutoMLConfig(target_column="label")


def dataset(frame: pl.DataFrame) -> Dataset:
    return Dataset(frame.lazy(), frame.height)


def posed(frame: pl.DataFrame, validation: pl.DataFrame | None = None, **settings: object):
    given = None if validation is None else dataset(validation)
    return pose(dataset(frame), AutoMLConfig.of({"target_column": "label"} | settings), given)


def off(row: int) -> pl.Expr:
    """The times, that of one row decades ahead."""
    return pl.when(pl.int_range(pl.len()) == row).then(datetime(2099, 1, 1)).otherwise("when")


def planned(problem, folder, n_folds: int = 3):
    folder.mkdir(exist_ok=True)
    samples = encode(problem, Workspace(folder), ASKED)
    return samples, plan_splits(problem, samples.matrix, n_folds, 0)
