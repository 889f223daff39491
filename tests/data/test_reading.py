import gzip
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import zstandard
from polars.testing import assert_frame_equal

from phantom_ml.data.dataset import Dataset
from phantom_ml.data.parse_child import parse
from phantom_ml.data.reading import ReadOptions, read
from phantom_ml.errors import DataError, SourceEmpty, SourceUnreadable, TooManyColumns

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data sets are not here")

EVENTS = pl.DataFrame(
    {
        "time": [datetime(2024, 5, 1, 12, 0, i) for i in range(4)],
        "user": ["ann", "bob", None, "eve"],
        "bytes": [1, 200, 3, None],
        "rate": [0.5, 1.25, None, 2.0],
        "admin": [True, False, None, True],
        "zip": ["00501", "10001", "02134", None],
    }
)


def parsed(folder: Path, *paths: Path, **options: Any) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Parse in this process, which takes a hundredth of the time of one's own."""
    out = folder / "out"
    out.mkdir()
    given = ReadOptions(**options).model_dump()
    result = parse({"files": [str(p) for p in paths], "options": given, "folder": str(out)})
    return pl.read_parquet(result["rows"]), result


def csv_of(frame: pl.DataFrame) -> bytes:
    return frame.write_csv(datetime_format="%Y-%m-%dT%H:%M:%S").encode()


def json_of(frame: pl.DataFrame) -> bytes:
    rows = frame.with_columns(pl.col("time").dt.strftime("%Y-%m-%d %H:%M:%S")).to_dicts()
    return json.dumps(rows).encode()


def jsonl_of(frame: pl.DataFrame) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in json.loads(json_of(frame)))


def parquet_of(frame: pl.DataFrame) -> bytes:
    import io

    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


Writer = Callable[[pl.DataFrame], bytes]
FORMATS: dict[str, Writer] = {
    "csv": csv_of,
    "json": json_of,
    "jsonl": jsonl_of,
    "parquet": parquet_of,
}
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstandard.compress,
}


@pytest.mark.parametrize("packed", PACKERS)
@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_gives_the_same_table(suffix: str, packed: str, tmp_path: Path) -> None:
    path = tmp_path / f"events.{suffix}{packed}"
    path.write_bytes(PACKERS[packed](FORMATS[suffix](EVENTS)))
    frame, _ = parsed(tmp_path, path)
    assert_frame_equal(frame, EVENTS)


@pytest.mark.parametrize("suffix", FORMATS)
def test_content_speaks_before_the_name(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / "events.log"
    path.write_bytes(FORMATS[suffix](EVENTS))
    assert_frame_equal(parsed(tmp_path, path)[0], EVENTS)


def test_a_file_is_read_through_the_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(csv_of(EVENTS))
    dataset = read(path, scratch=tmp_path / "scratch")
    assert (dataset.n_rows, dataset.name, dataset.report.format) == (4, "events.csv", "csv")
    assert_frame_equal(dataset.frame(), EVENTS)


def test_what_was_found_by_looking_is_told(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes("größe;n\n1,5;2\n2,5;3\n".encode("cp1252"))
    frame, result = parsed(tmp_path, path)
    assert frame.to_dicts() == [{"größe": 1.5, "n": 2}, {"größe": 2.5, "n": 3}]
    assert result["details"] == {
        "delimiter": ";",
        "quote": '"',
        "encoding": "cp1252",
        "header": "yes",
        "decimal": ",",
    }


def test_numbers_that_begin_with_zero_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_bytes(b"code,n\n007,0\n100,0.5\n042,-0.25\n")
    frame, _ = parsed(tmp_path, path)
    assert frame["code"].to_list() == ["007", "100", "042"]
    assert frame["n"].to_list() == [0.0, 0.5, -0.25]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-01T12:00:00Z", datetime(2024, 5, 1, 12)),
        ("2024-05-01T14:00:00.500+02:00", datetime(2024, 5, 1, 12, 0, 0, 500_000)),
        ("2024-05-01 12:00:00", datetime(2024, 5, 1, 12)),
        ("2024-05-01", datetime(2024, 5, 1)),
        ("2024-05-01 12:00", datetime(2024, 5, 1, 12)),
    ],
)
def test_iso_times_become_utc(text: str, expected: datetime, tmp_path: Path) -> None:
    path = tmp_path / "times.csv"
    path.write_text(f"t,n\n{text},1\n{text},2\n")
    assert parsed(tmp_path, path)[0]["t"].to_list() == [expected] * 2


def test_a_date_that_is_none_leaves_the_column_text(tmp_path: Path) -> None:
    path = tmp_path / "times.csv"
    path.write_text("t,n\n2024-05-01,1\n2024-13-01,2\n")
    assert parsed(tmp_path, path)[0]["t"].to_list() == ["2024-05-01", "2024-13-01"]


def test_integers_too_large_for_64_bits_become_floats(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text("n,m\n1,1\n18446744073709551615,2\n")
    assert parsed(tmp_path, path)[0].schema["n"] == pl.Float64


def test_padding_is_taken_off(tmp_path: Path) -> None:
    path = tmp_path / "padded.csv"
    path.write_text("a, b, c\n1, 2, x\n3, ?, y\n")
    frame, _ = parsed(tmp_path, path, has_header=False)
    assert frame.row(2) == ("3", None, "y")


def test_spellings_of_missing_may_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "missing.csv"
    path.write_text("label,n\nNone,1\nn.k.,2\n")
    frame, _ = parsed(tmp_path, path, missing_values=("n.k.",))
    assert frame["label"].to_list() == ["None", None]


def test_files_of_a_folder_are_joined_by_name_in_order(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("a,b\n1,x\n")
    (tmp_path / "2.csv").write_text("b,a,c\ny,2,9\n")
    frame, _ = parsed(tmp_path, tmp_path / "1.csv", tmp_path / "2.csv")
    assert frame.rows() == [(1, "x", None), (2, "y", 9)]


def test_a_word_in_a_later_file_brings_back_the_text_of_an_earlier_one(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("version,n\n1.10,1\n")
    (tmp_path / "2.csv").write_text("version,n\n1.10b,2\n")
    frame, _ = parsed(tmp_path, tmp_path / "1.csv", tmp_path / "2.csv")
    assert frame["version"].to_list() == ["1.10", "1.10b"]


def test_a_late_value_widens_a_column_without_a_loss(tmp_path: Path) -> None:
    n = 600_000
    lines = ["a,b,c\n", *(f"{i}.50,{i},\n" for i in range(n)), "word,0.5,2024-01-01\n"]
    path = tmp_path / "late.csv"
    path.write_text("".join(lines))
    frame, result = parsed(tmp_path, path)
    assert dict(frame.schema) == {"a": pl.String, "b": pl.Float64, "c": pl.Datetime("us")}
    assert frame["a"][[0, 599_999, 600_000]].to_list() == ["0.50", "599999.50", "word"]
    assert frame["b"].sum() == n * (n - 1) / 2 + 0.5
    assert len(result["warnings"]) == 1


def test_a_folder_and_a_glob_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "logs" / "day"
    folder.mkdir(parents=True)
    for i in range(3):
        (folder / f"{i}.csv").write_text(f"a,b\n{i},x\n")
    (folder / "_SUCCESS").touch()
    (folder / ".hidden").touch()
    whole = read(tmp_path / "logs", scratch=tmp_path / "s")
    some = read(str(folder / "[12].csv"), scratch=tmp_path / "s")
    assert whole.frame()["a"].to_list() == [0, 1, 2]
    assert some.frame()["a"].to_list() == [1, 2]


PROSE = (
    "Notes on the \"data set.\n\nIt was made by hand, and others helped; it isn't whole.\nThe end\n"
)


def folder_of(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def test_files_beside_data_are_left_out_and_named(tmp_path: Path) -> None:
    folder = folder_of(
        tmp_path / "set", {"README.md": PROSE, "a.csv": "a,b\n1,x\n", "LICENSE": "."}
    )
    dataset = read(folder, scratch=tmp_path / "s")
    assert dataset.frame().rows() == [(1, "x")]
    assert dataset.report.warnings == (
        "'LICENSE', 'README.md' in the folder 'set' were left out: "
        "their names are not those of data.",
    )


def test_what_lies_beside_data_is_not_even_looked_at(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "set", {"a.csv.gz": "a,b\n1,x\n", "plot.png": "\x89PNG"})
    assert read(folder, scratch=tmp_path / "s").n_rows == 1


def test_where_no_name_is_that_of_data_the_content_decides(tmp_path: Path) -> None:
    rows = "a,b\n1,x\n2,y\n"
    folder = folder_of(tmp_path / "set", {"notes": PROSE, "part-0": rows, "part-1": rows})
    dataset = read(folder, scratch=tmp_path / "s")
    assert dataset.n_rows == 4
    assert dataset.report.warnings == ("'notes' looks like no table and was left out.",)


@pytest.mark.parametrize("text", [PROSE, "words\nmore words here\n", "one line"])
def test_a_folder_without_a_table_is_refused_by_the_name_of_what_it_holds(
    tmp_path: Path, text: str
) -> None:
    folder = folder_of(tmp_path / "set", {"notes.txt": text})
    with pytest.raises(SourceUnreadable) as error:
        read(folder, scratch=tmp_path / "s")
    assert error.value.message == "No file in the folder 'set' looks like a table: 'notes.txt'."


def test_text_that_is_named_itself_is_read_line_by_line(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "set", {"notes.txt": PROSE})
    dataset = read(folder / "notes.txt", scratch=tmp_path / "s")
    assert "each line is one value" in dataset.report.warnings[0]


def test_a_folder_of_a_picture_alone_is_told_what_it_is(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "set", {})
    (folder / "plot.png").write_bytes(b"\x89PNG" + bytes(100))
    with pytest.raises(SourceUnreadable, match=r"'plot.png' is a picture"):
        read(folder, scratch=tmp_path / "s")


def test_names_that_came_twice_are_told(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("a,y,y,b\n1,2,3,4\n")
    (tmp_path / "2.csv").write_text("a,y,b,b\n1,2,3,4\n")
    assert read(tmp_path, scratch=tmp_path / "s").report.repeated == ("y", "b")


def test_names_that_came_twice_in_a_frame_are_told(tmp_path: Path) -> None:
    frame = pd.DataFrame([[1, 2, 3]], columns=["a", "y", "y"])
    assert read(frame, scratch=tmp_path).report.repeated == ("y",)


def test_an_empty_file_among_others_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "1.csv").touch()
    (tmp_path / "2.csv").write_text("a,b\n1,x\n")
    frame, result = parsed(tmp_path, tmp_path / "1.csv", tmp_path / "2.csv")
    assert frame.rows() == [(1, "x")]
    assert result["warnings"] == ["'1.csv' held nothing and was left out."]


def test_nested_json_is_flattened_and_lists_are_text(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text('{"a": {"b": {"c": 1}}, "l": [1, {"x": "é"}]}\n{"a": {"b": null}, "d": true}\n')
    frame, _ = parsed(tmp_path, path)
    assert frame.to_dicts() == [
        {"a.b.c": 1, "l": '[1, {"x": "é"}]', "a.b": None, "d": None},
        {"a.b.c": None, "l": None, "a.b": None, "d": True},
    ]


def test_records_within_an_object_are_read(tmp_path: Path) -> None:
    path = tmp_path / "trail.json"
    path.write_text('{"Records": [{"a": 1},\n {"a": 2}]}')
    frame, result = parsed(tmp_path, path)
    assert frame["a"].to_list() == [1, 2]
    assert result["warnings"] == ["Of the object in 'trail.json' the list 'Records' was read."]


def test_objects_over_several_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "pretty.json"
    path.write_text("\n".join(json.dumps({"a": i, "b": {"c": "x"}}, indent=2) for i in range(3)))
    assert parsed(tmp_path, path)[0]["a"].to_list() == [0, 1, 2]


@pytest.mark.parametrize("key", ["", "Records"])
def test_json_longer_than_a_block_is_streamed(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phantom_ml.data.json_stream.BLOCK", 1000)
    rows = [{"a": i, "b": "x" * (i % 50), "c": {"d": [i]}} for i in range(500)]
    path = tmp_path / "long.json"
    path.write_text(json.dumps({key: rows} if key else rows, indent=1))
    frame, _ = parsed(tmp_path, path)
    assert frame["a"].to_list() == list(range(500))


def test_nested_parquet_is_flattened(tmp_path: Path) -> None:
    path = tmp_path / "n.parquet"
    frame = pl.DataFrame(
        {
            "s": [{"x": 1, "y": {"z": "a"}}, None],
            "l": [[1, 2], None],
            "c": pl.Series(["p", "q"], dtype=pl.Categorical),
            "d": [date(2024, 1, 1), None],
            "t": pl.Series([timedelta(seconds=1.5), None]),
            "b": [b"\x01\xff", None],
            "f": [float("inf"), float("nan")],
            "z": pl.Series([datetime(2024, 1, 1), None]).dt.replace_time_zone("Europe/Berlin"),
        }
    )
    frame.write_parquet(path)
    read_back, result = parsed(tmp_path, path)
    assert read_back.row(0, named=True) == {
        "s.x": 1,
        "s.y.z": "a",
        "l": "[1,2]",
        "c": "p",
        "d": datetime(2024, 1, 1),
        "t": 1.5,
        "b": "01ff",
        "f": None,
        "z": datetime(2023, 12, 31, 23),
    }
    assert set(read_back.drop("c").row(1)) == {None}
    assert result["warnings"] == ["Column 'f' had 1 infinite values; they are missing now."]


def small(source: Any, tmp_path: Path, **options: Any) -> Dataset:
    return read(source, ReadOptions(**options), scratch=tmp_path)


IN_MEMORY: dict[str, Any] = {
    "polars": EVENTS,
    "lazy": EVENTS.lazy(),
    "arrow": EVENTS.to_arrow(),
    "batch": EVENTS.to_arrow().to_batches()[0],
    "mapping": EVENTS.to_dict(as_series=False),
    "series": EVENTS.to_dict(),
    "rows": EVENTS.to_dicts(),
}


@pytest.mark.parametrize("source", IN_MEMORY.values(), ids=IN_MEMORY)
def test_tables_in_memory_are_taken_as_they_are(source: Any, tmp_path: Path) -> None:
    dataset = small(source, tmp_path)
    assert_frame_equal(dataset.frame(), EVENTS)
    assert dataset.report.format == "frame"


def test_pandas_is_taken_without_its_index(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "c": pd.Categorical(["x", None, "y"]),
            "d": [date(2024, 1, 1), None, date(2024, 1, 3)],
            "f": [1.5, np.nan, np.inf],
            "o": [1, "two", None],
            "t": pd.to_datetime(["2024-01-01", None, "2024-01-03"], utc=True),
            "n": pd.array([1, None, 3], dtype="Int64"),
        },
        index=[7, 8, 9],
    )
    dataset = small(frame, tmp_path)
    assert dataset.frame().rows() == [
        ("x", datetime(2024, 1, 1), 1.5, "1", datetime(2024, 1, 1), 1),
        (None, None, None, "two", None, None),
        ("y", datetime(2024, 1, 3), None, None, datetime(2024, 1, 3), 3),
    ]
    assert "'o' has values of several types" in " ".join(dataset.report.warnings)


def test_pandas_names_are_made_text_and_unique(tmp_path: Path) -> None:
    frame = pd.DataFrame([[1, 2, 3]], columns=pd.Index([0, ("a", "b"), 0], dtype=object))
    assert small(frame, tmp_path).columns == ["0", "a.b", "0_2"]


def test_numbers_of_pandas_are_not_copied(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": np.arange(1000.0)})
    taken = small(frame, tmp_path).frame()["a"].to_numpy()
    assert np.shares_memory(taken, frame["a"].to_numpy())


def test_an_array_has_columns_by_number(tmp_path: Path) -> None:
    dataset = small(np.array([[1.0, 2.0], [3.0, np.nan]]), tmp_path)
    assert dataset.frame().to_dict(as_series=False) == {"c0": [1.0, 3.0], "c1": [2.0, None]}


def test_an_array_with_fields_has_their_names(tmp_path: Path) -> None:
    array = np.array([(1, "x"), (2, "y")], dtype=[("n", "i4"), ("s", "U3")])
    assert small(array, tmp_path).frame().rows() == [(1, "x"), (2, "y")]


def test_masked_values_are_missing(tmp_path: Path) -> None:
    array = np.ma.masked_array([[1, 2], [3, 4]], mask=[[False, True], [False, False]])
    assert small(array, tmp_path).frame()["c1"].to_list() == [None, 4]


def test_arrow_names_may_come_twice(tmp_path: Path) -> None:
    table = pa.table([[1], [2]], names=["a", "a"])
    assert small(table, tmp_path).columns == ["a", "a_2"]


def test_json_text_is_a_table(tmp_path: Path) -> None:
    assert small('[{"a": 1}, {"a": 2}]', tmp_path).n_rows == 2
    assert small('{"a": [1, 2], "b": ["x", "y"]}', tmp_path).columns == ["a", "b"]
    assert small('{"a": 1, "b": {"c": "x"}}', tmp_path).frame().rows() == [(1, "x")]


def test_times_as_text_become_times_in_memory_too(tmp_path: Path) -> None:
    zone = timezone(timedelta(hours=2))
    source = {"t": ["2024-01-01T02:00:00+02:00"], "z": [datetime(2024, 1, 1, 2, tzinfo=zone)]}
    assert small(source, tmp_path).frame().row(0) == (datetime(2024, 1, 1),) * 2


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        (42, SourceUnreadable, "A int cannot be read"),
        (np.zeros((2, 2, 2)), SourceUnreadable, r"shape \(2, 2, 2\)"),
        ({"a": [1, 2], "b": [1]}, SourceUnreadable, "different lengths"),
        (pl.DataFrame({"a": []}), SourceEmpty, "no row"),
        (pl.DataFrame(), SourceEmpty, "no column"),
        ([], SourceEmpty, "no column"),
        ("[{", SourceUnreadable, None),
        ('{"a": 1,}', SourceUnreadable, "not JSON"),
        (np.zeros((1, 30)), TooManyColumns, "30 columns"),
    ],
)
def test_what_is_no_table_is_refused(
    source: Any, error: type[DataError], words: str | None, tmp_path: Path
) -> None:
    with pytest.raises(DataError if words is None else error, match=words):
        small(source, tmp_path, max_columns=20)


def test_reading_twice_gives_the_same_rows(tmp_path: Path) -> None:
    dataset = small(pl.LazyFrame({"a": range(5000)}).select(pl.col("a").shuffle()), tmp_path)
    assert_frame_equal(dataset.frame(), dataset.frame())


@needs_shared
def test_a_file_without_a_header_is_understood(tmp_path: Path) -> None:
    path = SHARED / "nsl_kdd" / "raw_KDDTrain_first2000_noheader.csv"
    frame, result = parsed(tmp_path, path)
    assert (frame.shape, result["details"]["header"]) == ((2000, 43), "no")
    assert frame.row(0)[:5] == (0, "tcp", "ftp_data", "SF", 491)


@needs_shared
def test_a_zeek_log_is_understood(tmp_path: Path) -> None:
    frame, _ = parsed(tmp_path, SHARED / "zeek_conn_mixed" / "raw_conn.log.labeled")
    assert (frame.width, frame.schema["orig_bytes"]) == (23, pl.Int64)
    assert frame.columns[:3] == ["ts", "uid", "id.orig_h"]


@needs_shared
def test_windows_events_are_understood(tmp_path: Path) -> None:
    frame, _ = parsed(tmp_path, SHARED / "raw_samples" / "windows_events_security_sysmon.jsonl")
    assert frame.height == 600
    assert frame.schema["EventTime"] == pl.Datetime("us")


@needs_shared
@pytest.mark.parametrize("name", ["HDFS_2k.log", "Linux_2k.log"])
def test_free_text_becomes_lines(name: str, tmp_path: Path) -> None:
    frame, result = parsed(tmp_path, SHARED / "raw_samples" / name)
    assert frame.shape == (2000, 1)
    assert result["warnings"] == [f"No delimiter fits {name!r}; each line is one value."]


@needs_shared
@pytest.mark.parametrize("packed", ["", ".zst"])
@pytest.mark.parametrize("name", ["adult_income", "cowrie_honeypot_json", "zeek_conn_mixed"])
def test_parquet_written_as_csv_reads_the_same(name: str, packed: str, tmp_path: Path) -> None:
    source = SHARED / name / "train.parquet"
    original, _ = parsed(tmp_path, source)
    (tmp_path / "out").rename(tmp_path / "first")
    path = tmp_path / f"a.csv{packed}"
    path.write_bytes(PACKERS[packed](original.write_csv(null_value="NULL").encode()))
    again, _ = parsed(tmp_path, path)
    assert again.shape == original.shape
    numeric = [n for n, t in original.schema.items() if t.is_numeric()]
    assert_frame_equal(again.select(numeric), original.select(numeric), check_dtypes=False)
