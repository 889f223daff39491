"""Where attacks are few and come in campaigns, whole stretches of time are dealt to the folds."""

import numpy as np
import pytest

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.features.before import Before
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.selection.stretches import LEAST_ANSWERS, steady_folds
from phantom_ml.features.selection.trees import folds
from phantom_ml.features.selection.worth import PATIENT_REPEATS, worth

N = 3_000
#: Sixty attacks in six campaigns, none in the second and third quarter.
CAMPAIGNS = (100, 200, 300, 2_400, 2_600, 2_800)
ATTACKS = np.zeros(N, np.int64)
for begin in CAMPAIGNS:
    ATTACKS[begin : begin + 40 : 4] = 1
LATE = Question(ProblemKind.BINARY, 2, before=Before(time=np.arange(N)))


def rows(values: np.ndarray) -> Samples:
    features = tuple(Feature(f"f{i}", f"f{i}") for i in range(values.shape[1]))
    return Samples(Matrix(values.astype(np.float32), features), ATTACKS)


def noise(seed: int, n_columns: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(N, n_columns))


def test_every_fold_holds_some_of_few_attacks():
    assert min(ATTACKS[held_out].sum() for _, held_out in steady_folds(ATTACKS, LATE, 0)) >= 5


def test_each_row_is_held_out_once():
    held_out = np.concatenate([held_out for _, held_out in steady_folds(ATTACKS, LATE, 0)])
    assert np.sort(held_out).tolist() == list(range(N))


def test_stretches_do_not_part_rows_of_one_time():
    asked = Question(ProblemKind.BINARY, 2, before=Before(time=np.arange(N) // 20))
    for train, held_out in steady_folds(ATTACKS, asked, 0):
        assert not {*(train // 20)} & {*(held_out // 20)}


def test_with_enough_answers_in_each_block_folds_go_forward():
    enough = (np.arange(N) % (N // (4 * LEAST_ANSWERS)) == 0).astype(np.int64)
    for one, other in zip(steady_folds(enough, LATE, 0), folds(enough, LATE, 0), strict=True):
        assert [part.tolist() for part in one] == [part.tolist() for part in other]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("before", [Before(), LATE.before], ids=["drawn", "in time"])
def test_a_strong_feature_is_kept_by_every_seed_with_sixty_attacks(before, seed):
    values = noise(1, 12)
    values[:, 0] += 3.0 * ATTACKS
    asked = Question(ProblemKind.BINARY, 2, before=before)
    found = worth(rows(values), asked, seed, PATIENT_REPEATS)
    assert np.flatnonzero(found.above).tolist() == [0]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("before", [Before(), LATE.before], ids=["drawn", "in time"])
def test_noise_is_kept_by_no_seed_with_sixty_attacks(before, seed):
    asked = Question(ProblemKind.BINARY, 2, before=before)
    assert not worth(rows(noise(seed, 12)), asked, seed, PATIENT_REPEATS).above.any()


@pytest.mark.parametrize("seed", range(4))
def test_of_few_attacks_a_number_of_each_day_tells_nothing_of_other_days(seed):
    values = np.repeat(noise(seed, 6)[:75], N // 75, axis=0)
    assert not worth(rows(values), LATE, seed, PATIENT_REPEATS).above.any()
