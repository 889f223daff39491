import numpy as np
import pytest

from phantom_ml.config import ProblemKind
from phantom_ml.explain.contributions import exact_contributions
from tests.explain.models import model, rows

TREES = ("LightGBM", "XGBoost", "CatBoost")
BINARY, MANY, NUMBER = ProblemKind.BINARY, ProblemKind.MULTICLASS, ProblemKind.REGRESSION


def log_odds(probability):
    return np.log(probability) - np.log1p(-probability)


def expected_total(pipeline, matrix):
    """The mean raw prediction by weight, asked of the learners by their predictions."""
    total = 0.0
    for member, parts in zip(pipeline.spec.members, pipeline.members, strict=True):
        raw = [p.learner.predict(p.side.widen(matrix)) for p in parts]
        if pipeline.spec.kind is BINARY:
            raw = [log_odds(p) for p in raw]
        if pipeline.spec.kind is MANY:
            raw = [np.log(p) - np.log(p).mean(axis=1, keepdims=True) for p in raw]
        total = total + member.weight * np.mean(raw, axis=0)
    return total + pipeline.spec.intercept


@pytest.mark.parametrize(
    ("kind", "names", "combination"),
    [
        (BINARY, TREES, "mean"),
        (BINARY, TREES, "logit"),
        (BINARY, ("LogisticRegression",), "mean"),
        (MANY, ("LightGBM", "XGBoost"), "mean"),
        (MANY, ("LogisticRegression",), "mean"),
        (NUMBER, TREES, "mean"),
        (NUMBER, ("ElasticNet",), "mean"),
    ],
)
def test_contributions_and_base_add_up_to_the_raw_prediction(kind, names, combination):
    pipeline = model(kind, names, combination)
    matrix = pipeline.encode(rows(40, seed=5))
    shares = exact_contributions(pipeline, matrix)
    # XGBoost adds in float32.
    tolerance = 2e-5 if "XGBoost" in names else 1e-6
    np.testing.assert_allclose(shares.total, expected_total(pipeline, matrix), atol=tolerance)


def test_a_single_model_of_numbers_adds_up_to_its_prediction():
    pipeline, frame = model(NUMBER), rows(40, seed=5)
    shares = exact_contributions(pipeline, pipeline.encode(frame))
    np.testing.assert_allclose(shares.total, pipeline.score(frame), atol=1e-6)


def test_folding_by_column_keeps_the_sum():
    pipeline = model(BINARY, text=True)
    shares = exact_contributions(pipeline, pipeline.encode(rows(40, seed=5, text=True)))
    _, folded = shares.by_column()
    np.testing.assert_allclose(folded.sum(axis=1), shares.values.sum(axis=1), atol=1e-9)


def test_members_without_contributions_are_named_with_their_share():
    pipeline = model(BINARY, ("LightGBM", "ExtraTrees"))
    shares = exact_contributions(pipeline, pipeline.encode(rows(5)))
    assert shares.missing == {"ExtraTrees #1": 0.5}


def test_members_without_contributions_do_not_dampen_the_others():
    matrix = model(BINARY).encode(rows(20, seed=3))
    alone = exact_contributions(model(BINARY), matrix)
    beside = exact_contributions(model(BINARY, ("LightGBM", "ExtraTrees")), matrix)
    np.testing.assert_allclose(alone.values, beside.values)


def test_a_model_with_no_exact_member_has_none():
    pipeline = model(BINARY, ("ExtraTrees",))
    assert exact_contributions(pipeline, pipeline.encode(rows(5))) is None


def test_the_score_of_several_text_columns_is_called_text():
    pipeline = model(BINARY, text=True)
    shares = exact_contributions(pipeline, pipeline.encode(rows(5, text=True)))
    assert "text" in {f.source for f in shares.features}
