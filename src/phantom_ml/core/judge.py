"""Who judges a finished model: the test part, the kinds of attack in it, the prevalence in the field."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from phantom_ml.automl.holdout import Holdout
from phantom_ml.config import AutoMLConfig
from phantom_ml.core.models import as_pipeline, load_bundle
from phantom_ml.core.threat import ThreatReport, threat_report
from phantom_ml.data.dataset import Dataset
from phantom_ml.model.signing import SigningKey, Trust


@dataclass(frozen=True)
class Judge:
    """What is kept from a training until its model stands.

    Attributes
    ----------
    holdout : Holdout
    kinds : pair of Series, or None
        The kind of attack of the development and of the test rows.
    prevalence : float or None
    """

    holdout: Holdout
    kinds: tuple[pl.Series, pl.Series] | None
    prevalence: float | None

    @classmethod
    def of(cls, holdout: Holdout, dataset: Dataset, config: AutoMLConfig) -> Judge | None:
        """Return who judges a training; None where it keeps no test part."""
        if holdout.test is None:
            return None
        name, kinds = config.task_settings.type_column, None
        if name is not None:
            told = dataset.frame([name])[name].cast(pl.String)
            parts = (holdout.development.target.keep, holdout.test.target.keep)
            kinds = (told[parts[0]], told[parts[1]])
        return cls(holdout, kinds, config.task_settings.prevalence)

    def report(self, folder: Path, key: SigningKey) -> ThreatReport | None:
        """Return the report of the model in a folder; None where it has no threshold."""
        _, model = load_bundle(folder, Trust(key.fingerprint))
        pipeline = as_pipeline(model)
        return threat_report(self.holdout, pipeline, self.kinds, self.prevalence)
