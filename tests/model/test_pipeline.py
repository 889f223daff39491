import numpy as np
import polars as pl
import pytest

from phantom_ml.algorithms.base import FitContext, algorithms, save_learner
from phantom_ml.config import AutoMLTaskType, FeatureSettings, ProblemKind
from phantom_ml.data.matrix import Samples
from phantom_ml.data.recognise import recognise
from phantom_ml.errors import ColumnMissing
from phantom_ml.features.fit import fit_encoder
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.fold_fitted import fit_fold
from phantom_ml.metrics.calibration import Calibrator
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.model import pipeline as module
from phantom_ml.model.pipeline import Pipeline
from phantom_ml.model.spec import FittedPart, Member, ModelSpec
from tests.core.tables import events

FRAME = events(200)
INPUTS = FRAME.drop("label")


def spec_of(names: list[str], **changes) -> ModelSpec:
    members = tuple(
        Member(
            name=name,
            algorithm=name,
            weight=1.0 / len(names),
            parts=tuple(
                FittedPart(learner=f"learners/{name}/{fold}", side=f"sides/{fold}")
                for fold in ("0", "1")
            ),
        )
        for name in names
    )
    values = {
        "task_type": AutoMLTaskType.CLASSIFICATION,
        "kind": ProblemKind.BINARY,
        "target": "label",
        "classes": ("benign", "attack"),
        "inputs": recognise(INPUTS),
        "members": members,
        "calibrator": Calibrator(),
    }
    return ModelSpec.model_validate(values | changes)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two algorithms, each fitted on two halves, as the parts of a model lie on disk."""
    folder = tmp_path_factory.mktemp("model")
    encoder = fit_encoder(FRAME, recognise(INPUTS), FeatureSettings())
    encoder.save(folder / "encoder")
    target = (FRAME["label"] == "attack").cast(pl.Int64).to_numpy()
    samples = Samples(encoder.transform(INPUTS), target)
    context = FitContext(ProblemKind.BINARY, n_rounds=5)
    for fold, rows in enumerate((np.arange(0, 100), np.arange(100, 200))):
        fitted, _ = fit_fold(samples, rows, Question(ProblemKind.BINARY, 2), 0)
        fitted.save(folder / "sides" / str(fold))
        train = samples.rows(rows)
        wide = Samples(fitted.widen(train.matrix), train.target)
        for name in ("LightGBM", "LogisticRegression"):
            learner = algorithms.get(name)().fit(wide, None, context)
            save_learner(learner, folder / "learners" / name / str(fold))
    return folder


def load(folder, *names: str, **changes) -> Pipeline:
    return Pipeline.load(folder, spec_of(list(names), **changes))


def test_a_member_is_the_mean_of_its_parts(folder):
    whole = load(folder, "LightGBM")
    matrix = whole.encode(INPUTS)
    parts = [p.learner.predict(p.side.widen(matrix)) for p in whole.members[0]]
    np.testing.assert_array_equal(whole.member_predictions(matrix)[0], sum(parts) / 2)


def test_a_model_is_the_weighted_mean_of_its_members(folder):
    both = load(folder, "LightGBM", "LogisticRegression")
    singles = [load(folder, name).score(INPUTS) for name in ("LightGBM", "LogisticRegression")]
    np.testing.assert_allclose(both.score(INPUTS), sum(singles) / 2)


def test_parts_of_one_fold_share_its_fitted_features(folder):
    both = load(folder, "LightGBM", "LogisticRegression")
    assert both.members[0][0].side is both.members[1][0].side


def test_blocks_of_rows_do_not_change_the_score(folder, monkeypatch):
    model = load(folder, "LightGBM")
    whole = model.score(INPUTS)
    monkeypatch.setattr(module, "BATCH_ROWS", 33)
    np.testing.assert_array_equal(model.score(INPUTS), whole)


def test_calibration_comes_last(folder):
    calibrator = Calibrator(kind="platt", parameters=(0.5, 0.1))
    plain = load(folder, "LightGBM").score(INPUTS)
    found = load(folder, "LightGBM", calibrator=calibrator).score(INPUTS)
    np.testing.assert_array_equal(found, calibrator.apply(plain))


def test_another_line_of_alert_changes_nothing_but_the_alerts(folder):
    model = load(folder, "LightGBM")
    strict = model.with_threshold(Threshold(policy=None, value=0.99, n_positives=1, n_negatives=1))
    one, two = model.predict(INPUTS), strict.predict(INPUTS)
    assert two["alert"].sum() <= one["alert"].sum()
    assert one["probability_attack"].equals(two["probability_attack"])


def test_a_missing_column_is_named(folder):
    with pytest.raises(ColumnMissing, match="proto"):
        load(folder, "LightGBM").predict(INPUTS.drop("proto"))


def test_no_row_is_scored_as_none(folder):
    assert load(folder, "LightGBM").predict(INPUTS.head(0)).height == 0


def test_a_graph_survives_the_way_to_json():
    spec = spec_of(["LightGBM"])
    assert ModelSpec.model_validate_json(spec.model_dump_json()) == spec


@pytest.mark.parametrize(("kind", "n"), [("binary", 1), ("multiclass", 2), ("regression", 1)])
def test_a_prediction_has_a_column_for_each_of_many_classes(kind, n):
    assert spec_of(["LightGBM"], kind=kind).n_outputs == n
