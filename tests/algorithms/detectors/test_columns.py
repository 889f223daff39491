import numpy as np
import pytest

from phantom_ml.algorithms.detectors._columns import LIMIT, RAREST, Columns
from phantom_ml.data.matrix import Feature, Matrix
from phantom_ml.errors import BundleDamaged


def matrix(*columns, cardinality=0):
    values = np.array(columns, np.float32).T
    features = [Feature(f"x{i}", f"x{i}", cardinality) for i in range(len(columns))]
    return Matrix(np.ascontiguousarray(values), tuple(features))


def made(train, rows=None):
    return Columns.fit(train).of(train if rows is None else rows)


def test_a_number_is_told_in_spreads_from_the_median():
    found = made(matrix([0, 1, 2, 3, 4]))
    np.testing.assert_allclose(found[:, 0], [-1.0, -0.5, 0.0, 0.5, 1.0])


def test_a_far_number_grows_by_its_logarithm():
    found = made(matrix([0, 1, 2, 3, 4]), matrix([2 + 2 * LIMIT * np.e]))
    assert found[0, 0] == pytest.approx(2 * LIMIT)


def test_far_numbers_keep_their_order():
    found = made(matrix([0, 1, 2, 3, 4]), matrix([1e3, 1e6, 1e30, np.inf]))
    assert (np.diff(found[:, 0]) >= 0).all()
    assert np.isfinite(found).all()


def test_a_column_that_is_mostly_one_value_takes_its_spread_from_the_others():
    found = made(matrix([0] * 9 + [4]))
    assert found[-1, 0] == pytest.approx(1.0)


def test_columns_that_tell_nothing_are_left_out():
    assert made(matrix([1, 1, 1], [np.nan] * 3, [1, 2, 3])).shape == (3, 1)


def test_a_gap_is_neutral_and_flagged():
    found = made(matrix([0.0, 1, 2, 3, np.nan]))
    np.testing.assert_allclose(found[-1], [0.0, np.log(4)])
    np.testing.assert_allclose(found[:-1, 1], 0.0)


def test_where_gaps_are_usual_a_value_is_rare():
    found = made(matrix([np.nan] * 6 + [1.0, 2.0]))
    np.testing.assert_allclose(found[[0, -1], 1], [0.0, np.log(3)])


def test_a_gap_that_only_rows_apart_have_is_flagged():
    rows = matrix([0.0, 1, 2, 3, np.nan])
    columns = Columns.fit(rows.rows(np.arange(4)), rows)
    np.testing.assert_allclose(columns.of(rows)[:, 1], [0, 0, 0, 0, np.log(4)])


def test_a_gap_that_training_never_had_is_neutral():
    assert made(matrix([0, 1, 2]), matrix([np.nan]))[0, 0] == 0.0


def test_a_level_is_told_by_how_rare_it_is():
    found = made(matrix([0, 0, 0, 0, 1, 1, 2], cardinality=4))
    np.testing.assert_allclose(found[[0, 4, 6], 0], np.log([1, 2, 4]))


@pytest.mark.parametrize("code", [3.0, 7.0, -1.0, np.nan])
def test_a_level_that_was_never_seen_is_the_rarest(code):
    found = made(matrix([0, 0, 0, 0, 1, 1, 2], cardinality=4), matrix([code], cardinality=4))
    assert found[0, 0] == pytest.approx(np.log(8))


def test_rarity_ends():
    codes = np.repeat([0.0, 1.0], [200_000, 1])
    assert made(matrix(codes, cardinality=2)).max() == RAREST


def test_every_column_names_its_feature():
    train = matrix([0.0, 1, np.nan], [1, 1, 1])
    assert Columns.fit(train).source.tolist() == [0, 0]


def test_no_row_is_no_fault():
    train = matrix([0.0, 1, 2])
    assert made(train, train.rows(np.arange(0))).shape == (0, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("numeric", np.array([5])),
        ("numeric", np.array([0, 0])),
        ("spread", np.array([0.0])),
        ("centre", np.array([np.nan])),
        ("flag", np.zeros((1, 1))),
        ("level_start", np.array([0, 9])),
        ("n_features", np.array([1, 1])),
    ],
)
def test_impossible_columns_are_refused(name, value):
    whole = Columns.fit(matrix([0.0, 1, 2])).arrays()
    with pytest.raises(BundleDamaged):
        Columns.of_arrays({**whole, f"columns.{name}": value})
