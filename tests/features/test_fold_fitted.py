"""What needs the answers never shows a row its own: neither held-out rows nor those it is fitted on."""

import json

import numpy as np
import polars as pl
import pytest
from scipy import sparse

from phantom_ml.config import SUPERVISED, ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.errors import BundleDamaged, BundleVersion
from phantom_ml.features.before import Before
from phantom_ml.features.fitted import text_score
from phantom_ml.features.fitted.inner_folds import N_PARTS
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.fitted.text_score import TextScore
from phantom_ml.features.fold_fitted import FoldFitted, fit_fold
from phantom_ml.features.ngrams import hashed_ngrams

N, SEED = 240, 5
TRAIN = np.arange(0, N, 2)
HELD_OUT = np.arange(1, N, 2)


def samples(target: np.ndarray, weight: np.ndarray | None = None) -> Samples:
    rng = np.random.default_rng(0)
    words = np.where(rng.random(N) < 0.5, "union select", "list of items")
    texts = pl.Series([f"{w} {i}" for w, i in zip(words, rng.integers(0, 99, N), strict=True)])
    values = rng.normal(size=(N, 1)).astype(np.float32)
    matrix = Matrix(values, (Feature("n", "n"),), hashed_ngrams([texts]))
    return Samples(matrix, target, weight)


def planted(kind: ProblemKind) -> tuple[np.ndarray, int]:
    rng = np.random.default_rng(1)
    if kind is ProblemKind.REGRESSION:
        return rng.normal(100.0, 20.0, N), 0
    n_classes = 2 if kind is ProblemKind.BINARY else 3
    return rng.integers(0, n_classes, N), n_classes


def fit(target: np.ndarray, kind: ProblemKind, n_classes: int):
    return fit_fold(samples(target), TRAIN, Question(kind, n_classes), SEED)


def inner_part() -> np.ndarray:
    return np.random.default_rng(SEED).permutation(len(TRAIN)) % N_PARTS


each_kind = pytest.mark.parametrize("kind", SUPERVISED)


@each_kind
def test_the_answers_of_held_out_rows_change_nothing(kind):
    target, n_classes = planted(kind)
    other = target.copy()
    other[HELD_OUT] = np.random.default_rng(2).permutation(target[HELD_OUT])
    assert not np.array_equal(other, target)
    np.testing.assert_array_equal(fit(target, kind, n_classes)[1], fit(other, kind, n_classes)[1])


@each_kind
def test_the_answer_of_a_training_row_changes_no_value_of_its_own_inner_fold(kind):
    target, n_classes = planted(kind)
    other = target.copy()
    row = TRAIN[17]
    other[row] = (target[row] + 1) % n_classes if n_classes else target[row] + 500.0
    one, two = fit(target, kind, n_classes)[1], fit(other, kind, n_classes)[1]
    own = TRAIN[inner_part() == inner_part()[17]]
    assert row in own
    np.testing.assert_array_equal(one[own], two[own])


@each_kind
def test_the_answer_of_a_training_row_teaches_all_others(kind):
    target, n_classes = planted(kind)
    other = target.copy()
    row = TRAIN[17]
    other[row] = (target[row] + 1) % n_classes if n_classes else target[row] + 500.0
    one, two = fit(target, kind, n_classes)[1], fit(other, kind, n_classes)[1]
    others = TRAIN[inner_part() != inner_part()[17]]
    assert not np.array_equal(one[others], two[others])
    assert not np.array_equal(one[HELD_OUT], two[HELD_OUT])


@each_kind
@pytest.mark.parametrize("delay", [0, 30])
def test_an_answer_not_known_before_a_row_changes_no_value_of_it(kind, delay):
    target, n_classes = planted(kind)
    time = np.random.default_rng(6).permutation(N)
    row = TRAIN[np.argsort(time[TRAIN])[60]]
    other = target.copy()
    other[row] = (target[row] + 1) % n_classes if n_classes else target[row] + 500.0
    asked = Question(kind, n_classes, before=Before(time=time), delay=delay)
    one, two = (fit_fold(samples(t), TRAIN, asked, SEED)[1] for t in (target, other))
    unaware = TRAIN[time[TRAIN] <= time[row] + delay]
    np.testing.assert_array_equal(one[unaware], two[unaware])
    # It is not that nothing is taught: rows long after it know the answer.
    assert not np.array_equal(one[TRAIN], two[TRAIN])


def test_a_training_row_before_all_that_could_teach_it_has_no_score():
    target, _ = planted(ProblemKind.BINARY)
    asked = Question(ProblemKind.BINARY, 2, before=Before(time=np.arange(N)))
    _, values = fit_fold(samples(target), TRAIN, asked, SEED)
    assert np.flatnonzero(np.isnan(values[TRAIN, 0])).tolist() == list(range(len(TRAIN) // 8))


def test_rows_of_one_group_do_not_teach_each_other_in_time_either():
    target, _ = planted(ProblemKind.BINARY)
    other, groups = target.copy(), np.arange(N) // 2 % 7
    other[groups == 3] = 1 - target[groups == 3]
    asked = Question(ProblemKind.BINARY, 2, before=Before(time=np.arange(N), groups=groups))
    one, two = (fit_fold(samples(t), TRAIN, asked, SEED)[1] for t in (target, other))
    own = TRAIN[groups[TRAIN] == 3]
    np.testing.assert_array_equal(one[own], two[own])
    assert not np.array_equal(one[TRAIN], two[TRAIN], equal_nan=True)


@each_kind
@pytest.mark.parametrize("most", [100_000, 60])
def test_the_order_of_rows_of_one_time_changes_nothing(kind, most, monkeypatch):
    monkeypatch.setattr(text_score, "MAX_ROWS", most)
    target, n_classes = planted(kind)
    asked = Question(kind, n_classes, before=Before(time=np.arange(N) // 20))
    turned = np.lexsort((np.random.default_rng(7).random(N), np.arange(N) // 20))
    everything = np.arange(N)
    _, one = fit_fold(samples(target), everything, asked, SEED)
    _, two = fit_fold(samples(target).rows(turned), everything, asked, SEED)
    np.testing.assert_allclose(two, one[turned], rtol=1e-6)


def test_many_texts_alike_are_told_apart_whatever_their_order():
    rng = np.random.default_rng(1)
    n, n_each, n_buckets = 5_000, 60, 2**18
    buckets, starts = rng.integers(0, n_buckets, n * n_each), np.arange(n + 1) * n_each
    held = np.full(n * n_each, 0.125, np.float32)
    text = sparse.csr_array((held, buckets, starts), shape=(n, n_buckets))
    rows = Samples(
        Matrix(np.empty((n, 0), np.float32), (), text), (np.arange(n) == 0).astype(np.int64)
    )
    turned = rows.rows(rng.permutation(n))
    one, two = (TextScore.fit(s, Question(ProblemKind.BINARY, 2), SEED) for s in (rows, turned))
    np.testing.assert_array_equal(one.weights, two.weights)


@each_kind
def test_held_out_rows_get_what_scored_rows_will_get(kind):
    fitted, values = fit(*((planted(kind)[0]), kind, planted(kind)[1]))
    whole = fitted.transform(samples(planted(kind)[0]).matrix)
    np.testing.assert_array_equal(values[HELD_OUT], whole[HELD_OUT])


def test_random_answers_cannot_be_read_from_the_values():
    target = np.random.default_rng(3).integers(0, 2, N)
    _, values = fit(target, ProblemKind.BINARY, 2)
    assert abs(np.corrcoef(values[TRAIN, 0], target[TRAIN])[0, 1]) < 0.25


@each_kind
def test_what_was_saved_gives_equal_values(kind, tmp_path):
    target, n_classes = planted(kind)
    fitted, _ = fit(target, kind, n_classes)
    fitted.save(tmp_path / "side")
    matrix = samples(target).matrix
    loaded = FoldFitted.load(tmp_path / "side")
    np.testing.assert_array_equal(loaded.transform(matrix), fitted.transform(matrix))
    assert loaded.features == fitted.features


def test_a_score_is_wanted_for_each_of_three_classes():
    target, _ = planted(ProblemKind.MULTICLASS)
    fitted, values = fit(target, ProblemKind.MULTICLASS, 3)
    assert values.shape == (N, 3)
    assert [f.name for f in fitted.features] == [f"text.score.{i}" for i in range(3)]


def test_a_matrix_becomes_wider_by_what_was_fitted():
    target, _ = planted(ProblemKind.BINARY)
    fitted, _ = fit(target, ProblemKind.BINARY, 2)
    wide = fitted.widen(samples(target).matrix)
    assert [f.name for f in wide.features] == ["n", "text.score"]
    assert wide.values.shape == (N, 2)


def test_without_text_nothing_is_fitted(tmp_path):
    matrix = Matrix(np.zeros((N, 1), np.float32), (Feature("n", "n"),))
    rows = Samples(matrix, np.zeros(N, np.int64))
    fitted, values = fit_fold(rows, TRAIN, Question(ProblemKind.BINARY, 2), SEED)
    fitted.save(tmp_path)
    assert values.shape == (N, 0)
    assert FoldFitted.load(tmp_path).widen(matrix) is matrix


def test_an_inner_fold_of_one_class_has_a_constant_score():
    target = np.zeros(N, np.int64)
    target[TRAIN[0]] = 1
    _, values = fit(target, ProblemKind.BINARY, 2)
    assert np.isfinite(values).all()


def test_values_are_scored_in_the_unit_of_the_target():
    rng = np.random.default_rng(4)
    found = samples(rng.normal(1e6, 10.0, N))
    score = TextScore.fit(found, Question(ProblemKind.REGRESSION, 0), SEED)
    assert abs(score.transform(found.matrix).mean() - 1e6) < 100.0


def test_a_weight_moves_the_score():
    target, _ = planted(ProblemKind.BINARY)
    even = TextScore.fit(samples(target), Question(ProblemKind.BINARY, 2), SEED)
    weight = np.where(target == 1, 10.0, 0.1)
    heavy = TextScore.fit(samples(target, weight), Question(ProblemKind.BINARY, 2), SEED)
    matrix = samples(target).matrix
    assert heavy.transform(matrix).mean() > even.transform(matrix).mean()


def test_more_rows_than_are_needed_are_drawn_by_the_seed(monkeypatch):
    monkeypatch.setattr(text_score, "MAX_ROWS", 100)
    target, _ = planted(ProblemKind.BINARY)
    one, two, other = (
        TextScore.fit(samples(target), Question(ProblemKind.BINARY, 2), s).weights
        for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


def test_buckets_that_do_not_exist_are_refused(tmp_path):
    from safetensors.numpy import save_file

    parts = {
        "buckets": np.array([2**30]),
        "weights": np.ones((1, 1), np.float32),
        "intercept": np.zeros(1, np.float32),
        "n_buckets": np.array([2**18]),
    }
    save_file(parts, tmp_path / "text_score.safetensors")
    (tmp_path / "text_score.json").write_text('{"outputs": [""]}')
    with pytest.raises(BundleDamaged, match="buckets"):
        TextScore.load(tmp_path)


def test_a_text_score_states_its_version(tmp_path):
    target, _ = planted(ProblemKind.BINARY)
    fit(target, ProblemKind.BINARY, 2)[0].save(tmp_path)
    told = json.loads((tmp_path / "text_score.json").read_text())
    (tmp_path / "text_score.json").write_text(json.dumps(told | {"version": told["version"] + 1}))
    with pytest.raises(BundleVersion, match="text scores"):
        FoldFitted.load(tmp_path)


@pytest.mark.parametrize(("scale", "far"), [(1.0, 1e9), (1e-100, 0.0)])
def test_texts_are_told_apart_by_any_target(scale, far):
    rows = samples(np.zeros(N))
    target = np.diff(rows.matrix.text.indptr).astype(np.float64)
    asked = Question(ProblemKind.REGRESSION, 0)
    _, plain = fit_fold(samples(target), TRAIN, asked, SEED)
    _, values = fit_fold(samples(target * scale + far), TRAIN, asked, SEED)
    assert np.corrcoef(values[:, 0], plain[:, 0])[0, 1] > 0.99


@pytest.mark.parametrize(("far", "told"), [(0.0, "or the target's unit"), (1e9, "in steps of")])
def test_a_score_says_in_what_unit_it_is(far, told, tmp_path):
    rows = samples(np.zeros(N))
    target = np.diff(rows.matrix.text.indptr).astype(np.float64) + far
    fitted, _ = fit_fold(samples(target), TRAIN, Question(ProblemKind.REGRESSION, 0), SEED)
    fitted.save(tmp_path)
    assert all(told in found.features[0].words for found in (fitted, FoldFitted.load(tmp_path)))
