"""Numbers as they are, and what of text is none."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phantom_ml.data.recognise import recognise
from phantom_ml.data.schema import ColumnKind, TableSchema
from phantom_ml.errors import TypeUnsafe
from phantom_ml.features.columns.number import no_numbers, to_float32, words_alone
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fit import fit_encoder
from phantom_ml.features.offsets import LIMIT
from phantom_ml.features.request import FeatureRequest
from tests.features.columns.made import fitted

WRITTEN = [f"{n}" for n in range(20, 60)]
#: A counter that float32 would hold as one value.
COUNTER = [3_000_000_000 + n for n in range(100)]
#: Rates of which float32 would hold none.
TINY = [n * 1e-300 for n in range(1, 101)]


def numbers(encoder, cells: list) -> list:
    out = np.empty((len(cells), 1), np.float32)
    encoder.transform(pl.Series("c", cells), out)
    return pl.Series(out[:, 0]).fill_nan(None).to_list()


def encoder_of(cells: list, kind: str | None) -> tuple[Encoder, TableSchema]:
    frame = pl.DataFrame({"c": cells})
    schema = recognise(frame, {} if kind is None else {"c": kind})
    return fit_encoder(frame, schema, FeatureRequest()), schema


@pytest.mark.parametrize("written", [["443/tcp", "53/UDP"], ["443", "53/udp"]])
def test_the_number_of_a_port_is_read_beside_what_runs_over_it(written):
    encoder = fitted("number", ["443/tcp", "53/udp", "22"], ColumnKind.PORT)
    assert numbers(encoder, written) == [443, 53]


def test_a_model_of_stored_numbers_reads_a_port_beside_what_runs_over_it():
    assert numbers(fitted("number", [443, 53], ColumnKind.PORT), ["443/tcp"]) == [443]


def test_a_port_with_what_runs_over_it_is_not_told_as_lost():
    assert no_numbers(pl.Series(["443/tcp", "22", "err/tcp"])).to_list() == ["err/tcp"]


@pytest.mark.parametrize("kind", [None, "number", "port", "bytes", "duration"])
@pytest.mark.parametrize("times", [1, 100])
def test_a_word_among_numbers_in_text_is_missing_alone_and_among_others(kind, times):
    encoder, _ = encoder_of([*WRITTEN, "err"] * 5, kind)
    found = encoder.transform(pl.DataFrame({"c": ["err", "oops"] * times}))
    assert np.isnan(found.values[:, found.numeric]).all()


@pytest.mark.parametrize("kind", [None, "number", "port", "bytes", "duration"])
def test_the_numbers_beside_a_word_are_read(kind):
    encoder, _ = encoder_of([*WRITTEN, "err"] * 5, kind)
    found = encoder.transform(pl.DataFrame({"c": ["err", "33"]}))
    place = [f.name for f in found.features].index("c")
    assert found.values[1, place] == 33


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("times", [1, 100])
def test_a_finite_number_beyond_float32_is_the_largest_float32(times, sign):
    encoder = fitted("number", [1.5, 2.5], ColumnKind.NUMBER)
    assert set(numbers(encoder, [sign * 1e300] * times)) == {sign * float(np.finfo(np.float32).max)}


def test_a_word_is_missing_where_text_held_numbers_alone():
    assert numbers(fitted("number", WRITTEN, ColumnKind.NUMBER), ["err", " 7 "]) == [None, 7]


@pytest.mark.parametrize("rows", [["x"], ["1"] * 100 + ["x"]])
def test_a_word_is_refused_where_training_had_numbers(rows):
    encoder = fitted("number", [1.5, 2.5], ColumnKind.NUMBER)
    with pytest.raises(TypeUnsafe, match="'c' holds 'x'"):
        numbers(encoder, rows)


def test_a_saved_encoder_of_text_takes_words_for_missing():
    encoder, _ = encoder_of(WRITTEN, "number")
    again = Encoder.of_state(encoder.state())
    assert np.isnan(again.transform(pl.DataFrame({"c": ["err"]})).values).all()


def test_several_columns_are_read_in_one_call_each_as_it_was():
    text = fitted("number", WRITTEN, ColumnKind.NUMBER)
    plain = fitted("number", [1.0], ColumnKind.NUMBER)
    made = type(text).transform_each([text, plain], [pl.Series(["err"]), pl.Series([2.0])])
    assert [pl.Series(m[:, 0]).fill_nan(None).to_list() for m in made] == [[None], [2]]


def test_words_that_are_named_numbers_stay_a_category():
    encoder, _ = encoder_of(["yes", "no"] * 20, "number")
    assert encoder.features[0].cardinality == 2


def test_a_few_numbers_are_numbers_where_a_person_says_so():
    encoder, schema = encoder_of(["n/a", "lost", "7", "9"] * 10, "number")
    assert schema.column("c").overridden
    assert encoder.features[0].cardinality == 0


@pytest.mark.parametrize("kind", [pl.Int64, pl.UInt64, pl.Float64, pl.String])
def test_the_values_of_a_far_counter_stay_apart(kind):
    values = pl.Series("c", COUNTER).cast(kind)
    encoder = fitted("number", values.to_list(), ColumnKind.NUMBER)
    assert len(set(numbers(encoder, values.to_list()))) == len(COUNTER)


@pytest.mark.parametrize("far", [3_000_000_000, 2**60, -(2**62)])
def test_few_rows_of_a_far_counter_are_read_as_many_are(far):
    encoder = fitted("number", [far + n for n in range(100)], ColumnKind.NUMBER)
    rows = pl.Series("c", [far + n for n in range(-50, 150)])
    alone = [
        type(encoder).transform_each([encoder], [row])[0][0, 0] for row in rows.reshape((-1, 1))
    ]
    assert alone == numbers(encoder, rows.to_list())


def test_a_near_column_beside_a_far_one_is_read_as_it_is():
    far, near = (fitted("number", c, ColumnKind.NUMBER) for c in (COUNTER, [1, 2, 3]))
    made = type(far).transform_each([far, near], [pl.Series(COUNTER[:1]), pl.Series([2])])
    assert made[1].tolist() == [[2.0]]


@pytest.mark.parametrize("cell", [0, -(2**63), 2**63 - 1, 1e300, -1e300])
def test_a_number_far_from_those_of_training_is_finite(cell):
    encoder = fitted("number", COUNTER, ColumnKind.NUMBER)
    assert np.isfinite(numbers(encoder, [cell])[0])


@pytest.mark.parametrize("cell", [None, float("inf"), -float("inf"), float("nan")])
def test_a_cell_that_is_no_number_is_missing_in_a_far_column(cell):
    encoder = fitted("number", COUNTER, ColumnKind.NUMBER)
    assert numbers(encoder, [3e9, cell])[1] is None


def test_a_number_beyond_float32_is_the_largest_in_a_far_column():
    encoder = fitted("number", COUNTER, ColumnKind.NUMBER)
    assert numbers(encoder, [1e300]) == [LIMIT]


def test_a_saved_encoder_counts_from_its_offset():
    encoder, _ = encoder_of(COUNTER * 2, "number")
    again = Encoder.of_state(encoder.state())
    rows = pl.DataFrame({"c": COUNTER})
    assert np.array_equal(again.transform(rows).values, encoder.transform(rows).values)


def test_an_encoder_saved_before_there_were_offsets_reads_numbers_as_they_are():
    encoder, _ = encoder_of(COUNTER * 2, "number")
    state = encoder.state()
    for part in state["columns"]:
        part["state"].pop("offset", None)
    found = Encoder.of_state(state).transform(pl.DataFrame({"c": COUNTER}))
    place = [f.name for f in found.features].index("c")
    assert np.array_equal(found.values[:, place], np.array(COUNTER, np.float32))


def test_rows_that_are_read_later_do_not_move_the_offset():
    encoder = fitted("number", COUNTER, ColumnKind.NUMBER)
    first = numbers(encoder, COUNTER[:5])
    numbers(encoder, [7, 8, 9])
    assert numbers(encoder, COUNTER[:5]) == first


@pytest.mark.parametrize("scale", [1e-323, 1e-300, 1e-36, 1e39, 1e306])
@pytest.mark.parametrize("kind", [pl.Float64, pl.String])
def test_values_of_a_scale_beyond_float32_stay_apart(scale, kind):
    values = (pl.Series("c", range(1, 101)) * scale).cast(kind)
    encoder = fitted("number", values.to_list(), ColumnKind.NUMBER)
    found = numbers(encoder, values.to_list())
    assert found == sorted(set(found))


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_values_that_hardly_differ_beyond_float32_stay_apart(scale):
    values = [scale * (1 + n * 1e-9) for n in range(100)]
    assert len(set(numbers(fitted("number", values, ColumnKind.NUMBER), values))) == 100


def test_few_rows_of_a_scaled_column_are_read_as_many_are():
    encoder = fitted("number", TINY, ColumnKind.NUMBER)
    alone = [type(encoder).transform_each([encoder], [pl.Series([cell])])[0][0, 0] for cell in TINY]
    assert alone == numbers(encoder, TINY)


@pytest.mark.parametrize("cell", [1.0, 1e308, -1e308, 2**62])
def test_a_number_that_is_far_beyond_the_scale_is_the_most_extreme(cell):
    assert numbers(fitted("number", TINY, ColumnKind.NUMBER), [cell]) == [
        LIMIT if cell > 0 else -LIMIT
    ]


@pytest.mark.parametrize("cell", [None, float("inf"), -float("inf"), float("nan")])
def test_a_cell_that_is_no_number_is_missing_in_a_scaled_column(cell):
    assert numbers(fitted("number", TINY, ColumnKind.NUMBER), [1e-300, cell])[1] is None


def test_a_saved_encoder_keeps_its_scale():
    encoder, _ = encoder_of(TINY * 2, "number")
    again = Encoder.of_state(encoder.state())
    rows = pl.DataFrame({"c": TINY})
    assert np.array_equal(again.transform(rows).values, encoder.transform(rows).values)


def test_an_encoder_without_a_scale_is_saved_as_before_there_was_any():
    encoder, _ = encoder_of(COUNTER * 2, "number")
    assert set(encoder.state()["columns"][0]["state"]) == {
        "column",
        "was_text",
        "is_port",
        "offset",
    }


@given(st.lists(st.none() | st.text(max_size=8) | st.floats(-1e6, 1e6).map(str), max_size=20))
def test_each_cell_is_a_number_or_a_mark_or_told_to_be_none(cells):
    values = pl.Series("c", cells, pl.String)
    told = no_numbers(values).to_list()
    assert not set(told) & {None, "", "-", "NaN"}
    assert np.isnan(to_float32(pl.Series("c", told, pl.String))).all()
    assert words_alone(values) <= bool(told)
