"""The digest of arrays: one for equal ones, another for any change."""

import hashlib

import numpy as np
import pytest

from phantom_ml.parts.arrays import digest

ARRAYS = {"a": np.arange(3.0), "b": np.zeros((0, 2))}


def test_a_digest_is_the_sha256_of_names_and_bytes():
    whole = b"a" + np.arange(3.0).tobytes() + b"b"
    assert digest(ARRAYS) == hashlib.sha256(whole).hexdigest()


def test_the_order_of_arrays_makes_no_difference():
    assert digest(dict(reversed(ARRAYS.items()))) == digest(ARRAYS)


@pytest.mark.parametrize("other", [{"a": np.arange(3.0) + 1e-15}, {"c": np.zeros(0)}], ids=str)
def test_a_change_is_another_digest(other):
    assert digest(ARRAYS | other) != digest(ARRAYS)
