"""A number among its peers, far from 0 too."""

import numpy as np
import polars as pl

from phantom_ml.features.tables.group_rank import GroupRankEncoder

RNG = np.random.default_rng(0)
NEAR = RNG.integers(0, 100, 400)
HOST = np.arange(400) % 2


def of(number: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame({"host": [f"h{h}" for h in HOST], "number": number})


def compared(number: np.ndarray) -> np.ndarray:
    encoder = GroupRankEncoder.fit_pair(of(number), "host", "number")
    out = np.empty((len(number), 2), np.float32)
    encoder.transform(of(number), out)
    return out


def test_hosts_whose_counters_lie_far_apart_are_compared_with_their_own():
    far = NEAR + np.where(HOST, 3_000_000_000, 70_000_000_000)
    assert np.allclose(compared(far), compared(NEAR), atol=1e-3)


def test_near_numbers_are_compared_in_float32():
    assert not GroupRankEncoder.fit_pair(of(NEAR + 0.1), "host", "number").wide


def test_an_encoder_saved_before_compares_in_float32():
    saved = GroupRankEncoder.fit_pair(of(NEAR), "host", "number").model_dump()
    del saved["wide"]
    assert not GroupRankEncoder.model_validate(saved).wide
