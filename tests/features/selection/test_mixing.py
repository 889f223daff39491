"""What ties columns by how features are made is not judged, and a named time ties no more than another."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from phantom_ml.config import FeatureSettings
from phantom_ml.data.recognise import recognise
from phantom_ml.features.before import Before
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.engineer import engineer_features
from phantom_ml.features.fit import fit_encoder
from phantom_ml.features.selection.mixing import blocks_of, uncounted

N = 400


def encoder_of(frame: pl.DataFrame, **kinds: str) -> Encoder:
    return fit_encoder(frame, recognise(frame, kinds), FeatureSettings())


@pytest.mark.parametrize("before", [Before(time=np.arange(N)), Before(groups=np.arange(N) % 9)])
def test_rarities_are_judged_as_counted_among_all_rows(before):
    words = ["opened", "closed", "refused", "lost"] * (N // 4)
    frame = pl.DataFrame(
        {"message": [f"session {w} for alice after {i} s" for i, w in enumerate(words)]}
    )
    encoder = encoder_of(frame, message="log_message")
    found = uncounted(encoder, frame, encoder.training(frame, before))
    np.testing.assert_array_equal(found.values, encoder.training(frame, Before()).values)


def test_columns_of_times_are_mixed_as_one():
    seen = pl.date_range(date(2026, 1, 1), date(2026, 1, 30), eager=True)
    weight = np.random.default_rng(0).normal(size=30)
    frame = pl.DataFrame({"seen": seen, "told": seen.dt.offset_by("1d"), "weight": weight})
    encoder = encoder_of(frame)
    blocks = {f.source: b for f, b in zip(encoder.features, blocks_of(encoder), strict=True)}
    assert blocks["seen"] == blocks["told"] != blocks["weight"]


def test_a_time_column_hides_nothing_of_how_columns_hang_together():
    rng, begin = np.random.default_rng(0), np.datetime64("2026-03-02", "ms")
    code = rng.integers(0, 15, 900)
    frame = pl.DataFrame(
        {
            "time": begin + 1000 * np.sort(rng.integers(0, 20 * 86_400, 900)),
            "port": 8_000 + 7 * code,
            "size": code + rng.normal(size=900),
        }
    )
    alone, in_time = (
        {f.name: f.importance for f in engineer_features(frame, roles).features}
        for roles in (
            {"kinds": {"port": "port"}},
            {"kinds": {"port": "port"}, "time_column": "time"},
        )
    )
    assert alone["port.rarity"] == in_time["port.rarity"] > 0.0
