"""Lines of results read back: system, data, budget, seed and figures, and the kept predictions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.score import PRIMARY


@dataclass(frozen=True)
class Kept:
    """A kept prediction with its truth."""

    task: str
    truth: np.ndarray
    prediction: np.ndarray


@dataclass(frozen=True)
class Record:
    """One line.

    Attributes
    ----------
    system, data : str
    budget : float
        Seconds.
    seed : int
    figures : dict
        ``failed`` with the reason where there is no model.
    predictions : Path or None
    """

    system: str
    data: str
    budget: float
    seed: int
    figures: dict[str, Any]
    predictions: Path | None = None

    @property
    def key(self) -> tuple[str, str, float, int]:
        """Return what tells this run from others."""
        return self.system, self.data, self.budget, self.seed

    @property
    def task(self) -> str | None:
        """Return the task by the figures that it has; None for a failed run."""
        if "rmse" in self.figures:
            return "regression"
        if "pr_auc" in self.figures:
            return "binary"
        return "multiclass" if "logloss" in self.figures else None

    @property
    def primary(self) -> float | None:
        """Return the figure by which systems are ranked; None for a failed run."""
        return None if self.task is None else float(self.figures[PRIMARY[self.task][0]])

    def kept(self) -> Kept | None:
        """Return the kept prediction, None where there is none."""
        if self.predictions is None or not self.predictions.exists():
            return None
        with np.load(self.predictions, allow_pickle=False) as parts:
            prediction = parts["prediction"].astype(np.float64)
            return Kept(str(parts["task"]), parts["truth"], prediction)


def read(files: Iterable[Path]) -> list[Record]:
    """Return the records of some files; of equal runs the last one counts."""
    found: dict[tuple[str, str, float, int], Record] = {}
    for file in files:
        for line in file.read_text().splitlines():
            if line.strip():
                record = _of(json.loads(line), file)
                found[record.key] = record
    return list(found.values())


def _of(values: dict[str, Any], file: Path) -> Record:
    name = values.get("predictions")
    kept = None if name is None else file.parent / f"{file.stem}-predictions" / name
    budget = float(values["budget"])
    return Record(values["system"], values["data"], budget, values["seed"], values["figures"], kept)
