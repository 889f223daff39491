from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.config import ProblemKind
from phantom_ml.data.splits import RowTies, given_split, join_entities, make_splits
from phantom_ml.data.splits.delayed import longest_delay
from phantom_ml.data.times.parse import NO_TIME
from phantom_ml.errors import BadSetting

BINARY, MULTI, REGRESSION = ProblemKind.BINARY, ProblemKind.MULTICLASS, ProblemKind.REGRESSION
QUICK = settings(deadline=None, max_examples=120, derandomize=True)


@st.composite
def tables(draw):
    """Class codes with every class in at least two rows, times with ties, groups, duplicates."""
    n_rows = draw(st.integers(12, 120))
    n_classes = draw(st.integers(2, 4))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    codes = np.concatenate([np.repeat(np.arange(n_classes), 2), rng.integers(0, n_classes, n_rows)])
    rng.shuffle(codes)
    time = rng.integers(0, draw(st.integers(1, 60)), codes.size)
    time = np.where(rng.random(codes.size) < 0.05, NO_TIME, time)
    groups = rng.integers(-1, draw(st.integers(1, 30)), codes.size)
    duplicates = rng.integers(0, draw(st.integers(1, 100)), codes.size)
    n_folds = draw(st.sampled_from([1, 2, 3, 5]))
    return codes.astype(np.int64), time, groups, duplicates, n_folds


def kind_of(codes):
    return BINARY if codes.max() == 1 else MULTI


@QUICK
@given(tables(), st.booleans(), st.booleans(), st.booleans())
def test_valid_parts_are_disjoint_and_every_train_part_knows_every_class(
    table, timed, grouped, copied
):
    codes, time, groups, duplicates, n_folds = table
    ties = RowTies(
        time if timed else None, groups if grouped else None, duplicates if copied else None
    )
    plan = make_splits(codes, kind_of(codes), n_folds=n_folds, seed=3, ties=ties)
    assert np.unique(plan.held_out).size == plan.held_out.size
    assert 1 <= plan.n_splits <= n_folds
    for split in plan.splits:
        assert split.valid.size
        assert not np.intersect1d(split.train, split.valid).size
        assert set(codes[split.train]) == set(codes)


def test_a_label_delay_is_named_where_rows_are_left_out_for_it():
    time, day = np.arange(200), int(86_400e9)
    plan = make_splits(
        time % 2,
        ProblemKind.BINARY,
        n_folds=3,
        seed=0,
        ties=RowTies(time * day, embargo_ns=20 * day),
    )
    assert "Rows of the 20 days before a block teach nothing of it" in plan.reason


@QUICK
@given(tables(), st.integers(1, 10))
def test_with_a_delay_rows_are_split_forward_exactly_where_it_is_short_enough(table, embargo):
    codes, time, groups, _, n_folds = table
    ties = RowTies(time, groups, embargo_ns=embargo)
    if embargo >= longest_delay(codes, time):
        with pytest.raises(BadSetting, match="label_delay"):
            make_splits(codes, kind_of(codes), n_folds=n_folds, seed=0, ties=ties)
        return
    plan = make_splits(codes, kind_of(codes), n_folds=n_folds, seed=0, ties=ties)
    for split in plan.splits:
        assert time[split.train].max() < time[split.valid].min() - embargo
        assert time[split.train].min() != NO_TIME


DAY = int(86_400e9)
#: Twenty rows of a day, on 200 days.
DAILY = np.repeat(np.arange(200), 20) * DAY
CLASSES = np.arange(DAILY.size) % 2


@pytest.mark.parametrize("delay", [60, 90, 140, 165, 180, 197])
@pytest.mark.parametrize("n_folds", [1, 3])
def test_a_long_delay_leaves_later_blocks_and_never_rows_dealt_at_random(delay, n_folds):
    ties = RowTies(DAILY, embargo_ns=delay * DAY)
    plan = make_splits(CLASSES, BINARY, n_folds=n_folds, seed=0, ties=ties)
    gaps = [DAILY[s.valid].min() - DAILY[s.train].max() for s in plan.splits]
    assert (plan.scheme, min(gaps) > delay * DAY) == ("forward", True)


def test_a_very_long_delay_shares_what_it_leaves_between_both_sides():
    ties = RowTies(DAILY, embargo_ns=180 * DAY)
    (split,) = make_splits(CLASSES, BINARY, n_folds=3, seed=0, ties=ties).splits
    # Of twenty days ten teach, and ten measure.
    assert (split.train.size, split.valid.size) == (200, 200)


def test_too_long_a_delay_is_refused_with_the_longest_that_the_rows_allow():
    ties = RowTies(DAILY, embargo_ns=199 * DAY)
    told = r"label_delay is 199 days, .* span 199: .* These rows allow a delay below 199 days"
    with pytest.raises(BadSetting, match=told):
        make_splits(CLASSES, BINARY, n_folds=3, seed=0, ties=ties)


def test_a_delay_is_refused_where_most_rows_have_no_time():
    time = np.where(np.arange(DAILY.size) % 3 == 0, DAILY, NO_TIME)
    with pytest.raises(BadSetting, match="more than half of them have no time"):
        make_splits(CLASSES, BINARY, n_folds=3, seed=0, ties=RowTies(time, embargo_ns=DAY))


@QUICK
@given(tables(), st.booleans())
def test_groups_never_part(table, timed):
    codes, time, groups, _, n_folds = table
    ties = RowTies(time if timed else None, groups)
    plan = make_splits(codes, kind_of(codes), n_folds=n_folds, seed=0, ties=ties)
    if plan.scheme in ("grouped", "forward_grouped"):
        for split in plan.splits:
            known = groups[split.valid][groups[split.valid] >= 0]
            assert not np.intersect1d(groups[split.train], known).size


@QUICK
@given(tables(), st.booleans(), st.booleans())
def test_what_is_not_stratified_measures_two_classes_in_each_valid_part(table, timed, grouped):
    codes, time, groups, _, n_folds = table
    ties = RowTies(time if timed else None, groups if grouped else None)
    plan = make_splits(codes, kind_of(codes), n_folds=n_folds, seed=0, ties=ties)
    if plan.scheme != "stratified":
        assert all(np.unique(codes[s.valid]).size >= 2 for s in plan.splits)


@QUICK
@given(tables())
def test_same_seed_gives_same_splits(table):
    codes, _, groups, duplicates, n_folds = table
    ties = RowTies(groups=groups, duplicates=duplicates)
    plans = [
        make_splits(codes, kind_of(codes), n_folds=n_folds, seed=7, ties=ties) for _ in range(2)
    ]
    for one, other in zip(plans[0].splits, plans[1].splits, strict=True):
        np.testing.assert_array_equal(one.valid, other.valid)


def test_another_seed_gives_other_splits():
    codes = np.arange(200) % 2
    one, other = (make_splits(codes, BINARY, n_folds=5, seed=s).splits[0].valid for s in (0, 1))
    assert not np.array_equal(one, other)


def test_stratified_folds_have_their_share_of_each_class():
    codes = (np.random.default_rng(0).random(10_003) < 0.013).astype(np.int64)
    plan = make_splits(codes, BINARY, n_folds=5, seed=0)
    positives = [codes[s.valid].sum() for s in plan.splits]
    rows = [s.valid.size for s in plan.splits]
    assert max(positives) - min(positives) <= 1
    assert max(rows) - min(rows) <= 2


def test_one_fold_holds_out_a_fifth():
    plan = make_splits(np.arange(1_000) % 2, BINARY, n_folds=1, seed=0)
    assert [s.valid.size for s in plan.splits] == [200]


def test_regression_folds_see_small_and_large_values():
    values = np.random.default_rng(0).lognormal(size=500)
    plan = make_splits(values, REGRESSION, n_folds=5, seed=0)
    medians = [np.median(values[s.valid]) for s in plan.splits]
    assert max(medians) / min(medians) < 1.2


def test_near_duplicates_stay_in_one_fold():
    rng = np.random.default_rng(0)
    duplicates = rng.integers(0, 400, 2_000)
    codes = duplicates % 2
    plan = make_splits(codes, BINARY, n_folds=5, seed=0, ties=RowTies(duplicates=duplicates))
    for split in plan.splits:
        assert not np.intersect1d(duplicates[split.train], duplicates[split.valid]).size


def test_a_giant_cluster_of_duplicates_does_not_unbalance_the_folds():
    duplicates = np.where(np.arange(1_000) < 700, 0, np.arange(1_000))
    codes = np.arange(1_000) % 2
    plan = make_splits(codes, BINARY, n_folds=5, seed=0, ties=RowTies(duplicates=duplicates))
    assert {s.valid.size for s in plan.splits} == {200}


@pytest.mark.parametrize("n_folds", [1, 5])
def test_rows_that_are_all_alike_never_fill_what_is_held_out(n_folds):
    blank = np.arange(1_200) % 6 == 0
    codes = np.random.default_rng(0).integers(0, 2, 1_200)
    ties = RowTies(duplicates=np.where(blank, 0, np.arange(1_200)))
    plan = make_splits(codes, BINARY, n_folds=n_folds, seed=0, ties=ties)
    assert max(blank[s.valid].mean() for s in plan.splits) < 0.25


def test_two_rows_alike_stay_in_one_fold_of_few_rows():
    duplicates, codes = np.repeat(np.arange(10), 2), np.repeat(np.arange(10) % 2, 2)
    plan = make_splits(codes, BINARY, n_folds=5, seed=0, ties=RowTies(duplicates=duplicates))
    for split in plan.splits:
        assert not np.intersect1d(duplicates[split.train], duplicates[split.valid]).size


def test_one_time_falls_back_to_stratified_with_the_reason():
    ties = RowTies(time=np.zeros(100, dtype=np.int64))
    plan = make_splits(np.arange(100) % 2, BINARY, n_folds=5, seed=0, ties=ties)
    assert (plan.scheme, "All rows have the same time." in plan.reason) == ("stratified", True)


@pytest.mark.parametrize(("n_times", "n_splits"), [(2, 1), (3, 2), (4, 3), (5, 3)])
def test_few_times_give_as_many_splits_as_they_can(n_times, n_splits):
    time = np.repeat(np.arange(1990, 1990 + n_times), 100)
    codes = np.arange(time.size) % 2
    plan = make_splits(codes, BINARY, n_folds=3, seed=0, ties=RowTies(time=time))
    assert plan.n_splits == n_splits


def test_blocks_without_positives_are_merged():
    time = np.arange(1_000)
    codes = np.isin(time, [*range(300, 320), *range(950, 960)]).astype(np.int64)
    plan = make_splits(codes, BINARY, n_folds=5, seed=0, ties=RowTies(time=time))
    assert [codes[s.valid].sum() for s in plan.splits] == [10]


def test_positives_that_come_late_move_the_first_block():
    time = np.arange(1_000)
    codes = ((time >= 600) & (time % 5 == 0)).astype(np.int64)
    plan = make_splits(codes, BINARY, n_folds=3, seed=0, ties=RowTies(time=time))
    assert plan.n_splits == 3
    assert plan.splits[0].train.size > 600


def test_a_class_seen_at_one_time_only_falls_back_with_the_reason():
    time = np.repeat([0, 1], 50)
    codes = np.where(time == 0, 0, np.arange(100) % 2)
    plan = make_splits(codes, BINARY, n_folds=3, seed=0, ties=RowTies(time=time))
    assert plan.scheme == "stratified"
    assert "No point in time has rows of every class before it" in plan.reason


def test_rows_without_a_time_are_on_no_side():
    time = np.arange(200)
    time[::10] = NO_TIME
    plan = make_splits(np.arange(200) // 2 % 2, BINARY, n_folds=3, seed=0, ties=RowTies(time=time))
    used = np.concatenate([plan.splits[-1].train, plan.splits[-1].valid])
    assert not np.intersect1d(used, np.arange(0, 200, 10)).size


def test_regression_goes_forward_too():
    values = np.random.default_rng(0).normal(size=500)
    plan = make_splits(values, REGRESSION, n_folds=5, seed=0, ties=RowTies(time=np.arange(500)))
    assert (plan.scheme, plan.n_splits) == ("forward", 5)


def test_groups_are_balanced_by_rows_and_positives():
    rng = np.random.default_rng(1)
    groups = rng.zipf(1.5, 20_000) % 500
    codes = (rng.random(20_000) < 0.02).astype(np.int64)
    codes[groups < 3] = 0
    plan = make_splits(codes, BINARY, n_folds=5, seed=0, ties=RowTies(groups=groups))
    positives = np.array([codes[s.valid].sum() for s in plan.splits])
    assert positives.min() > 0.7 * positives.mean()


def test_one_group_of_all_positives_falls_back_with_the_reason():
    codes = np.repeat([0, 1], 50)
    groups = np.where(codes == 1, 0, 1 + np.arange(100) % 9)
    plan = make_splits(codes, BINARY, n_folds=5, seed=0, ties=RowTies(groups=groups))
    assert (plan.scheme, "No split by groups" in plan.reason) == ("stratified", True)


def test_an_entity_before_and_after_is_dropped_from_training():
    time = np.arange(600)
    groups = time // 30
    groups[::60] = 19
    ties = RowTies(time=time, groups=groups)
    plan = make_splits(time // 2 % 2, BINARY, n_folds=3, seed=0, ties=ties)
    assert plan.scheme == "forward_grouped"
    assert 19 not in groups[plan.splits[-1].train]


def test_entities_that_are_everywhere_are_allowed_with_the_reason():
    ties = RowTies(time=np.arange(600), groups=np.arange(600) % 3)
    plan = make_splits(np.arange(600) // 2 % 2, BINARY, n_folds=3, seed=0, ties=ties)
    assert (plan.scheme, "Entities may occur before and after" in plan.reason) == ("forward", True)


def test_joined_entities_follow_chains():
    user, host = np.array([0, 0, 1, 2, 3, 4]), np.array([0, 1, 1, 2, 3, 4])
    groups, _ = join_entities([user, host], ["user", "host"])
    assert groups.tolist() == [0, 0, 0, 1, 2, 3]


def test_a_join_that_ties_everything_falls_back_to_the_first_column():
    user, host = np.arange(100) // 10, np.arange(100) % 10
    groups, reason = join_entities([user, host], ["user", "host"])
    assert (np.unique(groups).size, "100% of the rows would be one group" in reason) == (10, True)


def test_unknown_entities_are_groups_of_their_own():
    groups, _ = join_entities([np.array([-1, -1, 0, 0])], ["user"])
    assert np.unique(groups).size == 3


def test_given_rows_are_the_valid_part():
    plan = given_split(70, 30)
    assert (plan.scheme, plan.held_out[0], plan.held_out.size) == ("given", 70, 30)


def test_a_hundred_thousand_groups_are_dealt_quickly():
    rng = np.random.default_rng(0)
    groups, codes = rng.integers(0, 100_000, 300_000), (rng.random(300_000) < 0.01).astype(np.int64)
    start = perf_counter()
    make_splits(codes, BINARY, n_folds=5, seed=0, ties=RowTies(groups=groups))
    assert perf_counter() - start < 2.0
