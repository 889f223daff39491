# ruff: noqa: E501 - a table is read by its rows
"""Every kind of bad input has one outcome: a warning and the rows, or one clear error."""

import contextlib
import gzip
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.data.files.locate import find_files
from phantom_ml.data.files.source import ReadOptions
from phantom_ml.data.files.unpack import unpack
from phantom_ml.data.reading.parse_child import parse
from phantom_ml.data.reading.read import read
from phantom_ml.errors import (
    BadSetting,
    DataError,
    EncodingWrong,
    ParserCrashed,
    PhantomError,
    RowsRagged,
    SourceEmpty,
    SourceNotFound,
    SourceUnreadable,
    TooManyColumns,
)


@dataclass(frozen=True)
class Bad:
    """A file that is wrong in one way, and what must come of it."""

    what: str
    name: str
    content: bytes
    error: type[PhantomError] | None = None
    words: str = ""
    rows: list[dict[str, Any]] | None = None
    options: dict[str, Any] = field(default_factory=dict)


LONG = "n" * 10_000
GOOD = b"a,b\n1,x\n2,y\n"
ROWS = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
MANY = b",".join(b"c%d" % i for i in range(1_000_000))
NUMBERS_THEN_WORD = b"a,b\n" + b"".join(b"%d,1\n" % i for i in range(3000)) + b"many,2\n"
FLOATS_THEN_WORD = b"a\n" + b"1.50\n" * 900_000 + b"x\n"
PARQUET = b"PAR1" + b"\x15\x04" * 200 + b"PAR1"

CORPUS = [
    Bad("an empty file", "e.csv", b"", SourceEmpty, "is empty"),
    Bad("a blank file", "e.csv", b" \n\n\t\n", SourceEmpty, "is empty"),
    Bad("only a byte order mark", "e.csv", b"\xef\xbb\xbf", SourceEmpty, "is empty"),
    Bad("a header alone", "h.csv", b"a,b\n", SourceEmpty, "no row"),
    Bad("one row", "o.csv", b"a,b\n1,x\n", rows=ROWS[:1]),
    Bad("one row without an end of line", "o.csv", b"a,b\n1,x", rows=ROWS[:1]),
    Bad("one column", "o.csv", b"a\n1\n2\n", rows=[{"a": 1}, {"a": 2}]),
    Bad("blank lines between", "o.csv", b"a,b\n\n1,x\n\n\n2,y\n\n", rows=ROWS),
    Bad("too few fields", "r.csv", GOOD + b"3\n4,z\n", RowsRagged, "1 line of .* line 4 has 1"),
    Bad("too many fields", "r.csv", GOOD + b"3,4,5\n", RowsRagged, "line 4 has 3"),
    Bad(
        "many ragged lines", "r.csv", GOOD + b"3\n" * 9, RowsRagged, "9 lines .*line 8 has 1, and 4 more"
    ),
    Bad(
        "a ragged line after a value of two lines", "r.csv", b'a,b\n1,"x\ny"\n2\n3,z\n', RowsRagged,
        "line 4 has 1",
    ),
    Bad(
        "ragged lines that may go", "r.csv", GOOD + b"3\n", words="1 line .33 %. was left out", rows=ROWS,
        options={"skip_ragged_share": 0.4},
    ),
    Bad(
        "more ragged lines than may go", "r.csv", GOOD + b"3\n", RowsRagged, "skip_ragged_share is 0.1",
        options={"skip_ragged_share": 0.1},
    ),
    Bad("a million columns", "m.csv", MANY + b"\n" + MANY + b"\n", TooManyColumns, "1,000,000 columns"),
    Bad(
        "more columns than asked for", "m.csv", GOOD, TooManyColumns, "2 columns; at most 1",
        options={"max_columns": 1},
    ),
    Bad("the same name twice", "d.csv", b"a,b,a\n1,x,3\n", words="'a_2'", rows=[{"a": 1, "b": "x", "a_2": 3}]),
    Bad(
        "a new name that is taken", "d.csv", b"a,a,a_2\n1,2,3\n", words="'a_3'",
        rows=[{"a": 1, "a_3": 2, "a_2": 3}],
    ),
    Bad("a blank name", "d.csv", b"a,b,\n1,x,3\n", words="'column_3'", rows=[{"a": 1, "b": "x", "column_3": 3}]),
    Bad("a name with quotes", "q.csv", b'a,"b ""c"""\n1,2\n', rows=[{"a": 1, 'b "c"': 2}]),
    Bad("a name of two lines", "q.csv", b'a,"b\nc"\n1,2\n', rows=[{"a": 1, "b\nc": 2}]),
    Bad("a name of 10,000 characters", "q.csv", b"a,%s\n1,2\n" % LONG.encode(), rows=[{"a": 1, LONG: 2}]),
    Bad("a value of a megabyte", "v.csv", b"a,b\n1,%s\n" % (b"z" * 2**20), rows=[{"a": 1, "b": "z" * 2**20}]),
    Bad("Windows-1252", "l.csv", b"a,b\n1,caf\xe9\n", words="0xE9 at offset 9, line 2", rows=[{"a": 1, "b": "café"}]),
    Bad(
        "neither UTF-8 nor Windows-1252", "l.csv", b"a,b\n" + b"1,\x81\xff\n" * 20, EncodingWrong,
        "20 of 21 lines .* offset 6, line 2",
    ),
    Bad(
        "a byte that neither has", "l.csv", b"a,b\n1,z\x81\n2,y\n", words="0x81 at offset 7, line 2.*FFFD",
        rows=[{"a": 1, "b": "z\ufffd"}, ROWS[1]],
    ),
    Bad(
        "any byte as latin-1", "l.csv", b"a,b\n1,\x81\xff\n", rows=[{"a": 1, "b": "\x81\xff"}],
        options={"encoding": "latin-1"},
    ),
    Bad(
        "not in the encoding that was named", "l.csv", b"a,b\n1,caf\xe9\n", EncodingWrong,
        "not utf-8: byte 0xE9 at offset 9, line 2", options={"encoding": "utf-8"},
    ),
    Bad("no such encoding", "l.csv", GOOD, BadSetting, "klingon", options={"encoding": "klingon"}),
    Bad("UTF-8 that is cut", "l.csv", b"a,b\n1,caf\xc3", words="0xC3 at offset 9", rows=[{"a": 1, "b": "cafÃ"}]),
    Bad("UTF-16 with a mark", "u.csv", GOOD.decode().encode("utf-16"), rows=ROWS),
    Bad("UTF-16 without a mark", "u.csv", GOOD.decode().encode("utf-16-le"), rows=ROWS),
    Bad("UTF-16 that is cut", "u.csv", GOOD.decode().encode("utf-16")[:-1], EncodingWrong, "line"),
    Bad("a byte order mark", "u.csv", b"\xef\xbb\xbf" + GOOD, rows=ROWS),
    Bad("a byte order mark without a header", "u.csv", b"\xef\xbb\xbf1,2\n", rows=[{"column_1": 1, "column_2": 2}]),
    Bad("Windows line ends", "w.csv", GOOD.replace(b"\n", b"\r\n"), rows=ROWS),
    Bad("old Macintosh line ends", "w.csv", GOOD.replace(b"\n", b"\r"), rows=ROWS),
    Bad("a NUL byte inside", "n.csv", b"a,b\n1,x\x00\n2,y\n", rows=[{"a": 1, "b": "x\x00"}, ROWS[1]]),
    Bad("a lone quote at the end", "q.csv", GOOD + b'3,"z\n', RowsRagged, "line 4 .* never closed"),
    Bad("a quote that swallows lines", "q.csv", b'a,b\n1,"x\n' + GOOD, RowsRagged, "line 2 .* never closed"),
    Bad(
        "quotes that are plain", "q.csv", b'a,b\n1,"x\n2,y\n', rows=[{"a": 1, "b": '"x'}, ROWS[1]],
        options={"quote": ""},
    ),
    Bad("a quote within a value", "q.csv", b'a,b\n1,5" disk\n2,y\n', rows=[{"a": 1, "b": '5" disk'}, ROWS[1]]),
    Bad("a word after 3,000 numbers", "t.csv", NUMBERS_THEN_WORD, words="'a' is read as text.*'many'"),
    Bad("a word after a million numbers", "t.csv", FLOATS_THEN_WORD, words="'a' is read as text.*'x'"),
    Bad(
        "infinity and NaN everywhere", "i.csv", b"a,b\ninf,NaN\n-Infinity,nan\n1e999,nan\n1.5,2\n",
        words="'a' had 3 infinite",
        rows=[{"a": None, "b": None}] * 3 + [{"a": 1.5, "b": 2}],
    ),
    Bad("a column without a value", "i.csv", b"a,b\n1,\n2,NA\n", rows=[{"a": 1, "b": None}, {"a": 2, "b": None}]),
    Bad("a program", "p.csv", b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 4, SourceUnreadable, "a program"),
    Bad("bytes that are nothing", "p.csv", bytes(range(256)) * 40, SourceUnreadable, "not text"),
    Bad("an Arrow file", "a.arrow", b"ARROW1\x00\x00" + b"\x00" * 90, SourceUnreadable, "Convert it to Parquet"),
    Bad("a picture as text", "a.svg", b"<svg width='1' height='1'>\n</svg>\n", SourceUnreadable, "Convert it"),
    Bad("a web page", "a.html", b"\xef\xbb\xbf\n<!DOCTYPE html>\n<p>1,2", SourceUnreadable, "Convert it"),
    Bad("a Feather file", "a.feather", b"FEA1" + b"\x00" * 90, SourceUnreadable, "Convert it to Parquet"),
    Bad("a spreadsheet", "a.xlsx", b"PK\x03\x04" + b"\x00" * 90, SourceUnreadable, "save the sheet as CSV"),
    Bad("Parquet that is damaged", "p.parquet", PARQUET, SourceUnreadable, "damaged, or no Parquet"),
    Bad("Parquet that is CSV", "p.parquet", GOOD, SourceUnreadable, "damaged, or no Parquet"),
    Bad("CSV called JSON", "c.json", GOOD, SourceUnreadable, "not JSON"),
    Bad("JSON called CSV", "j.csv", b'[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]', rows=ROWS),
    Bad("JSON with a comma too many", "j.json", b'[{"a": 1},\n{"a": 2},]', SourceUnreadable, "line 2"),
    Bad("JSON with a comma too few", "j.json", b'[{"a": 1}\n{"a": 2}]', SourceUnreadable, "comma or ] is missing"),
    Bad("JSON that is cut", "j.json", b'[{"a": 1}, {"a": "x', SourceUnreadable, "not JSON"),
    Bad("JSON with more after it", "j.json", b'[{"a": 1}] [{"a": 2}]', SourceUnreadable, "text follows"),
    Bad("JSON that is empty", "j.json", b"[]", SourceEmpty, "no object"),
    Bad("JSON of lists", "j.json", b"[[1, 2]]", SourceUnreadable, "list of list, not of objects"),
    Bad("JSON nested too deeply", "j.json", b'{"a": ' * 90_000, SourceUnreadable, "not JSON"),
    Bad("a line that is no JSON", "j.jsonl", b'{"a": 1}\n{"a": 2\n', SourceUnreadable, "1 of 2 lines .*line 2"),
    Bad("a line that is no object", "j.jsonl", b'{"a": 1}\n[2]\n', SourceUnreadable, "line 2: it is no object"),
    Bad(
        "a line of JSON that may go", "j.jsonl", b'{"a": 1}\n{"a": 2\n', words="1 line .* was left out",
        rows=[{"a": 1}], options={"skip_ragged_share": 0.5},
    ),
    Bad(
        "JSON of several types", "j.jsonl", b'{"a": 1}\n{"a": "x"}\n{"a": true}\n', words="'a' has values of several",
        rows=[{"a": "1"}, {"a": "x"}, {"a": "true"}],
    ),
    Bad("JSON with NaN", "j.jsonl", b'{"a": NaN}\n{"a": Infinity}\n{"a": 1.5}\n', words="1 infinite",
        rows=[{"a": None}, {"a": None}, {"a": 1.5}]),
    Bad("gzip that is cut", "g.csv.gz", gzip.compress(GOOD * 500)[:-20], SourceUnreadable, "cut short"),
    Bad("gzip that is no gzip", "g.csv.gz", b"\x1f\x8b" + b"x" * 50, SourceUnreadable, "damaged"),
    Bad("gzip within gzip", "g.csv.gz", gzip.compress(gzip.compress(GOOD)), SourceUnreadable, "twice"),
    Bad("a name that lies about gzip", "g.csv.gz", GOOD, rows=ROWS),
    Bad("zstd that is damaged", "z.csv.zst", b"\x28\xb5\x2f\xfd" + b"x" * 50, SourceUnreadable, "damaged"),
]  # fmt: skip


def parsed(path: Path, folder: Path, **options: Any) -> dict[str, Any]:
    """Parse in this process, which takes a hundredth of the time of one's own."""
    folder.mkdir()
    files = [str(file) for file in find_files(path)]
    given_options = ReadOptions(**options).model_dump()
    return parse({"files": files, "options": given_options, "folder": str(folder)})


@pytest.mark.parametrize("bad", CORPUS, ids=lambda bad: bad.what.replace(" ", "_"))
def test_each_bad_file_has_its_one_outcome(bad: Bad, tmp_path: Path) -> None:
    path = tmp_path / bad.name
    path.write_bytes(bad.content)
    if bad.error is not None:
        with pytest.raises(bad.error, match=f"(?s){bad.words}") as raised:
            parsed(path, tmp_path / "out", **bad.options)
        assert raised.value.hint
        return
    result = parsed(path, tmp_path / "out", **bad.options)
    frame = pl.read_parquet(result["rows"])
    assert frame.height == result["n_rows"]
    if bad.rows is not None:
        assert frame.to_dicts() == bad.rows
    told = " ".join(result["warnings"])
    assert re.search(bad.words, told) if bad.words else not told


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("events.cvs", SourceNotFound, "Did you mean 'events.csv'"),
        ("*.parquet", SourceNotFound, "No file matches"),
        ("folder", SourceEmpty, "has no file in it"),
        ("https://example.org/events.csv", SourceNotFound, "an address, not a file"),
        ("a" * 5000, SourceUnreadable, "name too long"),
        ("a\x00b", SourceNotFound, "no file"),
        ("pipe", SourceUnreadable, "not a regular file"),
    ],
)
def test_a_path_that_leads_nowhere_is_told(
    name: str, error: type[PhantomError], words: str, tmp_path: Path
) -> None:
    (tmp_path / "events.csv").write_bytes(GOOD)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(error, match=f"(?i){words}"):
        find_files(name if "://" in name else tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "secret.csv"
    path.write_bytes(GOOD)
    path.chmod(0)
    with pytest.raises(SourceUnreadable, match="may not be read"):
        find_files(path)


def test_files_of_several_formats_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "a.csv").write_bytes(GOOD)
    (folder / "b.json").write_bytes(b'[{"a": 1}]')
    with pytest.raises(SourceUnreadable, match=r"csv \('a.csv'\), json \('b.json'\)"):
        parsed(folder, tmp_path / "out")


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    packed = tmp_path / "bomb.csv.gz"
    packed.write_bytes(gzip.compress(b"0,0\n" * 4_000_000, 9))
    target = tmp_path / "unpacked"
    with pytest.raises(SourceUnreadable, match="more than 200 times"):
        unpack(packed, "gz", target, free_bytes=1 << 20)
    assert target.stat().st_size < 5 << 20


# Root is stopped by a limit on the size of a file as anybody is, and it leaves the other tests alone.
FILL = """
import resource, sys
from phantom_ml.data.reading.parse_child import parse
from phantom_ml.errors import DiskFull
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    parse({"files": [sys.argv[1]], "options": {}, "folder": sys.argv[2]})
except DiskFull as error:
    print(error.code)
"""


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet", "a.csv.gz"])
def test_a_full_disk_is_told_and_nothing_half_written_stays(name: str, tmp_path: Path) -> None:
    path, out = tmp_path / name, tmp_path / "out"
    out.mkdir()
    frame = pl.DataFrame({"a": pl.Series(range(200_000)).shuffle(0).hash(), "b": range(200_000)})
    if name == "a.csv.gz":
        path.write_bytes(gzip.compress(frame.write_csv().encode(), 1))
    else:
        writers = {
            "csv": frame.write_csv,
            "jsonl": frame.write_ndjson,
            "parquet": frame.write_parquet,
        }
        writers[name.removeprefix("a.")](path)
    command = [sys.executable, "-c", FILL, str(path), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "store.disk-full", done.stderr
    assert not out.exists()


def test_errors_of_the_parser_reach_the_caller_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_bytes(GOOD + b"3\n")
    with pytest.raises(RowsRagged, match="line 4 has 1") as raised:
        read(path, scratch=tmp_path / "scratch")
    assert "skip_ragged_share" in raised.value.hint
    assert not list((tmp_path / "scratch").iterdir())


def test_a_parser_that_needs_too_much_memory_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_bytes(b'{"a": [' + b"[]," * 4_000_000 + b"[]]}")
    with pytest.raises(ParserCrashed, match="more than 256 MB"):
        read(path, ReadOptions(memory_mb=256), scratch=tmp_path / "scratch")


@settings(deadline=None, max_examples=150, derandomize=True)
@given(
    content=st.binary(max_size=300)
    | st.text(alphabet="ab,;\"\n\r 1.\t{}[]:'#-", max_size=80).map(str.encode)
)
def test_any_bytes_give_rows_or_one_of_our_errors(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        path.write_bytes(content)
        with contextlib.suppress(DataError):
            assert parsed(path, Path(folder) / "out")["n_rows"] > 0


def test_half_a_character_becomes_a_question_mark(tmp_path):
    file = tmp_path / "half.jsonl"
    file.write_text('{"c": "a\\ud800b", "n": 1}\n{"c": "whole", "n": 2}\n')
    assert read(file, scratch=tmp_path).frame()["c"].to_list() == ["a?b", "whole"]
