"""Numbers in sentences: short ones stay short, and those far from zero differ where they do."""

import pytest

from phantom_ml.explain.sentences import sentence


def shown(value, origin=0.0) -> str:
    return sentence("b", value, 1.0, "it", "", origin).split(" ")[2]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (146.0, "146"),
        (0.1 + 0.2, "0.3"),
        (60_000.0, "60000"),
        (12_345.678, "12345.7"),
        (1e9 + 14.0, "1,000,000,014"),
        (-1_234_567.8, "-1,234,568"),
        (1e-9, "1e-09"),
        (2e18, "2e+18"),
        (10**12 + 1, "1000000000001"),
    ],
)
def test_a_number_is_as_short_as_its_digits_before_the_point_allow(value, text):
    assert shown(value) == text


@pytest.mark.parametrize(
    ("value", "origin", "text"),
    [
        (1e9 + 14.123456, 1e9, "1,000,000,014.12"),
        (1e9 + 0.25, 1e9, "1,000,000,000.25"),
        (1e9, 1e9, "1,000,000,000"),
        (0.0, 1e9, "0"),
        (5e10, 1e9, "50,000,000,000"),
        (1000.00012, 1000.0, "1000.00012"),
        (1e300, 1e9, "1e+300"),
    ],
)
def test_near_a_columns_origin_the_digits_apart_from_it_are_told(value, origin, text):
    assert shown(value, origin) == text


def test_no_number_is_told_with_more_digits_than_float64_knows():
    assert shown(1e12 + 1e-3, 1e12) == "1,000,000,000,000"
