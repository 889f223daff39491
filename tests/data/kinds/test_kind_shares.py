"""How many of a column's values have to be of a kind, and how many may be anything else."""

import uuid

import polars as pl
import pytest

from phantom_ml.data.recognise import recognise
from tests.data.kinds.test_kinds import R, hexes, kind, letters, many


def test_a_tenth_of_other_values_does_not_hide_a_kind():
    values = [f"10.0.0.{i}" for i in range(95)] + [f"host{i}" for i in range(5)]
    assert kind(values) == "ip"


def test_a_hint_lowers_the_bar_to_six_tenths():
    values = [f"10.0.0.{i}" for i in range(70)] + [f"host{i}" for i in range(30)]
    assert (kind(values, "src_ip"), kind(values, "zone")) == ("ip", "text")


MOSTLY = {
    "uuids": (many(lambda i: str(uuid.UUID(int=i))), "id", "identifier"),
    "tokens": (many(lambda i: f"C{i:05}x{hexes(9)}"), "session_uid", "identifier"),
    "lines with a clock": (
        many(lambda i: f"10:06:{i % 60:02} " + " ".join(letters(8) for _ in range(7))),
        "field",
        "log_message",
    ),
    "json": (many(lambda i: f'{{"user": "{letters(5)}", "n": {i}}}'), "field", "text"),
}


@pytest.mark.parametrize("case", MOSTLY)
def test_nine_tenths_are_enough_for_what_is_told_by_a_share(case):
    values, name, expected = MOSTLY[case]
    assert kind([letters(9) if i % 20 == 0 else v for i, v in enumerate(values)], name) == expected


@pytest.mark.parametrize("case", ["uuids", "tokens", "lines with a clock"])
def test_four_fifths_are_not_enough_for_what_is_told_by_a_share(case):
    values, name, expected = MOSTLY[case]
    assert kind([letters(9) if i % 5 == 0 else v for i, v in enumerate(values)], name) != expected


BUT_FOR_ONE = {
    "reading": (many(lambda i: f"{R.gauss(50, 9):.3f}"), "number"),
    "level": (many(lambda i: str(i % 40)), "number"),
    "dst_port": (many(lambda i: str(R.randrange(65536))), "port"),
    "bytes_out": (many(lambda i: str(int(R.paretovariate(1) * 100))), "bytes"),
    "elapsed_ms": (many(lambda i: str(int(R.paretovariate(1) * 9))), "duration"),
    "event_time": (many(lambda i: str(1_700_000_000 + R.randrange(10**6))), "timestamp"),
    "EventID": (many(lambda i: str(4600 + i % 30)), "category"),
    "status": (many(lambda i: str([200, 404, 302, 500, 301, 403][i % 6])), "category"),
    "port_seen": ([*many(lambda i: R.randrange(65536)), -1], "port"),
}


@pytest.mark.parametrize("name", BUT_FOR_ONE)
def test_one_cell_that_is_no_number_hides_no_kind_of_numbers(name):
    values, expected = BUT_FOR_ONE[name]
    assert kind([*map(str, values), "err"], name) == expected


@pytest.mark.parametrize(("others", "expected"), [(10, "number"), (30, "text")])
def test_nine_tenths_of_numbers_are_enough(others, expected):
    values = many(lambda i: str(R.random())) + [f"lost {letters(5)}" for _ in range(others)]
    assert kind(values, "level") == expected


def test_a_name_does_not_make_numbers_of_a_third_of_words():
    values = many(lambda i: f"{i % 50}" if i % 3 else f"{i % 25}K")
    assert kind(values, "bytes") == "category"


def test_one_word_makes_no_numbers_of_codes_with_leading_zeros():
    values = [*many(lambda i: str(10_000 + i)), "01234", "err"]
    assert kind(values, "zip") == "text"


def test_the_share_of_numbers_is_told():
    column = recognise(pl.DataFrame({"level": [*map(str, range(49)), "err"] * 9})).columns[0]
    assert column.match_rate == 0.98
    assert column.evidence == "Numbers, written as text. 2 % of the distinct values are none."
