"""From the raw table to the workspace: encoded once, memory-mapped for every trial."""

from __future__ import annotations

import numpy as np

from phantom_ml.automl.draft import GOLDEN_ROWS
from phantom_ml.automl.problem import Problem
from phantom_ml.automl.workspace import Facts, Workspace
from phantom_ml.config import AutoMLConfig, FeatureSettings
from phantom_ml.data.matrix import Samples
from phantom_ml.errors import TargetUnusable
from phantom_ml.features.encoder import Encoder, fit_encoder


def wanted_features(config: AutoMLConfig) -> FeatureSettings:
    """Return the families that a configuration asks for; text is read in any case, it is all there is of it."""
    if config.feature_engineering:
        return config.features
    off = {"temporal": False, "statistical": False, "security": False}
    return config.features.model_copy(update=off)


def encode(problem: Problem, workspace: Workspace, settings: FeatureSettings) -> Samples:
    """Return the encoded rows, after they and the encoder were written to the workspace.

    The encoder is fitted on the rows that are trained on, never on rows given for validation.
    """
    training = problem.frame.head(problem.n_rows - problem.n_validation)
    encoder = fit_encoder(training, problem.inputs, settings)
    if not encoder.columns:
        raise TargetUnusable(
            "No column can be learned from: all are constant, empty or identifiers.",
            "Add columns, or say what a column is under features.kinds.",
        )
    samples = Samples(encoder.transform(problem.frame), problem.target.values, problem.weight)
    encoder.save(workspace.folder / "encoder")
    workspace.save_facts(Facts(problem.target.kind, problem.n_classes, _metric_in_child(problem)))
    workspace.save_samples(samples)
    _save_golden(problem, encoder, workspace)
    return samples


def _metric_in_child(problem: Problem) -> str:
    """Return the metric by which folds are raced; a user's own function stays in the parent."""
    if problem.custom_metric:
        return problem.task.default_metric(problem.target.kind).name
    return problem.metric.name


def _save_golden(problem: Problem, encoder: Encoder, workspace: Workspace) -> None:
    """Keep a few rows whose predictions are checked each time that the model is loaded."""
    n = min(GOLDEN_ROWS, problem.n_rows)
    rows = np.unique(np.linspace(0, problem.n_rows - 1, n).astype(np.int64))
    frame = problem.frame.select(encoder.inputs)[rows]
    matrix = encoder.transform(frame)
    target = problem.target.values[rows]
    workspace.save_samples(Samples(matrix, target), "golden")
    frame.write_parquet(workspace.folder / "golden" / "rows.parquet", compression="lz4")
