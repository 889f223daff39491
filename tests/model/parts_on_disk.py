"""The parts of a small model as they lie on disk: text scores, risks, windows, golden rows, held-out scores."""

from pathlib import Path

import numpy as np
import polars as pl

from phantom_ml.algorithms.base import FitContext, algorithms, save_learner
from phantom_ml.config import AutoMLTaskType, FeatureSettings, ProblemKind
from phantom_ml.data.matrix import Samples
from phantom_ml.data.recognise import recognise
from phantom_ml.features.fit import fit_encoder
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.fold_fitted import fit_fold
from phantom_ml.metrics.calibration import Calibrator
from phantom_ml.metrics.validation_scores import ValidationScores
from phantom_ml.model.pipeline import Pipeline
from phantom_ml.model.spec import FittedPart, Member, ModelSpec
from tests.core.tables import events

N_GOLDEN = 8
# Times as text, and more of them than a day: what reads them learns their form.
FRAME = events(300).with_columns(pl.col("when").dt.to_string("iso:strict"))
INPUTS = FRAME.drop("label")


def spec() -> ModelSpec:
    part = FittedPart(learner="learners/0/all", side="sides/all")
    member = Member(name="0", algorithm="LogisticRegression", weight=1.0, parts=(part,))
    return ModelSpec(
        task_type=AutoMLTaskType.CLASSIFICATION,
        kind=ProblemKind.BINARY,
        target="label",
        classes=("benign", "attack"),
        inputs=recognise(INPUTS),
        members=(member,),
        calibrator=Calibrator(),
    )


def write_model(folder: Path) -> None:
    """Write all parts that ``spec`` names into ``folder``."""
    encoder = fit_encoder(FRAME, recognise(INPUTS), FeatureSettings(), "when")
    encoder.save(folder / "encoder")
    target = (FRAME["label"] == "attack").cast(pl.Int64).to_numpy()
    samples = Samples(encoder.transform(INPUTS), target)
    fitted, _ = fit_fold(samples, np.arange(FRAME.height), Question(ProblemKind.BINARY, 2), 0)
    fitted.save(folder / "sides" / "all")
    wide = Samples(fitted.widen(samples.matrix), target)
    learner = algorithms.get("LogisticRegression")().fit(wide, None, FitContext(ProblemKind.BINARY))
    save_learner(learner, folder / "learners" / "0" / "all")
    (folder / "golden").mkdir()
    INPUTS[:N_GOLDEN].write_parquet(folder / "golden" / "rows.parquet")
    found = Pipeline.load(folder, spec()).score(INPUTS[:N_GOLDEN])
    np.save(folder / "golden" / "expected.npy", found)
    ValidationScores(np.array([0, 1]), np.array([0.1, 0.9])).save(folder / "validation.npz")
