"""Two categories together are one: frequent pairs have a code, all others are missing."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.features.tables.cross import MIN_ROWS, CrossEncoder

FRAME = pl.DataFrame(
    {"proto": ["tcp"] * 20 + ["udp"] * 12 + ["icmp"], "port": [80] * 10 + [53] * 22 + [0]}
)


@pytest.fixture
def cross() -> CrossEncoder:
    return CrossEncoder.fit_pair(FRAME, "proto", "port")


def codes(encoder: CrossEncoder, frame: pl.DataFrame) -> list[float]:
    out = np.empty((frame.height, 1), np.float32)
    encoder.transform(frame, out)
    return out[:, 0].tolist()


def test_the_most_frequent_pair_has_the_first_code(cross):
    assert cross.levels == {"proto & port": ("udp & 53", "tcp & 53", "tcp & 80")}
    assert codes(cross, FRAME[[0, 15, 25]]) == [2.0, 1.0, 0.0]


def test_a_rare_or_new_pair_and_half_a_pair_are_missing(cross):
    rows = pl.DataFrame(
        {"proto": ["icmp", "udp", None, "tcp", "gre"], "port": [0, 80, 53, None, 1]}
    )
    assert np.isnan(codes(cross, rows)).all()


def test_a_pair_of_the_least_rows_is_kept():
    rows = pl.DataFrame({"a": ["x"] * MIN_ROWS + ["y"] * MIN_ROWS, "b": ["z"] * 2 * MIN_ROWS})
    assert len(CrossEncoder.fit_pair(rows, "a", "b").pairs) == 2
    assert CrossEncoder.fit_pair(rows[1:], "a", "b") is None


def test_values_that_look_like_pairs_are_not_mixed_up():
    rows = pl.DataFrame({"a": ["x & y"] * 5 + ["x"] * 5, "b": ["z"] * 5 + ["y & z"] * 5})
    found = CrossEncoder.fit_pair(rows, "a", "b")
    assert len(set(codes(found, rows))) == 2


def test_what_was_saved_gives_the_same(cross):
    again = CrossEncoder.model_validate_json(cross.model_dump_json())
    assert codes(again, FRAME) == pytest.approx(codes(cross, FRAME), nan_ok=True)
