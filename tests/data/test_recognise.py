"""The schema of a table: overrides, faults, odd types, hostile cells, time."""

import time
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.data.recognise import recognise, recognise_sampled
from phantom_ml.data.schema import UNUSED_KINDS, ColumnKind
from phantom_ml.errors import ColumnMissing, UnknownName

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
FRAME = pl.DataFrame({"a": [1.5, 2.5, None], "b": ["x", "y", "x"]})


def test_an_override_wins_and_is_told():
    column = recognise(FRAME, {"a": "Entity"}).column("a")
    assert (column.kind, column.overridden) == (ColumnKind.ENTITY, True)
    assert ColumnKind.NUMBER in column.alternatives


def test_an_override_with_an_unknown_kind_names_the_nearest():
    with pytest.raises(UnknownName, match="user_agent"):
        recognise(FRAME, {"a": "user_agnt"})


def test_an_override_of_an_unknown_column_is_refused():
    with pytest.raises(ColumnMissing, match="'c'"):
        recognise(FRAME, {"c": "text"})


def test_only_the_columns_asked_for_are_looked_at():
    assert recognise(FRAME, names_only=["b"]).names() == ["b"]


def test_missing_and_distinct_cells_are_counted():
    column = recognise(FRAME).column("a")
    assert (column.missing_share, column.n_distinct) == (pytest.approx(1 / 3), 2)


def test_nan_counts_as_missing():
    frame = pl.DataFrame({"a": [float("nan"), 1.5, 2.5, float("inf")]})
    assert recognise(frame).column("a").missing_share == 0.25


def test_a_table_without_rows_is_all_empty():
    schema = recognise(FRAME.clear())
    assert {c.kind for c in schema.columns} == {ColumnKind.EMPTY}


def test_a_table_without_columns_has_an_empty_schema():
    assert recognise(pl.DataFrame()).columns == ()


def test_the_same_table_gives_the_same_schema():
    frame = pl.DataFrame({"u": [f"u{i * 7919 % 6007}@x.org" for i in range(9000)]})
    assert recognise(frame) == recognise(frame)


def test_categoricals_are_seen_through():
    frame = pl.DataFrame({"ip": pl.Series(["10.0.0.1", "10.0.0.2"] * 9, dtype=pl.Categorical)})
    assert recognise(frame).column("ip").kind is ColumnKind.IP


def test_digits_stored_as_categories_stay_categories():
    frame = pl.DataFrame({"x": pl.Series([str(i % 3) for i in range(90)], dtype=pl.Categorical)})
    assert recognise(frame).column("x").kind is ColumnKind.CATEGORY


def test_decimals_are_numbers():
    frame = pl.DataFrame({"x": pl.Series(["1.5", "2.25", "9"]).str.to_decimal(scale=2)})
    assert recognise(frame).column("x").kind is ColumnKind.NUMBER


def test_bytes_that_are_text_are_read_as_text():
    frame = pl.DataFrame({"x": [b"10.0.0.1", b"10.0.0.2"]})
    assert recognise(frame).column("x").kind is ColumnKind.IP


def test_bytes_that_are_no_text_do_not_break_it():
    frame = pl.DataFrame({"x": [b"10.0.0.1", b"\xff\xfe", None]})
    assert recognise(frame).column("x").n_distinct == 2


def test_numbers_beyond_int64_do_not_disturb():
    frame = pl.DataFrame({"x": pl.Series([2**64 - 1, 5, 2**63] * 9, dtype=pl.UInt64)})
    assert recognise(frame).column("x").kind is ColumnKind.NUMBER


HOSTILE = [
    "a" * 65_536,
    "\x00\x00",
    "\u202etxt.exe",
    "((((" * 500,
    "a@" * 3000,
    "%" * 4000,
    "1:" * 5000,
]


def test_hostile_text_takes_bounded_time():
    frame = pl.DataFrame({"x": [h + str(i) for i in range(300) for h in HOSTILE]})
    start = time.perf_counter()
    assert recognise(frame).column("x").kind not in UNUSED_KINDS
    assert time.perf_counter() - start < 5


@settings(deadline=None, max_examples=60)
@given(st.lists(st.none() | st.text(max_size=40), max_size=30), st.text(max_size=12))
def test_no_text_and_no_name_breaks_it(values, name):
    frame = pl.DataFrame({name: pl.Series(values, dtype=pl.String)})
    assert len(recognise(frame).columns) == 1


@settings(deadline=None, max_examples=60)
@given(st.lists(st.none() | st.floats() | st.integers(-(2**53), 2**53), max_size=30))
def test_no_number_breaks_it(values):
    frame = pl.DataFrame({"port_time_bytes_id": pl.Series(values, dtype=pl.Float64, strict=False)})
    assert recognise(frame).columns[0].kind.value


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(-(2**63), 2**63 - 1), max_size=30), st.sampled_from(["id", "ts", "port"])
)
def test_no_integer_breaks_it(values, name):
    frame = pl.DataFrame({name: pl.Series(values, dtype=pl.Int64)})
    assert recognise(frame).columns[0].kind.value


REAL = {
    "nsl_kdd": {"src_bytes": "bytes", "service": "category", "land": "boolean", "count": "number"},
    "zeek_conn_mixed": {
        "ts": "timestamp", "uid": "identifier", "id.orig_h": "ip", "id.resp_p": "port",
        "orig_bytes": "bytes", "conn_state": "category", "history": "text", "duration": "duration",
        "orig_pkts": "bytes", "proto": "category",
    },
    "http_params": {"payload": "http_payload", "length": "bytes"},
    "phishing_urls_pdd": {"url": "url"},
    "apache_access_log": {
        "client_ip": "ip", "time": "timestamp", "method": "category", "path": "url",
        "protocol": "category", "status": "category", "bytes": "bytes", "referrer": "url",
        "user_agent": "user_agent",
    },
    "cowrie_honeypot_json": {
        "compCS": "category", "data": "http_payload", "dst_ip": "ip", "dst_port": "port",
        "duration": "duration", "eventid": "category", "input": "command_line",
        "message": "log_message", "password": "text", "protocol": "category",
        "session": "entity", "size": "bytes", "src_ip": "ip", "src_port": "port",
        "timestamp": "timestamp", "ttylog": "path", "username": "entity", "version": "category",
    },
    "bank_marketing": {"age": "number", "job": "category", "duration": "duration"},
    "ames_housing": {"Order": "identifier", "PID": "identifier", "Lot Area": "number"},
    "ssh_auth_log": {
        "message": "log_message", "time": "timestamp", "process": "category", "pid": "entity",
        "ip_in_message": "ip", "host": "constant",
    },
    "loghub_bgl_2k": {
        "LineId": "identifier", "Content": "log_message", "Timestamp": "timestamp",
        "Date": "timestamp", "Time": "timestamp", "Node": "entity", "Level": "category",
    },
    "bike_sharing_hour": {"instant": "identifier", "hr": "number", "dteday": "timestamp"},
}  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_columns_of_a_real_table_are_recognised(name):
    file = SHARED / name / "train.parquet"
    if not file.exists():
        pytest.skip("the real data sets are not here")
    schema = recognise(pl.read_parquet(file).head(20_000))
    found = {column: schema.column(column).kind.value for column in REAL[name]}
    assert found == REAL[name]


@pytest.mark.parametrize(
    ("rare", "kind"), [([1], ColumnKind.BOOLEAN), ([2.5, 7.25, 1.5], ColumnKind.NUMBER)]
)
def test_a_value_that_no_sampled_row_has_still_counts(rare, kind):
    frame = pl.DataFrame({"c": [0] * 60_000 + rare}, strict=False)
    assert recognise_sampled(frame).column("c").kind is kind


TWINS = pl.DataFrame({"node": ["a", "b", "a"], "n": [1, 2, 3], "again": ["a", "b", "a"]})


def test_a_column_that_equals_an_earlier_one_is_its_copy():
    column = recognise_sampled(TWINS).column("again")
    assert (column.kind, column.evidence) == (ColumnKind.COPY, "Equal to 'node' in every row.")


def test_a_copy_whose_kind_is_given_is_kept():
    assert recognise_sampled(TWINS, {"again": "entity"}).column("again").kind == ColumnKind.ENTITY


def test_of_two_equal_columns_the_one_that_is_named_for_a_role_is_kept():
    schema = recognise_sampled(TWINS, named=["again"])
    assert [c.name for c in schema.columns if c.kind is ColumnKind.COPY] == ["node"]


def test_columns_that_differ_beyond_the_sample_are_no_copies():
    values = [float(i % 7) for i in range(60_000)]
    longer = pl.DataFrame({"a": values, "b": [*values[:-1], 3.5]})
    assert recognise_sampled(longer).column("b").kind is not ColumnKind.COPY


def test_a_short_table_is_looked_at_whole():
    assert recognise_sampled(FRAME) == recognise(FRAME)
