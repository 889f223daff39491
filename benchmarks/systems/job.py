"""What a system is asked to do, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.datasets import DataSet


@dataclass(frozen=True)
class Job:
    """One training.

    Attributes
    ----------
    data : DataSet
    seconds : float
        The system's own time limit.
    seed : int
    n_threads : int
    scratch : Path
        An empty folder that is removed afterwards.
    """

    data: DataSet
    seconds: float
    seed: int
    n_threads: int
    scratch: Path


@dataclass(frozen=True)
class Fitted:
    """A trained system.

    Attributes
    ----------
    predict : callable
        Returns probabilities by class code, shape (n_test, n_classes), or values, shape (n_test,).
    best : str
        What the system calls its best model.
    more : dict
        Whatever else it tells of itself; kept with the figures.
    """

    predict: Callable[[], np.ndarray]
    best: str
    more: dict[str, Any] = field(default_factory=dict)
