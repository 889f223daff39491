"""Bytes that are no UTF-8: told, and without effect on any other line."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phantom_ml.data.files import encoding
from phantom_ml.data.files import stray_bytes as module
from phantom_ml.data.files.encoding import as_utf8
from phantom_ml.data.files.source import SourceFile
from phantom_ml.data.files.stray_bytes import stray_bytes
from tests.data.events import PACKERS, parsed

N_ROWS = 50
TEXTS = ["plain", "мир.example", "Größe über café", "日本", "emoji 😀 done", "Ã¼"]
ROWS = [f"{i},{TEXTS[i % len(TEXTS)]}".encode() for i in range(N_ROWS)]
ASCII_ROWS = [f"{i},agent {i}".encode() for i in range(N_ROWS)]
STRAY = [b"\xff", b"\x90", b"\xe6\x97", b"\xc3", b"\xff" * 1_000, b"\x81\x8d\xfe"]
NOT_LINES = st.binary(min_size=1, max_size=40).map(
    lambda held: bytes(byte for byte in held if byte not in b'\r\n",')
)


def read_text(content: bytes) -> tuple[list[str], encoding.TextFile]:
    """Return the lines of a file as they are read, and what was told."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "events.csv"
        path.write_bytes(content)
        found = as_utf8(SourceFile(path, path.name), None, Path(folder))
        return found.path.read_text(encoding="utf-8").split("\n"), found


def with_row(rows: list[bytes], place: int, row: bytes) -> bytes:
    return b"\n".join([b"n,agent", *rows[:place], row, *rows[place + 1 :]])


def of_agents(agents: list[bytes], suffix: str) -> bytes:
    """Return a table of one column, as delimited text or as JSON lines."""
    if suffix == "csv":
        return b"agent,n\n" + b"".join(agent + b",1\n" for agent in agents)
    return b"".join(b'{"agent": "' + agent + b'", "n": 1}\n' for agent in agents)


@given(held=NOT_LINES, place=st.integers(0, N_ROWS - 1), ascii_only=st.booleans())
def test_bytes_in_one_row_leave_all_other_rows_as_they_were(
    held: bytes, place: int, ascii_only: bool
) -> None:
    rows = ASCII_ROWS if ascii_only else ROWS
    lines, _ = read_text(with_row(rows, place, b"7,Mozilla" + held))
    del lines[place + 1]
    clean = [row.decode() for row in rows]
    assert lines == ["n,agent", *clean[:place], *clean[place + 1 :]]


@given(held=st.lists(st.sampled_from(STRAY), min_size=1, max_size=200))
def test_a_flood_of_bad_rows_leaves_the_good_ones_as_they_were(held: list[bytes]) -> None:
    lines, _ = read_text(b"\n".join([b"n,agent", *ROWS, *(b"1,bot" + bad for bad in held)]))
    assert lines[1 : N_ROWS + 1] == [row.decode() for row in ROWS]


@pytest.mark.parametrize("bad", STRAY)
def test_a_byte_in_a_file_of_utf8_is_read_as_the_character_for_unknown(bad: bytes) -> None:
    lines, _ = read_text(with_row(ROWS, 7, b"7,Mozilla" + bad + b"/5.0"))
    assert lines[8] == "7,Mozilla" + "\ufffd" * len(bad) + "/5.0"


@pytest.mark.parametrize("bad", STRAY)
def test_one_bad_row_of_many_in_ascii_is_read_as_in_a_file_of_utf8(bad: bytes) -> None:
    texts = [read_text(with_row(rows, 7, b"7,a" + bad))[0][8] for rows in (ROWS, ASCII_ROWS)]
    assert texts[0] == texts[1]


def test_the_count_and_the_place_of_the_first_byte_are_told() -> None:
    _, found = read_text(with_row(ASCII_ROWS, 2, b"2,a\xff\x90"))
    assert found.warnings == (
        "'events.csv' has 2 bytes that are no UTF-8 (the first: byte 0xFF at offset 31, line 4); "
        "they were read as U+FFFD.",
    )


def test_a_file_in_windows_1252_is_read_as_that() -> None:
    text = "name,city\nMüller,Köln\nMeier,Bonn\nGroß,“Zürich”\n"
    lines, found = read_text(text.encode("cp1252"))
    assert (lines, found.encoding) == (text.split("\n"), "cp1252")


def test_a_long_file_in_windows_1252_may_be_mostly_ascii() -> None:
    rows = ["Müller,1".encode("cp1252")] * 11 + [b"Meier,2"] * 2_000
    lines, _ = read_text(b"\n".join([b"name,n", *rows]))
    assert lines[1] == "Müller,1"


def test_one_byte_in_a_short_file_of_long_lines_is_read_as_unknown() -> None:
    lines, _ = read_text(b"n,agent\n" + b"1," + b"z" * 1_000 + b"\n2,a\xff\n")
    assert lines[2] == "2,a\ufffd"


def test_one_name_of_a_column_in_windows_1252_is_read_however_long_the_file() -> None:
    lines, _ = read_text("größe,n\n".encode("cp1252") + b"1,2\n" * 1_000)
    assert lines[0] == "größe,n"


def test_a_stray_byte_in_windows_1252_does_not_refuse_the_file() -> None:
    rows = ["Müller,1".encode("cp1252")] * 20
    lines, _ = read_text(with_row(rows, 3, b"M\x90,1"))
    assert lines[3:6] == ["Müller,1", "M\ufffd,1", "Müller,1"]


def test_one_row_of_utf8_does_not_change_a_file_in_windows_1252() -> None:
    rows = ["Müller,1".encode("cp1252")] * 20
    lines, _ = read_text(with_row(rows, 3, "мир,1".encode()))
    assert lines[3:6] == ["Müller,1", "мир,1", "Müller,1"]


def test_bytes_are_told_apart_wherever_a_piece_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    content = with_row(ROWS, 7, b"7,a\xe6\x97")
    whole, _ = read_text(content)
    monkeypatch.setattr(encoding, "PIECE", 3)
    monkeypatch.setattr(module, "PIECE", 3)
    assert read_text(content)[0] == whole


def test_a_line_without_end_is_counted_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PIECE", 8)
    monkeypatch.setattr(module, "MAX_LINE", 16)
    (tmp_path / "long").write_bytes(b"z" * 100 + b"\xff" + b"z" * 100)
    assert stray_bytes(tmp_path / "long").stray == 1


@pytest.mark.parametrize("packed", PACKERS)
@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_a_bad_value_leaves_the_others_in_every_format(
    suffix: str, packed: str, tmp_path: Path
) -> None:
    agents = [text.encode() for text in TEXTS]
    path = tmp_path / f"events.{suffix}{packed}"
    path.write_bytes(PACKERS[packed](of_agents([*agents, b"Moz\x90illa"], suffix)))
    frame, _ = parsed(tmp_path, path)
    assert frame["agent"].to_list() == [*TEXTS, "Moz\ufffdilla"]


def test_a_bad_value_in_an_array_of_json_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    path.write_bytes(b'[{"a": "' + "мир.example".encode() + b'"}, {"a": "Moz\x90illa"}]')
    assert parsed(tmp_path, path)[0]["a"].to_list() == ["мир.example", "Moz\ufffdilla"]


def test_files_that_share_a_name_are_each_read(tmp_path: Path) -> None:
    agents = [b"a\xff", b"b\xff"]
    for agent in agents:
        folder = tmp_path / agent[:1].decode()
        folder.mkdir()
        (folder / "x.csv").write_bytes(of_agents([agent, *[b"z"] * 50], "csv"))
    frame, _ = parsed(tmp_path, tmp_path / "a" / "x.csv", tmp_path / "b" / "x.csv")
    assert frame["agent"].to_list()[::51] == ["a\ufffd", "b\ufffd"]


def test_each_file_of_a_folder_that_holds_such_bytes_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    for name in ("a", "b"):
        agents = [*(text.encode() for text in TEXTS), b"x\xff"]
        (folder / f"{name}.csv").write_bytes(of_agents(agents, "csv"))
    _, result = parsed(tmp_path, folder / "a.csv", folder / "b.csv")
    assert [w.partition(" has ")[0] for w in result["warnings"]] == ["'a.csv'", "'b.csv'"]
