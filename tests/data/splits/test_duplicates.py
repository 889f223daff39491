import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from phantom_ml.data.splits.duplicates import near_duplicate_codes


def codes_of(rows, **options):
    return near_duplicate_codes(np.asarray(rows, dtype=np.float32), **options)


def test_equal_rows_share_a_code():
    codes = codes_of([[1, 2], [3, 4], [1, 2]])
    assert codes[0] == codes[2] != codes[1]


def test_three_digits_are_compared():
    codes = codes_of([[1000.0], [1000.2], [1005.0]])
    assert codes[0] == codes[1] != codes[2]


def test_missing_equals_missing_and_nothing_else():
    codes = codes_of([[np.nan, 1], [np.nan, 1], [0, 1], [np.inf, 1]])
    assert codes[0] == codes[1]
    assert np.unique(codes).size == 3


def test_minus_zero_is_zero():
    assert np.unique(codes_of([[0.0], [-0.0]])).size == 1


def test_columns_are_not_interchangeable():
    assert np.unique(codes_of([[1, 2], [2, 1]])).size == 2


def test_exact_columns_are_not_rounded():
    rows = np.arange(100_000, 100_010, dtype=np.float32)[:, None]
    assert np.unique(codes_of(rows)).size < 3
    assert np.unique(codes_of(rows, exact=[0])).size == 10


def test_text_tells_rows_apart():
    text = sparse.csr_array(np.array([[0, 0.5, 0.5], [0.5, 0.5, 0], [0, 0.5, 0.5], [0, 0, 0]]))
    codes = codes_of(np.zeros((4, 1)), text=text.astype(np.float32))
    assert codes[0] == codes[2]
    assert np.unique(codes).size == 3


def test_text_longer_than_a_chunk_is_hashed_whole():
    rng = np.random.default_rng(0)
    half = sparse.random_array((3_000, 500), density=0.2, format="csr", rng=rng, dtype=np.float32)
    text = sparse.csr_array(sparse.vstack([half, half]))
    codes = codes_of(np.zeros((6_000, 0)), text=text)
    np.testing.assert_array_equal(codes[:3_000], codes[3_000:])
    assert np.unique(codes).size == 3_000


def test_different_rows_do_not_collide():
    rows = np.stack(np.meshgrid(*[np.arange(8)] * 6), axis=-1).reshape(-1, 6)
    assert np.unique(codes_of(rows)).size == 8**6


@settings(deadline=None, max_examples=50, derandomize=True)
@given(hnp.arrays(np.float32, st.tuples(st.integers(1, 20), st.integers(1, 4))))
def test_a_table_beside_itself_repeats_its_codes(rows):
    codes = near_duplicate_codes(np.concatenate([rows, rows]))
    np.testing.assert_array_equal(codes[: len(rows)], codes[len(rows) :])
