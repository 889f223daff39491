"""A model as a folder of parts, before it is signed and kept: every trial's, and the finished one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.metrics.calibration import Calibrator
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.metrics.validation_scores import ValidationScores
from phantom_ml.model.checks import HELD_OUT
from phantom_ml.model.forecast_spec import ForecastSpec
from phantom_ml.model.pipeline import USUAL
from phantom_ml.model.spec import FittedPart, Member, ModelSpec
from phantom_ml.model.trial import Trial

Array = NDArray[np.float64]
GOLDEN_ROWS = 32


@dataclass(frozen=True)
class Fit:
    """One fitted learner on disk, and the fold whose fitted features it needs."""

    folder: Path
    fold: str


@dataclass(frozen=True)
class Voice:
    """One member of a draft."""

    name: str
    algorithm: str
    weight: float
    fits: tuple[Fit, ...]


@dataclass(frozen=True)
class Recipe:
    """How the voices become a prediction."""

    voices: tuple[Voice, ...]
    combination: str
    intercept: float
    calibrator: Calibrator
    threshold: Threshold | None
    golden: Array
    validation: ValidationScores | None


@dataclass(frozen=True)
class Draft:
    """Parts in a folder of their own, the graph that joins them, and what is told about it."""

    folder: Path
    spec: ModelSpec | ForecastSpec
    trial: Trial
    facts: dict[str, Any]


def stage(
    recipe: Recipe, problem: Problem, workspace: Workspace, trial: Trial, facts: dict[str, Any]
) -> Draft:
    """Return the draft of a model; its parts are hard links, so that staging costs next to nothing."""
    folder = workspace.folder / "drafts" / f"{trial.number:05d}"
    if folder.exists():
        shutil.rmtree(folder)
    for part in ("encoder", USUAL):
        link_tree(workspace.folder / part, folder / part)
    members = tuple(_member(voice, folder, workspace) for voice in recipe.voices)
    golden = folder / "golden"
    golden.mkdir(parents=True)
    link(workspace.folder / "golden" / "rows.parquet", golden / "rows.parquet")
    np.save(golden / "expected.npy", recipe.golden)
    if recipe.validation is not None:
        recipe.validation.save(folder / HELD_OUT)
    spec = ModelSpec(
        task_type=problem.task.task_type,
        kind=problem.target.kind,
        target=problem.target.name,
        classes=problem.target.classes,
        inputs=problem.inputs,
        members=members,
        combination="logit" if recipe.combination == "logit" else "mean",
        intercept=recipe.intercept,
        calibrator=recipe.calibrator,
        threshold=recipe.threshold,
        suppression=problem.suppression,
    )
    return Draft(folder, spec, trial, facts)


def _member(voice: Voice, folder: Path, workspace: Workspace) -> Member:
    parts = []
    for fit in voice.fits:
        learner, side = f"learners/{voice.name}/{fit.fold}", f"sides/{fit.fold}"
        link_tree(fit.folder, folder / learner)
        if not (folder / side).exists():
            link_tree(workspace.side_folder(fit.fold), folder / side)
        parts.append(FittedPart(learner=learner, side=side))
    return Member(
        name=voice.name, algorithm=voice.algorithm, weight=voice.weight, parts=tuple(parts)
    )


def link_tree(source: Path, target: Path) -> None:
    """Make ``target`` a folder with links to the files under ``source``."""
    for file in sorted(p for p in source.rglob("*") if p.is_file()):
        link(file, target / file.relative_to(source))


def link(source: Path, target: Path) -> None:
    """Link a file, or copy it where the file system cannot link."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def draft_bytes(folders: Sequence[Path]) -> int:
    """Return the size of some folders in bytes."""
    return sum(p.stat().st_size for f in folders for p in f.rglob("*") if p.is_file())
