"""How rare a value is, however it is spelled."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.before import Before
from tests.features.columns.made import HOSTILE, fitted

SPELLINGS = {
    ColumnKind.HASH: ("D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e"),
    ColumnKind.DOMAIN: ("Example.COM.", "example.com"),
    ColumnKind.EMAIL: ("Bob@X.com; al@y.org", "al@y.org, Bob <bob@x.com>"),
    ColumnKind.MAC: ("00-50-56-AA-BB-CC", "00:50:56:aa:bb:cc"),
    ColumnKind.PORT: ("443", "443.0"),
}


def rarity(encoder, cells: list, times: int = 1) -> list:
    out = np.empty((len(cells) * times, 1), np.float32)
    encoder.transform(pl.Series("c", cells * times, pl.String), out)
    return pl.Series(out[: len(cells), 0]).fill_nan(None).to_list()


@pytest.mark.parametrize("kind", SPELLINGS, ids=str)
@pytest.mark.parametrize("times", [1, 50])
def test_two_spellings_of_a_value_are_as_rare_as_each_other(kind, times):
    one, other = SPELLINGS[kind]
    encoder = fitted("frequency", [one] * 6 + [other] * 2, kind)
    assert rarity(encoder, [one, other], times) == [pytest.approx(-np.log2(9 / 9))] * 2


@pytest.mark.parametrize("kind", SPELLINGS, ids=str)
def test_training_rows_count_the_other_spelling(kind):
    one, other = SPELLINGS[kind]
    encoder, out = fitted("frequency", [one, other], kind), np.empty((2, 1), np.float32)
    encoder.training(pl.Series("c", [one, other]), Before(np.array([1, 2])), out)
    assert out[1, 0] == np.log2(2) - np.log2(2)


def test_users_are_told_apart_by_their_capitals():
    encoder = fitted("frequency", ["bob"] * 6 + ["Bob"] * 2, ColumnKind.ENTITY)
    common, rare = rarity(encoder, ["bob", "Bob"])
    assert common < rare


@pytest.mark.parametrize(
    ("kind", "odd"),
    [(ColumnKind.PORT, ["err", "-", "70000", "-1"]), (ColumnKind.MAC, ["err", "-"])],
)
def test_what_is_no_port_and_no_hardware_address_has_no_rarity(kind, odd):
    encoder = fitted("frequency", list(SPELLINGS[kind]) * 3 + odd, kind)
    assert rarity(encoder, odd) == [None] * len(odd)


@pytest.mark.parametrize("kind", [*SPELLINGS, ColumnKind.ENTITY], ids=str)
def test_a_few_cells_give_what_many_give(kind):
    cells = [*HOSTILE, *SPELLINGS.get(kind, ("a", "b")), "\u0130.example", "B\u00fccher.Example"]
    encoder = fitted("frequency", cells * 2, kind)
    assert rarity(encoder, cells) == rarity(encoder, cells, times=5)


LONG = ["a" * 70_000, "a" * 70_000 + "b", "bob"]


def test_a_model_keeps_no_long_cell_as_it_is():
    encoder = fitted("frequency", LONG * 2, ColumnKind.ENTITY)
    assert max(len(value.encode()) for value in encoder.values) <= 256


@pytest.mark.parametrize("times", [1, 50])
def test_long_cells_are_as_rare_as_they_were_seen(times):
    encoder = fitted("frequency", [LONG[0]] * 6 + LONG[1:], ColumnKind.ENTITY)
    often, once, _ = rarity(encoder, LONG, times)
    assert (often, once) == (pytest.approx(-np.log2(7 / 11)), pytest.approx(-np.log2(2 / 11)))
