"""What the settings of every network share."""

from __future__ import annotations

import importlib.util
from typing import ClassVar

from pydantic import Field

from phantom_ml.algorithms.base import AlgorithmSettings, bounded
from phantom_ml.parts.nets.device import DeviceName


class NetworkSettings(AlgorithmSettings):
    """Trained in torch, stops at its deadline, scores without torch."""

    extra: ClassVar[str | None] = "deep"
    can_stop: ClassVar[bool] = True
    grows: ClassVar[str | None] = "n_epochs"

    label_smoothing: float = bounded(
        0.0, 0.0, 0.2, description="Share of a class's probability that goes to all."
    )
    device: DeviceName = Field("auto", description="Where to train: a GPU where there is one.")

    @classmethod
    def available(cls) -> bool:
        """Return whether torch is installed."""
        return importlib.util.find_spec("torch") is not None
