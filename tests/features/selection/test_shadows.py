"""Shadows keep the shape of a feature: rows of one group stay together, and so do rows that follow."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from phantom_ml.data.matrix import Feature, Matrix
from phantom_ml.features.before import Before
from phantom_ml.features.selection.shadows import N_STRETCHES, shuffled, with_shadows

GROUPS = st.lists(st.integers(0, 6), min_size=1, max_size=60)


@given(GROUPS, st.integers(0, 99))
def test_rows_of_one_group_take_their_values_from_one_group(groups, seed):
    codes = np.array(groups)
    taken = codes[shuffled(len(codes), Before(groups=codes), np.random.default_rng(seed))]
    assert len({*zip(groups, taken.tolist(), strict=True)}) == len({*groups})
    assert {*taken.tolist()} == {*groups}


@given(st.permutations(range(60)), st.integers(0, 99))
def test_in_time_whole_stretches_change_places(times, seed):
    time = np.array(times)
    taken = shuffled(60, Before(time=time), np.random.default_rng(seed))
    assert sorted(taken.tolist()) == list(range(60))
    in_order = time[taken][np.argsort(time)]
    assert (np.diff(in_order) != 1).sum() < N_STRETCHES


def test_without_time_and_groups_rows_are_shuffled_one_by_one():
    taken = shuffled(200, Before(), np.random.default_rng(0))
    assert (np.diff(taken) == 1).sum() < 10


def test_of_few_features_some_have_more_than_one_shadow():
    matrix = Matrix(np.arange(8, dtype=np.float32)[:, None], (Feature("n", "n"),))
    wider = with_shadows(matrix, Before(), 3, 0)
    assert [f.name for f in wider.features] == ["n", "shadow.0", "shadow.1", "shadow.2"]
    assert (np.sort(wider.values, axis=0) == matrix.values).all()
