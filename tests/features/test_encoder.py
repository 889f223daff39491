import json
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.config import FeatureSettings
from phantom_ml.data.recognise import recognise
from phantom_ml.errors import BundleVersion, TypeUnsafe
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fit import fit_encoder
from tests.core.tables import events

FRAME = events(200).drop("label")
ALL = FeatureSettings()


def fitted(frame: pl.DataFrame, kinds: dict[str, str] | None = None, chosen=ALL) -> Encoder:
    return fit_encoder(frame, recognise(frame, kinds or {}), chosen)


def cells(encoder: Encoder, frame: pl.DataFrame) -> dict[str, np.ndarray]:
    matrix = encoder.transform(frame)
    return {f.name: matrix.values[:, i] for i, f in enumerate(matrix.features)}


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return fitted(FRAME)


def test_what_was_saved_gives_equal_values(encoder, tmp_path):
    encoder.save(tmp_path)
    one, two = encoder.transform(FRAME), Encoder.load(tmp_path).transform(FRAME)
    np.testing.assert_array_equal(one.values, two.values)
    assert (one.text != two.text).nnz == 0
    assert one.features == two.features


def test_the_saved_form_is_plain_json(encoder, tmp_path):
    encoder.save(tmp_path)
    assert json.loads((tmp_path / "encoder.json").read_text()) == encoder.state()


def test_features_of_another_version_are_refused(encoder):
    state = encoder.state()
    state["columns"][0]["version"] = 99
    with pytest.raises(BundleVersion, match="version 99"):
        Encoder.of_state(state)


def test_every_feature_has_a_name_of_its_own(encoder):
    names = [f.name for f in encoder.features]
    assert len(names) == len(set(names))


def test_names_that_collide_are_told_apart():
    times = [datetime(2026, 3, 6) + timedelta(hours=31 * i) for i in range(50)]
    frame = pl.DataFrame({"a": times, "a.hour": np.arange(50.0)})
    assert "a.hour_2" in [f.name for f in fitted(frame, {"a.hour": "number"}).features]


def test_the_matrix_is_float32_and_contiguous(encoder):
    values = encoder.transform(FRAME).values
    assert (values.dtype, values.flags.c_contiguous) == (np.float32, True)


def test_each_row_alone_is_encoded_as_in_the_table(encoder):
    whole = encoder.transform(FRAME)
    for i in (0, 7, 199):
        alone = encoder.transform(FRAME[i])
        np.testing.assert_array_equal(alone.values[0], whole.values[i])
        assert (alone.text != whole.text[[i]]).nnz == 0


def test_the_order_of_rows_does_not_matter(encoder):
    whole = encoder.transform(FRAME).values
    np.testing.assert_array_equal(encoder.transform(FRAME.reverse()).values, whole[::-1])


def test_missing_cells_are_nan(encoder):
    values = encoder.transform(FRAME.clear(n=2)).values
    assert np.isnan(values).all()


def test_a_family_that_is_off_gives_no_feature():
    off = fitted(
        FRAME, chosen=FeatureSettings(text=False, temporal=False, security=False, statistical=False)
    )
    assert {f.source for f in off.features} == {"proto", "size", "user"}
    assert off.text_columns == ()


@pytest.mark.parametrize("values", [[1, 1, 1], [None, None, None], ["x", "x", "x"]], ids=str)
def test_what_is_constant_or_empty_gives_no_feature(values):
    assert fitted(pl.DataFrame({"a": values})).columns == ()


def test_categories_are_coded_by_how_often_they_are_seen():
    frame = pl.DataFrame({"a": ["x"] * 2 + ["y"] * 5 + ["z"] * 3})
    codes = cells(fitted(frame, {"a": "category"}), pl.DataFrame({"a": ["y", "z", "x"]}))["a"]
    assert codes.tolist() == [0, 1, 2]


def test_a_category_never_seen_is_missing():
    encoder = fitted(pl.DataFrame({"a": ["x", "y"] * 5}), {"a": "category"})
    assert np.isnan(cells(encoder, pl.DataFrame({"a": ["new"]}))["a"]).all()


@pytest.mark.parametrize("kind", ["category", "entity"])
def test_a_whole_number_is_the_same_key_whatever_its_type(kind):
    frame = pl.DataFrame({"a": [200, 404, 200, 500, 200, 404]})
    encoder = fitted(frame, {"a": kind})
    forms = [frame.with_columns(pl.col("a").cast(t)) for t in (pl.Int16, pl.Float64, pl.String)]
    whole = encoder.transform(frame).values
    assert np.isfinite(whole).all()
    for form in forms:
        np.testing.assert_array_equal(encoder.transform(form).values, whole)


def test_a_value_never_seen_is_the_rarest():
    frame = pl.DataFrame({"a": ["root"] * 50 + ["eve"] * 3 + ["bob"]})
    found = cells(fitted(frame, {"a": "entity"}), pl.DataFrame({"a": ["root", "eve", "mallory"]}))
    assert found["a.rarity"][0] < found["a.rarity"][1] < found["a.rarity"][2]


@pytest.mark.parametrize("text", ["1.5", " 1.5 ", "15e-1", "1.50"])
def test_numbers_in_text_are_numbers(text):
    encoder = fitted(pl.DataFrame({"a": np.arange(9.0)}), {"a": "number"})
    assert cells(encoder, pl.DataFrame({"a": [text]}))["a"].tolist() == [1.5]


@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan, None])
def test_numbers_that_are_not_finite_are_missing(number):
    encoder = fitted(pl.DataFrame({"a": np.arange(9.0)}))
    found = cells(encoder, pl.DataFrame({"a": [number]}, schema={"a": pl.Float64}))["a"]
    assert np.isnan(found).all()


def test_blank_text_among_numbers_is_missing():
    encoder = fitted(pl.DataFrame({"a": np.arange(9.0)}))
    assert np.isnan(cells(encoder, pl.DataFrame({"a": [" "]}))["a"]).all()


def test_a_word_among_numbers_is_refused_with_its_column():
    encoder = fitted(pl.DataFrame({"a": np.arange(9.0)}))
    with pytest.raises(TypeUnsafe, match="Column 'a' holds 'oops'"):
        encoder.transform(pl.DataFrame({"a": ["oops"]}))


MOMENT = datetime(2026, 3, 6, 17, 30)
FORMS = {
    "datetime": [MOMENT],
    "ISO": ["2026-03-06T17:30:00"],
    "ISO with a space": ["2026-03-06 17:30:00.000"],
    "ISO in UTC": ["2026-03-06T17:30:00Z"],
    "seconds": [1772818200],
    "milliseconds": [1772818200_000],
    "microseconds": [1772818200_000_000],
    "nanoseconds": [1772818200_000_000_000],
    "web log": ["06/Mar/2026:17:30:00 +0000"],
}


@pytest.mark.parametrize("values", FORMS.values(), ids=FORMS)
def test_a_time_is_the_same_calendar_in_every_form(values):
    training = pl.DataFrame({"t": [MOMENT + timedelta(hours=310 * i) for i in range(60)]})
    found = cells(fitted(training), pl.DataFrame({"t": values}))
    parts = ("hour", "weekday", "day", "month", "minute_of_day", "business_hours")
    assert [found[f"t.{p}"][0] for p in parts] == [17, 5, 6, 3, 1050, 1]


def test_a_time_that_cannot_be_read_is_missing():
    training = pl.DataFrame({"t": [MOMENT + timedelta(hours=31 * i) for i in range(60)]})
    found = cells(fitted(training), pl.DataFrame({"t": ["tomorrow"]}))
    assert np.isnan(list(found.values())).all()


@pytest.mark.parametrize(
    ("address", "flags"),
    [
        ("10.1.2.3", (1, 0, 0, 0)),
        ("8.8.8.8", (0, 0, 0, 0)),
        ("172.31.0.1", (1, 0, 0, 1)),
        ("172.32.0.9", (0, 0, 0, 0)),
        ("100.64.0.7", (1, 0, 0, 0)),
        ("224.0.0.5", (0, 1, 0, 0)),
        ("::1", (1, 0, 1, 0)),
        ("FE80::2", (1, 0, 1, 0)),
        ("ff02::1", (0, 1, 1, 0)),
        ("2001:db8::8", (0, 0, 1, 0)),
        ("192.168.0.255", (1, 0, 0, 1)),
    ],
)
def test_flags_of_an_address(address, flags):
    training = ["10.1.2.3", "8.8.8.8", "224.0.0.5", "2001:db8::8", "192.168.0.255"]
    encoder = fitted(pl.DataFrame({"src": training}), {"src": "ip"})
    found = cells(encoder, pl.DataFrame({"src": [address]}))
    names = ("is_private", "is_multicast", "is_v6", "is_network_edge")
    assert tuple(found[f"src.{n}"][0] for n in names) == flags


def test_an_address_of_a_known_network_is_less_rare_than_a_stranger():
    frame = pl.DataFrame({"src": [f"10.7.0.{i}" for i in range(90)] + ["8.8.8.8"] * 5})
    found = cells(fitted(frame, {"src": "ip"}), pl.DataFrame({"src": ["10.7.0.200", "9.9.9.9"]}))
    assert found["src.rarity"][0] == found["src.rarity"][1]
    assert found["src.rarity_24"][0] < found["src.rarity_24"][1]


def test_statistics_of_text_are_counted():
    training = ["/", "a/b.c", "%2e%2e/ and more", "x"]
    encoder = fitted(pl.DataFrame({"query": training}), {"query": "text"})
    found = cells(encoder, pl.DataFrame({"query": ["GET /a.php?x=%27 Ü"]}))
    parts = ("length", "percent_count", "slash_count", "dot_count", "longest_token")
    assert [found[f"query.{p}"][0] for p in parts] == [18, 1, 1, 1, 3]


STRANGE = [
    "",
    "\0",
    "a\0b",
    "x" * 65_536,
    "مرحبا",
    "\u202egnp.exe",
    "👩‍👩‍👧",
    "'; DROP TABLE--",
    "é" * 3,
]


@pytest.mark.parametrize("text", STRANGE, ids=ascii)
def test_strange_text_is_encoded_without_a_fault(text):
    matrix = fitted(FRAME.select("query")).transform(pl.DataFrame({"query": [text]}))
    assert np.isfinite(matrix.values[0, 0])
    assert np.isfinite(matrix.text.data).all()


@given(st.lists(st.text(max_size=40) | st.none(), min_size=1, max_size=12))
@settings(max_examples=40, deadline=None)
def test_any_text_alone_is_encoded_as_in_its_batch(texts):
    encoder = fitted(FRAME.select("query"))
    frame = pl.DataFrame({"query": texts}, schema={"query": pl.String})
    whole = encoder.transform(frame)
    for i in range(len(texts)):
        alone = encoder.transform(frame[i])
        np.testing.assert_array_equal(alone.values[0], whole.values[i])
        assert (alone.text != whole.text[[i]]).nnz == 0


TYPES = [pl.Int64, pl.Float32, pl.Boolean, pl.String, pl.Date, pl.Datetime("us"), pl.Binary]
TYPES += [pl.Categorical, pl.Decimal(10, 2), pl.List(pl.Int64), pl.Null]


@pytest.mark.parametrize("dtype", TYPES, ids=str)
@pytest.mark.parametrize("kind", ["category", "entity", "text"])
def test_keys_of_any_type_are_encoded(kind, dtype):
    frame = pl.DataFrame({"a": ["x", "y", "x", "z"] * 5})
    encoder = fitted(frame, {"a": kind})
    empty = pl.DataFrame({"a": [None, None]}, schema={"a": dtype})
    assert np.isnan(encoder.transform(empty).values).all()


def test_bytes_are_read_as_hex():
    frame = pl.DataFrame({"a": [b"\xff\x00", b"ab", b"\xff\x00"]})
    levels = fitted(frame, {"a": "category"}).columns[0].levels
    assert levels == ("ff00", "6162")


def test_what_the_kind_of_a_column_tells_is_not_told_again_by_its_text():
    urls = pl.DataFrame(
        {"url": [f"https://a{i % 7}.example.com/p{i}?id={i * 37}" for i in range(50)]}
    )
    encoder = fit_encoder(urls, recognise(urls, {"url": "url"}), FeatureSettings())
    names = [f"{c.column}.{part}" for c in encoder.columns for part in getattr(c, "kept", ())]
    assert "url.length" in names
    assert len(names) == len(set(names))
