import numpy as np
import pytest

from phantom_ml.config import ProblemKind
from phantom_ml.explain.contributions import LEAST_SHARE, exact_contributions
from phantom_ml.model.combine import EDGE
from tests.explain.models import model, rows

BOOSTED = ("LightGBM", "XGBoost", "CatBoost")
GROWN = ("RandomForest", "ExtraTrees")
BINARY, MANY, NUMBER = ProblemKind.BINARY, ProblemKind.MULTICLASS, ProblemKind.REGRESSION


def log_odds(probability):
    return np.log(probability) - np.log1p(-probability)


def centred(rows):
    return rows - rows.mean(axis=1, keepdims=True)


def expected_of_many(pipeline, matrix):
    """The mean of the members' log-probabilities by weight, asked of the learners' predictions."""
    total = 0.0
    for member, parts in zip(pipeline.spec.members, pipeline.members, strict=True):
        told = [p.learner.predict(p.side.widen(matrix)) for p in parts]
        if member.algorithm in GROWN:
            told = [np.clip(np.mean(told, axis=0), LEAST_SHARE, None)]
        total = total + member.weight * np.mean([np.log(p) for p in told], axis=0)
    return centred(total)


@pytest.mark.parametrize(
    ("names", "combination"),
    [
        (BOOSTED, "mean"),
        (BOOSTED, "logit"),
        (("LogisticRegression",), "mean"),
        (GROWN, "mean"),
        ((*GROWN, "LightGBM", "GradientBoosting"), "mean"),
        ((*GROWN, "LightGBM", "GradientBoosting"), "logit"),
    ],
)
def test_contributions_add_up_to_the_log_odds_of_the_score(names, combination):
    pipeline, frame = model(BINARY, names, combination), rows(40, seed=5)
    shares = exact_contributions(pipeline, pipeline.encode(frame))
    inside = np.clip(pipeline.score(frame), EDGE, 1 - EDGE)
    # XGBoost adds in float32.
    np.testing.assert_allclose(shares.total, log_odds(inside), atol=1e-4)


@pytest.mark.parametrize(
    "names", [("LightGBM", "XGBoost", "CatBoost"), ("LogisticRegression",), (*GROWN, "LightGBM")]
)
def test_contributions_to_many_classes_add_up_to_the_mean_log_probability(names):
    pipeline, frame = model(MANY, names), rows(40, seed=5)
    matrix = pipeline.encode(frame)
    shares = exact_contributions(pipeline, matrix)
    np.testing.assert_allclose(shares.total, expected_of_many(pipeline, matrix), atol=1e-4)


@pytest.mark.parametrize("names", [BOOSTED, ("ElasticNet",), (*GROWN, "GradientBoosting")])
def test_contributions_to_a_number_add_up_to_its_prediction(names):
    pipeline, frame = model(NUMBER, names), rows(40, seed=5)
    shares = exact_contributions(pipeline, pipeline.encode(frame))
    np.testing.assert_allclose(shares.total, pipeline.score(frame), atol=1e-4)


def test_log_odds_keep_the_order_and_the_signs_of_a_forests_contributions():
    pipeline, frame = model(BINARY, ("RandomForest",), n_parts=1), rows(40, seed=5)
    matrix = pipeline.encode(frame)
    own = pipeline.members[0][0].learner.contributions(matrix)[:, :-1]
    told = exact_contributions(pipeline, matrix).values
    ratio = told[np.abs(own) > 1e-9] / own[np.abs(own) > 1e-9]
    assert (ratio > 0).all()


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
    pipeline = model(BINARY, ("LightGBM", "SVM"))
    shares = exact_contributions(pipeline, pipeline.encode(rows(5)))
    assert shares.missing == {"SVM #1": 0.5}


def test_members_without_contributions_do_not_dampen_the_others():
    matrix = model(BINARY).encode(rows(20, seed=3))
    alone = exact_contributions(model(BINARY), matrix)
    beside = exact_contributions(model(BINARY, ("LightGBM", "SVM")), matrix)
    np.testing.assert_allclose(alone.values, beside.values)


def test_a_model_with_no_exact_member_has_none():
    pipeline = model(BINARY, ("SVM",))
    assert exact_contributions(pipeline, pipeline.encode(rows(5))) is None


def test_the_score_of_several_text_columns_is_called_text():
    pipeline = model(BINARY, text=True)
    shares = exact_contributions(pipeline, pipeline.encode(rows(5, text=True)))
    assert "all text" in {f.source for f in shares.features}


def test_the_words_that_a_linear_model_reads_are_filed_under_text():
    pipeline = model(BINARY, ("LogisticRegression",), text=True)
    frame = rows(40, seed=5, text=True)
    shares = exact_contributions(pipeline, pipeline.encode(frame))
    columns, values = shares.by_column()
    np.testing.assert_allclose(shares.total, log_odds(pipeline.score(frame)), atol=1e-4)
    # "query" tells of "bytes" by its words.
    words = values[:, columns.index("all text"), 0]
    assert np.corrcoef(words, frame["bytes"].to_numpy() > 0)[0, 1] > 0.8


def test_a_model_that_reads_no_words_has_no_feature_of_them():
    pipeline = model(BINARY, text=True)
    shares = exact_contributions(pipeline, pipeline.encode(rows(5, text=True)))
    assert "text.words" not in {f.name for f in shares.features}
