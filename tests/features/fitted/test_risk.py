"""A category's risk never shows a row its own answer, nor one that was not known in its time."""

import json

import numpy as np
import pytest

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.errors import BundleDamaged, BundleVersion
from phantom_ml.features.before import Before
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.fitted.risk import MIN_LEVELS, SMOOTHING, Risk
from phantom_ml.features.fold_fitted import FoldFitted, fit_fold

N, LEVELS = 600, 12
RNG = np.random.default_rng(0)
CODES = RNG.integers(0, LEVELS, N).astype(np.float32)
TRAIN = np.arange(0, N, 2)
BINARY = Question(ProblemKind.BINARY, 2)


def samples(target: np.ndarray, codes: np.ndarray = CODES, levels: int = LEVELS) -> Samples:
    return Samples(Matrix(codes.reshape(-1, 1), (Feature("tld", "url", levels),)), target)


def test_the_mean_answer_is_shrunk_to_that_of_all():
    target = (CODES == 3).astype(np.int64)
    risk = Risk.fit(samples(target), BINARY)
    n, prior = int((CODES == 3).sum()), target.mean()
    assert risk.tables[0][3, 0] == pytest.approx((n + SMOOTHING * prior) / (n + SMOOTHING))


def test_a_category_never_seen_has_the_mean_of_all():
    target = RNG.integers(0, 2, N)
    risk = Risk.fit(samples(target), BINARY)
    unseen = samples(target, np.full(N, np.nan, np.float32)).matrix
    assert risk.transform(unseen)[0, 0] == pytest.approx(target.mean(), abs=1e-6)


def test_few_categories_have_no_risk():
    few = samples(RNG.integers(0, 2, N), CODES % 3, MIN_LEVELS - 1)
    fitted, values = fit_fold(few, TRAIN, BINARY, 0)
    assert (fitted.features, values.shape) == ((), (N, 0))


def test_random_answers_cannot_be_read_from_the_risk():
    many = RNG.integers(0, 300, N).astype(np.float32)
    target = RNG.integers(0, 2, N)
    _, values = fit_fold(samples(target, many, 300), TRAIN, BINARY, 0)
    assert abs(np.corrcoef(values[TRAIN, 0], target[TRAIN])[0, 1]) < 0.25


def test_with_a_time_a_training_row_knows_earlier_answers_only():
    target = RNG.integers(0, 2, N)
    late = Question(ProblemKind.BINARY, 2, before=Before(time=np.arange(N)))
    other = target.copy()
    other[300:] = 1 - other[300:]
    one, two = (fit_fold(samples(t), np.arange(N), late, 0)[1] for t in (target, other))
    np.testing.assert_array_equal(one[:301], two[:301])
    assert not np.array_equal(one[301:], two[301:])


def test_an_answer_counts_only_once_it_is_known():
    target = RNG.integers(0, 2, N)
    before = Before(time=np.arange(N))
    late = Question(ProblemKind.BINARY, 2, before=before, delay=50)
    other = target.copy()
    other[100] = 1 - other[100]
    one, two = (fit_fold(samples(t), np.arange(N), late, 0)[1] for t in (target, other))
    changed = np.flatnonzero(~np.isclose(one, two, equal_nan=True).all(axis=1))
    assert changed.min() > 150


def test_with_groups_a_row_learns_nothing_from_its_own_group():
    groups = np.arange(N) // 20
    asked = Question(ProblemKind.BINARY, 2, before=Before(groups=groups))
    target = RNG.integers(0, 2, N)
    other = target.copy()
    other[40:60] = 1 - other[40:60]
    one, two = (fit_fold(samples(t), np.arange(N), asked, 0)[1] for t in (target, other))
    np.testing.assert_array_equal(one[40:60], two[40:60])


def test_each_of_many_classes_has_a_risk_of_its_own():
    asked = Question(ProblemKind.MULTICLASS, 3, ("Benign", "Malware", "Phishing"))
    risk = Risk.fit(samples(RNG.integers(0, 3, N)), asked)
    assert [f.name for f in risk.features] == [
        "tld.risk.Benign",
        "tld.risk.Malware",
        "tld.risk.Phishing",
    ]
    np.testing.assert_allclose(risk.tables[0].sum(axis=1), 1.0, rtol=1e-5)


def test_what_was_saved_gives_equal_values(tmp_path):
    rows = samples(RNG.integers(0, 2, N))
    fitted, _ = fit_fold(rows, TRAIN, BINARY, 0)
    fitted.save(tmp_path)
    loaded = FoldFitted.load(tmp_path)
    np.testing.assert_array_equal(loaded.transform(rows.matrix), fitted.transform(rows.matrix))
    assert loaded.features == fitted.features


def test_tables_of_other_categories_are_refused(tmp_path):
    fitted, _ = fit_fold(samples(RNG.integers(0, 2, N)), TRAIN, BINARY, 0)
    fitted.save(tmp_path)
    text = (tmp_path / "risk.json").read_text().replace(str(LEVELS), "99")
    (tmp_path / "risk.json").write_text(text)
    with pytest.raises(BundleDamaged, match="risks"):
        FoldFitted.load(tmp_path)


def test_the_risk_goes_back_to_its_raw_column():
    fitted, _ = fit_fold(samples(RNG.integers(0, 2, N)), TRAIN, BINARY, 0)
    assert [f.source for f in fitted.sourced("query")] == ["url"]


def test_a_risk_states_its_version(tmp_path):
    fitted, _ = fit_fold(samples(RNG.integers(0, 2, N)), TRAIN, BINARY, 0)
    fitted.save(tmp_path)
    told = json.loads((tmp_path / "risk.json").read_text())
    (tmp_path / "risk.json").write_text(json.dumps(told | {"version": told["version"] + 1}))
    with pytest.raises(BundleVersion, match="risks"):
        FoldFitted.load(tmp_path)


@pytest.mark.parametrize(("scale", "far"), [(1.0, 1e9), (1e-100, 0.0), (1e100, 0.0)])
def test_the_risk_of_any_target_tells_its_categories_apart(scale, far):
    target = CODES.astype(np.float64) * scale + far
    _, values = fit_fold(samples(target), TRAIN, Question(ProblemKind.REGRESSION, 0), 0)
    assert np.corrcoef(values[:, 0], CODES)[0, 1] > 0.99


def test_the_risk_of_an_ordinary_target_is_a_mean_in_its_own_unit():
    target = CODES.astype(np.float64) + 100.0
    _, values = fit_fold(samples(target), TRAIN, Question(ProblemKind.REGRESSION, 0), 0)
    assert values[:, 0].mean() == pytest.approx(target.mean(), abs=0.1)


def test_the_risk_of_a_far_target_says_in_what_its_mean_is_told():
    target = CODES.astype(np.float64) + 1e9
    fitted, values = fit_fold(samples(target), TRAIN, Question(ProblemKind.REGRESSION, 0), 0)
    unit = fitted.risk.unit
    assert fitted.features[0].words.endswith(
        f"as its distance from {unit.centre:.12g} in steps of {unit.spread:.6g}"
    )
    told = unit.told(values[:, 0].astype(np.float64))
    assert told.mean() == pytest.approx(target.mean(), abs=0.1)


def test_the_risk_of_an_ordinary_target_says_nothing_of_a_unit():
    target = CODES.astype(np.float64) + 100.0
    fitted, _ = fit_fold(samples(target), TRAIN, Question(ProblemKind.REGRESSION, 0), 0)
    assert fitted.features[0].words.endswith("shrunk to the mean of all")


def test_what_was_saved_says_in_what_its_mean_is_told(tmp_path):
    target = CODES.astype(np.float64) + 1e9
    fitted, _ = fit_fold(samples(target), TRAIN, Question(ProblemKind.REGRESSION, 0), 0)
    fitted.save(tmp_path)
    assert FoldFitted.load(tmp_path).features[0].words == fitted.features[0].words
