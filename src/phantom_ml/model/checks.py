"""What is checked of a model once its parts are read: that it works as it did when it was made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from phantom_ml.errors import BundleDamaged
from phantom_ml.metrics.validation_scores import ValidationScores
from phantom_ml.model.pipeline import ENCODER, Pipeline
from phantom_ml.model.reading import reading

ROWS, EXPECTED, HELD_OUT = "golden/rows.parquet", "golden/expected.npy", "validation.npz"


def check_golden(folder: Path, pipeline: Pipeline) -> None:
    """Score the golden rows and compare; raises BundleDamaged where the model says something else."""
    with reading(ROWS):
        rows = pl.read_parquet(folder / ROWS)
    with reading(EXPECTED):
        expected = np.asarray(np.load(folder / EXPECTED, allow_pickle=False), np.float64)
    # These rows were scored once: what fails on them now is the model, not the rows.
    with reading(ENCODER):
        matrix = pipeline.encode(rows)
    with reading("sides, learners"):
        found = pipeline.score_matrix(matrix)
    if found.shape != expected.shape or not np.allclose(found, expected, rtol=1e-6, atol=1e-9):
        worst = (
            float(np.abs(found - expected).max()) if found.shape == expected.shape else float("nan")
        )
        raise BundleDamaged(
            f"The model does not predict its golden rows as it did when it was made (off by {worst:g}).",
            "Install the library versions that its card names, or train again.",
        )


def check_held_out(folder: Path) -> None:
    """Read the held-out scores, where a bundle has some: a threshold is cut on them later."""
    if (folder / HELD_OUT).exists():
        with reading(HELD_OUT):
            ValidationScores.load(folder / HELD_OUT)
