"""Several files, folders and globs: joined by name, what is no data left out and named."""

from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from phantom_ml.data.reading.read import read
from phantom_ml.errors import SourceUnreadable
from tests.data.events import parsed


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
