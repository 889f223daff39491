from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.data.reading.fingerprint import fingerprint


def table():
    return pl.DataFrame(
        {
            "number": [1, None, 3],
            "share": [0.5, float("nan"), None],
            "text": ["a", "", None],
            "seen": [True, None, False],
            "day": [date(2024, 1, 1), None, date(2024, 1, 3)],
            "time": [datetime(2024, 1, 1, tzinfo=UTC), None, datetime(2024, 1, 2, tzinfo=UTC)],
            "took": [timedelta(seconds=1), None, timedelta(0)],
            "price": [Decimal("1.10"), None, Decimal("2.20")],
            "raw": [b"\x00", b"", None],
            "list": [[1, 2], None, []],
            "nested": [{"a": 1}, {"a": None}, None],
            "none": [None, None, None],
        }
    ).with_columns(kind=pl.Series(["x", None, "y"], dtype=pl.Categorical))


CHANGES = [
    table().with_columns(number=pl.Series([1, 0, 3])),
    table().with_columns(share=pl.Series([0.5, None, None], dtype=pl.Float64)),
    table().with_columns(text=pl.Series(["a", None, None])),
    table().with_columns(text=pl.Series(["", "a", None])),
    table().with_columns(seen=pl.Series([True, False, False])),
    table().with_columns(day=pl.Series([date(2024, 1, 2), None, date(2024, 1, 3)])),
    table().with_columns(raw=pl.Series([b"", b"\x00", None])),
    table().with_columns(list=pl.Series([[1], [2], []])),
    table().with_columns(nested=pl.Series([{"a": 1}, {"a": 0}, None])),
    table().with_columns(kind=pl.Series(["y", None, "x"], dtype=pl.Categorical)),
    table().with_columns(number=pl.Series([1, None, 3], dtype=pl.Int32)),
    table().rename({"number": "numbers"}),
    table().reverse(),
    table().head(2),
    table().select(pl.all().exclude("none")),
    table().select(["share", "number", *table().columns[2:]]),
]


@pytest.mark.parametrize("changed", CHANGES)
def test_any_change_changes_it(changed):
    assert fingerprint(changed) != fingerprint(table())


def test_it_is_always_the_same():
    # A fixed value: stored experiments name their data by it.
    small = pl.DataFrame({"a": [1, None], "b": ["x", "yz"]})
    assert fingerprint(small).startswith("c2d4c608a01adce6")


def test_frame_lazy_frame_and_dataset_agree():
    lazy = table().lazy()
    assert fingerprint(table()) == fingerprint(lazy) == fingerprint(Dataset(lazy, 3))


def test_chunks_do_not_matter():
    rows = pl.DataFrame({"a": range(1_000), "b": [f"row {i}" for i in range(1_000)]})
    chunked = pl.concat([rows[:3], rows[3:700], rows[700:]], rechunk=False)
    assert fingerprint(chunked) == fingerprint(rows)


def test_batches_do_not_matter(monkeypatch):
    rows = pl.DataFrame({"a": [*range(999), None], "b": [f"row {i}" for i in range(1_000)]})
    whole = fingerprint(rows)
    monkeypatch.setattr("phantom_ml.data.reading.fingerprint._BATCH_ROWS", 77)
    assert fingerprint(rows) == whole == fingerprint(rows.lazy())


def test_a_csv_read_twice_gives_the_same(tmp_path):
    path = tmp_path / "events.csv"
    pl.DataFrame({"a": [1.5, None, 3.0], "b": ["x", "y,z", ""]}).write_csv(path)
    assert fingerprint(pl.scan_csv(path)) == fingerprint(pl.read_csv(path))


def test_what_lies_under_a_missing_cell_does_not_matter():
    hidden = pl.DataFrame({"a": [7, 8]}).select(pl.when(pl.col("a") > 7).then(pl.col("a")))
    assert fingerprint(hidden) == fingerprint(pl.DataFrame({"a": [None, 8]}))


def test_an_empty_table_has_one():
    assert len(fingerprint(pl.DataFrame())) == 64


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=6),
    st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=6),
)
def test_two_columns_of_text_agree_only_when_equal(one, other):
    prints = [fingerprint(pl.DataFrame({"t": pl.Series(v, dtype=pl.String)})) for v in (one, other)]
    assert (prints[0] == prints[1]) == (one == other)
