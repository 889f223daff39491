"""A profile counts right, warns in sentences, prints itself, and survives JSON."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.data.profile.model import Profile
from phantom_ml.data.profile.table import profile, profile_dataset
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.data.recognise import recognise_sampled
from phantom_ml.data.schema import ColumnKind
from phantom_ml.errors import ColumnMissing, TargetMissing

N = 300
FRAME = pl.DataFrame(
    {
        "uid": [f"C{i:07}" for i in range(N)],
        "bytes": [float(i % 10) if i % 4 else None for i in range(N)],
        "copy": [float(i % 10) if i % 4 else None for i in range(N)],
        "proto": ["tcp" if i % 3 else "udp" for i in range(N)],
        "site": ["here"] * N,
        "nothing": [None] * N,
        "rare": [None] * (N - 5) + [1.5, 2.5, 3.5, 4.5, 5.5],
        "at": [f"2024-01-01T00:{i // 60:02}:{i % 60:02}" for i in range(N)],
        "y": ["attack" if i % 50 == 0 else "normal" for i in range(N)],
    }
)


def of(frame: pl.DataFrame, **named) -> Profile:
    return profile(frame, recognise_sampled(frame), **named)


FOUND = of(FRAME, target="y", time_column="at", group_columns=["proto"])


def column(name: str):
    return next(c for c in FOUND.columns if c.name == name)


def test_rows_and_columns_are_counted():
    assert (FOUND.n_rows, FOUND.n_columns) == (N, 9)


def test_missing_cells_and_distinct_values_are_counted():
    assert (column("bytes").missing_share, column("bytes").n_distinct) == (0.25, 10)


def test_numbers_have_a_spread():
    spread = column("bytes").numbers
    assert (spread.min, spread.max, spread.median) == (0.0, 9.0, 5.0)


def test_top_values_come_by_falling_frequency():
    assert [(t.value, t.rows) for t in column("proto").top] == [("tcp", 200), ("udp", 100)]


def test_the_target_stands_apart():
    assert FOUND.target.top[1].rows == 6
    assert "y" not in [c.name for c in FOUND.columns]


def test_the_time_range_is_told():
    assert FOUND.time_range == ("2024-01-01T00:00:00", "2024-01-01T00:04:59")


def test_groups_are_counted():
    assert FOUND.groups == {"proto": 2}


def test_equal_columns_are_found():
    assert FOUND.duplicate_columns == (("bytes", "copy"),)


def test_repeated_rows_are_found():
    assert of(pl.DataFrame({"a": [1.5, 1.5, 2.5, 3.5]})).duplicate_rows_share == 0.25


@pytest.mark.parametrize(
    "part",
    ["hold nothing", "one value only", "name single rows", "'copy' equals 'bytes'", "'rare'"],
)
def test_what_is_odd_is_said_in_a_sentence(part):
    assert any(part in warning for warning in FOUND.warnings)


def test_a_class_of_few_rows_is_said():
    assert "Class 'attack' has 6 rows only." in FOUND.warnings


def test_the_text_is_aligned():
    lines = FOUND.text().splitlines()
    head = next(line for line in lines if line.startswith("column"))
    row = next(line for line in lines if line.startswith("proto"))
    assert head.index("kind") == row.index("category")


def test_html_is_escaped():
    found = of(pl.DataFrame({"<script>": ["<b>", "<i>"] * 9}))
    assert "<script>" not in found._repr_html_()


def test_control_characters_are_not_printed():
    found = of(pl.DataFrame({"x": ["\x1b[31mred", "b"] * 9}))
    assert "\x1b" not in found.text()


def test_it_survives_json():
    assert Profile.model_validate_json(FOUND.model_dump_json()) == FOUND


def test_infinite_numbers_leave_the_spread_finite():
    found = of(pl.DataFrame({"x": [float("inf"), 1.5, 2.5, float("nan")]}))
    assert (found.columns[0].numbers.max, found.columns[0].missing_share) == (2.5, 0.25)


def test_a_missing_target_is_refused():
    with pytest.raises(TargetMissing, match="'z'"):
        of(FRAME, target="z")


def test_a_missing_time_column_is_refused():
    with pytest.raises(ColumnMissing, match="'when'"):
        of(FRAME, time_column="when")


def test_a_dataset_is_profiled_like_its_frame():
    found = profile_dataset(Dataset(FRAME.lazy(), N), "y", "at", ["proto"])
    assert found == FOUND


def test_missing_cells_of_a_large_dataset_are_counted_in_all_rows(monkeypatch):
    monkeypatch.setattr("phantom_ml.data.profile.table.MAX_ROWS", 100)
    found = profile_dataset(Dataset(FRAME.lazy(), N), "y")
    shares = {c.name: c.missing_share for c in found.columns}
    assert (found.n_rows, found.n_rows_seen) == (N, 100)
    assert (shares["bytes"], shares["rare"]) == (0.25, (N - 5) / N)


def test_what_is_constant_in_a_sample_is_looked_at_in_all_rows(monkeypatch):
    monkeypatch.setattr("phantom_ml.data.recognise.SAMPLE_ROWS", 10)
    frame = pl.DataFrame({"flag": [0] * 50 + [1] + [0] * 50})
    found = profile_dataset(Dataset(frame.lazy(), frame.height))
    assert found.columns[0].kind is ColumnKind.BOOLEAN


def test_an_override_reaches_the_profile():
    found = profile_dataset(Dataset(FRAME.lazy(), N), overrides={"proto": "entity"})
    assert found.of_kind(ColumnKind.ENTITY) == ["proto"]


def test_a_table_without_rows_has_a_profile():
    assert of(FRAME.clear(), target="y").text()


def test_nested_columns_have_a_profile():
    frame = pl.DataFrame({"a": [[1, 2], [1, 2], [3]], "b": [{"x": 1}, {"x": 1}, None]})
    assert of(frame).duplicate_rows_share == pytest.approx(1 / 3)


def test_odd_types_have_a_profile():
    frame = pl.DataFrame(
        {
            "span": pl.Series(range(9)).cast(pl.Duration("us")),
            "clock": pl.Series(range(9)).cast(pl.Time),
            "money": pl.Series(range(9)).cast(pl.Decimal(10, 2)),
            "level": pl.Series(list("abcabcabc"), dtype=pl.Enum(["a", "b", "c"])),
            "bytes": [b"\xff%d" % (i % 3) for i in range(9)],
            "pair": pl.Series([[i, 1] for i in range(9)], dtype=pl.Array(pl.Int64, 2)),
        }
    )
    assert of(frame).text()


CELLS = st.none() | st.text(max_size=8)


@settings(deadline=None, max_examples=40)
@given(st.lists(CELLS, max_size=20), st.lists(st.none() | st.floats(), max_size=20))
def test_any_table_has_a_profile(texts, numbers):
    n = min(len(texts), len(numbers))
    schema = {"t": pl.String, "n": pl.Float64}
    frame = pl.DataFrame({"t": texts[:n], "n": numbers[:n]}, schema=schema)
    assert Profile.model_validate_json(of(frame, target="t").model_dump_json()).text()


def test_objects_of_json_in_text_are_warned_of():
    frame = pl.DataFrame({"details": [f'{{"user": "u{i * 7919}", "n": {i}}}' for i in range(300)]})
    assert any("str.json_decode" in w for w in of(frame).warnings)
