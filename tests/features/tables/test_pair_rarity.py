"""Which pairs are counted, and what counts as the same pair."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.data.schema import ColumnKind, ColumnSchema, TableSchema
from phantom_ml.features.before import Before
from phantom_ml.features.tables.pair_rarity import PairRarityEncoder

PORTS = ["443", "443/tcp", "443.0", "22", "22/tcp", "80", "8080"] * 4
USERS = ["a", "b", "c", "a"] * 7


def fitted(ports=PORTS, users=USERS) -> PairRarityEncoder:
    """Return the encoder of ports and users."""
    frame = pl.DataFrame({"port": ports, "user": users})
    kinds = {"port": ColumnKind.PORT, "user": ColumnKind.ENTITY}
    columns = tuple(
        ColumnSchema(name=name, dtype="String", kind=kind, n_distinct=frame[name].n_unique())
        for name, kind in kinds.items()
    )
    (pair,) = PairRarityEncoder.fit(frame, TableSchema(columns=columns))
    return pair


def rarity(pair: PairRarityEncoder, ports, users, before=None) -> list[float]:
    """Return the rarity of rows; of training rows if it is said what came before."""
    frame = pl.DataFrame({"port": ports, "user": users}, schema_overrides={"port": pl.String})
    out = np.empty((frame.height, 1), np.float32)
    if before is None:
        pair.transform(frame, out)
    else:
        pair.training(frame, before, out)
    return out[:, 0].tolist()


def test_a_port_is_paired_where_it_has_the_most_values():
    assert fitted().inputs == ("port", "user")


def test_a_port_however_written_is_the_same_in_a_pair():
    one, two, three = rarity(fitted(), ["443", "443/tcp", "443.0"], ["a"] * 3)
    assert one == two == three


def test_an_address_however_written_is_the_same_in_a_pair():
    frame = pl.DataFrame({"ip": ["10.0.0.1", "::ffff:10.0.0.1", "10.0.0.1:80", "::1"], "user": "a"})
    kinds = {"ip": ColumnKind.IP, "user": ColumnKind.ENTITY}
    schema = TableSchema(
        columns=tuple(
            ColumnSchema(name=name, dtype="String", kind=kind, n_distinct=3)
            for name, kind in kinds.items()
        )
    )
    (pair,) = PairRarityEncoder.fit(frame, schema)
    out = np.empty((4, 1), np.float32)
    pair.transform(frame, out)
    assert out[0, 0] == out[1, 0] == out[2, 0] < out[3, 0]


def test_a_training_row_counts_earlier_ones_however_written():
    before = Before(time=np.arange(3))
    found = rarity(fitted(), ["443", "443/tcp", "22"], ["a"] * 3, before)
    # One row and one pair came before the second, two rows of one pair before the third.
    assert found == pytest.approx([0.0, np.log2(2) - np.log2(2), np.log2(3)])


def test_a_pair_that_never_came_is_rarer_than_one_that_did():
    known, new = rarity(fitted(), ["443", "8080"], ["a", "z"])
    assert new > known


def test_a_pair_with_a_missing_side_has_no_rarity():
    assert np.isnan(rarity(fitted(), [None, "443"], ["a", None])).all()


def test_a_whole_number_pairs_as_its_text_does():
    pair, cells = fitted(), pl.DataFrame({"port": [443], "user": ["a"]})
    out = np.empty((1, 1), np.float32)
    pair.transform(cells, out)
    assert out[0, 0] == rarity(pair, ["443"], ["a"])[0]


def test_a_model_keeps_no_long_pair_as_it_is():
    pair = fitted(users=["a" * 70_000, "b", "c", "a" * 70_000] * 7)
    assert max(len(value.encode()) for value in pair.frequency.values) <= 256


def test_a_long_pair_that_was_seen_is_less_rare_than_a_new_one():
    pair = fitted(users=["a" * 70_000, "b", "c", "a" * 70_000] * 7)
    known, new = rarity(pair, ["443", "443"], ["a" * 70_000, "a" * 70_000 + "z"])
    assert new > known
