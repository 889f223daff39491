"""Models in use: loaded once, after every check."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from phantom_ml.config import ProblemKind
from phantom_ml.core.tested_scores import ScoresOfTest
from phantom_ml.errors import BadSetting, BundleVersion
from phantom_ml.model.bundle import open_bundle
from phantom_ml.model.checks import check_golden, check_held_out
from phantom_ml.model.forecast import ForecastModel
from phantom_ml.model.forecast_spec import ForecastSpec
from phantom_ml.model.manifest import Manifest
from phantom_ml.model.pipeline import Pipeline
from phantom_ml.model.signing import Trust
from phantom_ml.model.spec import ModelSpec

#: Models held in memory at once.
MAX_LOADED = 8

#: What a bundle gives: a model of rows, or of series.
Kept = Pipeline | ForecastModel


def as_pipeline(model: Kept) -> Pipeline:
    """Return a model of rows as it is; raises BadSetting for one of series."""
    if isinstance(model, ForecastModel):
        raise BadSetting(
            f"The model forecasts series of {model.spec.target!r}, and has no rows to score.",
            "Name a model that was trained on rows.",
        )
    return model


def load_bundle(folder: Path, trust: Trust, n_threads: int = 1) -> tuple[Manifest, Kept]:
    """Return a bundle's manifest and model after its hashes, signature and golden rows were checked.

    Raises
    ------
    BundleDamaged, BundleUntrusted, BundleVersion
    """
    from pydantic import ValidationError

    manifest = open_bundle(folder, trust)
    of_series = manifest.spec.get("kind") == ProblemKind.FORECAST
    try:
        spec = (ForecastSpec if of_series else ModelSpec).model_validate(manifest.spec)
    except ValidationError as error:
        raise BundleVersion(
            f"The model graph is not one that this version reads: {error.errors()[0]['msg']}.",
            "Use the version that wrote it, or train again.",
        ) from None
    if isinstance(spec, ForecastSpec):
        return manifest, ForecastModel.load(folder, spec)
    pipeline = Pipeline.load(folder, spec, n_threads)
    check_golden(folder, pipeline)
    check_held_out(folder)
    ScoresOfTest.load(folder)
    return manifest, pipeline


@dataclass
class Loaded:
    """Models in memory, the least recently used leaving first."""

    trust: Trust
    n_threads: int = 1
    models: OrderedDict[str, tuple[Manifest, Kept]] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: str, folder: Callable[[], Path], signed_by: str) -> tuple[Manifest, Kept]:
        """Return a model, loaded and checked the first time; its known signer is trusted."""
        with self.lock:
            if key not in self.models:
                trust = Trust(self.trust.own, (*self.trust.others, signed_by))
                self.models[key] = load_bundle(folder(), trust, self.n_threads)
                while len(self.models) > MAX_LOADED:
                    self.models.popitem(last=False)
            self.models.move_to_end(key)
            return self.models[key]
