"""A feature's worth is what held-out rows gain by it: what is only learned by heart is worth nothing."""

import numpy as np
import pytest

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.features.before import Before
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.selection.held_out import held_out_gain
from phantom_ml.features.selection.trees import binned, folds, grown
from phantom_ml.features.selection.worth import LEAST_SHARE, MAX_ROWS, Worth, patient_repeats, worth

N = 1_500


def samples(values: np.ndarray, answers: np.ndarray) -> Samples:
    features = tuple(Feature(f"f{i}", f"f{i}") for i in range(values.shape[1]))
    return Samples(Matrix(values.astype(np.float32), features), answers)


def alike(seed: int, n_groups: int = 75) -> tuple[Samples, np.ndarray]:
    """Return rows whose groups have one number and one answer each, at random, beside a row's own noise."""
    rng = np.random.default_rng(seed)
    groups = np.sort(rng.integers(0, n_groups, N))
    number, answers = rng.normal(size=n_groups)[groups], rng.integers(0, 2, n_groups)[groups]
    return samples(np.column_stack([number, rng.normal(size=N)]), answers), groups


def test_folds_in_time_do_not_part_rows_of_one_time():
    time = np.sort(np.random.default_rng(3).integers(0, 30, N))
    asked = Question(ProblemKind.BINARY, 2, before=Before(time=time))
    for train, held_out in folds(np.arange(N) % 2, asked, 0):
        assert time[train].max() < time[held_out].min()


@pytest.mark.parametrize("seed", range(4))
def test_a_number_of_each_group_tells_nothing_of_other_groups(seed):
    rows, groups = alike(seed)
    asked = Question(ProblemKind.BINARY, 2, before=Before(groups=groups))
    assert not worth(rows, asked).above.any()


@pytest.mark.parametrize("seed", range(4))
def test_a_number_of_each_day_tells_nothing_of_other_days(seed):
    rows, _ = alike(seed)
    asked = Question(ProblemKind.BINARY, 2, before=Before(time=np.arange(N)))
    assert not worth(rows, asked).above.any()


def test_what_tells_of_other_groups_is_kept():
    rows, groups = alike(0)
    told = np.random.default_rng(9).normal(size=75)[groups]
    signal = samples(np.column_stack([told, rows.matrix.values]), (told > 0).astype(np.int64))
    asked = Question(ProblemKind.BINARY, 2, before=Before(groups=groups))
    assert worth(signal, asked).above.tolist() == [True, False, False]


@pytest.mark.parametrize("seed", range(3))
def test_beside_what_tells_the_answers_alone_noise_is_not_kept(seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(N, 40))
    answers = (values[:, 0] > 0).astype(np.int64)
    found = worth(samples(values, answers), Question(ProblemKind.BINARY, 2), seed)
    assert np.flatnonzero(found.above).tolist() == [0]


def test_a_share_that_is_printed_as_none_is_not_above_chance():
    gains = np.tile([1.0, 1e-17, 2 * LEAST_SHARE], (9, 1))
    assert Worth.of(gains, np.zeros(9)).above.tolist() == [True, False, True]


def test_where_all_features_gain_no_more_than_a_shadow_there_are_no_shares():
    found = Worth.of(np.array([[0.1, -1.0], [-0.3, 0.0]]), np.array([0.2, 0.2]))
    assert (found.share.tolist(), found.shadow) == ([0.0, 0.0], 1.0)


def test_a_feature_that_gains_in_too_few_folds_is_not_above_chance():
    gains = np.array([[9.0, 1.0], [9.0, 0.0], [0.0, 1.0]])
    assert Worth.of(gains, np.full(3, 0.1)).wins.tolist() == pytest.approx([2 / 3, 2 / 3])
    assert not Worth.of(gains[1:], np.full(2, 0.1)).above.any()


def test_what_gains_a_little_more_than_chance_is_a_candidate_and_is_not_kept():
    found = Worth.of(np.tile([9.0, 1.2, -1.2], (9, 1)), np.ones(9))
    assert found.beats_chance.tolist() == [True, True, False]
    assert found.above.tolist() == [True, False, False]


def test_what_gains_in_two_of_three_folds_alone_is_kept_whatever_the_third_says():
    gains = np.tile([[9.0, 4.0], [9.0, 4.0], [9.0, 0.0]], (6, 1))
    gains[0, 1] = 0.0
    assert Worth.of(gains, np.ones(18)).above.all()


def test_fewer_rows_are_parted_oftener():
    found = [patient_repeats(n) for n in (0, MAX_ROWS // 8, MAX_ROWS // 2, MAX_ROWS, 9 * MAX_ROWS)]
    assert found == [24, 24, 12, 6, 6]


@pytest.mark.parametrize("seed", range(3))
def test_on_a_rare_class_gains_are_about_what_the_held_out_loss_falls_by(seed):
    rng = np.random.default_rng(seed)
    answers = (np.arange(N) % 100 == 0).astype(np.int64)
    values = rng.normal(size=(N, 3))
    values[:, 0] += 4.0 * answers
    rows, asked = samples(values, answers), Question(ProblemKind.BINARY, 2)
    for fold in folds(answers, asked, seed):
        booster = grown(binned(rows), fold, asked, seed)
        gain = held_out_gain(booster, rows.rows(fold[1]), asked).sum()
        assert gain == pytest.approx(fallen(booster, rows, fold, asked), rel=0.15)


@pytest.mark.parametrize(
    ("kind", "n_classes"),
    [(ProblemKind.BINARY, 2), (ProblemKind.MULTICLASS, 3), (ProblemKind.REGRESSION, 0)],
)
def test_the_gains_of_all_features_are_what_the_held_out_loss_falls_by(kind, n_classes):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(N, 4))
    raw = values[:, 0] + values[:, 1] ** 2 + 0.3 * rng.normal(size=N)
    answers = np.digitize(raw, [0.5, 1.5])[:N] if n_classes else raw + 10.0
    answers = np.minimum(answers, 1) if n_classes == 2 else answers
    rows, asked = samples(values, answers), Question(kind, n_classes)
    fold = folds(answers, asked, 0)[0]
    booster = grown(binned(rows), fold, asked, 0)
    gain = held_out_gain(booster, rows.rows(fold[1]), asked)
    assert gain.sum() == pytest.approx(fallen(booster, rows, fold, asked), rel=0.05)


def fallen(booster, rows, fold, asked) -> float:
    """Return by how much trees lower the loss of held-out rows beneath what the training rows' mean has."""
    answers = asked.one_hot(rows.target)
    mean, held_out = answers[fold[0]].mean(axis=0), answers[fold[1]]
    best = booster.best_iteration or None
    told = booster.predict(rows.matrix.values[fold[1]], num_iteration=best)
    told = told.reshape(len(held_out), -1)
    if asked.kind is ProblemKind.REGRESSION:
        return float(((held_out - mean) ** 2 - (held_out - told) ** 2).sum(axis=1).mean() / 2)
    if asked.kind is ProblemKind.MULTICLASS:
        return float((held_out * (np.log(told) - np.log(mean))).sum(axis=1).mean())
    return float(
        (held_out * np.log(told / mean) + (1 - held_out) * np.log((1 - told) / (1 - mean))).mean()
    )
