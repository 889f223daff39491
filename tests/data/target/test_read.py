"""Any column gives a sound target, or one sentence that says why not."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.config import AutoMLTaskType, ProblemKind
from phantom_ml.data.target.read import read_target
from phantom_ml.errors import BadSetting, TargetUnusable

CLASSES, NUMBERS = AutoMLTaskType.CLASSIFICATION, AutoMLTaskType.REGRESSION


def classes(values, positive=None, **kinds):
    return read_target(pl.Series(values, **kinds), "label", CLASSES, positive)


def numbers(values):
    return read_target(pl.Series(values), "amount", NUMBERS)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["normal", "attack"], ("normal", "attack")),
        ([1, 0], (0, 1)),
        ([True, False], (False, True)),
        ([1.0, 0.0], (0, 1)),
        (["1", "0"], ("0", "1")),
        ([1, -1], (-1, 1)),
        (["yes", "no"], ("no", "yes")),
        (["phishing", "legitimate"], ("legitimate", "phishing")),
        (["norm", "anom"], ("norm", "anom")),
        (["DDoS attack", "Benign"], ("Benign", "DDoS attack")),
        ([0.5, 1.5, 1.5], (1.5, 0.5)),
    ],
)
def test_second_class_is_the_alert(values, expected):
    assert classes(values * 3).classes == expected


def test_codes_belong_to_the_kept_rows():
    target = classes(["b", None, "a", "", "a", "b", "b"])
    assert target.classes == ("b", "a")
    assert target.keep.tolist() == [0, 2, 4, 5, 6]
    assert target.values.tolist() == [0, 1, 1, 0, 0]


def test_types_are_those_that_learners_take():
    target = classes(["a", "b"] * 3)
    assert (target.values.dtype, target.keep.dtype) == (np.int64, np.int64)
    assert numbers([1, 2, 5]).values.dtype == np.float64


def test_missing_answers_are_counted():
    target = classes([0.0, 1.0, math.nan, None, 0.0, 1.0])
    assert "2 of 6 rows have no usable value in 'label'" in target.warnings[0]


def test_positive_class_guessed_by_rarity_is_said():
    target = classes(["x"] * 5 + ["y"] * 3)
    assert target.warnings == (
        "The positive class of 'label' is taken to be 'y', the rarer of the two.",
    )


def test_zero_and_one_need_no_word():
    assert classes([0, 0, 1, 1]).warnings == ()


@pytest.mark.parametrize("given_class", ["normal", "NORMAL"])
def test_a_given_positive_class_wins(given_class):
    assert classes(["normal", "attack"] * 3, given_class).classes == ("attack", "normal")


@pytest.mark.parametrize("given_class", [0, "0", 0.0, False])
def test_a_given_positive_class_matches_by_value_or_text(given_class):
    assert classes([0, 1] * 3, given_class).classes == (1, 0)


def test_an_unknown_positive_class_lists_the_classes():
    with pytest.raises(BadSetting, match=r"'atack', which no class .* 'attack', 'normal'"):
        classes(["normal", "attack"] * 3, "atack")


def test_a_positive_class_among_three_is_refused():
    with pytest.raises(BadSetting, match="has 3 classes"):
        classes(["a", "b", "c"] * 3, "a")


def test_many_classes_are_sorted():
    target = classes(["dos", "probe", "normal"] * 3)
    assert (target.kind, target.classes) == (ProblemKind.MULTICLASS, ("dos", "normal", "probe"))


def test_a_class_of_one_row_is_left_out_and_said():
    target = classes(["a", "a", "b", "b", "b", "u2r"])
    assert target.classes == ("b", "a")
    assert "1 class of 'label' has a single row, which was left out: 'u2r'" in target.warnings[0]


def test_categorical_and_enum_columns_are_text():
    assert classes(["b", "a"] * 2, dtype=pl.Categorical).classes == ("a", "b")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1, 1, 1], "is '1' in all 3 rows"),
        (["a", "a", None], "is 'a' in all 2 rows"),
        ([None, None], "is missing in all 2 rows"),
        (["", " "], "is missing in all 2 rows"),
        ([f"message {i}" for i in range(30)], "nearly every row is a class of its own"),
        (["a", "b"], "nearly every row is a class of its own"),
        (["a", "a", "a", "b"], "only 1 of them in at least 2 rows"),
        ([i / 7 for i in range(50)], "Use task_type='regression'"),
        (list(range(400)) * 2, "Use task_type='regression'"),
        ([f"c{i % 1001}" for i in range(3003)], "has 1001 classes"),
    ],
)
def test_what_cannot_be_classes_is_told(values, said):
    with pytest.raises(TargetUnusable) as caught:
        classes(values)
    assert said in str(caught.value)


def test_a_date_is_no_target():
    with pytest.raises(TargetUnusable, match="type Date"):
        classes(pl.date_range(pl.date(2024, 1, 1), pl.date(2024, 1, 9), eager=True))


def test_numbers_written_as_text_are_numbers():
    assert numbers(["12.5", " 3", None, "-1e3"]).values.tolist() == [12.5, 3.0, -1000.0]


@pytest.mark.parametrize("number", [1e300, -1e39])
def test_a_number_that_float32_cannot_hold_is_refused(number):
    with pytest.raises(TargetUnusable, match=r"1 row holds a number beyond 3\.4e38"):
        read_target(pl.Series([1.0, 2.0, number]), "y", AutoMLTaskType.REGRESSION)


def test_infinite_and_missing_numbers_are_left_out():
    target = numbers([1.0, math.inf, math.nan, None, 2.0, 7.0])
    assert (target.keep.tolist(), len(target.warnings)) == ([0, 4, 5], 1)


def test_text_is_no_number_and_the_example_is_shown():
    with pytest.raises(TargetUnusable, match="text such as 'high' in 2 rows"):
        numbers(["1.0", "high", "low"])


def test_a_constant_number_is_refused():
    with pytest.raises(TargetUnusable, match=r"is '4.0' in all 3 rows"):
        numbers([4, 4, 4])


def test_two_numbers_look_like_classes():
    assert "has only 2 different values, like classes" in numbers([0, 1] * 30).warnings[0]


CELLS = st.one_of(
    st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), max_size=30),
    st.lists(st.one_of(st.none(), st.floats()), max_size=30),
    st.lists(st.one_of(st.none(), st.text(max_size=5)), max_size=30),
    st.lists(st.one_of(st.none(), st.booleans()), max_size=30),
    st.lists(st.sampled_from(["a", "b", "c", None]), max_size=30),
)


@settings(deadline=None, max_examples=200, derandomize=True)
@given(CELLS, st.sampled_from([CLASSES, NUMBERS]))
def test_any_column_gives_a_sound_target_or_one_sentence(cells, task):
    target = hint = None
    try:
        target = read_target(pl.Series("t", cells), "t", task)
    except TargetUnusable as error:
        hint = error.hint
    if target is None:
        assert hint
        return
    assert target.values.size == target.keep.size
    assert np.isfinite(target.values).all()
    if task is CLASSES:
        assert (target.class_counts >= 2).all()
        shown = [cells[i] for i in target.keep]
        assert [target.classes[c] for c in target.values] == shown
