"""Who judges a finished model: the test part, the kinds of attack in it, the prevalence in the field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from pydantic import ValidationError

from phantom_ml.automl.preparation.holdout import Holdout
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.trials.draft import Draft
from phantom_ml.config import AutoMLConfig
from phantom_ml.core.kinds import THREAT, learned_kinds
from phantom_ml.core.models import Kept
from phantom_ml.core.tested_scores import ScoresOfTest
from phantom_ml.core.threat import Beside, Tested, ThreatReport, threat_report
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.data.times.parse import nanoseconds
from phantom_ml.errors import BundleVersion
from phantom_ml.model.manifest import Manifest
from phantom_ml.model.pipeline import Pipeline
from phantom_ml.model.spec import ModelSpec

MOVED = "Since this was measured another threshold was set: alerts, recall and rates differ now."


@dataclass(frozen=True)
class Judge:
    """What is kept from a training until its model stands.

    Attributes
    ----------
    holdout : Holdout
    beside : Beside
    """

    holdout: Holdout
    beside: Beside

    @classmethod
    def of(cls, holdout: Holdout, dataset: Dataset, config: AutoMLConfig) -> Judge | None:
        """Return who judges a training; None where it keeps no test part."""
        if holdout.test is None:
            return None
        asked, tested, entities, others = config.task_settings, holdout.test.target.keep, None, None
        if holdout.test.suppression is not None:
            whole = dataset.frame(holdout.test.suppression.inputs)
            entities, others = whole[tested], _unlabelled(holdout.test, whole)
        if asked.type_column is None:
            return cls(holdout, Beside(None, (), asked.prevalence, entities, others))
        told = dataset.frame([asked.type_column])[asked.type_column].cast(pl.String)
        known = learned_kinds(holdout.development, dataset, asked.type_column)
        return cls(holdout, Beside(told[tested], known, asked.prevalence, entities, others))

    def report(self, draft: Draft) -> ThreatReport | None:
        """Return the report of a model that is not sealed yet; None where it has no threshold.

        What the model says of the test part is put among its parts.
        """
        if not isinstance(draft.spec, ModelSpec):
            return None
        test, threshold = self.holdout.test, draft.spec.threshold
        if test is None or threshold is None:
            return None
        pipeline = Pipeline.load(draft.folder, draft.spec)
        tested = Tested.of(pipeline, test, threshold)
        report = threat_report(self.holdout, pipeline, self.beside, tested)
        ScoresOfTest.of(tested.truth, tested.score).save(draft.folder)
        return report


def _unlabelled(test: Problem, whole: pl.DataFrame) -> pl.DataFrame | None:
    """Return the rows of a table that are those without an answer in a test part, in their order.

    They are told by their times. None where there are none, or their times do not tell them.
    """
    if test.unlabelled is None or test.suppression is None:
        return None
    expected = test.unlabelled.before.time
    if expected is None:
        return None
    time = nanoseconds(whole[test.suppression.time_column])
    is_there = (time >= expected.min()) & (time <= expected.max())
    is_there[test.target.keep] = False
    rows = np.flatnonzero(is_there)
    return whole[rows] if np.array_equal(time[rows], expected) else None


def kept_report(manifest: Manifest, model: Kept) -> ThreatReport | None:
    """Return the report that a model's card holds; None where it was never judged.

    Raises
    ------
    BundleVersion
        Another version wrote it.
    """
    told: Any = manifest.card.get(THREAT)
    if told is None:
        return None
    try:
        report = ThreatReport.model_validate(told)
    except ValidationError as error:
        raise BundleVersion(
            f"The report of the model is not one that this version reads: {error.errors()[0]['msg']}.",
            "Use the version that wrote it, or train again.",
        ) from None
    now = model.spec.threshold if isinstance(model, Pipeline) else None
    if now is None or now.value == report.threshold.value:
        return report
    return report.model_copy(update={"warnings": (*report.warnings, MOVED)})
