"""No training row counts itself, its future, or - where groups are all that is known - its own group's part."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.features.before import Before

ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=25)


def naive(rows, sees) -> list[int]:
    return [
        sum(a == code and sees(i, j) for j, (a, _) in enumerate(rows))
        for i, (code, _) in enumerate(rows)
    ]


def split(rows) -> tuple[np.ndarray, np.ndarray]:
    codes, other = (np.array(part, np.int64) for part in zip(*rows, strict=True))
    return codes, other


@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_with_a_time_earlier_rows_count(rows):
    codes, time = split(rows)
    counts, total = Before(time=time).counts(codes)
    assert counts.tolist() == naive(rows, lambda i, j: time[j] < time[i])
    assert total.tolist() == [int((time < t).sum()) for t in time]


@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_with_groups_rows_of_other_parts_count_as_if_they_were_all(rows):
    codes, group = split(rows)
    before = Before(groups=group)
    part, n = before.part, len(rows)
    counts, total = before.counts(codes)
    there = [int((part != p).sum()) for p in part]
    seen = naive(rows, lambda i, j: part[j] != part[i])
    assert counts.tolist() == [
        round(s * n / t) if t else 0 for s, t in zip(seen, there, strict=True)
    ]
    assert total.tolist() == [n if t else 0 for t in there]


def test_rows_of_one_group_share_a_part_and_parts_hold_several_groups():
    group = np.repeat(np.arange(12), 5)
    part = Before(groups=group).part
    assert all(len(set(part[group == g])) == 1 for g in range(12))
    assert all(len(set(group[part == p])) >= 2 for p in set(part))


def test_a_count_does_not_tell_how_large_a_group_is():
    # One value, and groups of one row to forty: what counts is the same within a part.
    group = np.repeat(np.arange(40), np.arange(1, 41))
    before = Before(groups=group)
    counts, total = before.counts(np.zeros(len(group), np.int64))
    assert len(set(total)) == 1
    assert len(set(counts)) == 1


@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_with_neither_all_other_rows_count(rows):
    codes, _ = split(rows)
    assert Before().counts(codes)[0].tolist() == naive(rows, lambda i, j: i != j)


@given(ROWS, st.integers(0, 3))
@settings(max_examples=80, deadline=None)
def test_sums_are_of_answers_known_by_then(rows, delay):
    codes, time = split(rows)
    values = np.arange(len(rows), dtype=np.float64).reshape(-1, 1)
    sums, counts = Before(time=time).sums(codes, values, delay)
    for i, (code, _) in enumerate(rows):
        known = [
            j
            for j, (c, _) in enumerate(rows)
            if c == code and (time[j] < time[i] if delay == 0 else time[j] + delay < time[i])
        ]
        assert counts[i] == len(known)
        assert sums[i, 0] == pytest.approx(sum(known))


def test_the_order_of_rows_of_equal_time_does_not_matter():
    codes, time = np.array([1, 1, 2, 1]), np.array([5, 5, 5, 6])
    turned = [2, 1, 0, 3]
    one = Before(time=time).counts(codes)[0]
    two = Before(time=time[turned]).counts(codes[turned])[0]
    assert two.tolist() == one[turned].tolist()


def test_sums_without_a_time_are_refused():
    with pytest.raises(ValueError, match="time"):
        Before().sums(np.zeros(2, np.int64), np.zeros((2, 1)))


def test_some_rows_keep_their_times_and_groups():
    part = Before(np.array([1, 2, 3]), np.array([7, 8, 9])).rows(np.array([2, 0]))
    assert (part.time.tolist(), part.groups.tolist()) == ([3, 1], [9, 7])


@given(ROWS, st.booleans())
@settings(max_examples=80, deadline=None)
def test_distinct_codes_are_those_of_the_rows_that_count(rows, timed):
    codes, other = split(rows)
    before = Before(time=other) if timed else Before(groups=other)
    part = other if timed else before.part
    for i, found in enumerate(before.distinct(codes)):
        counts = other < other[i] if timed else part != part[i]
        assert found == len(set(codes[counts].tolist()))


@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_distinct_codes_can_be_counted_among_rows_that_are_alike(rows):
    codes, _ = split(rows)
    within = codes // 2
    for i, found in enumerate(Before().distinct(codes, within)):
        others = [c for j, c in enumerate(codes) if j != i and c // 2 == codes[i] // 2]
        assert found == len(set(others))


def test_answers_are_known_to_the_nanosecond_whatever_the_number_of_codes():
    day, n_codes = 86_400_000_000_000, 5_000
    start = 1_700_000_000_000_000_000
    codes = np.repeat(np.arange(n_codes), 3)
    time = np.tile([start, start + 1, start + 2 * day + 1], n_codes)
    _, counts = Before(time=time).sums(codes, np.ones((len(codes), 1)), 2 * day)
    assert counts.tolist() == [0, 0, 1] * n_codes
