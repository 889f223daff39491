"""Bytes have a logarithm beside them."""

import pytest

from phantom_ml.data.schema import ColumnKind
from tests.features.columns.made import fitted, parts_of


def logs(values: list) -> list:
    return parts_of(fitted("volume", values, ColumnKind.BYTES), values)["log"].to_list()


def test_the_logarithm_is_that_of_one_more():
    assert logs([0, 1, 1023]) == [0, 1, 10]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, None])
def test_what_is_no_volume_is_missing(value):
    assert logs([3.0, value]) == [2, None]


def test_text_is_read_as_numbers():
    assert logs(["3", " 7 ", "many", None]) == [2, 3, None, None]
