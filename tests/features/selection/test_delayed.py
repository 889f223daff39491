"""Folds where answers are late: no held-out row is judged by answers that were not known when its block began."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.config import ProblemKind
from phantom_ml.features.before import Before
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.selection.delayed import delayed_folds
from phantom_ml.features.selection.stretches import steady_folds
from phantom_ml.features.selection.trees import folds

TIMES = st.lists(st.integers(0, 60), min_size=2, max_size=80).map(np.array)
#: Ten rows a day.
DAYS = np.repeat(np.arange(200), 10)


@given(TIMES, st.integers(1, 59))
@settings(max_examples=150, deadline=None)
def test_what_teaches_is_older_than_what_is_held_out_by_more_than_the_delay(time, delay):
    for train, held_out in delayed_folds(time, delay, 3):
        if np.ptp(time) > delay:
            assert time[train].max() < time[held_out].min() - delay


@given(TIMES, st.integers(1, 59))
@settings(max_examples=150, deadline=None)
def test_every_fold_has_rows_on_both_sides(time, delay):
    parted = delayed_folds(time, delay, 3)
    assert len(parted) == 3
    assert all(train.size and held_out.size for train, held_out in parted)


@pytest.mark.parametrize("delay", [1, 30, 90, 150, 190])
def test_blocks_are_held_out_once(delay):
    held_out = np.concatenate([rows for _, rows in delayed_folds(DAYS, delay, 3)])
    assert len(np.unique(held_out)) == len(held_out)


def test_a_short_delay_holds_out_about_the_rows_that_no_delay_does():
    parted = delayed_folds(DAYS, 1, 3)
    assert sum(len(rows) for _, rows in parted) == pytest.approx(1_500, abs=20)


@pytest.mark.parametrize("parting", [folds, steady_folds])
def test_features_are_judged_by_such_folds(parting):
    asked = Question(ProblemKind.BINARY, 2, before=Before(time=DAYS), delay=30)
    # Attacks are few: without a delay their stretches would be dealt to folds.
    attacks = (np.arange(DAYS.size) % 97 == 0).astype(np.int64)
    for train, held_out in parting(attacks, asked, 0):
        assert DAYS[train].max() < DAYS[held_out].min() - 30
